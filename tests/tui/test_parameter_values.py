from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.json_value import JSON
from workbench.core.parameters import BY_NAME, PARAMETERS, check_value, parse_value
from workbench.tui.widgets.parameter_values import (
    can_step,
    field_text,
    first_step,
    fraction_of,
    has_start,
    is_ranged,
    number_text,
    start_value,
    stepped,
    value_at,
    value_text,
)

TEMPERATURE = BY_NAME["temperature"]
STEPPED = [parameter for parameter in PARAMETERS if can_step(parameter)]
VALUES: st.SearchStrategy[JSON] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=2).map(lambda items: [*items]),
)


def test_tenths_stay_exact() -> None:
    value: JSON = 0
    seen = []
    for _ in range(20):
        value = stepped(TEMPERATURE, value, 1).value
        seen.append(value)
    assert seen == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] + [n / 10 for n in range(11, 20)] + [2]
    assert [value_text(v) for v in seen[:3]] == ["0.1", "0.2", "0.3"]


def test_a_step_stops_at_the_range_and_says_so() -> None:
    moved = stepped(TEMPERATURE, 1.95, 1)
    assert (moved.value, moved.notice) == (2, "temperature goes no further than 2 here; Enter takes any value")
    assert stepped(TEMPERATURE, 9, -1).value == 2
    assert stepped(BY_NAME["frequency_penalty"], -2, -10).value == -2
    assert stepped(TEMPERATURE, 0.5, 1).notice == ""


def test_a_large_seed_is_not_rounded() -> None:
    assert stepped(BY_NAME["seed"], 2**62 + 1, 1).value == 2**62 + 2


def test_a_value_of_the_wrong_type_starts_over() -> None:
    assert stepped(TEMPERATURE, "hot", 1).value == 1
    assert stepped(TEMPERATURE, float("nan"), 1).value == 1
    assert stepped(TEMPERATURE, True, 1).value == 1


def test_choices_turn_around_and_booleans_flip() -> None:
    verbosity = BY_NAME["verbosity"]
    assert stepped(verbosity, "high", 1).value == "low"
    assert stepped(verbosity, "low", -10).value == "high"
    assert stepped(verbosity, "odd", 1).value == "medium"
    assert stepped(BY_NAME["logprobs"], True, -1).value is False
    assert first_step(BY_NAME["stream"], 1).value is False, "not set means on, so the first step is off"


def test_the_first_step_starts_where_no_default_is_known() -> None:
    assert first_step(TEMPERATURE, -1).value == 0.9
    assert first_step(BY_NAME["max_completion_tokens"], 1).value == 1024


@given(st.sampled_from(STEPPED), VALUES, st.lists(st.sampled_from([-10, -1, 1, 10]), max_size=12))
@settings(max_examples=80)
def test_steps_end_in_a_right_value(parameter: object, value: JSON, steps: list[int]) -> None:
    row = next(p for p in STEPPED if p is parameter)
    for step in steps:
        value = stepped(row, value, step).value
        assert check_value(row, value) == ""


@given(st.sampled_from([p for p in PARAMETERS if is_ranged(p)]), st.floats(-1, 2))
@settings(max_examples=60)
def test_a_place_on_the_bar_is_a_right_value_near_it(parameter: object, fraction: float) -> None:
    row = next(p for p in PARAMETERS if p is parameter)
    value = value_at(row, fraction)
    assert check_value(row, value) == ""
    assert row.step is not None
    assert row.minimum is not None
    assert row.maximum is not None
    half = row.step / (row.maximum - row.minimum) / 2
    assert abs(fraction_of(row, value) - min(1.0, max(0.0, fraction))) <= half + 1e-9


def test_starts_are_right_values() -> None:
    for parameter in PARAMETERS:
        if has_start(parameter):
            assert check_value(parameter, start_value(parameter)) == "", parameter.name
    assert not has_start(BY_NAME["stop"])
    assert not has_start(BY_NAME["user"])


def test_only_ranges_that_a_bar_can_show_have_one() -> None:
    ranged = {parameter.name for parameter in PARAMETERS if is_ranged(parameter)}
    assert ranged == {"temperature", "top_p", "frequency_penalty", "presence_penalty", "n", "top_logprobs"}


def test_numbers_read_as_a_person_writes_them() -> None:
    texts = [number_text(value) for value in (0.7, 1.0, 1, -0.25, 1e-7, 1e300)]
    assert texts == ["0.7", "1", "1", "-0.25", "1e-07", "1e+300"]
    assert value_text("") == '""'
    assert value_text({"type": "text"}) == '{"type": "text"}'
    assert len(value_text("x" * 100_000)) <= 400


@given(st.sampled_from(["user", "stop", "reasoning_effort"]), st.text(max_size=12))
@settings(max_examples=80)
def test_what_a_field_shows_is_read_back_as_the_same_text(name: str, text: str) -> None:
    shown = field_text(BY_NAME[name], text)
    assert shown.isprintable()
    assert parse_value(name, shown) == text


def test_a_text_that_looks_like_a_number_keeps_its_quotes() -> None:
    assert field_text(BY_NAME["user"], "42") == "42"
    assert field_text(BY_NAME["user"], '"42"') == '"\\"42\\""'
    assert field_text(BY_NAME["stop"], ["\n", "END"]) == '["\\n", "END"]'
    assert field_text(TEMPERATURE, 0) == "0"
