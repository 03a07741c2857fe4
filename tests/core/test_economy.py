"""Where the tokens of a prompt are, what stays the same in its runs, and how that is said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.beside_messages import Spoken, counted_beside, spoken
from workbench.core.economy import CacheSeen, Economy, Origin, PastRun, Prefix, economy, is_of
from workbench.core.economy_words import (
    CacheFacts,
    count_sentence,
    part_sentences,
    prefix_sentences,
    seen_sentence,
    uncounted_words,
)
from workbench.core.json_value import JSON
from workbench.core.token_calibration import NO_CALIBRATION, Calibration

SYSTEM = Spoken("system", "너는 뉴스를 요약한다. " * 30)


def a_prompt(text: str) -> tuple[Spoken, ...]:
    return SYSTEM, Spoken("user", text)


def found(text: str, past: list[PastRun], **more: dict[str, int]) -> Economy:
    messages = a_prompt(text)
    return economy(messages, past, len, 3 + sum(4 + len(each.text) for each in messages), more.get("beside"))


def test_the_largest_part_and_how_long_it_has_been_the_same() -> None:
    past = [PastRun(a_prompt(f"기사 {n}"), 400, cached_tokens=n * 10, completion_tokens=90 + n) for n in range(12)]
    known = found("기사 새", past)
    system, user = known.largest
    assert (system.place, system.role, system.unchanged) == (1, "system", 12)
    assert system.share == pytest.approx(system.tokens / known.tokens)
    assert user.unchanged == 0
    assert known.runs == 12
    assert known.typical_answer == 95
    assert known.seen == CacheSeen(12, 660, 4800)
    share = f"{system.share:.0%}".replace("%", " %")
    assert part_sentences(known) == [f"The system message is {share} of the prompt and did not change in 12 runs."]


def test_the_beginning_that_stays_the_same_goes_into_the_next_message() -> None:
    past = [PastRun(a_prompt(f"기사 {n}"), 400) for n in range(5)]
    prefix = found("기사 새", past).prefix
    assert prefix == Prefix(4 + len(SYSTEM.text) + len("기사 "), 1, len("기사 "), 5)
    assert found("기사 0", past[:1]).prefix == Prefix(8 + len(SYSTEM.text) + 4, 2, 0, 1, whole=True)


def test_a_run_from_before_an_edit_ends_the_row() -> None:
    other = Spoken("system", "전에는 다른 말이었다. " * 30)
    past = [PastRun(a_prompt("가"), 9), PastRun(a_prompt("나"), 9), PastRun((other, Spoken("user", "가")), 9)]
    known = found("다", past)
    assert known.prefix.runs == 2
    assert known.parts[0].unchanged == 2


def test_a_role_that_changed_and_a_picture_share_nothing() -> None:
    past = [PastRun((Spoken("developer", SYSTEM.text),), 9)]
    assert found("가", past).prefix.tokens == 0
    picture = Spoken("system", SYSTEM.text, more='{"parts":[]}')
    assert found("가", [PastRun((picture,), 9)]).prefix.tokens == 0


def test_without_runs_nothing_is_claimed() -> None:
    known = found("가", [])
    assert known.prefix.runs == 0
    assert known.seen is None
    assert known.typical_answer is None
    assert all("change" not in sentence for sentence in part_sentences(known))
    assert "not known" in prefix_sentences(known.prefix, CacheFacts("h"), exact=True)[0]
    assert seen_sentence(None, 0) == ""


def test_tools_and_a_schema_are_parts_without_a_place() -> None:
    known = found("가", [], beside={"schema": 900, "images": 0})
    assert known.largest[0] == known.parts[-1]
    assert known.parts[-1].place == 0
    assert part_sentences(known)[0].startswith("The schema is ")


@given(st.lists(st.text(max_size=6), max_size=3), st.lists(st.lists(st.text(max_size=6), max_size=3), max_size=4))
@settings(max_examples=60)
def test_the_common_beginning_is_one(mine: list[str], theirs: list[list[str]]) -> None:
    messages = tuple(Spoken("user", text) for text in mine)
    past = [PastRun(tuple(Spoken("user", text) for text in texts), 1) for texts in theirs]
    prefix = economy(messages, past, len, 1).prefix
    for run in past[: prefix.runs]:
        assert run.messages[: prefix.messages] == messages[: prefix.messages]
        if prefix.inside:
            cut = prefix.inside
            assert run.messages[prefix.messages].text[:cut] == messages[prefix.messages].text[:cut]


CACHE = CacheFacts("api.openai.com", 1_024, 0.0041, 0.00041)


@pytest.mark.parametrize(
    ("prefix", "cache", "said"),
    [
        (
            Prefix(2_310, 2, 0, 12),
            CACHE,
            [
                "The first 2 messages (2,310 tokens) are the same in the last 12 runs.",
                "That is over the 1,024 from which api.openai.com caches a beginning.",
                "Read from the cache, these tokens cost $0.00041 a run in place of $0.0041.",
            ],
        ),
        (
            Prefix(714, 1, 0, 1),
            CACHE,
            [
                "The first message (714 tokens) is the same in the last run.",
                "That is 310 tokens short of the 1,024 from which api.openai.com caches a beginning.",
            ],
        ),
        (
            Prefix(90, 0, 90, 3),
            CacheFacts("lab.example"),
            [
                "The first 90 tokens of message 1 (90 tokens) are the same in the last 3 runs.",
                "From how many tokens lab.example caches is not known here.",
            ],
        ),
        (
            Prefix(5_000, 3, 0, 2, whole=True),
            CacheFacts("practice", free=True),
            ["The whole prompt (5,000 tokens) is the same in the last 2 runs."],
        ),
        (Prefix(0, 0, 0, 4), CACHE, ["Nothing at the beginning is the same as in the last 4 runs."]),
    ],
)
def test_the_sentences_on_the_cache(prefix: Prefix, cache: CacheFacts, said: list[str]) -> None:
    assert prefix_sentences(prefix, cache, exact=True) == said


def test_an_estimate_is_marked_in_a_sentence_too() -> None:
    assert "(~714 tokens)" in prefix_sentences(Prefix(714, 1, 0, 1), CACHE, exact=False)[0]


def test_what_was_seen_of_the_cache() -> None:
    assert seen_sentence(CacheSeen(12, 640, 1_000), 12) == (
        "Seen: 64 % of the prompt tokens of 12 runs came from the cache (640 of 1,000)."
    )
    assert "nothing" in seen_sentence(CacheSeen(1, 0, 1_000), 1)
    assert "not reported" in seen_sentence(None, 3)


def test_images_that_nobody_can_count_are_said() -> None:
    assert uncounted_words(0) == ""
    assert uncounted_words(1) == "1 image comes on top: not counted here."
    assert uncounted_words(2) == "2 images come on top: not counted here."


def test_how_it_was_counted() -> None:
    def said(calibration: Calibration = NO_CALIBRATION, *, exact: bool = False, has_ranks: bool = False) -> str:
        return count_sentence(exact=exact, practice=False, calibration=calibration, has_ranks=has_ranks)

    assert "exactly" in said(exact=True)
    assert "after three runs" in said()
    assert "by 12 runs at this host: off by 2.1 %" in said(Calibration(runs=12, error=0.021, error_before=0.35))
    assert "35 % without" in said(Calibration(runs=12, error=0.021, error_before=0.35))
    assert "The server adds about 25 of its own." in said(Calibration(extra=25.2, runs=12, error=0.021))
    assert "(~)" in said(has_ranks=True)


@pytest.mark.parametrize(
    ("preset", "name", "first", "is_one"),
    [
        ("news", "other", "x", True),
        ("other", "News", SYSTEM.text, False),
        ("", "News", "x", True),
        ("", "Other", SYSTEM.text, False),
        ("", "", SYSTEM.text, True),
        ("", "", "x", False),
    ],
)
def test_which_runs_are_of_a_prompt(preset: str, name: str, first: str, is_one: bool) -> None:
    assert is_of(Origin("news", "News", SYSTEM), preset, name, (Spoken("system", first),)) is is_one


def test_the_messages_of_a_request_as_they_are_compared() -> None:
    image: JSON = {"type": "image_url", "image_url": {"url": "stored-image:12"}}
    request: dict[str, JSON] = {
        "messages": [
            {"role": "system", "content": "한"},
            {"role": "user", "content": [{"type": "text", "text": "what is"}, image]},
            {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
            "junk",
        ],
        "response_format": {"type": "json_schema", "json_schema": {"name": "r"}},
        "tools": [{"type": "function"}],
    }
    first, second, third = spoken(request)
    assert first == Spoken("system", "한")
    assert second.text == "what is"
    assert "stored-image:12" in second.more
    assert '"id":"1"' in third.more
    assert set(counted_beside(request)) == {"tools", "schema", "calls"}
    assert spoken({"messages": "none"}) == ()
