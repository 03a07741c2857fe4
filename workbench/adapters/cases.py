"""Case files: rows of variable values as CSV (commas, semicolons or tabs), JSON Lines, JSON or YAML.

Numbers keep the digits that were written. YAML does not tell them any more, so there a text has to be one.
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.files import read_text
from workbench.adapters.yaml_file import read_yaml
from workbench.core.cases import check_count, read_case, unusable_names
from workbench.core.counted import counted
from workbench.core.errors import InputError
from workbench.core.json_text import NotJsonText, describe, read_json
from workbench.core.visible import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from workbench.adapters.yaml_file import YamlPath
    from workbench.core.experiment import Case
    from workbench.core.json_value import JSON

MOST_BYTES = 20_000_000
"""Of YAML no more is read than `yaml_file` takes."""
_DELIMITERS = ",;\t"
_SEPARATOR_LINE = re.compile(r"sep=([,;\t])\r?\n?", re.IGNORECASE)
"""What Excel writes above its rows."""


class CaseFile(NamedTuple):
    """What a file holds; `warnings` are lines for the person."""

    cases: tuple[Case, ...]
    warnings: tuple[str, ...] = ()


def read_case_file(path: str, folder: Path) -> CaseFile:
    """The cases in a file; the path is relative to `folder`, `~` is expanded.

    Which form it has is told by the end of its name. Raises InputError, with the line where there is one.
    """
    suffix = PurePath(path).suffix.lower()
    read = _READERS.get(suffix)
    if read is None:
        known = ".csv, .tsv, .jsonl, .json or .yaml"
        raise InputError(f"{path}: cases are read from files whose name ends in {known}", "give it such a name")
    return read_case_text(read_text(path, folder, MOST_BYTES, shown=path, taker="a case file"), path)


def read_case_text(text: str, name: str) -> CaseFile:
    """As `read_case_file`, for the text of a file of that name. InputError."""
    warnings: list[str] = []
    cases = tuple(_READERS[PurePath(name).suffix.lower()](text, name, warnings))
    check_count(len(cases), name)
    for unusable in unusable_names(cases):
        what = f"{describe(unusable)} is no name of a variable, and fills nothing"
        warnings.append(f"{name}: {what}: a name is letters, digits and _, and does not begin with a digit")
    return CaseFile(cases, tuple(warnings))


# -- CSV -------------------------------------------------------------------------------------------------------------


class _Record(NamedTuple):
    line: int
    """Where it begins, from 1."""
    fields: list[str]


def _read_csv(text: str, name: str, warnings: list[str]) -> Iterator[Case]:
    records = _records(text, name)
    header = next(records, None)
    if header is None:
        raise InputError(f"{name} is empty", "write the variables' names in its first line")
    variables = _header(header, name)
    blank = 0
    for line, fields in records:
        if len(fields) != len(variables):
            raise _uneven(line, fields, variables, name)
        if any(fields):
            yield dict(zip(variables, fields, strict=True))
        else:
            blank += 1
    if blank:
        warnings.append(f"{name}: {counted(blank, 'row')} with nothing in any column left out")


def _records(text: str, name: str) -> Iterator[_Record]:
    """The records that are not blank lines."""
    separator = _SEPARATOR_LINE.match(text)
    body = text[separator.end() :] if separator else text
    before = 1 if separator else 0
    # The module's own limit is 131,072 characters a field.
    csv.field_size_limit(max(csv.field_size_limit(), MOST_BYTES))
    delimiter = separator[1] if separator else _delimiter(body, name)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = before + reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _broken(error, line, name) from None
        if fields:
            yield _Record(line, fields)


def _delimiter(text: str, name: str) -> str:
    """The sign that stands most often between the names in the first line; a comma where none does."""
    if PurePath(name).suffix.lower() in _TABS:
        return "\t"
    first = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").partition("\n")[0])
    return max(_DELIMITERS, key=first.count)


def _broken(error: csv.Error, line: int, name: str) -> InputError:
    if "unexpected end" in str(error):
        return InputError(f"{name}:{line}: a quoted text begins here and does not end", "close the quote")
    if "expected after" in str(error):
        return InputError(f"{name}:{line}: a quoted text ends, and something follows it", 'write "" for a quote in it')
    return InputError(f"{name}:{line}: can't be read as CSV ({escaped(str(error))})", "mend that line")


def _header(header: _Record, name: str) -> list[str]:
    variables = [field.strip() for field in header.fields]
    for place, variable in enumerate(variables):
        if not variable:
            hint = "write the variables' names in the first line"
            raise InputError(f"{name}:{header.line}: column {place + 1} has no name", hint)
        if variable in variables[:place]:
            raise InputError(f"{name}:{header.line}: two columns are named {describe(variable)}", "rename one of them")
    return variables


def _uneven(line: int, fields: list[str], variables: list[str], name: str) -> InputError:
    many = counted(len(fields), "value")
    wanted = counted(len(variables), "name")
    hint = "put a text with commas or line ends in double quotes, right behind the comma"
    return InputError(f"{name}:{line}: has {many}, and the first line has {wanted}", hint)


# -- JSON ------------------------------------------------------------------------------------------------------------


class _Written(str):
    """A number of a JSON text, as it stands there: 1.50 is not 1.5 in a prompt."""


def _read_lines(text: str, name: str, warnings: list[str]) -> Iterator[Case]:
    # Not `splitlines`: JSON texts may hold U+2028 and the like as they are.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield read_case(_as_written(line, name, number), f"{name}:{number}")


def _read_json_list(text: str, name: str, warnings: list[str]) -> Iterator[Case]:
    rows = _as_written(text, name)
    if not isinstance(rows, list):
        raise InputError(f"{name}: must be a list of objects, not {describe(rows)}", "write [{...}, {...}]")
    for number, row in enumerate(rows, 1):
        yield read_case(row, f"{name}, row {number:,}")


def _as_written(text: str, name: str, line: int | None = None) -> JSON:
    """The value of a JSON text, the numbers at the top of its rows as texts. `line` is the one that the text is.

    Raises InputError.
    """
    try:
        value = read_json(text)
    except NotJsonText as error:
        fault = error.fault
        at = fault.line if line is None else line
        raise InputError(f"{name}:{at}: no JSON at column {fault.column}: {fault.why}") from None
    except InputError as error:
        place = name if line is None else f"{name}:{line}"
        raise InputError(f"{place}: {error.message}", "mend it and try again") from None
    written: JSON = json.loads(text, parse_int=_Written, parse_float=_Written)
    if isinstance(value, list) and isinstance(written, list):
        return [_row_as_written(row, digits) for row, digits in zip(value, written, strict=True)]
    return _row_as_written(value, written)


def _row_as_written(row: JSON, written: JSON) -> JSON:
    if not isinstance(row, dict) or not isinstance(written, dict):
        return row
    return {name: written[name] if isinstance(written[name], _Written) else value for name, value in row.items()}


# -- YAML ------------------------------------------------------------------------------------------------------------


def _read_yaml_list(text: str, name: str, warnings: list[str]) -> Iterator[Case]:
    file = read_yaml(text.encode("utf-8", "surrogatepass"), name)
    rows = file.value
    above: YamlPath = ()
    if isinstance(rows, dict) and list(rows) == ["cases"]:
        rows, above = rows["cases"], ("cases",)
    if not isinstance(rows, list):
        raise file.fault(above, f"must be a list of cases, not {describe(rows)}", "write - name: text for each")
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            fault = f"a case must have a value for each variable, not {describe(row)}"
            raise file.fault((*above, number), fault, "write - name: text")
        for variable, value in row.items():
            if not isinstance(value, str):
                raise file.fault((*above, number, variable), f"{escaped(variable)}: {_no_text(value)}", _instead(value))
        yield read_case(row, f"{name}:{file.line((*above, number))}")


def _no_text(value: JSON) -> str:
    return f"must be a text, found {'nothing' if value is None else describe(value)}"


def _instead(value: JSON) -> str:
    if value is None:
        return 'write "" for an empty text'
    return "write a text, with | for several lines" if isinstance(value, list | dict) else "put it in quotes"


_TABS = (".tsv", ".tab")
_READERS: dict[str, Callable[[str, str, list[str]], Iterator[Case]]] = {
    ".csv": _read_csv,
    **dict.fromkeys(_TABS, _read_csv),
    ".jsonl": _read_lines,
    ".ndjson": _read_lines,
    ".json": _read_json_list,
    ".yaml": _read_yaml_list,
    ".yml": _read_yaml_list,
}
