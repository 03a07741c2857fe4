"""What changed between two texts, by words: made for reading beside both.

The words kept are the longest common subsequence (see `align` for long texts). A few short words that happen to stand
in two otherwise different passages are not shown as kept, so that a rewritten sentence reads as one change (the
clean-up of Fraser's diff-match-patch, 2006, by words). Spaces and line breaks count where they differ: the pieces of
`a` joined are `a`, the pieces of `b` joined are `b`, and an equal piece differs at most in its Unicode form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.core.compare.align import Block, Vocabulary, equal_blocks
from workbench.core.compare.words import Word, same_form, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Kind = Literal["equal", "insert", "delete", "replace"]


class DiffOp(NamedTuple):
    """`a[a_start:a_end]` stands, or was replaced by, `b[b_start:b_end]`; offsets count characters of the texts."""

    kind: Kind
    a_start: int
    a_end: int
    b_start: int
    b_end: int


def diff(a: str, b: str) -> tuple[DiffOp, ...]:
    """How `a` becomes `b`, in order and without gaps; empty for two empty texts."""
    vocabulary, a_words, b_words = Vocabulary(), words(a), words(b)
    blocks = equal_blocks(vocabulary.code(word.key for word in a_words), vocabulary.code(word.key for word in b_words))
    kept = _without_islands(blocks, a_words, b_words)
    return tuple(_joined(_ops(a, b, kept, a_words, b_words)))


def _without_islands(blocks: Sequence[Block], a: Sequence[Word], b: Sequence[Word]) -> list[Block]:
    """The blocks that are no islands: shorter, in letters, than half the change on either side, and without a break."""
    kept: list[Block] = []
    before: list[int] = []  # letters changed before each kept block
    end = Block(len(a), len(b), 0)
    at = Block(0, 0, 0)
    for block in [*blocks, end]:
        changed = _changed(at, block, a, b)
        while kept and _is_island(kept[-1], min(before[-1], changed), a):
            island = kept.pop()
            changed += before.pop() + _letters(a[island.a : island.a + island.size])
        kept.append(block)
        before.append(changed)
        at = block
    return kept[:-1]


def _changed(last: Block, block: Block, a: Sequence[Word], b: Sequence[Word]) -> int:
    return max(_letters(a[last.a + last.size : block.a]), _letters(b[last.b + last.size : block.b]))


def _letters(run: Sequence[Word]) -> int:
    return sum(word.end - word.start for word in run)


def _is_island(block: Block, change: int, a: Sequence[Word]) -> bool:
    if block.size > change:
        return False
    run = a[block.a : block.a + block.size]
    return 2 * _letters(run) <= change and not any(word.is_break for word in run)


def _ops(a: str, b: str, blocks: Sequence[Block], a_words: Sequence[Word], b_words: Sequence[Word]) -> Iterator[DiffOp]:
    """The kept words as equal pieces and, between one and the next, what differs there: words, or only the space."""
    at_a = at_b = 0
    for block in blocks:
        for i in range(block.size):
            one, other = a_words[block.a + i], b_words[block.b + i]
            yield from _gap(a, b, at_a, one.start, at_b, other.start)
            yield from _gap_or_equal(a, b, one, other)
            at_a, at_b = one.end, other.end
    yield from _gap(a, b, at_a, len(a), at_b, len(b))


def _gap_or_equal(a: str, b: str, one: Word, other: Word) -> Iterator[DiffOp]:
    # Breaks are compared with \r\n as \n: they are kept in the alignment and shown as changed.
    if one.is_break and a[one.start : one.end] != b[other.start : other.end]:
        yield DiffOp("replace", one.start, one.end, other.start, other.end)
    else:
        yield DiffOp("equal", one.start, one.end, other.start, other.end)


def _gap(a: str, b: str, a_start: int, a_end: int, b_start: int, b_end: int) -> Iterator[DiffOp]:
    """One stretch between two kept words: equal space at its ends, and between them what changed."""
    one, other = a[a_start:a_end], b[b_start:b_end]
    if same_form(one) == same_form(other):
        yield DiffOp("equal", a_start, a_end, b_start, b_end)
        return
    lead = _space(one, other)
    trail = _space(one[lead:][::-1], other[lead:][::-1])
    yield DiffOp("equal", a_start, a_start + lead, b_start, b_start + lead)
    a_start, a_end, b_start, b_end = a_start + lead, a_end - trail, b_start + lead, b_end - trail
    kind: Kind = "insert" if a_start == a_end else "delete" if b_start == b_end else "replace"
    yield DiffOp(kind, a_start, a_end, b_start, b_end)
    yield DiffOp("equal", a_end, a_end + trail, b_end, b_end + trail)


def _space(one: str, other: str) -> int:
    """How many characters of space both begin with, the same ones."""
    count = 0
    for x, y in zip(one, other, strict=False):
        if x != y or not x.isspace():
            break
        count += 1
    return count


def _joined(ops: Iterator[DiffOp]) -> Iterator[DiffOp]:
    last: DiffOp | None = None
    for op in ops:
        if op.a_start == op.a_end and op.b_start == op.b_end:
            continue
        if last is not None and last.kind == op.kind:
            last = last._replace(a_end=op.a_end, b_end=op.b_end)
            continue
        if last is not None:
            yield last
        last = op
    if last is not None:
        yield last
