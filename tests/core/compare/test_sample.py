"""Of very many answers the first are compared, of very long ones the beginning, and the verdict says so."""

from __future__ import annotations

import json
from random import Random
from time import process_time

import pytest

from tests.core.compare.worlds import slots
from workbench.core.compare.answers import Answers, DistanceCache
from workbench.core.compare.sample import Reach, sampled
from workbench.core.compare.variety import Order
from workbench.core.compare.verdict import Verdict, verdict
from workbench.core.compare.words import keys

SAMPLE = "workbench.core.compare.sample"


def made(columns: int, repeats: int, cases: int = 1, spread: float = 0.3) -> list[list[list[str]]]:
    random = Random(f"{columns}/{repeats}/{cases}")
    return [
        [[slots(spread, f"{column}c{case}", random) for _ in range(repeats)] for case in range(cases)]
        for column in range(columns)
    ]


def told(answers: Answers) -> Verdict:
    order = Order("temperature", tuple(map(float, range(len(answers))))) if len(answers) > 1 else None
    return verdict([f"t{column}" for column in range(len(answers))], answers, order=order)


def test_what_is_usual_is_compared_whole() -> None:
    answers = made(8, 10)
    sample = sampled(answers, DistanceCache())
    assert sample.within is answers
    assert sample.between is answers
    assert sample.reach_within is None is sample.reach_between
    assert sampled([], DistanceCache()) == ([], [], None, None)
    assert sampled([[], [[]]], DistanceCache())[2:] == (None, None)


def test_of_many_the_first_are_compared_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{SAMPLE}._WORK", 0.01)
    answers = made(4, 60)
    answers[0][0][59] = answers[0][0][58]
    sample = sampled(answers, DistanceCache())
    assert sample.reach_within == Reach(len(sample.within[0][0]), None)
    assert sample.reach_between == Reach(len(sample.between[0][0]), None)
    assert 60 > len(sample.within[0][0]) > len(sample.between[0][0]) > 9
    assert [list(column[0]) for column in sample.within] == [
        column[0][: len(sample.within[0][0])] for column in answers
    ]
    found = told(answers)
    spread = found.findings.spreads[0]
    assert (spread.runs, spread.distinct) == (60, 59)
    assert spread.identical_share == pytest.approx(2 / 60)
    assert found.notes == (
        f"Only the first {len(sample.between[0][0])} answers of each setting for the content and the first "
        f"{len(sample.within[0][0])} answers of each setting for the variety were compared: all of it would take too "
        "long.",
    )
    tests = json.loads(json.dumps(found.to_json()))["tests"]
    assert tests["content"]["compared"] == {"repeats": len(sample.between[0][0]), "characters": None}
    assert tests["variety"]["compared"] == {"repeats": len(sample.within[0][0]), "characters": None}


def test_answers_that_still_come_in_change_nothing_of_what_was_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{SAMPLE}._WORK", 0.01)
    answers, cache = made(4, 60), DistanceCache()
    before = sampled([[column[0][:40]] for column in answers], cache)
    after = sampled(answers, cache)
    assert before.between == after.between
    assert told(answers) == told(answers)


def test_identical_answers_take_little_time_and_are_all_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{SAMPLE}._WORK", 0.05)
    assert sampled([[["same " * 300] * 80]] * 2, DistanceCache()).reach_between is None
    assert sampled([[[f"{text} {'same ' * 300}" for text in range(80)]]] * 2, DistanceCache()).reach_between is not None


def test_of_long_answers_the_beginning_is_compared() -> None:
    long = "word " * 20_000
    found = told([[[long, f"other {long}"]], [[long, f"some {long}"]]])
    assert found.findings.reach_within == found.findings.reach_between == Reach(None, 64_000)
    assert found.notes[0] == (
        "Only the first 64,000 characters of each answer were compared: all of it would take too long."
    )
    assert found.findings.spreads[0].longest == 12_800


def test_first_repeats_are_given_up_then_length_then_further_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [[[f"{text} {'word ' * 1700}" for text in range(30)] for _ in range(2)] for _ in range(3)]
    reaches = []
    for work in (100.0, 0.1, 0.05, 0.01, 5e-4, 1e-4, 1e-9):
        monkeypatch.setattr(f"{SAMPLE}._WORK", work)
        reaches.append(sampled(answers, DistanceCache()).reach_between)
    assert reaches == [
        None,
        Reach(13, None),
        Reach(10, 8_000),
        Reach(5, 4_000),
        Reach(3, 2_000),
        Reach(2, 500),
        Reach(0, None),
    ]
    assert "of each setting to each case and of each the first 2,000 characters" in " ".join(
        _notes(answers, 5e-4, monkeypatch)
    )
    assert _notes(answers, 1e-9, monkeypatch)[0] == "There are too many answers to compare the content of the settings."


def _notes(answers: Answers, work: float, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    monkeypatch.setattr(f"{SAMPLE}._WORK", work)
    return told(answers).notes


def test_very_many_characters_are_not_even_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{SAMPLE}.MOST_CHARACTERS", 20_000)
    answers = made(2, 200)
    split: list[str] = []

    def keys_of(text: str) -> list[str]:
        split.append(text)
        return keys(text)

    monkeypatch.setattr("workbench.core.compare.distance.keys", keys_of)
    sample = sampled(answers, DistanceCache())
    assert sum(map(len, split)) <= 20_000
    assert sample.reach_within is not None
    assert sample.reach_within == sample.reach_between


def test_where_no_content_is_compared_the_variety_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{SAMPLE}._WORK", 0.02)
    random = Random(2)
    answers = [[[slots(0.004 * column, "a", random) for _ in range(3)]] for column in range(120)]
    found = told(answers)
    assert found.findings.reach_between == Reach(0, None)
    assert found.findings.content.p_value is None
    assert found.words.startswith("The variety grows with temperature (p < 0.001)")
    assert found.notes == ("There are too many answers to compare the content of the settings.",)
    assert len(found.findings.comparisons) == 4950 + 20


def test_a_thousand_answers_take_seconds() -> None:
    began = process_time()
    found = told(made(100, 10))
    assert process_time() - began < 10  # about 2 s where nothing else is at work
    assert found.words == "The content differs between the settings (p < 0.001)."
    assert found.notes[-1] == (
        "No two of the 100 settings can be told apart one by one: too few answers of each were compared."
    )


def test_more_ways_than_a_number_of_json_can_say() -> None:
    tests = told(made(9, 3, cases=2)).to_json()["tests"]
    assert json.loads(json.dumps(tests))["content"]["splits"] == 10**15
