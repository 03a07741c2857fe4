"""Cases given as rows of JSON values: each becomes literal texts by the variable's name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.core.experiment import MOST_CELLS
from workbench.core.json_text import describe
from workbench.core.variables import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from workbench.core.experiment import Case
    from workbench.core.json_value import JSON

MOST_CASES = MOST_CELLS


def read_cases(rows: Sequence[JSON], shown: str = "the cases") -> tuple[Case, ...]:
    """The cases that rows of values are; `shown` names them in an error. InputError.

    A text is taken as it is, any other value as JSON; null gives nothing for that variable.
    """
    return tuple(read_case(row, f"{shown}, row {number:,}") for number, row in enumerate(rows, 1))


def read_case(row: JSON, shown: str) -> Case:
    """As `read_cases`, for one row."""
    if not isinstance(row, dict):
        raise InputError(f"{shown}: must be an object with a value for each variable, not {describe(row)}")
    return {name: _text(value) for name, value in row.items() if value is not None}


def _text(value: JSON) -> str:
    # `str` also for a subclass of it: a case is plain data.
    return str(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def check_count(count: int, shown: str) -> None:
    """Raises InputError for no rows, and for more than an experiment can have."""
    if not count:
        raise InputError(f"{shown} has no rows", "write a row for each case")
    if count > MOST_CASES:
        raise InputError(f"{shown} has {count:,} rows, and {MOST_CASES:,} are the most", "take fewer")


def unusable_names(cases: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """The names of values that no `{{...}}` can have, each once."""
    known = dict.fromkeys(name for case in cases for name in case)
    return tuple(name for name in known if names(f"{{{{{name}}}}}") != (name,))
