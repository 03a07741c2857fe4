"""An experiment: a base prompt, one or two axes, cases and repeats; its columns and its cells.

A value that exists is one that can be run: what no column can be made of is refused when it is made. What a request
would be refused for is found by `experiment_problems.py`, with the model's rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import prod
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from workbench.core.axes import CONNECTION, Axis, check_axis, with_value
from workbench.core.counted import counted
from workbench.core.errors import InputError
from workbench.core.json_text import describe
from workbench.core.prompt import Comparison, Prompt, Variable
from workbench.core.prompt_json import prompt_from_json, prompt_to_json

if TYPE_CHECKING:
    from workbench.core.json_value import JSON

MOST_AXES = 2
MOST_CELLS = 10_000

Setting: TypeAlias = "Mapping[str, JSON]"
"""What differs in a column, by axis name, in the order of the axes."""
Case: TypeAlias = Mapping[str, str]
"""A row of variable values: literal texts by the variable's name."""


@dataclass(frozen=True, slots=True)
class Column:
    """One setting. `prompt` is the base with that setting, and without its `compare`.

    `connection` is the name of the one that is asked; "" is the base's.
    """

    index: int
    setting: Setting
    prompt: Prompt
    connection: str = ""


class Cell(NamedTuple):
    """One request: numbers of its column, case and repeat, all from 0. Without cases the case is 0."""

    column: int
    case: int
    repeat: int


@dataclass(frozen=True)
class Experiment:
    """What is run. Two axes make their product; InputError for what can't be run."""

    prompt: Prompt
    axes: tuple[Axis, ...] = ()
    """At most two; none runs the prompt as it stands."""
    repeats: int = 1
    cases: tuple[Case, ...] = ()
    """() runs the prompt once with the values that it has."""
    only: tuple[int, ...] = ()
    """The settings of the axes' product that there are, by their place in it; () are all. Of runs that were made one by
    one, which have no reason to make a whole table."""

    def __post_init__(self) -> None:
        if len(self.axes) > MOST_AXES:
            raise InputError(f"{len(self.axes)} axes are given, and {MOST_AXES} are the most", "take one away")
        if len({axis.name for axis in self.axes}) < len(self.axes):
            raise InputError(f"{self.axes[0].name} is varied twice", "put all its values into one axis")
        if self.repeats < 1:
            raise InputError(f"repeats must be a whole number from 1 on, not {describe(self.repeats)}")
        for axis in self.axes:
            check_axis(axis, self.prompt)
        if self.only and max(self.only) >= prod(len(axis.values) for axis in self.axes):
            raise InputError("the experiment names a setting that its axes do not have")
        if self.cell_count > MOST_CELLS:
            raise InputError(
                f"the experiment has {self.cell_count:,} cells ({self.size_text}), and {MOST_CELLS:,} are the most",
                "take fewer values, cases or repeats",
            )

    @property
    def column_count(self) -> int:
        return len(self.only) or prod(len(axis.values) for axis in self.axes)

    @property
    def case_count(self) -> int:
        """1 where there are no cases."""
        return max(1, len(self.cases))

    @property
    def cell_count(self) -> int:
        """Columns x cases x repeats."""
        return self.column_count * self.case_count * self.repeats

    @property
    def size_text(self) -> str:
        """`4 columns x 20 cases x 5 repeats`; what there is one of is left out, but for the columns."""
        parts = [(self.column_count, "column"), (self.case_count, "case"), (self.repeats, "repeat")]
        shown = [counted(many, what) for many, what in parts if many > 1 or what == "column"]
        return " x ".join(shown)

    def columns(self) -> tuple[Column, ...]:
        """All settings, in order: the values of the second axis vary fastest."""
        return self._columns

    def place(self, column: int) -> int:
        """Where a column stands in the product of the axes."""
        return self.only[column] if self.only else column

    @cached_property
    def _columns(self) -> tuple[Column, ...]:
        return tuple(self._column(index, values) for index, values in enumerate(self._settings()))

    def _settings(self) -> list[dict[str, JSON]]:
        names = [axis.name for axis in self.axes]
        settings = [dict(zip(names, values, strict=True)) for values in product(*(axis.values for axis in self.axes))]
        return [settings[place] for place in self.only] if self.only else settings

    def _column(self, index: int, setting: dict[str, JSON]) -> Column:
        # Each run is stored with its prompt: a preset's cases are not to be stored with every one of them.
        prompt = replace(self.prompt, compare=None)
        for name, value in setting.items():
            prompt = with_value(prompt, name, value)
        return Column(index, setting, prompt, str(setting.get(CONNECTION, "")))

    def cells(self) -> tuple[Cell, ...]:
        """All requests, breadth first: the first repeat of every column and case before the second of any."""
        return tuple(
            Cell(column, case, repeat)
            for repeat in range(self.repeats)
            for case in range(self.case_count)
            for column in range(self.column_count)
        )

    def prompt_of(self, cell: Cell) -> Prompt:
        """The prompt of a cell: its column's, with the values of its case."""
        prompt = self.columns()[cell.column].prompt
        return with_case(prompt, self.cases[cell.case]) if self.cases else prompt

    def to_comparison(self) -> Comparison:
        """What a preset keeps of it under `compare:`."""
        return Comparison({axis.name: list(axis.values) for axis in self.axes}, self.repeats, self.cases)

    @classmethod
    def from_comparison(cls, prompt: Prompt) -> Experiment:
        """The experiment that is saved with a prompt; one without axes where none is. InputError."""
        from workbench.core.axis_text import axis_from_json

        saved = prompt.compare or Comparison({})
        axes = tuple(axis_from_json(name, values, prompt) for name, values in saved.vary.items())
        return cls(prompt, axes, saved.repeats, saved.cases)

    def to_json(self) -> dict[str, JSON]:
        """For storage; `from_json` gives an equal experiment back."""
        return {
            "prompt": prompt_to_json(self.prompt),
            "axes": [{"name": axis.name, "values": list(axis.values)} for axis in self.axes],
            "repeats": self.repeats,
            "cases": [dict(case) for case in self.cases],
            **({"only": list(self.only)} if self.only else {}),
        }

    @classmethod
    def from_json(cls, value: JSON) -> Experiment:
        """The experiment of a JSON object. InputError for what `to_json` can't have written."""
        if not isinstance(value, dict):
            raise InputError(f"an experiment must be an object, not {describe(value)}")
        repeats, cases = value.get("repeats", 1), value.get("cases", [])
        if not isinstance(cases, list):
            raise InputError("the cases of an experiment must be a list")
        if isinstance(repeats, bool) or not isinstance(repeats, int):
            raise InputError(f"repeats must be a whole number from 1 on, not {describe(repeats)}")
        return cls(
            prompt_from_json(value.get("prompt")),
            axes_from_json(value.get("axes", [])),
            repeats,
            tuple(_case(case) for case in cases),
            _only(value.get("only", [])),
        )


def _only(value: JSON) -> tuple[int, ...]:
    places = [place for place in value if isinstance(place, int) and place >= 0] if isinstance(value, list) else []
    if places != value or len(set(places)) < len(places):
        raise InputError("the settings of an experiment that are there must be a list of places")
    return tuple(places)


def axes_from_json(value: JSON) -> tuple[Axis, ...]:
    """The `axes` of such an object. InputError."""
    if not isinstance(value, list):
        raise InputError("the axes of an experiment must be a list")
    return tuple(_axis(axis) for axis in value)


def _axis(value: JSON) -> Axis:
    name = value.get("name") if isinstance(value, dict) else None
    values = value.get("values") if isinstance(value, dict) else None
    if not isinstance(name, str) or not isinstance(values, list):
        raise InputError(f"an axis must have a name and a list of values, not {describe(value)}")
    return Axis(name, tuple(values))


def _case(value: JSON) -> Case:
    if not isinstance(value, dict):
        raise InputError(f"a case must be an object of texts, not {describe(value)}")
    case = {name: text for name, text in value.items() if isinstance(text, str)}
    if len(case) != len(value):
        raise InputError("the values of a case must be texts")
    return case


def with_case(prompt: Prompt, case: Case) -> Prompt:
    """The prompt with the values of a case, as literal texts: an `@` in one reads no file."""
    known = {variable.name for variable in prompt.variables}
    given = tuple(
        replace(variable, default=case[variable.name], value=None) if variable.name in case else variable
        for variable in prompt.variables
    )
    added = tuple(Variable(name, default=text) for name, text in case.items() if name not in known)
    return replace(prompt, variables=(*given, *added))
