"""Parallel calls as servers really stream them: in fragments, without an index, with one index for all, cut off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.fault_server import CUT, FaultServer, Step, sse, text_chunk
from workbench.core.call_facts import call_facts
from workbench.core.events import State
from workbench.core.json_value import JSON
from workbench.core.message_parts import function_calls
from workbench.core.prompt import Message, ParameterValues, Prompt, Role
from workbench.core.tools import example_tool
from workbench.services import Services
from workbench.tui.conversation import with_answer

WEATHER = '{"city": "서울", "unit": "celsius", "day": null}'
TIME: dict[str, JSON] = {"type": "function", "function": {"name": "get_time"}}


def fragment(arguments: str, name: str = "", id: str = "", index: int | None = None) -> dict[str, Any]:
    function = {"arguments": arguments, **({"name": name} if name else {})}
    place = {} if index is None else {"index": index}
    chunk = text_chunk()
    chunk["choices"][0]["delta"] = {"tool_calls": [{**place, **({"id": id} if id else {}), "function": function}]}
    return chunk


PIECES = [WEATHER[i : i + 3] for i in range(0, len(WEATHER), 3)]
UNINDEXED = (
    fragment("", "get_weather", "call_a"),
    *(fragment(piece) for piece in PIECES),
    fragment("", "get_time", "call_b"),
    fragment("{}"),
)
ALL_ZERO = (fragment(WEATHER, "get_weather", "call_a", 0), fragment("{}", "get_time", "call_b", 0))
NO_IDS = (fragment(WEATHER[:9], "get_weather"), fragment(WEATHER[9:]), fragment("{}", "get_time"))


@pytest.mark.parametrize("fragments", [UNINDEXED, ALL_ZERO, NO_IDS], ids=["no index", "index 0 for all", "no ids"])
async def test_calls_in_fragments_are_put_together_and_answered(tmp_path: Path, fragments: Any) -> None:
    asked = Prompt(model="m", messages=(Message(Role.USER, "서울은?"),))
    asked = asked.with_parameters(ParameterValues({"tools": [example_tool(), TIME], "parallel_tool_calls": True}))
    async with FaultServer() as server:
        server.reply(*sse(*fragments, text_chunk(finish="tool_calls")))
        server.reply(*sse(text_chunk("맑음", finish="stop")))
        outcome, calls = await run(tmp_path, server, asked)
        assert outcome.state is State.COMPLETE
        assert [(call.name, call.arguments) for call in calls] == [("get_weather", WEATHER), ("get_time", "{}")]
        assert len({call.id for call in calls}) == 2
        facts = call_facts(calls[0], asked.parameters["tools"])
        assert not facts.faults
        assert '"city": "서울"' in facts.arguments
        after = with_answer(asked, "", calls, ("21도", "12:00")).after
        outcome, _ = await run(tmp_path, server, after)
        assert outcome.answer.choices[0].text == "맑음"
        sent = server.requests[-1].json["messages"][1:]
        assert [call["id"] for call in sent[0]["tool_calls"]] == [message["tool_call_id"] for message in sent[1:]]
        assert [message["content"] for message in sent] == [None, "21도", "12:00"]


async def test_a_call_that_is_cut_off_is_kept_and_told(tmp_path: Path) -> None:
    asked = Prompt(model="m", messages=(Message(Role.USER, "서울은?"),))
    steps: tuple[Step, ...] = sse(*UNINDEXED[:4], CUT, done=False, end=False)
    async with FaultServer() as server:
        server.reply(*steps)
        outcome, calls = await run(tmp_path, server, asked.with_parameters(ParameterValues({"tools": [TIME]})))
    assert outcome.state is State.TRUNCATED
    [call] = calls
    assert WEATHER.startswith(call.arguments)
    assert call.arguments
    facts = call_facts(call, [TIME])
    assert facts.arguments == call.arguments
    assert facts.faults[0] == 'no tool has the name "get_weather"'
    assert facts.faults[1].startswith("its arguments are not JSON: ")


async def run(folder: Path, server: FaultServer, prompt: Prompt) -> Any:
    environ = {"WORKBENCH_HOME": str(folder / "home"), "OPENAI_BASE_URL": server.base_url}
    with Services.open(environ, folder) as services:
        job = services.job(prompt, services.connection(None), source="cli")
        outcome = await services.start(job, lambda events: None).execute()
        await services.close_endpoints()
    choices = outcome.answer.choices
    return outcome, function_calls(choices[0].tool_calls) if choices else ()
