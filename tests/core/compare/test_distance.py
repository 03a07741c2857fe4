"""Distances: the known ones, their bounds, and long texts."""

from __future__ import annotations

from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.compare.distance import Distances, distance
from workbench.core.compare.words import keys

SENTENCES = st.lists(st.sampled_from(["a", "b", "가", "나", ".", "\n"]), max_size=30).map(" ".join)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("", "", 0.0),
        ("", "a b", 1.0),
        ("a b c d", "a b c d", 0.0),
        ("a b c d", "a  b c\td", 0.0),
        ("a b c d", "a x c d", 0.25),
        ("a b c d", "b c d", 0.25),
        ("a b c", "x y z", 1.0),
        ("한글 좋다", "\u1112\u1161\u11ab\u1100\u1173\u11af 좋다", 0.0),
        ("a\nb", "a b", 1 / 3),
        ("漢字", "漢詩", 0.5),
    ],
)
def test_known_distances(a: str, b: str, expected: float) -> None:
    assert distance(a, b) == pytest.approx(expected)
    assert distance(b, a) == pytest.approx(expected)


@settings(max_examples=50)
@given(SENTENCES, SENTENCES)
def test_it_is_the_edit_distance(a: str, b: str) -> None:
    one, other = keys(a), keys(b)
    row = list(range(len(other) + 1))
    for i, x in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    assert distance(a, b) == pytest.approx(row[-1] / max(len(one), len(other), 1))


def test_the_matrix_is_that_of_the_pairs_and_grows_with_new_texts() -> None:
    texts = ["a b c", "a b d", "a b c", "", "x"]
    distances = Distances()
    first = distances.matrix(texts[:3])
    whole = distances.matrix(texts)
    assert [row[:3] for row in whole[:3]] == first
    assert whole == [[distance(a, b) for b in texts] for a in texts]


def _prose(random: Random, count: int) -> list[str]:
    return [f"w{random.randrange(5000)}" + ("." if random.random() < 0.08 else "") for _ in range(count)]


def test_long_answers_are_compared_in_bounded_time_and_at_the_right_places() -> None:
    random = Random(1)
    base = _prose(random, 20_000)
    shifted = " ".join([*_prose(random, 700), *base[500:9000], *_prose(random, 300), *base[9000:]])
    changed = " ".join(f"x{i}" if i % 10 == 0 else word for i, word in enumerate(base))
    other = " ".join(f"y{i}" for i in range(20_000))
    text = " ".join(base)
    distances = Distances()
    began = process_time()
    assert distances.between(text, changed) == pytest.approx(0.1, abs=0.02)
    assert distances.between(text, shifted) == pytest.approx(1000 / 21_000, abs=0.01)
    assert distances.between(text, other) > 0.99
    assert distances.between(text, text) == 0
    assert process_time() - began < 3
    assert distance("word " * 50_000, "word " * 25_000) == pytest.approx(0.5)


def test_more_words_than_characters_to_name_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.core.compare.align._CODES", 50)
    words = [f"a{i}" for i in range(200)]
    changed = [*words[:7], "new", *words[8:]]
    assert distance(" ".join(words), " ".join(changed)) == pytest.approx(1 / 200)
