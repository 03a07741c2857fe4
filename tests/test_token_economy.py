"""The token economy of a prompt from stored runs, rules and prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.storage import an_outcome
from workbench.core.connection import Connection
from workbench.core.errors import StorageError
from workbench.core.json_value import JSON
from workbench.core.outcome import Answer, Choice
from workbench.core.prompt import Message, ParameterValues, Prompt, Role
from workbench.model_cards import card_of
from workbench.services import Services
from workbench.token_economy import costs, read_economy

OPENAI = Connection("openai", "openai", "https://api.openai.com/v1", "api.openai.com")
LAB = Connection("lab", "endpoint", "https://lab.example/v1", "lab.example")
SYSTEM = "너는 한국어 뉴스를 두 줄로 요약한다. 숫자와 날짜는 그대로 옮긴다. " * 80


def a_prompt(text: str, model: str = "gpt-5.4-mini") -> Prompt:
    return Prompt(model=model, messages=(Message(Role.SYSTEM, SYSTEM), Message(Role.USER, text)))


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services.open({"WORKBENCH_HOME": str(tmp_path), "TIKTOKEN_CACHE_DIR": ""}, tmp_path) as opened:
        yield opened


async def keep_runs(services: Services, connection: Connection, count: int) -> None:
    for number in range(count):
        prompt = a_prompt(f"기사 {number}")
        request = services.build(prompt, connection)
        record = await services.history.begin(prompt=prompt, request=request, connection=connection)
        usage: dict[str, JSON] = {
            "prompt_tokens": 2_000,
            "completion_tokens": 100 + number,
            "prompt_tokens_details": {"cached_tokens": 1_000},
        }
        answer = Answer((Choice(0, "요약", "stop"),), prompt.model, usage)
        await record.end(replace(an_outcome(), request=request, answer=answer))
    assert services.database.flush()


async def test_facts_of_a_prompt_at_openai(services: Services) -> None:
    await keep_runs(services, OPENAI, 4)
    known = read_economy(services, a_prompt("기사 새"), OPENAI, "")
    said = " ".join(known.sentences)
    assert "of the prompt and did not change in 4 runs." in said
    assert "the same in the last 4 runs" in said
    assert "over the 1,024 from which api.openai.com caches" in said
    assert "Read from the cache, these tokens cost ~$0.000" in said
    assert "Seen: 50 %" in said
    assert known.typical_answer == 101
    newest = services.history.recent(1)[0].id
    services.deletions.hide([newest])
    assert services.database.flush()
    assert read_economy(services, a_prompt("기사 새"), OPENAI, "").economy.runs == 3
    elsewhere = " ".join(read_economy(services, a_prompt("기사 새"), LAB, "").sentences)
    assert "No run of this prompt" in elsewhere


async def test_the_same_prompt_on_other_models(services: Services) -> None:
    prompt = a_prompt("가").with_parameters(ParameterValues({"max_completion_tokens": 50}))
    known = read_economy(services, prompt, OPENAI, "")
    cards = [card_of(services, OPENAI, name) for name in ("gpt-5.4-mini", "gpt-5.2", "nobody-knows")]
    small, large, unknown = costs(services, known, cards)
    assert small.tokens == large.tokens == known.economy.tokens
    assert small.prompt_usd is not None
    assert large.prompt_usd is not None
    assert 0 < small.prompt_usd < large.prompt_usd
    assert (small.most_answer, small.most_usd) == (50, small.typical_usd)
    assert (unknown.prompt_usd, unknown.window, unknown.fit) == (None, None, "unknown")


def test_history_that_cannot_be_read_is_said_and_the_rest_is_there(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StorageError("history can't be read: it is locked")

    monkeypatch.setattr("workbench.token_economy.recent_runs", fails)
    known = read_economy(services, a_prompt("가"), OPENAI, "")
    assert known.sentences[0] == "history can't be read: it is locked."
    assert known.economy.tokens > 1_000


def test_a_schema_and_tools_are_counted_and_no_image_is_forgotten(services: Services) -> None:
    schema: JSON = {"type": "json_schema", "json_schema": {"name": "r", "schema": {"type": "object"}, "strict": True}}
    plain = read_economy(services, a_prompt("가"), OPENAI, "")
    prompt = a_prompt("가").with_parameters(ParameterValues({"response_format": schema}))
    known = read_economy(services, prompt, OPENAI, "")
    assert [part.role for part in known.economy.parts] == ["system", "user", "schema"]
    assert known.economy.tokens == plain.economy.tokens + known.economy.parts[-1].tokens
    picture: JSON = {
        "role": "user",
        "content": [{"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}],
    }
    with_image = a_prompt("가").with_parameters(ParameterValues({"extra": {"messages": [picture]}}))
    assert "1 image comes on top: not counted here." in read_economy(services, with_image, OPENAI, "").sentences
