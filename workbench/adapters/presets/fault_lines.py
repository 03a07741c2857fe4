"""Collects what is wrong with a preset file: every fault and warning as `file:line: path: what: what to write`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn

from workbench.core.errors import InputError
from workbench.core.json_text import describe
from workbench.core.keys import mask_keys
from workbench.core.visible import escaped

if TYPE_CHECKING:
    from workbench.adapters.yaml_file import YamlFile, YamlPath

_MOST_LINES = 200
_SHOWN = 60
_LONGEST_PATH = 120


class PresetFault(InputError):
    """A preset file that can't be used; `lines` are all its faults, `message` the first of them."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        more = f" (and {len(lines) - 1:,} more)" if len(lines) > 1 else ""
        super().__init__(lines[0] + more)
        self.lines = lines


class _Said(NamedTuple):
    line: int
    text: str


class FaultLines:
    """The faults and warnings of one file."""

    def __init__(self, file: YamlFile) -> None:
        self._file = file
        self._faults: list[_Said] = []
        self._warnings: list[_Said] = []
        # What stands there is not what the person wrote, so that nothing else is said about it.
        self._unread = {fault.path for fault in file.faults if not fault.whole}
        for fault in file.faults:
            self._faults.append(self._said(fault.line, fault.path, fault.message, fault.hint))

    def add(self, path: YamlPath, what: str, instead: str = "") -> None:
        """A fault: the file can't be used with it. Raises PresetFault where there are too many to look for more."""
        if all(path[:length] not in self._unread for length in range(1, len(path) + 1)):
            self._faults.append(self._said(self._file.line(path), path, what, instead))
        if len(self._faults) > _MOST_LINES:
            self.check()

    def warn(self, path: YamlPath, what: str, instead: str = "", line: int = 0) -> None:
        """Something to know about a file that can be used; `line` where it is not that of the path."""
        self._warnings.append(self._said(line or self._file.line(path), path, what, instead))

    def check(self) -> None:
        """Raises PresetFault where there are faults."""
        if self._faults:
            raise PresetFault(_in_order(self._faults))

    def refuse(self, path: YamlPath, what: str, instead: str) -> NoReturn:
        """Raises PresetFault for this alone: what else there is to say of the file would not help."""
        raise PresetFault((self._said(self._file.line(path), path, what, instead).text,))

    @property
    def warnings(self) -> tuple[str, ...]:
        return _in_order(self._warnings)

    def _said(self, line: int, path: YamlPath, what: str, instead: str) -> _Said:
        # A key may stand where a number is expected, and the words about it would show it.
        parts = (f"{self._file.name}:{line}", path_text(path), mask_keys(what), instead)
        return _Said(line, ": ".join(part for part in parts if part))


def _in_order(said: list[_Said]) -> tuple[str, ...]:
    """By line; the sort is stable, so that those of one line stay as they were found."""
    lines = [one.text for one in sorted(said, key=lambda one: one.line)]
    return (*lines[:_MOST_LINES], *(["and more"] if len(lines) > _MOST_LINES else []))


def path_text(path: YamlPath) -> str:
    """`messages[2].content`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{shown(part)}" if text else shown(part)
    return text if len(text) <= _LONGEST_PATH else f"{text[: _LONGEST_PATH - 1]}…"


def shown(text: str) -> str:
    """A key or word of the file for a line of ours: no key, nothing unseen, not too long."""
    text = escaped(mask_keys(text[: _SHOWN * 4]))
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def found(value: object) -> str:
    """`found a list`, `found the number 3`: what stands there, for a person who expects something else."""
    if value is None:
        return "found nothing (null)"
    if isinstance(value, dict):
        return "found a mapping"
    if isinstance(value, list):
        return "found a list"
    if isinstance(value, bool):
        return f"found {describe(value)}"
    if isinstance(value, str):
        return f"found the text {describe(mask_keys(value[: _SHOWN * 4]))}"
    return f"found the number {describe(value)}"
