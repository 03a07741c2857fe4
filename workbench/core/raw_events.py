"""The bytes of an answer cut into what was sent: server-sent events as they stand, or the reads of another body.

Only places are kept; the text of an event is taken from the bytes when somebody looks at it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from workbench.core.one_line import one_line
from workbench.core.sse import DONE, parse_json
from workbench.core.token_probabilities import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.json_value import JSON
    from workbench.core.trace import RawLog

_BLANK_LINE = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
"""Ends an event, by the line rules of the WHATWG specification."""
_LINE = re.compile("\r\n|\n|\r")
_BREAKS = b"\r\n"
_BODY_OF_ANOTHER_KIND = (b"{", b"[", b"<")
_LONGEST = 60


class RawEvents:
    """The events of one log, also while it grows: call `read` before looking."""

    def __init__(self, log: RawLog) -> None:
        self.log = log
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._read = 0
        self._open = False
        """The last one has not ended yet."""
        self._by_reads: bool | None = None

    def read(self) -> None:
        """Cut what has come since the last time."""
        data = self.log.data
        if self._by_reads is None:
            head = bytes(data[:64]).removeprefix(b"\xef\xbb\xbf").lstrip()
            if not head:
                return
            self._by_reads = head.startswith(_BODY_OF_ANOTHER_KIND)
        if self._by_reads:
            edges = [0, *self.log.read_ends]
            self._starts, self._ends = edges[:-1], edges[1:]
            return
        if self._open:
            del self._starts[-1], self._ends[-1]
            self._open = False
        for match in _BLANK_LINE.finditer(data, self._read):
            self._add(self._read, match.start())
            self._read = match.end()
        if self._add(self._read, len(data)):
            self._open = True

    def _add(self, start: int, end: int) -> bool:
        data = self.log.data
        while start < end and data[start] in _BREAKS:
            start += 1
        if start < end:
            self._starts.append(start)
            self._ends.append(end)
        return start < end

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def are_events(self) -> bool:
        """False for a body that is no event stream: its reads are listed then."""
        return not self._by_reads

    def raw(self, index: int) -> bytes:
        """What was sent, without the line break at its end."""
        return bytes(self.log.data[self._starts[index] : self._ends[index]])

    def text(self, index: int) -> str:
        """That as text; what is no UTF-8 becomes U+FFFD."""
        return self.raw(index).decode("utf-8", "replace")

    def at(self, index: int) -> float:
        """When its last byte had come, in seconds."""
        return self.log.time_of(self._ends[index])

    def gap(self, index: int) -> float:
        """Since the one before; for the first one since the request was sent."""
        return self.at(index) - (self.at(index - 1) if index else 0.0)

    def times(self) -> list[float]:
        """Of all of them."""
        return [self.log.time_of(end) for end in self._ends]


def data_of(event: str) -> str:
    """What the data lines of an event say, joined as the specification has it."""
    lines = [line for line in _LINE.split(event) if line.startswith("data:")]
    return "\n".join(line[6:] if line.startswith("data: ") else line[5:] for line in lines)


def brought(event: str) -> str:
    """What an event brings, in a few words: `"Hel"`, `finish: stop`, `usage`, `comment`; "" where that is not known."""
    event = event.removeprefix("\ufeff")
    data = data_of(event)
    if not data:
        return "comment" if event.startswith(":") else ""
    if data.strip() == DONE:
        return "end"
    try:
        item = parse_json(data)
    except ValueError:
        return "not JSON"
    if not isinstance(item, dict):
        return ""
    if item.get("error"):
        return "error"
    choices = item.get("choices")
    said = [words for choice in (choices if isinstance(choices, list) else ()) if (words := _of_choice(choice))]
    return ", ".join([*said, *(["usage"] if item.get("usage") else [])])


def _of_choice(choice: JSON) -> str:
    if not isinstance(choice, dict):
        return ""
    delta = choice.get("delta")
    said: list[str] = []
    if isinstance(delta, dict):
        said = [words for name, value in delta.items() if value and (words := _of_part(name, value))]
        if not said and delta.get("role"):
            said = [f"role: {one_line(str(delta['role']), _LONGEST)}"]
    if not said and choice.get("logprobs"):
        said = ["logprobs"]
    if reason := choice.get("finish_reason"):
        said.append(f"finish: {one_line(str(reason), _LONGEST)}")
    return ", ".join(said)


def _of_part(name: str, value: JSON) -> str:
    if isinstance(value, str):
        shown = quoted(value)
        names = {"content": shown, "reasoning_content": f"thinks {shown}", "reasoning": f"thinks {shown}"}
        return names.get(name, f"refuses {shown}" if name == "refusal" else "")
    return "tool call" if name == "tool_calls" else ""


def buckets(times: Sequence[float], total: float, count: int) -> tuple[list[float], list[float]]:
    """`count` equal parts of the time from 0 to `total` seconds: by part the rate (events a second) and the longest
    gap in seconds that ended in it."""
    width = max(total, 1e-6) / max(1, count)
    rates, gaps = [0.0] * count, [0.0] * count
    for before, now in pairwise([0.0, *times]):
        part = min(count - 1, int(now / width))
        rates[part] += 1 / width
        gaps[part] = max(gaps[part], now - before)
    return rates, gaps
