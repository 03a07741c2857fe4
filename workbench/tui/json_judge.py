"""The verdicts on answers that were to be JSON, worked out in a thread, and what the pane says of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_answer import JsonVerdict
    from workbench.core.outcome import Outcome

TOLD = 3
"""Violations told below the answer; the JSON view has them all."""


def asked_for_json(outcome: Outcome) -> bool:
    """Whether the request asked for JSON and anything came that can be judged."""
    from workbench.core.json_answer import wanted_json

    return bool(outcome.answer.choices) and wanted_json(outcome.request.body.get("response_format")) is not None


async def verdicts_on(outcome: Outcome) -> dict[int, JsonVerdict]:
    """By choice. In a thread: a large answer takes a second, and keys go on being answered."""
    return await asyncio.to_thread(_judge, outcome)


def _judge(outcome: Outcome) -> dict[int, JsonVerdict]:
    from workbench.core.events import State
    from workbench.core.json_answer import judge, wanted_json

    wanted = wanted_json(outcome.request.body.get("response_format"))
    # Some endpoints end a stream with [DONE] and give no reason: that is complete too.
    missing = "stop" if outcome.state is State.COMPLETE else None
    return {
        choice.index: judge(choice.text, wanted, finish_reason=choice.finish_reason or missing, refusal=choice.refusal)
        for choice in outcome.answer.choices
    }


def border_words(verdicts: Mapping[int, JsonVerdict]) -> str:
    """A word on all choices for the border; "" where nothing was judged."""
    states = {verdict.state for verdict in verdicts.values()}
    if any(verdict.bad for verdict in verdicts.values()):
        return "JSON cut" if states == {"cut"} else "not valid JSON"
    if "unchecked" in states:
        return "JSON not checked"
    return "JSON valid" if states == {"valid"} else ""


def trouble_lines(verdicts: Mapping[int, JsonVerdict]) -> tuple[str, ...]:
    """What is wrong with the answers, for the lines below: each headline with its first places."""
    lines: list[str] = []
    for index, verdict in verdicts.items():
        if verdict.bad or verdict.state == "unchecked":
            which = f"choice {index + 1}: " if len(verdicts) > 1 else ""
            lines.append(f"{which}{verdict.headline}")
            lines += [violation.line for violation in verdict.violations[:TOLD]]
    return tuple(lines)
