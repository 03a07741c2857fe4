"""Everything known of a run once it has ended: what `run --json` prints and what history keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.errors import RunError
    from workbench.core.events import State
    from workbench.core.json_value import JSON
    from workbench.core.request import Request


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the n answers, accumulated."""

    index: int
    text: str = ""
    finish_reason: str | None = None
    reasoning: str = ""
    refusal: str = ""
    tool_calls: tuple[JSON, ...] = ()
    """`{"id", "type", "function": {"name", "arguments"}}`, as the API gives them unstreamed."""
    logprobs: JSON = None

    def to_json(self) -> dict[str, JSON]:
        return {
            "index": self.index,
            "text": self.text,
            "finish_reason": self.finish_reason,
            "reasoning": self.reasoning or None,
            "refusal": self.refusal or None,
            "tool_calls": list(self.tool_calls) or None,
            "logprobs": self.logprobs,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, JSON]) -> Choice:
        """The choice of such an object, written by this program."""
        index, reason, calls = value.get("index"), value.get("finish_reason"), value.get("tool_calls")
        return cls(
            index if isinstance(index, int) else 0,
            str(value.get("text") or ""),
            str(reason) if reason is not None else None,
            str(value.get("reasoning") or ""),
            str(value.get("refusal") or ""),
            tuple(calls) if isinstance(calls, list) else (),
            value.get("logprobs"),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the endpoint said, whole: `response` is the response object as the API gives it unstreamed.

    For a stream it is put together from the chunks, unknown fields kept.
    """

    choices: tuple[Choice, ...] = ()
    model: str = ""
    usage: Mapping[str, JSON] | None = None
    response: Mapping[str, JSON] | None = None


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds since the (last) request was sent; None where it did not happen."""

    first_byte_s: float | None = None
    first_token_s: float | None = None
    total_s: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run, ended. `cost_usd` is None where the price is unknown, 0.0 where there is nothing to pay."""

    state: State
    request: Request
    answer: Answer = Answer()
    error: RunError | None = None
    timings: Timings = Timings()
    attempts: int = 0
    request_id: str = ""
    connection: str = ""
    cost_usd: float | None = None
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, JSON]:
        """The object of `run --json`; its names are part of the program's interface."""
        return {
            "state": self.state.value,
            "choices": [choice.to_json() for choice in self.answer.choices],
            "model": self.answer.model or self.request.model,
            "usage": dict(self.answer.usage) if self.answer.usage is not None else None,
            "cost_usd": self.cost_usd,
            "timings": {
                "first_byte_s": self.timings.first_byte_s,
                "first_token_s": self.timings.first_token_s,
                "total_s": self.timings.total_s,
            },
            "attempts": self.attempts,
            "request_id": self.request_id or None,
            "connection": self.connection,
            "request": dict(self.request.body),
            "notes": list(self.notes),
            "error": self.error.to_json() if self.error is not None else None,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, JSON]) -> Outcome:
        """The outcome of such an object, written by this program, as far as an answer is judged by it: its request
        and its answer, what it took; not its error."""
        from workbench.core.events import State
        from workbench.core.request import Request

        request, choices, usage = value.get("request"), value.get("choices"), value.get("usage")
        timings, cost = value.get("timings"), value.get("cost_usd")
        total = timings.get("total_s") if isinstance(timings, dict) else None
        return cls(
            State(str(value["state"])),
            Request(request if isinstance(request, dict) else {}),
            Answer(
                tuple(Choice.from_json(each) for each in choices if isinstance(each, dict))
                if isinstance(choices, list)
                else (),
                str(value.get("model") or ""),
                usage if isinstance(usage, dict) else None,
            ),
            timings=Timings(total_s=total if isinstance(total, int | float) else None),
            connection=str(value.get("connection") or ""),
            cost_usd=cost if isinstance(cost, int | float) else None,
        )
