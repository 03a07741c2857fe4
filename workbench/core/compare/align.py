"""Two sequences of words laid side by side, in bounded time however long or repetitive they are.

Words become characters of one string (equal words, equal characters), which rapidfuzz compares 64 at a time (Hyyrö
2003 for the edit distance, 2004 for the longest common subsequence). Up to 4,096 words against as many this is exact.
Beyond, whole equal sentences and lines are matched first, as their longest common subsequence, and what lies between
them is compared exactly where it is small and otherwise in pieces of about 1,024 words, cut at the same relative
places. So the work grows with the length and not with its square, the edits counted are never too few, and answers
that share sentences are matched at the right ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_EXACT = 4096 * 4096
_PIECE = 1024
_SHORTEST_SENTENCE = 4
_SENTENCE_ENDS = frozenset(".!?。！？…")
_CODES = 0x110000


class Coded(NamedTuple):
    """A text as characters: one for each word, and one for each sentence with the words at which they start.

    A text too short to be cut is one sentence.
    """

    words: str
    sentences: str
    starts: Sequence[int]


class Region(NamedTuple):
    """A stretch `a[a_start:a_end]` against `b[b_start:b_end]`; what lies between regions is equal, word for word."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int


class Block(NamedTuple):
    """`size` words that are equal, from `a[a]` and `b[b]` on."""

    a: int
    b: int
    size: int


class Vocabulary:
    """Words as characters: the same word the same character, for as long as the vocabulary lives.

    Past 1,114,112 different words, two may share a character: one difference in a million goes unseen.
    """

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._sentences: dict[str, str] = {}
        self._ends: set[str] = set()
        self._breaks: set[str] = set()

    def words(self, coded: Coded) -> int:
        """How many words a text has that was coded here: line breaks are none."""
        return len(coded.words) - sum(map(coded.words.count, self._breaks))

    def code(self, keys: Iterable[str]) -> Coded:
        codes = self._words
        words = "".join([codes.get(key) or self._added(key) for key in keys])
        starts = [0, *self._starts(words)] if len(words) > _PIECE else [0]
        sentences = [words[start:end] for start, end in zip(starts, [*starts[1:], len(words)], strict=True)]
        return Coded(words, "".join(self._sentence(sentence) for sentence in sentences), starts)

    def _added(self, key: str) -> str:
        code = self._words[key] = chr(len(self._words) % _CODES)
        if key.isspace():
            self._breaks.add(code)
        if key in _SENTENCE_ENDS or key.isspace():
            self._ends.add(code)
        return code

    def _sentence(self, sentence: str) -> str:
        return self._sentences.setdefault(sentence, chr(len(self._sentences) % _CODES))

    def _starts(self, words: str) -> Iterator[int]:
        begin, ends = 0, self._ends
        for at, code in enumerate(words[:-1], 1):
            if code in ends and at - begin >= _SHORTEST_SENTENCE:
                yield at
                begin = at


def edits(a: Coded, b: Coded) -> int:
    """How many words must be put in, taken out or changed to make `b` of `a` (Levenshtein); at least the fewest."""
    from rapidfuzz.distance import Levenshtein

    if len(a.words) * len(b.words) <= _EXACT:
        return Levenshtein.distance(a.words, b.words)
    return sum(
        Levenshtein.distance(a.words[part.a_start : part.a_end], b.words[part.b_start : part.b_end])
        for part in _regions(a, b)
    )


def equal_blocks(a: Coded, b: Coded) -> list[Block]:
    """The words that `a` and `b` have in common, in order, as many as there are (longest common subsequence)."""
    blocks: list[Block] = []
    at_a = at_b = 0
    for part in _regions(a, b):
        _add(blocks, Block(at_a, at_b, part.a_start - at_a))
        for block in _common(a.words[part.a_start : part.a_end], b.words[part.b_start : part.b_end]):
            _add(blocks, Block(part.a_start + block.a, part.b_start + block.b, block.size))
        at_a, at_b = part.a_end, part.b_end
    _add(blocks, Block(at_a, at_b, len(a.words) - at_a))
    return blocks


def _add(blocks: list[Block], block: Block) -> None:
    if not block.size:
        return
    last = blocks[-1] if blocks else Block(-1, -1, 0)
    if (last.a + last.size, last.b + last.size) == (block.a, block.b):
        blocks[-1] = last._replace(size=last.size + block.size)
    else:
        blocks.append(block)


def _common(a: str, b: str) -> Iterator[Block]:
    from rapidfuzz.distance import LCSseq

    for op in LCSseq.opcodes(a, b):
        if op.tag == "equal":
            yield Block(op.src_start, op.dest_start, op.src_end - op.src_start)


def _regions(a: Coded, b: Coded) -> Iterator[Region]:
    whole = Region(0, len(a.words), 0, len(b.words))
    if len(a.words) * len(b.words) <= _EXACT:
        yield whole
        return
    at_a = at_b = 0
    for block in _equal_sentences(a, b):
        yield from _pieces(Region(at_a, block.a, at_b, block.b))
        at_a, at_b = block.a + block.size, block.b + block.size
    yield from _pieces(Region(at_a, whole.a_end, at_b, whole.b_end))


def _equal_sentences(a: Coded, b: Coded) -> Iterator[Block]:
    whole = Region(0, len(a.sentences), 0, len(b.sentences))
    ends = [*a.starts, len(a.words)]
    for part in _pieces(whole):
        for block in _common(a.sentences[part.a_start : part.a_end], b.sentences[part.b_start : part.b_end]):
            first = part.a_start + block.a
            yield Block(ends[first], b.starts[part.b_start + block.b], ends[first + block.size] - ends[first])


def _pieces(region: Region) -> Iterator[Region]:
    long_a, long_b = region.a_end - region.a_start, region.b_end - region.b_start
    count = 1 if long_a * long_b <= _EXACT // 4 else -(-max(long_a, long_b) // _PIECE)
    for i in range(count if long_a or long_b else 0):
        yield Region(
            region.a_start + long_a * i // count,
            region.a_start + long_a * (i + 1) // count,
            region.b_start + long_b * i // count,
            region.b_start + long_b * (i + 1) // count,
        )
