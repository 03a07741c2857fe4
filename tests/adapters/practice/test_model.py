"""The corpus, the n-grams and the sampler by themselves."""

from __future__ import annotations

import math
import random
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.adapters.practice import corpus
from workbench.adapters.practice.ngram import START, Counts, base_model
from workbench.adapters.practice.prompt_model import PromptModel, count_prompt_tokens
from workbench.adapters.practice.sampling import NO_TAIL, Sampler, Settings


def test_the_corpus_is_prose() -> None:
    read = corpus.read_corpus()
    assert len(read.sentences) > 1_000
    assert sum(map(len, read.sentences)) > 20_000
    assert len(read.terms) > 100
    assert len(read.headings) > 50
    assert len(read.examples) > 15
    for sentence in read.sentences:
        assert sentence[-1] in corpus.SENTENCE_ENDS
        assert not re.search(r"[*\"()\[\]=:|{}]", "".join(sentence))


def test_a_newer_layout_of_the_topics_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from pydoc_data import topics

    text = (
        "The ``pass`` statement\n**********************\n\n"
        "``pass`` is a null operation (see here), when it is executed, nothing happens.\n"
        "It is useful as a *placeholder* when a statement is required [1].\n\n"
        "   def f(arg): pass\n   f(1)\n\n"
        '   pass_stmt: "pass"\n'
    )
    monkeypatch.setattr(topics, "topics", {"pass": text, "again": text})
    read = corpus.read_corpus()
    assert ["".join(sentence) for sentence in read.sentences] == [
        " ` is a null operation, when it is executed, nothing happens.",
        " It is useful as a placeholder when a statement is required.",
    ]
    assert read.terms == Counter({"pass": 1})
    assert read.headings == ("The `pass` statement",)
    assert read.examples == ("def f(arg): pass\nf(1)",)


def test_back_off_leaves_a_share_for_the_lower_orders() -> None:
    counts = Counts([(" a", " b", "."), (" a", " c", "."), (" d", " b", " e", ".")])
    shares, left = counts.probabilities(counts.longest((START, START, " a")))
    assert shares[" b"] == pytest.approx(shares[" c"])
    assert 0 < left < 0.2
    assert sum(shares.values()) + left == pytest.approx(1)
    assert counts.longest((" x", " y", " z")) == ()
    assert counts.longest((" x", " y", " b")) == (" b",)


def test_training_twice_at_once_gives_one_model() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        assert len({id(model) for model in pool.map(lambda _: base_model(), range(8))}) == 1


COMMON = {" the": 0.2, " of": 0.1, " to": 0.05}
LOGITS = {" x": -0.5, " y": -1.5, " the": -2.0}
TAIL = -3.0


def sampler(seed: int = 0, **values: float) -> Sampler:
    return Sampler(Settings(**values), COMMON, random.Random(seed))  # type: ignore[arg-type]


def exact(logits: dict[str, float], temperature: float) -> dict[str, float]:
    """The distribution over all tokens, by the definition."""
    full = {token: math.log(share) + TAIL for token, share in COMMON.items()} | logits
    weights = {token: math.exp(logit / temperature) for token, logit in full.items()}
    return {token: weight / sum(weights.values()) for token, weight in weights.items()}


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.0])
def test_the_draws_have_the_distribution(temperature: float) -> None:
    drawn = sampler(temperature=temperature)
    counts = Counter(drawn.pick(LOGITS, TAIL) for _ in range(20_000))
    for token, share in exact(LOGITS, temperature).items():
        assert counts[token] / 20_000 == pytest.approx(share, abs=0.015)


def test_logprobs_are_of_the_distribution_at_temperature_1() -> None:
    shares = exact(LOGITS, 1.0)
    told = Sampler(Settings(temperature=0.2, top_logprobs=10), COMMON, random.Random(0))
    for token, share in shares.items():
        assert told.logprob(token, LOGITS, TAIL) == pytest.approx(math.log(share))
    top = told.top(LOGITS, TAIL)
    assert [token for token, _ in top] == sorted(shares, key=lambda token: -shares[token])
    assert sum(math.exp(logprob) for _, logprob in top) == pytest.approx(1)


def test_temperature_0_takes_the_most_probable() -> None:
    assert {sampler(seed, temperature=0).pick(LOGITS, TAIL) for seed in range(5)} == {" x"}
    assert sampler(temperature=0).pick({" x": -9.0}, TAIL) == " the"


def test_top_p_keeps_the_smallest_sufficient_set() -> None:
    shares = exact(LOGITS, 1.0)
    narrow = sampler(top_p=shares[" x"] - 0.01)
    assert {narrow.pick(LOGITS, TAIL) for _ in range(300)} == {" x"}
    wide = sampler(top_p=shares[" x"] + 0.01)
    assert {wide.pick(LOGITS, TAIL) for _ in range(300)} == {" x", " y"}
    assert sampler(top_p=0.0).pick(LOGITS, TAIL) == " x"


def test_penalties_and_bias_change_the_logits() -> None:
    tired = sampler(temperature=0, frequency_penalty=2.0)
    assert [tired.pick({" x": 0.0, " y": -3.0}) for _ in range(4)] == [" x", " x", " y", " x"]
    once = sampler(temperature=0, presence_penalty=2.0)
    assert [once.pick({" x": 0.0, " y": -1.0}) for _ in range(3)] == [" x", " y", " x"]
    banned = Sampler(Settings(temperature=0, bias={" x": -100.0}), COMMON, random.Random(0))
    assert banned.pick(LOGITS, TAIL) == " y"
    wanted = Sampler(Settings(bias={" zebra": 100.0}), COMMON, random.Random(0))
    assert wanted.pick(LOGITS, TAIL) == " zebra"
    assert wanted.pick({"`": 0.0}, NO_TAIL) == "`"


@given(
    st.dictionaries(st.sampled_from([" a", " b", " the", " of", "."]), st.floats(-30, 5), min_size=1),
    st.floats(0, 2), st.floats(0, 1), st.floats(-2, 2), st.floats(-2, 2), st.booleans(), st.integers(0, 5),
)  # fmt: skip
@settings(max_examples=75)
def test_any_parameters_give_a_token_of_the_distribution(
    logits: dict[str, float], temperature: float, top_p: float, frequency: float, presence: float, tail: bool, seed: int
) -> None:
    drawn = sampler(seed, temperature=temperature, top_p=top_p, frequency_penalty=frequency, presence_penalty=presence)
    for _ in range(5):
        assert drawn.pick(logits, TAIL if tail else NO_TAIL) in (logits.keys() | (COMMON.keys() if tail else set()))


def test_a_prompt_brings_its_words_and_sentences() -> None:
    everyday = base_model().everyday
    prompt = PromptModel(
        [
            {"role": "system", "content": "You are terse."},
            {"role": "user", "content": "서울에서 배터리를 샀다. The battery, `code` {{var}} is https://x.y great"},
        ],
        everyday,
    )
    assert "배터리" in prompt.terms
    assert "battery" in prompt.terms
    assert not {"terse", "code", "var", "the"} & prompt.terms.keys()
    assert prompt.counts.after[(" 배터리를",)] == {" 샀다": 1}
    assert prompt.counts.after[(" great",)] == {".": 1}
    assert PromptModel([{"role": "user", "content": "x"}], everyday).key != prompt.key


def test_prompt_tokens_are_counted_as_published() -> None:
    messages = [{"role": "system", "content": "a b"}, {"role": "user", "content": "c", "name": "Ann"}]
    assert count_prompt_tokens(messages) == 3 + (3 + 1 + 2) + (3 + 1 + 1 + 1)
    assert count_prompt_tokens([{"role": "user", "content": [{"type": "text", "text": "c d"}]}]) == 3 + 3 + 1 + 2
