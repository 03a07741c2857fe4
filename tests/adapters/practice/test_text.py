"""Answers in text: what each parameter does to them, over the wire."""

from __future__ import annotations

import math
import re
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.practice.support import ENGLISH, KOREAN, ask, body_of, post, sdk, stream, text_of
from workbench.adapters.practice import END_OF_TEXT, count_tokens, token_id
from workbench.adapters.practice.prompt_model import count_prompt_tokens

PROMPTS = (ENGLISH, KOREAN, "Explain what a tuple is.")


@pytest.mark.parametrize("prompt", [*PROMPTS, "hi", "?", "", "日本語のテキスト"])
async def test_an_answer_has_80_tokens_and_ends_with_a_sentence(prompt: str) -> None:
    for seed in range(3):
        answer = await ask(prompt, seed=seed)
        choice = answer["choices"][0]
        assert choice["finish_reason"] == "stop"
        assert choice["message"]["content"][-1] in ".?!"
        assert 80 <= answer["usage"]["completion_tokens"] <= 320


async def test_usage_is_counted_in_its_own_tokens() -> None:
    answer = await ask(seed=4)
    usage, text = answer["usage"], answer["choices"][0]["message"]["content"]
    assert usage["completion_tokens"] == count_tokens(text)
    assert usage["prompt_tokens"] == count_prompt_tokens(body_of()["messages"])
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["prompt_tokens_details"]["cached_tokens"] == 0
    assert usage["completion_tokens_details"]["reasoning_tokens"] == 0


async def test_the_prompts_words_come_back() -> None:
    english = " ".join([await text_of(seed=seed) for seed in range(4)])
    assert "coffee" in english
    korean = " ".join([await text_of(KOREAN, seed=seed) for seed in range(4)])
    assert re.search("서울시는|도시락|공원", korean)


async def test_the_text_reads_as_text() -> None:
    texts = [await text_of(prompt, seed=seed) for prompt in (*PROMPTS, *"abcdefghi") for seed in range(2)]
    for text in texts:
        prose = re.sub(r"```python\n.*?\n```", "code.", text, flags=re.DOTALL)
        assert not re.search(r" [.,;]|\n\n\n|[.?!]{2}|\x02", prose)
        assert text.count("`") % 2 == 0
    together = "\n".join(texts)
    assert "\n\n" in together
    assert "\n- " in together
    assert "```python\n" in together
    assert re.search(r"^## ", together, re.MULTILINE)


def spread(texts: list[str]) -> float:
    pairs = [
        1 - SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()
        for one, other in combinations(texts, 2)
    ]
    return sum(pairs) / len(pairs)


async def test_variety_grows_with_temperature() -> None:
    spreads = []
    for temperature in (0, 0.5, 1, 1.5):
        each = [[await text_of(prompt, temperature=temperature, seed=seed) for seed in range(5)] for prompt in PROMPTS]
        spreads.append(sum(map(spread, each)) / len(each))
    assert spreads[0] == 0
    assert spreads == sorted(spreads)
    assert 0.02 < spreads[1] < 0.4
    assert spreads[2] - spreads[1] > 0.2
    assert spreads[3] - spreads[2] > 0.05


async def test_a_seed_repeats_and_no_seed_does_not() -> None:
    assert await text_of(seed=7, temperature=1.3) == await text_of(seed=7, temperature=1.3)
    assert await text_of(seed=7, temperature=1.3) != await text_of(seed=8, temperature=1.3)
    assert len({await text_of() for _ in range(3)}) == 3
    assert await text_of(temperature=0) == await text_of(temperature=0, seed=5, top_p=0.5)
    assert await text_of("another prompt", temperature=0) != await text_of(temperature=0)


async def test_top_p_narrows() -> None:
    assert await text_of(top_p=0.0, temperature=2) == await text_of(temperature=0)
    narrow = [await text_of(top_p=0.5, temperature=1, seed=seed) for seed in range(4)]
    wide = [await text_of(temperature=1, seed=seed) for seed in range(4)]
    assert spread(narrow) < spread(wide)


async def test_frequency_penalty_spreads_the_words() -> None:
    def repeated(text: str) -> float:
        words = text.lower().split()
        return 1 - len(set(words)) / len(words)

    runs = range(4)
    more = [repeated(await text_of(seed=seed, frequency_penalty=-1.5, max_tokens=120)) for seed in runs]
    plain = [repeated(await text_of(seed=seed, max_tokens=120)) for seed in runs]
    less = [repeated(await text_of(seed=seed, frequency_penalty=1.5, max_tokens=120)) for seed in runs]
    assert sum(less) < sum(plain) < sum(more)
    calm = [repeated(await text_of(seed=seed, presence_penalty=2, max_tokens=120)) for seed in runs]
    assert sum(calm) < sum(plain)


async def test_logit_bias_bans_a_word() -> None:
    plain = [await text_of(seed=seed) for seed in range(3)]
    assert any(re.search(r"\bthe\b", text) for text in plain)
    bias = {str(token_id("the")): -100}
    for seed in range(3):
        assert not re.search(r"\bthe\b", (await text_of(seed=seed, logit_bias=bias)).split("```")[0])


async def test_logit_bias_brings_a_word_and_keeps_the_end_away() -> None:
    text = await text_of(logit_bias={str(token_id("function")): 100}, seed=1, max_tokens=60)
    assert text.count("function") > 20
    answer = await ask(logit_bias={str(END_OF_TEXT): -100}, max_tokens=600)
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["usage"]["completion_tokens"] == 600


@pytest.mark.parametrize("key", ["max_tokens", "max_completion_tokens"])
async def test_the_cap_is_exact(key: str) -> None:
    for cap in (1, 17):
        capped: dict[str, Any] = {key: cap}
        answer = await ask(seed=1, **capped)
        assert answer["choices"][0]["finish_reason"] == "length"
        assert answer["usage"]["completion_tokens"] == cap


async def test_practice_fast_fills_a_large_cap() -> None:
    answer = await ask(max_completion_tokens=3_000)
    assert answer["usage"]["completion_tokens"] == 3_000
    assert answer["choices"][0]["finish_reason"] == "length"


async def test_verbosity_moves_the_length() -> None:
    lengths = [(await ask(verbosity=level, temperature=0))["usage"]["completion_tokens"] for level in ("low", "high")]
    assert lengths[0] < lengths[1]


async def test_a_stop_string_across_tokens_is_cut_out() -> None:
    whole = await text_of(seed=2)
    start = len(whole) // 2
    for stop in (whole[start : start + 9], whole[start], whole[start + 3 : start + 40]):
        answer = await ask(seed=2, stop=[stop, "never to be seen"])
        choice = answer["choices"][0]
        assert choice["message"]["content"] == whole[: whole.index(stop)]
        assert choice["finish_reason"] == "stop"
        streamed = await stream(seed=2, stop=stop)
        assert streamed.text() == whole[: whole.index(stop)]
        assert streamed.finish_reasons() == {0: "stop"}


async def test_the_earliest_stop_wins_and_a_beginning_alone_does_not_cut() -> None:
    whole = await text_of(seed=2)
    later, earlier = whole[60:64], whole[30:34]
    text = await text_of(seed=2, stop=[later, earlier])
    assert text == whole[: min(whole.index(later), whole.index(earlier))]
    assert await text_of(seed=2, stop=whole[-3:] + "zzz") == whole


async def test_n_choices_are_the_same_streamed_and_whole() -> None:
    answer = await ask(n=3, seed=3)
    texts = [choice["message"]["content"] for choice in answer["choices"]]
    assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2]
    assert len(set(texts)) == 3
    streamed = await stream(n=3, seed=3)
    assert [streamed.text(index) for index in range(3)] == texts
    assert streamed.finish_reasons() == {0: "stop", 1: "stop", 2: "stop"}


async def test_logprobs_tell_each_token() -> None:
    answer = await ask(KOREAN, seed=1, logprobs=True, top_logprobs=5)
    choice = answer["choices"][0]
    entries = choice["logprobs"]["content"]
    assert "".join(entry["token"] for entry in entries) == choice["message"]["content"]
    assert len(entries) == answer["usage"]["completion_tokens"]
    for entry in entries:
        assert bytes(entry["bytes"]).decode() == entry["token"]
        assert entry["logprob"] <= 0
        top = entry["top_logprobs"]
        assert 1 <= len(top) <= 5
        assert [item["logprob"] for item in top] == sorted((item["logprob"] for item in top), reverse=True)
        assert sum(math.exp(item["logprob"]) for item in top) <= 1.000_001
        same = [item["logprob"] for item in top if item["token"] == entry["token"]]
        assert not same or same[0] == entry["logprob"]


async def test_greedy_tokens_are_the_top_ones_and_plain_logprobs_have_no_tops() -> None:
    answer = await ask(temperature=0, logprobs=True, top_logprobs=1)
    for entry in answer["choices"][0]["logprobs"]["content"]:
        assert entry["top_logprobs"][0]["token"] == entry["token"]
    plain = await ask(temperature=0, logprobs=True)
    assert all(entry["top_logprobs"] == [] for entry in plain["choices"][0]["logprobs"]["content"])
    assert (await ask(temperature=0))["choices"][0]["logprobs"] is None


async def test_streamed_logprobs_are_the_whole_ones() -> None:
    whole = await ask(seed=5, logprobs=True, top_logprobs=2, stop=["and"])
    streamed = await stream(seed=5, logprobs=True, top_logprobs=2, stop=["and"])
    entries = [
        entry
        for chunk in streamed.chunks
        for choice in chunk["choices"]
        for entry in (choice["logprobs"] or {"content": []})["content"]
    ]
    assert entries == whole["choices"][0]["logprobs"]["content"]


messages = st.lists(
    st.fixed_dictionaries({
        "role": st.sampled_from(["system", "user", "assistant", "developer"]),
        "content": st.text(max_size=60) | st.sampled_from(PROMPTS),
    }),
    min_size=1,
    max_size=4,
)  # fmt: skip
parameters = st.fixed_dictionaries(
    {"seed": st.integers(0, 9), "max_completion_tokens": st.integers(1, 200)},
    optional={
        "temperature": st.floats(0, 2),
        "top_p": st.floats(0, 1),
        "frequency_penalty": st.floats(-2, 2),
        "presence_penalty": st.floats(-2, 2),
        "stop": st.lists(st.sampled_from([".", "the", " a", "\n", "e i"]), max_size=4) | st.just("is"),
        "n": st.integers(1, 3),
        "logit_bias": st.dictionaries(
            st.sampled_from([token_id(word) for word in ("the", ".", "-", "value", "\n\n")] + [END_OF_TEXT]).map(str),
            st.floats(-100, 100),
        ),
        "reasoning_effort": st.sampled_from(["none", "high"]),
        "logprobs": st.booleans(),
    },
)


@given(messages, parameters)
@settings(max_examples=40)
async def test_any_messages_and_parameters_give_the_same_valid_answer_streamed_and_whole(
    messages: list[dict[str, str]], parameters: dict[str, Any]
) -> None:
    body = {"model": "practice-fast", "messages": messages, **parameters}
    response = await post(body)
    assert response.status_code == 200, response.text
    whole = response.json()
    async with sdk() as client:
        texts: dict[int, str] = {}
        async for chunk in await client.chat.completions.create(**body, stream=True):
            for choice in chunk.choices:
                texts[choice.index] = texts.get(choice.index, "") + (choice.delta.content or "")
    assert texts == {choice["index"]: choice["message"]["content"] for choice in whole["choices"]}
    stops = parameters.get("stop", [])
    for choice in whole["choices"]:
        assert choice["finish_reason"] in ("stop", "length")
        for stop in [stops] if isinstance(stops, str) else stops:
            assert stop not in choice["message"]["content"]
    cap = parameters["max_completion_tokens"] * parameters.get("n", 1)
    assert 0 < whole["usage"]["completion_tokens"] <= cap
