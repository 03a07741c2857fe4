"""Entries of `logprobs.content`, as endpoints give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log

from workbench.core.json_value import JSON


def entry(token: str | bytes, share: float | None = 0.5, others: Mapping[str | bytes, float] | None = None) -> JSON:
    """One token with its probability and what else might have stood there; a part of a character is given as bytes."""
    chosen = one(token, share)
    top: list[JSON] = [chosen, *(one(other, part) for other, part in (others or {}).items())]
    return {**chosen, "top_logprobs": top}


def one(token: str | bytes, share: float | None) -> dict[str, JSON]:
    raw = token if isinstance(token, bytes) else token.encode()
    # OpenAI writes the bytes of a part of a character in the name too.
    name = token if isinstance(token, str) else "bytes:" + "".join(f"\\x{byte:02x}" for byte in token)
    return {"token": name, "logprob": None if share is None else log(share), "bytes": list(raw)}


def by_bytes(text: str, share: float = 0.5) -> list[JSON]:
    """Each byte a token of its own."""
    return [entry(bytes([byte]), share) for byte in text.encode()]


def chunk(text: str | None, tokens: Sequence[JSON], finish: str | None = None) -> dict[str, JSON]:
    """A chunk of a stream that brings tokens and what is whole of their text."""
    choice: dict[str, JSON] = {
        "index": 0,
        "delta": {} if text is None else {"content": text},
        "logprobs": {"content": list(tokens), "refusal": None},
        "finish_reason": finish,
    }
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
