"""The two practice models: their limits and their pace."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.models import ModelRules

ABOUT = (
    "practice is a text generator built into the program, for trying the controls with no account and no network. "
    "It is not an AI: it strings words together by chance, and its answers mean nothing."
)
BASE_URL = "http://practice.invalid/v1"
"""`.invalid` never resolves (RFC 2606): should a request ever miss the transport, it goes nowhere."""

CREATED = 1_767_225_600
"""Seconds since 1970, as `created` of GET /v1/models says it: 2026-01-01."""
OWNER = "prompt-workbench"


@dataclass(frozen=True, slots=True)
class PracticeModel:
    id: str
    window: int
    """Tokens, input and output together."""
    max_output: int
    """Tokens."""
    first_token_s: float
    """Seconds until the first token."""
    tokens_per_s: float | None
    """None: as fast as they can be made."""
    fills: bool = False
    """Writes on to a max_completion_tokens of FILL_FROM or more, so that long answers can be had for measuring."""


FILL_FROM = 1_000

MODELS: dict[str, PracticeModel] = {
    model.id: model
    for model in (
        PracticeModel("practice", 16_384, 8_192, first_token_s=0.25, tokens_per_s=60.0),
        PracticeModel("practice-fast", 65_536, 32_768, first_token_s=0.004, tokens_per_s=None, fills=True),
    )
}

RULES = ModelRules("practice*", images=False, source="the practice model itself")
"""All that is said of a practice model before it is asked: the rest it refuses as the API does, to be seen."""
