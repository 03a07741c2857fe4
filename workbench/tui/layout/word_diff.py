"""A text laid out with the words in which it differs from another: `+added` underlined, `-gone` struck through.

The signs carry the meaning where a terminal shows neither colours nor lines. Whatever is only space or a line break is
drawn as `·` and `↵`, so that it can be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbench.tui.display import visible
from workbench.tui.layout.document import Document, Place
from workbench.tui.layout.lines import Look, Span
from workbench.tui.layout.wrap import Wrapper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.compare.diff import DiffOp

LONGEST = 200_000
"""Characters of both texts together: a longer pair nobody reads word by word, and it would take a second."""
_AHEAD = 80
"""Characters of the base, past the length of an answer that still streams, among which its words are looked for."""


class Change(NamedTuple):
    """Where two texts differ: in the rows of the one that is laid out, and in the source of the base."""

    row: int
    start: int
    end: int
    base: Place
    base_length: int
    """Code points of the base that were replaced or are gone; 0 where something was only added."""


class Marked(NamedTuple):
    """The rows, the places that differ in reading order, and how many words came and went."""

    document: Document
    changes: tuple[Change, ...]
    added: int
    removed: int


def mark_differences(base: str, text: str, width: int, *, streaming: bool = False) -> Marked | None:
    """Lay out `text` at `width` cells with what differs from `base` in it; None where they are too long for that.

    Of an answer that still streams, the end of the base is not gone: it may come yet.
    """
    from workbench.core.compare.diff import diff

    if streaming:
        base = base[: len(text) * 5 // 4 + _AHEAD]
    if len(base) + len(text) > LONGEST:
        return None
    # Made visible first: what stands for a character may depend on its neighbours, in another piece.
    old, new = visible(base), visible(text)
    ops = diff(old, new)
    return _Layout(old, new, width).lay(_without_end(ops, new) if streaming else ops)


def _without_end(ops: Sequence[DiffOp], new: str) -> Sequence[DiffOp]:
    """The operations without what the base has behind the last word so far."""
    last = len(ops) - 1
    if last > 0 and ops[last].kind == "equal" and new[ops[last].b_start : ops[last].b_end].isspace():
        last -= 1
    if last < 0 or ops[last].kind not in ("delete", "replace"):
        return ops
    if ops[last].kind == "delete":
        return [*ops[:last], *ops[last + 1 :]]
    op = ops[last]
    return [*ops[:last], op._replace(kind="insert", a_end=op.a_start), *ops[last + 1 :]]


class _Layout:
    """Puts equal, added and removed pieces into lines, and the lines into rows."""

    def __init__(self, old: str, new: str, width: int) -> None:
        self._old = old
        self._new = new
        self._document = Document(width, "plain")
        self._wrapper = Wrapper(self._document.settled, self._document.width)
        self._line: list[str] = []
        self._length = 0
        self._spans: list[Span] = []
        self._starts: list[Place] = []
        """Where each marked stretch begins."""

    def lay(self, ops: Sequence[DiffOp]) -> Marked:
        places: list[tuple[Place, int, DiffOp]] = []
        added = removed = 0
        for op in ops:
            lost, came = self._old[op.a_start : op.a_end], self._new[op.b_start : op.b_end]
            if op.kind == "equal":
                self._put(came)
                continue
            count = len(self._starts)
            self._put_removed(lost, came)
            self._put_added(came)
            if len(self._starts) > count:
                place = self._starts[count]
                here = self._wrapper.source == place.source
                places.append((place, self._length - place.at if here else len(lost) + len(came), op))
            added, removed = added + _words(came), removed + _words(lost)
        if self._length:
            self._end_line()
        return Marked(self._document, tuple(self._change(*each) for each in places), added, removed)

    def _change(self, place: Place, shown: int, op: DiffOp) -> Change:
        row, start = self._document.find(place)
        end = min(start + max(1, shown), len(self._document.row(row).text)) if len(self._document) else start
        begin = self._old.rfind("\n", 0, op.a_start) + 1
        base = Place(self._old.count("\n", 0, op.a_start), op.a_start - begin)
        return Change(row, start, end, base, op.a_end - op.a_start)

    def _put_removed(self, lost: str, came: str) -> None:
        if lost.isspace():
            # Their breaks are gone: drawn, but not made.
            self._put("-" + lost.replace("\n", "↵").replace(" ", "·"), Look.REMOVED)
        elif lost:
            self._put(lost, Look.REMOVED, "-")
            if came and not came.isspace() and not lost.endswith("\n"):
                self._put(" ")

    def _put_added(self, came: str) -> None:
        if came.isspace():
            self._put("+" + came.replace(" ", "·").replace("\n", "↵\n"), Look.ADDED)
        elif came:
            self._put(came, Look.ADDED, "+")

    def _put(self, text: str, look: int = 0, mark: str = "") -> None:
        """Text of one kind; each of its lines begins with the mark, before its first letter."""
        for number, line in enumerate(text.split("\n")):
            if number:
                self._end_line()
            if not line.strip() or not look:
                self._add(line)
                continue
            rest = line.lstrip(" ")
            self._add(line[: len(line) - len(rest)])
            self._starts.append(Place(self._wrapper.source, self._length))
            self._spans.append(Span(self._length, self._length + len(mark + rest), look))
            self._add(mark + rest)

    def _add(self, text: str) -> None:
        self._line.append(text)
        self._length += len(text)

    def _end_line(self) -> None:
        self._wrapper.push_line("".join(self._line), tuple(self._spans))
        self._line, self._length, self._spans = [], 0, []


def _words(text: str) -> int:
    from workbench.core.compare.words import words

    return sum(not word.is_break for word in words(text))
