"""A run of history for other programs and for reading: as JSON, and as a Markdown page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.events import State
from workbench.core.exchange.markdown import answer_section, to_markdown
from workbench.core.history_query import RUNNING
from workbench.core.one_line import one_line
from workbench.core.prompt_json import prompt_to_json
from workbench.core.request import Request
from workbench.core.usage import summary_line

if TYPE_CHECKING:
    from workbench.adapters.history_rows import RunSummary, StoredRun
    from workbench.core.json_value import JSON
    from workbench.core.outcome import Outcome

_OF_LIST = ("source", "prompt_name", "preset", "connection", "host", "model", "answered_by")
_OF_RUN = ("source", "prompt_name", "preset", "host")
_OWN = ("name", "note", "starred")


def listed(run: RunSummary) -> dict[str, JSON]:
    """A run as an element of a list."""
    return {
        **_when(run),
        "state": run.state.value if run.state is not None else RUNNING,
        **{name: getattr(run, name) for name in _OF_LIST},
        "parameters": dict(run.parameters),
        "attempts": run.attempts,
        "request_id": run.request_id or None,
        "tokens": {
            "prompt": run.prompt_tokens,
            "cached": run.cached_tokens,
            "completion": run.completion_tokens,
            "reasoning": run.reasoning_tokens,
            "total": run.total_tokens,
        },
        "cost_usd": run.cost_usd,
        "timings": {"first_byte_s": run.first_byte_s, "first_token_s": run.first_token_s, "total_s": run.total_s},
        "error_kind": run.error_kind,
        "first_line": run.first_line,
        **{name: getattr(run, name) for name in _OWN},
    }


def whole(run: StoredRun) -> dict[str, JSON]:
    """All of a run: the object of `run --json` with what history knows beside it."""
    told = run.summary
    outcome = _outcome(run).to_json()
    if run.state is None:
        outcome["state"] = RUNNING
    return {
        **_when(told),
        **{name: getattr(told, name) for name in (*_OF_RUN, *_OWN)},
        "parameters": dict(told.parameters),
        **outcome,
        "prompt": prompt_to_json(run.prompt),
    }


def page(run: StoredRun) -> str:
    """All of a run that a person reads: the facts, what was sent, what came."""
    told, outcome = run.summary, _outcome(run)
    began = told.began_at.astimezone()
    facts = [
        f"run: {run.id}",
        f"time: {began:%Y-%m-%d %H:%M:%S %z}",
        f"state: {run.state.value if run.state is not None else RUNNING}",
        f"connection: {told.connection} ({told.host})",
        *([f"preset: {told.preset}"] if told.preset else []),
        *([f"name: {told.name}"] if told.name else []),
        *([f"note: {told.note}"] if told.note else []),
        *(["starred"] if told.starred else []),
        *([summary_line(outcome)] if told.attempts else []),
        *([f"error: {outcome.error.line}"] if outcome.error is not None else []),
    ]
    title, _, sent = to_markdown(run.prompt, Request(run.request)).partition("\n")
    return "\n".join((title, "", *(f"- {one_line(fact)}" for fact in facts), sent, *_answers(run)))


def _answers(run: StoredRun) -> list[str]:
    sections = []
    for choice in run.choices:
        number = f" {choice.index + 1} of {len(run.choices)}" if len(run.choices) > 1 else ""
        reason = f" ({one_line(choice.finish_reason)})" if choice.finish_reason else ""
        if choice.reasoning:
            sections.append(answer_section(f"reasoning{number}", choice.reasoning))
        if choice.refusal:
            sections.append(answer_section(f"refusal{number}", choice.refusal))
        if choice.text or not (choice.refusal or choice.tool_calls):
            sections.append(answer_section(f"answer{number}{reason}", choice.text))
        sections += [answer_section(f"tool call{number}", text) for text in _calls(choice.tool_calls)]
    return sections


def _calls(calls: tuple[JSON, ...]) -> list[str]:
    texts = []
    for call in calls:
        match call:
            case {"function": {"name": str(name), "arguments": str(arguments)}}:
                texts.append(f"{name}({arguments})")
            case _:
                texts.append(str(call))
    return texts


def _when(run: RunSummary) -> dict[str, JSON]:
    ended = run.ended_at.isoformat() if run.ended_at is not None else None
    return {"id": run.id, "time": run.began_at.isoformat(), "ended_at": ended}


def _outcome(run: StoredRun) -> Outcome:
    """How it went; of one that runs, how it stands."""
    outcome = run.outcome() or replace(run, summary=replace(run.summary, state=State.TRUNCATED)).outcome()
    assert outcome is not None
    return outcome
