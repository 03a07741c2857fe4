"""The bodies and the chunks of an answer, with the keys in the API's order."""

from __future__ import annotations

import json
import secrets
import string
import time
from typing import TYPE_CHECKING

from workbench.adapters.practice.models import CREATED, MODELS, OWNER, PracticeModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workbench.adapters.practice.checks import Job
    from workbench.adapters.practice.generation import Choice, Piece
    from workbench.adapters.practice.writer import Written
    from workbench.core.json_value import JSON

_DIGITS = string.ascii_letters + string.digits
DONE = b"data: [DONE]\n\n"


def random_id(prefix: str, length: int) -> str:
    return prefix + "".join(secrets.choice(_DIGITS) for _ in range(length))


def pretty(body: JSON) -> bytes:
    """A body that is no stream: the API indents it."""
    return json.dumps(body, ensure_ascii=False, indent=2).encode("utf-8", "replace")


def model_body(model: PracticeModel) -> dict[str, JSON]:
    return {"id": model.id, "object": "model", "created": CREATED, "owned_by": OWNER, "shutdown_date": None}


def models_body() -> dict[str, JSON]:
    return {"object": "list", "data": [model_body(model) for model in MODELS.values()]}


def usage_body(prompt_tokens: int, completion_tokens: int) -> dict[str, JSON]:
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


class Answer:
    """What the pieces of one answer look like on the wire."""

    def __init__(self, job: Job, fingerprint: str) -> None:
        self._job = job
        self._id = random_id("chatcmpl-", 29)
        self._created = int(time.time())
        self._fingerprint = fingerprint
        self._head = (
            f'data: {{"id":"{self._id}","object":"chat.completion.chunk","created":{self._created},'
            f'"model":"{job.model.id}","service_tier":"default","system_fingerprint":"{fingerprint}","choices":['
        )
        self._tail = '],"usage":null}\n\n' if job.include_usage else "]}\n\n"
        self._call_ids: dict[tuple[int, int], str] = {}

    # -- streamed

    def opening(self, index: int, choice: Choice) -> bytes:
        """The first chunk of a choice: who speaks, and which tool is called first."""
        delta: dict[str, JSON] = {"role": "assistant", "content": None if choice.tools else "", "refusal": None}
        if choice.tools:
            call = self._call(index, 0, choice, "")
            delta = {"role": "assistant", "content": None, "tool_calls": [{"index": 0, **call}], "refusal": None}
        return self._chunk(index, delta, None, None)

    def piece(self, index: int, choice: Choice, piece: Piece) -> bytes:
        if choice.tools:
            return self._call_piece(index, choice, piece)
        if self._job.logprobs:
            return self._chunk(index, {"content": piece.text}, _logprobs(piece.tokens), None)
        # By hand: this is the chunk that comes by the thousand.
        text = json.dumps(piece.text, ensure_ascii=False)
        chunk = f'{{"index":{index},"delta":{{"content":{text}}},"logprobs":null,"finish_reason":null}}'
        return f"{self._head}{chunk}{self._tail}".encode("utf-8", "replace")

    def _call_piece(self, index: int, choice: Choice, piece: Piece) -> bytes:
        """A piece of a call's arguments; a chunk before its first says which tool is called."""
        begins = (index, piece.call) not in self._call_ids
        opening: JSON = {"index": piece.call, **self._call(index, piece.call, choice, "")}
        kind, field = ("custom", "input") if choice.tools[piece.call].custom else ("function", "arguments")
        more: JSON = {"index": piece.call, kind: {field: piece.text}}
        chunks = [self._chunk(index, {"tool_calls": [part]}, None, None) for part in ((opening,) if begins else ())]
        return b"".join((*chunks, self._chunk(index, {"tool_calls": [more]}, None, None)))

    def closing(self, index: int, choice: Choice) -> bytes:
        return self._chunk(index, {}, None, choice.finish_reason)

    def ending(self, choices: Sequence[Choice]) -> Iterator[bytes]:
        """The usage, where it was asked for, and [DONE]."""
        if self._job.include_usage:
            usage = json.dumps(self._usage(choices), separators=(",", ":"))
            yield f'{self._head}],"usage":{usage}}}\n\n'.encode()
        yield DONE

    def _chunk(self, index: int, delta: JSON, logprobs: JSON, finish_reason: str | None) -> bytes:
        choice: JSON = {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish_reason}
        text = json.dumps(choice, ensure_ascii=False, separators=(",", ":"))
        return f"{self._head}{text}{self._tail}".encode("utf-8", "replace")

    # -- whole

    def whole(self, choices: Sequence[Choice], pieces: Sequence[Sequence[Piece]]) -> bytes:
        """The answer as one body; `pieces` are those of each choice."""
        listed: list[JSON] = [self._whole_choice(index, choice, pieces[index]) for index, choice in enumerate(choices)]
        return pretty(
            {
                "id": self._id,
                "object": "chat.completion",
                "created": self._created,
                "model": self._job.model.id,
                "choices": listed,
                "usage": self._usage(choices),
                "service_tier": "default",
                "system_fingerprint": self._fingerprint,
            }
        )

    def _whole_choice(self, index: int, choice: Choice, pieces: Sequence[Piece]) -> JSON:
        text = "".join(piece.text for piece in pieces)
        message: dict[str, JSON] = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
        logprobs: JSON = None
        if choice.tools:
            calls: list[JSON] = [
                self._call(index, call, choice, "".join(piece.text for piece in pieces if piece.call == call))
                for call in range(len(choice.tools))
            ]
            message = {"role": "assistant", "content": None, "tool_calls": calls, "refusal": None, "annotations": []}
        elif self._job.logprobs:
            logprobs = _logprobs([token for piece in pieces for token in piece.tokens])
        return {"index": index, "message": message, "logprobs": logprobs, "finish_reason": choice.finish_reason}

    def _call(self, index: int, call: int, choice: Choice, text: str) -> dict[str, JSON]:
        tool = choice.tools[call]
        call_id = self._call_ids.setdefault((index, call), random_id("call_", 24))
        if tool.custom:
            return {"id": call_id, "type": "custom", "custom": {"name": tool.name, "input": text}}
        return {"id": call_id, "type": "function", "function": {"name": tool.name, "arguments": text}}

    def _usage(self, choices: Sequence[Choice]) -> dict[str, JSON]:
        return usage_body(self._job.prompt_tokens, sum(choice.tokens for choice in choices))


def _logprobs(tokens: Sequence[Written]) -> JSON:
    entries: list[JSON] = [
        {**_entry(token.text, token.logprob), "top_logprobs": [_entry(text, value) for text, value in token.top]}
        for token in tokens
    ]
    return {"content": entries, "refusal": None}


def _entry(text: str, logprob: float) -> dict[str, JSON]:
    raw = text.encode("utf-8", "replace")
    return {"token": text, "logprob": round(logprob, 8), "bytes": [*raw]}
