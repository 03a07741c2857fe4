"""What is said, and that it is never more than the answers show."""

from __future__ import annotations

import json
from random import Random
from time import process_time

import pytest

from tests.core.compare.worlds import slots
from workbench.core.compare.answers import DistanceCache
from workbench.core.compare.needed import Needed, repeats_needed
from workbench.core.compare.variety import Order
from workbench.core.compare.verdict import Verdict, verdict
from workbench.core.compare.verdict_words import p_words

LADDER = ["temperature 0", "temperature 0.5", "temperature 1", "temperature 1.5"]
TEMPERATURE = Order("temperature", (0.0, 0.5, 1.0, 1.5))
OTHER = "b"


def column(spread: float, repeats: int, content: str = "a", seed: int = 0) -> list[list[str]]:
    random = Random(f"{spread}/{repeats}/{content}/{seed}")
    return [[slots(spread, content, random) for _ in range(repeats)]]


def test_the_variety_grows() -> None:
    found = verdict(LADDER, [column(q, 5) for q in (0, 0.1, 0.3, 0.5)], order=TEMPERATURE)
    assert found.words.startswith("The variety grows with temperature (p < 0.001)")
    assert found.words.endswith(". With temperature 0, every answer was the same.")
    assert found.notes == ()


def test_two_columns_at_the_same_temperature_differ_in_nothing() -> None:
    answers = [column(0.3, 5), column(0.3, 5, seed=1)]
    found = verdict(["temperature 1"] * 2, answers, order=Order("temperature", (1.0, 1.0)))
    assert found.words.startswith("No difference larger than the noise was found (content p = 0.")
    assert found.findings.trend is None
    assert "variety" not in found.words.split("(")[0]


def test_few_repeats_cannot_show_what_they_cannot_show() -> None:
    found = verdict(["a", "b"], [column(0.3, 3), column(0.3, 3, OTHER)])
    assert found.words == (
        "No difference larger than the noise was found; with 3 repeats p can't fall below 0.1, 4 would do."
    )
    enough = verdict(["a", "b"], [column(0.3, 4), column(0.3, 4, OTHER)])
    assert enough.words == "The content differs between a and b (p = 0.029)."


def test_a_p_that_equals_the_level_shows_nothing() -> None:
    found = verdict(["t 0", "t 1"], [column(0, 3), column(0.5, 3)], order=Order("t", (0.0, 1.0)))
    assert found.findings.variety.p_value == 0.05
    assert found.words == (
        "No difference larger than the noise was found; with 3 repeats p can't fall below 0.05, 4 would do."
        " With t 0, every answer was the same."
    )
    enough = verdict(["t 0", "t 1"], [column(0, 4), column(0.5, 4)], order=Order("t", (0.0, 1.0)))
    assert enough.words.startswith("The variety grows with t (p = 0.014)")


def test_a_limit_of_one_question_alone_is_said_of_it() -> None:
    other, same = ([column(0.3, 2, f"{content}{case}")[0] for case in range(5)] for content in "ba")
    found = verdict(["a", "b"], [other, same])
    assert found.words == (
        "The content differs between a and b (p = 0.0041)."
        " With 2 repeats p for the variety can't fall below 0.062, 3 would do."
    )
    one_way = [["x"] * 2] * 5
    still = verdict(["a", "b"], [other, one_way])
    assert still.words.endswith("With b, every answer was the same for each case.")
    assert still.notes == ("With 2 repeats p for the variety can't fall below 0.062, 3 would do.",)


def test_the_correction_is_counted_for_pairs() -> None:
    found = verdict(LADDER, [column(0.3, 3, content) for content in "abcd"])
    assert found.words == "The content differs between the settings (p < 0.001)."
    assert found.notes == (
        "No two of the 4 settings can be told apart one by one with 3 repeats (p can't fall below 0.6); 5 would do.",
    )


def test_the_pairs_that_differ_are_named() -> None:
    found = verdict(["m1", "m2", "m3"], [column(0.3, 5), column(0.3, 5, OTHER), column(0.3, 5, seed=1)])
    assert found.words == "The content differs between m1 and m2 and between m2 and m3 (p < 0.001)."
    every = verdict(["m1", "m2", "m3"], [column(0.3, 5, content) for content in "abc"])
    assert every.words == "The content differs between each two settings (p < 0.001)."
    some = verdict([f"m{i}" for i in range(5)], [column(0.3, 6, "a" if i else "b", seed=i) for i in range(5)])
    assert some.words == "The content differs in 4 of 10 pairs of settings (p < 0.001)."


def test_variety_without_an_order_says_where_it_is_larger() -> None:
    found = verdict(["m1", "m2"], [column(0.6, 6), column(0.05, 6)])
    assert found.words.startswith("The variety is larger with m1 than with m2 (p = 0.0")


def test_a_variety_that_does_not_grow_is_not_said_to_grow() -> None:
    found = verdict(LADDER, [column(q, 6) for q in (0.6, 0.3, 0.1, 0.02)], order=TEMPERATURE)
    assert found.words.startswith("The variety differs between the settings (p")
    assert found.findings.variety.p_value == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("labels", "answers", "words"),
    [
        ([], [], "There is no complete answer yet."),
        (["a", "b"], [[[]], []], "There is no complete answer yet."),
        (["a"], [[["x", "y"]]], "One setting has nothing to be compared with."),
        (["a"], [[["x", "x"]]], "One setting has nothing to be compared with. With a, every answer was the same."),
        (["a", "b"], [[["x", "y"]], [[]]], "Too few complete answers: only a has any."),
        (["a", "b"], [[["x"] * 3]] * 2, "All 6 answers are the same."),
        (["a", "b"], [[["x"], ["y"]]] * 2, "All 4 answers are the same, for each case."),
        (
            ["a", "b"],
            [[["x"]], [["y"]]],
            "With one answer of each setting there is no telling a difference from noise; 4 repeats would do.",
        ),
        (
            ["a", "b"],
            [[["x"] * 5], [["y"] * 5]],
            "The content differs between a and b (p = 0.0079). With each of the 2 settings, every answer was the same.",
        ),
    ],
)
def test_what_there_is_to_say_without_much(labels: list[str], answers: list[list[list[str]]], words: str) -> None:
    assert verdict(labels, answers).words == words


def test_what_is_not_counted_is_said() -> None:
    found = verdict(["a", "b", "c"], [column(0.3, 3), column(0.3, 1), [[]]], incomplete=5)
    assert found.notes[:2] == (
        "5 answers that did not complete are not counted.",
        "There is no complete answer with c.",
    )
    assert "with so few complete answers" in found.words
    assert (
        verdict(["a", "b"], [column(0.3, 3)] * 2, incomplete=1).notes[0].startswith("1 answer that did not complete is")
    )


def test_unequal_numbers_are_a_caution_where_both_differ() -> None:
    found = verdict(["a", "b"], [column(0.02, 8), column(0.6, 5, OTHER)])
    assert found.findings.content.p_value == pytest.approx(1 / 1287)
    assert any("part of the difference in content may be one in variety" in note for note in found.notes)


def test_cases_are_said_with_the_same_answer() -> None:
    answers = [[["x"] * 3, ["y"] * 3], [["x", "x q", "z"], ["y r", "y", "w w"]]]
    assert verdict(["a", "b"], answers).words.endswith("With a, every answer was the same for each case.")


def test_json() -> None:
    found = verdict(LADDER[:2], [column(0.05, 5), column(0.6, 5)], order=Order("temperature", (0.0, 0.5)))
    given = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert list(given) == ["comparisons", "tests", "verdict"]
    (pair,) = given["comparisons"]
    assert list(pair) == ["a", "b", "distance_between", "p_value", "smallest_possible_p", "differs"]
    assert (pair["a"], pair["b"], pair["differs"]) == (0, 1, pair["p_value"] <= 0.05)
    assert given["tests"]["variety"]["p_value"] == pytest.approx(1 / 252)
    assert given["tests"]["variety"]["method"] == "trend"
    assert given["tests"]["variety"]["dispersion"]["smallest_possible_p"] == pytest.approx(1 / 126)
    assert given["tests"]["content"]["smallest_possible_p"] == pytest.approx(1 / 126)
    assert given["verdict"] == found.words
    none = verdict(["a", "b"], [[["x"]], [["y"]]]).to_json()
    assert none["tests"]["content"]["p_value"] is None  # type: ignore[index,call-overload]
    assert none["comparisons"][0]["differs"] is None  # type: ignore[index,call-overload]


def test_how_many_repeats_would_do() -> None:
    assert repeats_needed(2, 1, None) == Needed(4, 4, 4)
    assert repeats_needed(2, 1, Order("t", (0, 1))) == Needed(4, 4, 4)
    assert repeats_needed(4, 1, TEMPERATURE) == Needed(2, 5, 2)
    assert repeats_needed(8, 1, None) == Needed(2, 7, 3)
    assert repeats_needed(2, 5, None) == Needed(2, 2, 3)
    assert (
        repeats_needed(
            2,
            1,
            Order(
                "t",
                (
                    0,
                    0,
                ),
                (0, 1),
            ),
        ).variety
        is None
    )
    assert repeats_needed(1, 1, None) == Needed(None, None, None)


def test_p_is_shown_on_the_side_on_which_it_counts() -> None:
    assert [p_words(p) for p in (0.0004, 0.004, 0.0499, 0.0504, 0.43, 1.0)] == [
        "p < 0.001", "p = 0.004", "p = 0.0499", "p = 0.0504", "p = 0.43", "p = 1"
    ]  # fmt: skip


def test_labels_columns_and_positions_must_agree() -> None:
    with pytest.raises(ValueError, match="1 labels for 2 columns"):
        verdict(["a"], [[["x"]], [["y"]]])
    with pytest.raises(ValueError, match="4 positions for 2 columns"):
        verdict(["a", "b"], [[["x"]], [["y"]]], order=TEMPERATURE)


def test_the_same_answers_give_the_same_verdict_and_a_cache_changes_nothing() -> None:
    answers = [column(q, 6) for q in (0.1, 0.12, 0.15, 0.2)]
    cache = DistanceCache()
    verdict(LADDER, [[one[0][:3]] for one in answers], cache=cache)
    found: list[Verdict] = [verdict(LADDER, answers, order=TEMPERATURE, cache=given) for given in (None, cache, cache)]
    assert found[0] == found[1] == found[2]


def test_eight_columns_of_ten_long_answers() -> None:
    random = Random(1)
    answers = [[[" ".join(slots(0.3, "a", random) for _ in range(5)) for _ in range(10)]] for _ in range(8)]
    began = process_time()
    found = verdict([f"c{i}" for i in range(8)], answers, order=Order("x", tuple(map(float, range(8)))))
    assert process_time() - began < 3  # 0.4 s where nothing else is at work
    assert found.words.startswith("No difference larger than the noise was found (")
