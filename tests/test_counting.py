"""Counts that become better: from what endpoints report, and from a table that is fetched once after it was said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.storage import an_outcome
from workbench import counting as counting_module
from workbench.adapters.ranks_download import Fetched
from workbench.core.connection import Connection
from workbench.core.outcome import Answer, Choice
from workbench.core.prompt import Message, Prompt, Role
from workbench.core.request import Request
from workbench.core.token_estimate import weigh
from workbench.counting import Counting
from workbench.services import Services
from workbench.tui.screens import better_counts
from workbench.tui.screens.better_counts import BetterCounts

KOREAN = "다음 주 회의에서 새로운 계획을 발표하고 모두의 의견을 들어 보겠습니다. "
LAB = Connection("lab", "endpoint", "https://lab.example/v1", "lab.example")
OPENAI = Connection("openai", "openai", "https://api.openai.com/v1", "api.openai.com")
LOCAL = Connection("local", "endpoint", "http://127.0.0.1:8000/v1", "127.0.0.1:8000")


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services.open({"WORKBENCH_HOME": str(tmp_path), "TIKTOKEN_CACHE_DIR": ""}, tmp_path) as opened:
        yield opened


async def keep_run(
    services: Services, text: str, tokens: float, model: str = "qwen3", connection: Connection = LAB
) -> None:
    messages = [{"role": "user", "content": text}]
    prompt = Prompt(messages=(Message(Role.USER, text),))
    request = Request({"model": model, "messages": messages})  # type: ignore[dict-item]  # a list of plain objects
    record = await services.history.begin(prompt=prompt, request=request, connection=connection)
    usage = {"prompt_tokens": round(tokens) + 7, "completion_tokens": round(tokens)}
    answer = Answer((Choice(0, text, "stop"),), model, usage)
    await record.end(replace(an_outcome(), request=request, answer=answer))


async def test_an_estimate_learns_from_the_runs_that_are_kept_and_says_from_how_many(services: Services) -> None:
    counting, text = Counting(services), KOREAN * 7
    assert not counting.improve("qwen3", LAB)
    before = services.tokens.count(text, "qwen3", False, LAB.host)
    for times in range(2, 8):
        await keep_run(services, KOREAN * times, 1.5 * weigh(KOREAN * times))
    assert services.database.flush()
    assert counting.improve("qwen3", LAB)
    after = services.tokens.count(text, "qwen3", False, LAB.host)
    assert after.value == pytest.approx(1.5 * before.value, rel=0.03)
    assert not after.exact
    assert services.tokens.calibration(LAB.host, "qwen3").runs == 6
    assert services.tokens.count(text, "qwen3", False, "elsewhere.example") == before
    assert services.tokens.count(text, "other", False, LAB.host) == before
    assert not counting.improve("qwen3", LAB)  # nothing new


def test_the_table_is_wanted_only_where_it_makes_counts_exact_and_requests_leave_this_machine(
    services: Services,
) -> None:
    counting = Counting(services)
    practice = services.connection("practice")
    assert counting.missing("gpt-5.4-mini", OPENAI) == "o200k_base"
    for model, connection in (("qwen3", OPENAI), ("gpt-6.1-sol", OPENAI), ("gpt-5.4-mini", LOCAL), ("gpt-5", practice)):
        assert counting.missing(model, connection) == ""
    services.settings = replace(services.settings, token_table="local")
    assert counting.missing("gpt-5.4-mini", OPENAI) == ""


@pytest.mark.parametrize(("how", "why"), [(Fetched.THERE, ""), (Fetched.FAILED, "the server could not be reached")])
async def test_it_is_said_before_it_is_fetched_and_how_it_went(
    services: Services, monkeypatch: pytest.MonkeyPatch, how: Fetched, why: str
) -> None:
    happened: list[str] = []

    def fetch(encoding: str, _folder: Path) -> tuple[Fetched, str]:
        happened.append(f"fetch {encoding}")
        return how, why

    monkeypatch.setattr(counting_module, "fetch_ranks", fetch)
    monkeypatch.setattr(better_counts, "TOLD_BEFORE", 0)
    monkeypatch.setattr(better_counts, "IDLE", 0)
    prompts = ["a", "b", "c", "c"]  # somebody types
    better = BetterCounts(
        services, say=lambda text, kind: happened.append(text), changed=lambda: happened.append("changed")
    )
    await better.improve("gpt-5.4-mini", OPENAI, lambda: prompts.pop(0))
    await better.improve("gpt-5.4-mini", OPENAI, lambda: prompts.pop(0))
    assert prompts == []
    assert "(3.6 MB from openaipublic.blob.core.windows.net)" in happened[0]
    assert happened[:2] == [better_counts.ANNOUNCEMENT.format("3.6 MB"), "fetch o200k_base"]
    if how is Fetched.THERE:
        assert "exact now" in happened[2]
    else:
        assert why in happened[2]
        assert len(happened) == 3
