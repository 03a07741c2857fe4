"""The only writer of stdout. Control bytes of a model's answer are made visible unless the person asks for them raw."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from workbench.core.errors import StorageError
from workbench.core.json_text import unseen_escaped
from workbench.core.visible import marked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.core.json_value import JSON


class Output:
    """stdout as data. BrokenPipeError leaves every method: the caller stops the run and exits 141. StorageError: what
    stdout goes to does not take it, as a full disk."""

    def __init__(self, *, raw: bool = False) -> None:
        self._raw = raw
        # LANG=C must not turn an answer into a traceback; what the encoding lacks is escaped.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="backslashreplace")
        self._ends_line = True

    def text(self, text: str) -> None:
        """A piece of an answer, as it arrives."""
        if not text:
            return
        _put(text if self._raw else marked(text))
        self._ends_line = text.endswith("\n")

    def end_line(self) -> None:
        """A line break, unless the text just ended with one."""
        if not self._ends_line:
            _put("\n")
            self._ends_line = True

    def json(self, value: JSON) -> None:
        """One JSON object; plain ASCII where the encoding is not UTF-8, so that it stays JSON."""
        _put(_json_text(value, indent=2) + "\n")

    def json_array(self, values: Iterable[JSON]) -> None:
        """One JSON array, an element a line, each written when it is there."""
        opening = "["
        for value in values:
            _put(f"{opening}\n{_json_text(value)}")
            opening = ","
        _put("\n]\n" if opening == "," else "[]\n")

    def json_lines(self, values: Iterable[JSON]) -> None:
        """A JSON object a line, each written when it is there."""
        for value in values:
            _put(_json_text(value) + "\n")


def _json_text(value: JSON, indent: int | None = None) -> str:
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return unseen_escaped(json.dumps(value, ensure_ascii=not utf8, indent=indent, allow_nan=False))


def _put(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        what = f"standard output can't be written: {error.strerror}"
        raise StorageError(what, "free some space, or write to another place") from error
