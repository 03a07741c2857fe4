"""Reading an event stream (server-sent events) piece by piece, as the bytes come: no I/O.

The line rules are those of the WHATWG specification: a line ends at LF, CR or CRLF and nowhere else. U+2028, NEL, VT
and FF inside an answer are text; readers that split on them lose it (openai-python#1230).
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.wire import Chunks

if TYPE_CHECKING:
    from workbench.core.json_value import JSON

EVENT_BYTES = 8 * 1024 * 1024
"""The most that one event may hold, in bytes, unless the limits say otherwise."""
MAX_DEPTH = 200
"""Nesting of one JSON value: far above what any answer needs, far below where a later walk or dump would overflow."""
DONE = "[DONE]"

_BOM = b"\xef\xbb\xbf"
_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


class SseEvent(NamedTuple):
    """One event: its `event:` name ("" for an ordinary one) and its data, the lines joined with LF."""

    name: str
    data: str
    replaced: bool = False
    """True where bytes that are not UTF-8 became U+FFFD."""


class SseReader:
    """Bytes in, events out; any split of the bytes gives the same events.

    `overflow` turns True when one event, or one line, is longer than `event_bytes`: from then on nothing is read.
    """

    def __init__(self, event_bytes: int = EVENT_BYTES) -> None:
        self.overflow = False
        self._limit = event_bytes
        self._line: list[bytes] = []  # pieces of the line that has not ended: joined once, or a long line is quadratic
        self._line_bytes = 0
        self._after_cr = False
        self._at_start = True
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._name = ""

    def feed(self, piece: bytes) -> list[SseEvent]:
        """The events that `piece` completes."""
        if self.overflow:
            return []
        # A CR ends its line at once, without waiting to see whether an LF follows; that LF is then skipped here.
        if self._after_cr and piece:
            piece = piece.removeprefix(b"\n")
            self._after_cr = False
        if b"\r" in piece:
            self._after_cr = piece.endswith(b"\r")
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        end = piece.rfind(b"\n")
        if end < 0:
            self._keep(piece)
            return []
        self._line.append(piece[:end])
        block = b"".join(self._line)
        self._line.clear()
        self._line_bytes = 0
        self._keep(piece[end + 1 :])
        return self._lines(block.split(b"\n"))

    def finish(self) -> list[SseEvent]:
        """The last event where the stream ended without the blank line that should close it."""
        if self.overflow:
            return []
        last = b"".join(self._line)
        self._line.clear()
        return self._lines([last, b""])

    def _keep(self, rest: bytes) -> None:
        if rest:
            self._line.append(rest)
            self._line_bytes += len(rest)
            self.overflow = self._line_bytes + self._data_bytes > self._limit

    def _lines(self, lines: list[bytes]) -> list[SseEvent]:
        if self._at_start and lines:
            self._at_start = False
            lines[0] = lines[0].removeprefix(_BOM)
        events: list[SseEvent] = []
        for line in lines:
            if not line:
                if self._data:
                    events.append(self._event())
                self._name = ""
            elif line.startswith(b"data:"):
                self._data_bytes += len(line)
                if self._data_bytes > self._limit:
                    self.overflow = True
                    break
                self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
            elif line.startswith(b"event:"):
                self._name = line[6:].decode("utf-8", "replace").strip()
            elif line == b"data":
                self._data.append(b"")
            # All else is a comment, an id, a retry time or a field that nobody knows: not part of the answer.
        return events

    def _event(self) -> SseEvent:
        raw = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        self._data.clear()
        self._data_bytes = 0
        try:
            return SseEvent(self._name, raw.decode("utf-8"))
        except UnicodeDecodeError:
            return SseEvent(self._name, raw.decode("utf-8", "replace"), True)


class ChunkReader:
    """Bytes of a streamed answer in, parsed chunks out. What can't be read is named in `faults` and left out.

    An event named `error` comes out as `{"error": ...}`, whatever its data is, so that there is one shape to look for.
    """

    def __init__(self, event_bytes: int = EVENT_BYTES) -> None:
        self.done = False
        self._events = SseReader(event_bytes)
        self._count = 0

    @property
    def overflow(self) -> bool:
        """One event was longer than allowed; nothing after it is read."""
        return self._events.overflow

    def feed(self, piece: bytes) -> Chunks:
        return self._parse(self._events.feed(piece))

    def finish(self) -> Chunks:
        """What the end of the stream completes. A last event that was cut is a fault."""
        return self._parse(self._events.finish())

    def _parse(self, events: list[SseEvent]) -> Chunks:
        items: list[JSON] = []
        faults: list[str] = []
        for event in events:
            if self.done:
                break
            self._count += 1
            data = event.data
            if data.startswith("[") and data.strip() == DONE:
                self.done = True
                break
            if event.replaced:
                faults.append(f"event {self._count}: bytes that are not UTF-8 are shown as \ufffd")
            try:
                item = parse_json(data)
            except ValueError as fault:
                if event.name == "error":
                    items.append({"error": data})
                elif data.strip():
                    faults.append(f"event {self._count} was skipped: {fault}")
                continue
            if event.name == "error" and not (isinstance(item, dict) and item.get("error")):
                item = {"error": item}
            items.append(item)
        return Chunks(tuple(items), self.done, tuple(faults))


def parse_json(text: str) -> JSON:
    """`text` as a JSON value that can be written again: NaN and numbers too large for a float become null.

    Raises ValueError, its words fit for a person, where it is not JSON or is nested more than MAX_DEPTH deep.
    """
    try:
        value: JSON = _decode(text)
    except json.JSONDecodeError as fault:
        raise ValueError(f"not JSON ({fault.msg} at character {fault.pos + 1})") from None
    except RecursionError:
        raise ValueError("nested too deep") from None
    except ValueError:
        # CPython refuses to turn more than 4,300 digits into an int.
        raise ValueError("a number with thousands of digits") from None
    # Counting brackets is an upper bound of the depth that costs next to nothing; the exact walk is for the rare rest.
    if len(text) > MAX_DEPTH and text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise ValueError("nested too deep")
    return value


def _depth(text: str) -> int:
    depth = deepest = 0
    for match in _BRACKETS.finditer(text):
        token = match[0]
        if token in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token in "]}":
            depth -= 1
    return deepest


def _finite(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None


def _no_number(_name: str) -> None:
    """NaN and Infinity are not JSON, though Python reads them: null is."""


_decode = json.JSONDecoder(parse_float=_finite, parse_constant=_no_number).decode
