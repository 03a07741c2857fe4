"""What counts as drift between two recordings, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.core.drift.asked import asked_case, asked_parameters, changes
from workbench.core.drift.measure import noise_of
from workbench.core.drift.moved import CHECKS, CONTENT, MODEL, PROMPT_TOKENS, TEXT, Moved, moved
from workbench.core.drift.rates import rates_p
from workbench.core.drift.recording import RecordedCase, RecordedCheck, RecordedColumn, Recording
from workbench.core.drift.retired import retirement
from workbench.core.secret import Secret

CATS = tuple(f"The cat number {number} sat on the mat and slept." for number in range(5))
DOGS = tuple(f"A dog of {number} years ran over wet grass, quickly." for number in range(5))


def column(
    *answers: tuple[str, ...], temperature: float = 0.7, checks: tuple[RecordedCheck, ...] = (), tokens: int = 9
) -> RecordedColumn:
    return RecordedColumn(
        setting={"temperature": temperature},
        connection="c",
        host="h",
        model="m",
        parameters={"temperature": temperature},
        models={"m-1": 5},
        fingerprints={"fp_1": 5},
        noise=noise_of(answers),
        checks=checks,
        cases=tuple(
            RecordedCase(f"r{place}", prompt_tokens=tokens, answers=each) for place, each in enumerate(answers)
        ),
    )


def recording(*columns: RecordedColumn) -> Recording:
    return Recording("p", "c", 5, columns)


def signs(found: Moved) -> list[str]:
    return [sign for each in found.columns for sign in each.moved]


def test_noise_is_no_drift_and_another_content_is() -> None:
    other = tuple(text.replace("slept", "dozed") for text in CATS)
    quiet = moved(recording(column(CATS)), recording(column((*other[:2], *CATS[2:]))))
    assert (quiet.drifted, quiet.can_tell, quiet.identical) == (False, True, False)
    found = moved(recording(column(CATS)), recording(column(DOGS)))
    assert (found.drifted, signs(found)) == (True, [CONTENT])
    assert found.p_value == pytest.approx(1 / 126)
    assert found.columns[0].known == 0


def test_few_answers_can_show_nothing_and_say_how_many_would() -> None:
    found = moved(recording(column(CATS[:3])), recording(column(DOGS[:3])))
    assert (found.drifted, found.can_tell) == (False, False)
    assert found.smallest_possible_p == pytest.approx(0.1)
    assert found.repeats_needed == 4
    same = moved(recording(column(CATS[:3])), recording(column(CATS[:2])))
    assert (same.identical, same.can_tell) == (True, True)


def test_one_changed_column_of_many_is_named() -> None:
    old = recording(*(column(CATS, temperature=value) for value in (0.5, 1.0, 1.5)))
    new = recording(column(CATS, temperature=0.5), column(DOGS, temperature=1.0), column(CATS, temperature=1.5))
    found = moved(old, new)
    assert [(each.place, each.moved) for each in found.columns] == [(0, ()), (1, (CONTENT,)), (2, ())]
    assert found.columns[1].p_value == pytest.approx(3 / 126)


@pytest.mark.parametrize(
    ("recorded", "now", "drift"),
    [
        (("yes",) * 3, ("yes",) * 3, False),
        (("가나",) * 3, ("가나",) * 3, False),
        (("yes",) * 3, ("yes", "yes", "yes."), True),
        (("yes",), ("no",), True),
        # It was not the same text each time when it was recorded: then it need not be now.
        (("yes", "yes", "yes sir"), ("yes", "sir", "yes sir"), False),
    ],
)
def test_at_temperature_0_the_text_counts(recorded: tuple[str, ...], now: tuple[str, ...], drift: bool) -> None:
    found = moved(recording(column(recorded, temperature=0)), recording(column(now, temperature=0)))
    assert (TEXT in signs(found)) is drift is found.drifted
    assert found.columns[0].expects_text is (len(set(recorded)) == 1)


def test_a_model_and_a_prompt_that_counts_otherwise_are_drift_and_a_fingerprint_is_not() -> None:
    old = column(CATS)
    assert signs(moved(recording(old), recording(replace(old, models={"m-1": 4, "m-2": 1})))) == [MODEL]
    assert signs(moved(recording(replace(old, models={"m-1": 4, "m-2": 1})), recording(old))) == []
    assert signs(moved(recording(replace(old, models={})), recording(old))) == []
    assert signs(moved(recording(old), recording(column(CATS, tokens=10)))) == [PROMPT_TOKENS]
    another_build = moved(recording(old), recording(replace(old, fingerprints={"fp_2": 5})))
    assert (another_build.drifted, another_build.columns[0].new_fingerprints) == (False, ("fp_2",))


def test_checks_that_pass_another_share() -> None:
    def checked(passed: int, failed: int) -> Recording:
        return recording(column(CATS, checks=(RecordedCheck("contains", "cat", passed, failed),)))

    assert signs(moved(checked(5, 0), checked(0, 5))) == [CHECKS]
    assert signs(moved(checked(5, 0), checked(4, 1))) == []
    assert signs(moved(checked(3, 0), checked(0, 3))) == [CHECKS]
    assert signs(moved(checked(1, 0), checked(0, 1))) == []
    assert moved(checked(5, 0), recording(column(CATS))).columns[0].checks == ()


def test_the_test_of_rates_gives_no_more_false_alarms_than_5_percent() -> None:
    """Over every outcome of m and n answers at any one rate."""
    from math import comb

    for m, n in ((3, 3), (5, 5), (3, 10), (10, 5)):
        for rate in (step / 40 for step in range(1, 40)):
            alarms = sum(
                comb(m, a) * comb(n, b) * rate ** (a + b) * (1 - rate) ** (m + n - a - b)
                for a in range(m + 1)
                for b in range(n + 1)
                if (rates_p(a, m, b, n) or 0) < 0.05
            )
            assert alarms < 0.05, (m, n, rate, alarms)
    assert rates_p(0, 0, 1, 1) is None


def test_false_alarms_of_the_content_stay_at_5_percent() -> None:
    """Recorded and new answers from one source."""
    from random import Random

    random = Random(6)
    words = "rain sun wind snow fog hail storm cloud".split()
    alarms = 0
    for _ in range(100):
        texts = [" ".join(random.choices(words, k=12)) for _ in range(10)]
        alarms += moved(recording(column(tuple(texts[:5]))), recording(column(tuple(texts[5:])))).content
    assert alarms <= 9  # 5 % of 100, and two standard deviations


def test_only_what_was_asked_the_same_is_compared() -> None:
    old, new = recording(column(CATS, CATS)), column(DOGS, CATS)
    other = replace(new, cases=(replace(new.cases[0], request="else"), new.cases[1]))
    found = moved(old, recording(other))
    assert (found.drifted, found.columns[0].runs, found.identical) == (False, 5, True)
    assert moved(old, recording(replace(new, host="elsewhere"))).columns == ()
    unanswered = replace(new, cases=(replace(new.cases[0], answers=()), new.cases[1]))
    assert moved(old, recording(unanswered)).columns[0].runs == 5


def test_answers_cut_when_recorded_are_compared_as_far_as_they_go() -> None:
    long = tuple(f"{text} {'word ' * 40_000}{place}" for place, text in enumerate(CATS))
    old = recording(column(long)).to_keep()
    assert old.characters is not None
    assert sum(len(text) for text in old.columns[0].cases[0].answers) <= 240_000
    assert moved(old, recording(column(long))).identical


# -- changes here ----------------------------------------------------------------------------------------------------


def test_no_key_is_in_what_is_kept() -> None:
    key = "gateway-key-of-more-than-16"
    told = RecordedColumn(
        setting={"user": key},
        connection="c",
        host="h",
        model="m",
        parameters={"metadata": {key: [key]}},
        models={f"m {key}": 1},
        fingerprints={key: 1},
        checks=(RecordedCheck("contains", key),),
        cases=(RecordedCase("r", answers=(f"it is {key}",)),),
    )
    kept = replace(recording(told), variables={"what": f"Bearer {key}"}).masked(Secret(key).mask)
    assert key not in repr(kept)
    assert kept.columns[0].cases[0].answers == ("it is [key]",)


def asked(text: str = "hi", **parameters: object) -> Recording:
    body = {"model": "m", "messages": [{"role": "system", "content": text}, {"role": "user", "content": "q"}]}
    body |= {"stream": True, **parameters}  # type: ignore[dict-item]
    case, sent = asked_case(body), asked_parameters(body)  # type: ignore[arg-type]
    return recording(RecordedColumn({}, "c", "h", "m", sent, cases=(case,)))


def test_what_changed_here_is_named_and_how_it_comes_is_no_change() -> None:
    assert changes(asked(), asked(stream=False)) == ()
    assert [each.words for each in changes(asked(temperature=0.5), asked(temperature=0.7))] == [
        "temperature 0.5, now 0.7"
    ]
    assert [each.words for each in changes(asked(), asked("hello", seed=1))] == [
        "seed not sent, now 1", "message 1 (system)",
    ]  # fmt: skip
    schema, other = {"type": "json_schema", "s": "x" * 300}, {"type": "json_schema", "s": "y" * 300}
    assert [each.words for each in changes(asked(response_format=schema), asked(response_format=other))] == [
        "response_format"
    ]
    moved_away = replace(asked(), columns=(replace(asked().columns[0], host="other", setting={"top_p": 1}),))
    assert [each.words for each in changes(asked(), moved_away)] == [
        "the setting top_p 1 is new", "the setting of no axis is gone",
    ]  # fmt: skip
    with_persona = replace(asked("x"), parts={"persona kind-ko": "2"})
    told = changes(replace(asked(), parts={"persona kind-ko": "1"}), with_persona)
    assert [each.words for each in told] == ["the persona kind-ko", "message 1 (system)"]


def test_a_models_end_is_told_from_60_days_on() -> None:
    from datetime import date, timedelta

    today = date(2026, 11, 23)
    assert retirement("m", None, today) is retirement("m", today + timedelta(61), today) is None
    soon, gone = retirement("m", today + timedelta(60), today), retirement("m", today, today)
    assert soon is not None
    assert gone is not None
    assert (soon.gone, gone.gone) == (False, True)
    assert gone.words == "m was switched off on 2026-11-23"
