"""How far two answers are apart, by words: 0 for the same words, 1 where no word stays.

The edit distance over words (Levenshtein 1966: words put in, taken out, changed) divided by the number of words of
the longer answer. Line breaks count as words; the width of spaces between words does not. It is no metric in the
strict sense (the triangle inequality can fail by a little, as for every distance normalised so), which the tests of
this package do not need. Long answers take time in proportion to their length: see `align`.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from workbench.core.compare.align import Coded, Vocabulary, edits
from workbench.core.compare.words import keys

_UNKNOWN = -1.0


def distance(a: str, b: str) -> float:
    """The share of words, 0 to 1, that separates `a` from `b`."""
    return Distances().between(a, b)


class Distances:
    """Distances between texts that come one after another: each text is split once, each pair compared once.

    Keeps the texts it has seen, 1 to 4 bytes for each of their words, and 8 bytes for each pair of those compared.
    """

    def __init__(self) -> None:
        self._vocabulary = Vocabulary()
        self._coded: dict[str, Coded] = {}
        self._places: dict[str, int] = {}
        self._compared: list[Coded] = []
        self._known: list[array[float]] = []

    def between(self, a: str, b: str) -> float:
        """The share of words, 0 to 1, that separates `a` from `b`."""
        return self._at(self._place(a), self._place(b))

    def words(self, text: str) -> int:
        """How many words `text` has; line breaks are none."""
        return self._vocabulary.words(self._code(text))

    def matrix(self, texts: Sequence[str]) -> list[list[float]]:
        """The distance of each text from each, as rows; symmetric, zeros on its diagonal."""
        places = [self._place(text) for text in texts]
        rows = [[0.0] * len(places) for _ in places]
        for i, a in enumerate(places):
            for j in range(i):
                rows[i][j] = rows[j][i] = self._at(a, places[j])
        return rows

    def _code(self, text: str) -> Coded:
        coded = self._coded.get(text)
        if coded is None:
            coded = self._coded[text] = self._vocabulary.code(keys(text))
        return coded

    def _place(self, text: str) -> int:
        place = self._places.get(text)
        if place is None:
            place = self._places[text] = len(self._compared)
            self._compared.append(self._code(text))
            self._known.append(array("d", [_UNKNOWN]) * place)
        return place

    def _at(self, a: int, b: int) -> float:
        if a == b:
            return 0.0
        row, column = self._known[max(a, b)], min(a, b)
        if row[column] == _UNKNOWN:
            one, other = self._compared[a], self._compared[b]
            longer = max(len(one.words), len(other.words))
            row[column] = edits(one, other) / longer if longer else 0.0
        return row[column]
