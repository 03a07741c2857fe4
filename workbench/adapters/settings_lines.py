"""Where in the settings file a setting stands: the reader of TOML tells of no lines."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 200
"""Lines of one value after which it is not looked for any more: each of them is read again with the next."""


class Places:
    """The lines of a text that is TOML."""

    def __init__(self, file_name: str, text: str) -> None:
        self._file = file_name
        self._lines: dict[str, int] = {}
        for line, path in _statements(text):
            self._lines.setdefault(path, line)

    def exact(self, path: str) -> str:
        """The same for a setting's own line; "" where it has none."""
        return f"{self._file}:{self._lines[path]}" if path in self._lines else ""

    def of(self, path: str) -> str:
        """`settings.toml:3` for a path such as `limits.idle_s`: its own line, or that of the table which it is missing
        in; the file alone where neither is found."""
        while path and path not in self._lines:
            path = path.rpartition(".")[0]
        return f"{self._file}:{self._lines[path]}" if path else self._file


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """The first line of each statement, from 1, with the paths that it gives."""
    table, chunk = "", list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        chunk.append(line)
        try:
            data = tomllib.loads("\n".join(chunk))
        except (tomllib.TOMLDecodeError, RecursionError, ValueError):
            if len(chunk) > _LONGEST:
                return
            continue
        first, chunk = number - len(chunk) + 1, []
        paths = list(_paths(data))
        if paths and line.lstrip().startswith("["):
            table = f"{paths[-1]}."
            yield first, paths[-1]
        else:
            yield from ((first, table + path) for path in paths)


def _paths(data: dict[str, Any]) -> Iterator[str]:
    for name, value in data.items():
        yield name
        if isinstance(value, dict):
            yield from (f"{name}.{path}" for path in _paths(value))
