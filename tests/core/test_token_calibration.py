"""What a few runs say of an estimate, and what a few wild counts do not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.json_value import JSON
from workbench.core.token_calibration import (
    NO_CALIBRATION,
    CountedRun,
    Sample,
    calibrate,
    message_texts,
    samples_of,
)
from workbench.core.token_estimate import Scripts, weigh, weigh_scripts

ENGLISH = "The quick brown fox jumps over the lazy dog, and then it goes home to sleep until the morning comes. "
KOREAN = "토큰 사용량을 줄이려고 에이전트 루프를 다시 짰다. 다음 주에는 결과를 표로 정리해서 보내 드리겠습니다. "


def a_run(
    text: str, *, korean: float = 1.6, english: float = 1.0, hidden: int = 0, wild: float = 1.0, shown: bool = True
) -> CountedRun:
    """A run as a server reports it whose tokenizer takes so many times the estimate, with `hidden` tokens on top."""
    weights = weigh_scripts(text)
    tokens = weights.hangul * korean + (weights.total - weights.hangul) * english
    prompt = round((3 + 4 + hidden + tokens) * wild)
    return CountedRun(
        {"messages": [{"role": "user", "content": text}]}, prompt, round(tokens * wild), text if shown else None
    )


def runs(count: int, seed: int = 1, **how: float) -> list[CountedRun]:
    rng = random.Random(seed)
    return [a_run((ENGLISH, KOREAN)[n % 2] * rng.randrange(2, 20), **how) for n in range(count)]  # type: ignore[arg-type]


def learned(found: list[CountedRun]) -> list[tuple[Sample, ...]]:
    return [samples_of(run) for run in found]


def test_it_learns_each_script_apart_and_what_every_prompt_has_on_top() -> None:
    calibration = calibrate(learned(runs(14, hidden=25)))
    assert calibration.weigh(KOREAN * 9) == pytest.approx(1.6 * weigh(KOREAN * 9), rel=0.03)
    assert calibration.weigh(ENGLISH * 9) == pytest.approx(weigh(ENGLISH * 9), rel=0.02)
    assert calibration.extra == pytest.approx(25, abs=3)
    assert calibration.runs == 14
    assert calibration.error is not None
    assert calibration.error_before is not None
    assert calibration.error < 0.02 < calibration.error_before


@settings(max_examples=12)
@given(st.lists(st.sampled_from([0.001, 0.2, 3.0, 5.0, 40.0, 9_999.0]), max_size=4), st.integers(0, 99))
def test_a_few_wild_counts_do_not_move_it(wild: list[float], seed: int) -> None:
    good = runs(16, seed)
    mixed = [*good, *(a_run(KOREAN * 5, wild=times) for times in wild)]
    calm, moved = calibrate(learned(good)), calibrate(learned(mixed))
    for text in (ENGLISH * 6, KOREAN * 6):
        assert moved.weigh(text) == pytest.approx(calm.weigh(text), rel=0.05)
    assert abs(moved.extra - calm.extra) <= 10


def test_korean_that_is_seldom_written_is_learned_beside_much_english() -> None:
    found = [*(a_run(ENGLISH * n) for n in range(2, 20)), *(a_run(KOREAN * n) for n in range(2, 7))]
    assert calibrate(learned(found)).factors.hangul == pytest.approx(1.6, rel=0.03)


def test_two_runs_say_nothing_yet_and_english_nothing_of_korean() -> None:
    assert calibrate(learned(runs(2))) == NO_CALIBRATION
    english = calibrate(learned([a_run(ENGLISH * n, english=1.4) for n in range(3, 12)]))
    assert english.factors.ascii == pytest.approx(1.4, rel=0.02)
    assert english.factors.hangul == 1.0


def test_an_estimate_that_is_right_already_stays_as_it_is() -> None:
    calibration = calibrate(learned(runs(9, korean=1.0)))
    assert calibration.factors == Scripts(1, 1, 1, 1)
    assert calibration.extra == 0
    assert calibration.runs == 9


def test_reasoning_that_is_counted_and_neither_shown_nor_told_is_not_taken_for_the_tokenizers() -> None:
    found = [run._replace(completion_tokens=round(3 * (run.completion_tokens or 0))) for run in runs(12, korean=1.0)]
    calibration = calibrate(learned(found))
    assert calibration.weigh(ENGLISH * 5) == pytest.approx(weigh(ENGLISH * 5), rel=0.03)


@pytest.mark.parametrize(
    "body",
    [
        {"tools": [{"type": "function"}]},
        {"response_format": {"type": "json_schema", "json_schema": {}}},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:"}}]}]},
        {"messages": [{"role": "assistant", "content": "", "tool_calls": [{"id": "1"}]}]},
        {"messages": "no list"},
        {"messages": []},
    ],
)
def test_a_prompt_with_more_than_text_says_nothing(body: dict[str, JSON]) -> None:
    run = a_run(ENGLISH, shown=False)
    assert len(samples_of(run)) == 1
    assert samples_of(run._replace(request={**run.request, **body})) == ()


def test_the_texts_of_a_request() -> None:
    request: dict[str, JSON] = {"messages": [{"role": "system", "content": "한"}, {"role": "user", "content": ""}]}
    assert message_texts(request) == (("system", "한"), ("user", ""))


@given(st.text(max_size=80))
@settings(max_examples=60)
def test_the_weights_by_script_are_the_estimate(text: str) -> None:
    assert weigh_scripts(text).total == pytest.approx(weigh(text))
