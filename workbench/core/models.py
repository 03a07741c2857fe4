"""What a model accepts, and what an endpoint taught: plain values that `build_request` applies."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from workbench.core.json_value import JSON

Taken = Literal["always", "never", "at_effort_none", "unknown"]


@dataclass(frozen=True, slots=True)
class ParameterRule:
    """How a model takes one parameter. The default is: it is taken as it stands."""

    taken: Taken = "always"
    only: tuple[JSON, ...] | None = None
    """The values it takes; None means the parameter's own range."""
    maximum: float | None = None
    default: JSON = None
    """The model's own default where it differs from the API's (reasoning_effort)."""


@dataclass(frozen=True, slots=True)
class ModelRules:
    """What is known of the models that a pattern fits. An unknown model has no rules (None, not this)."""

    pattern: str
    """A name such as `gpt-5`, which fits its dated snapshots too, or a glob such as `*-chat-latest`."""
    parameters: Mapping[str, ParameterRule] = field(default_factory=dict)
    context_window: int | None = None
    """Tokens, input and output together."""
    max_output: int | None = None
    """Tokens."""
    shutdown: date | None = None
    """The day the vendor switches it off."""
    source: str = ""
    instruction_role: Literal["", "system", "developer"] = ""
    """What the vendor calls the role of the instructions; "" where that is not known."""
    images: bool | None = None
    """Whether it takes images in user messages; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """What one host taught by refusing: remembered per host, shown, and cleared by the person."""

    no_stream_usage: bool = False
    """It refused `stream_options.include_usage`."""
    wants_max_tokens: bool = False
    """It refused or ignores `max_completion_tokens`."""
    refused: frozenset[tuple[str, str]] = frozenset()
    """(model, parameter) pairs that it answered with unsupported_parameter or unsupported_value."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model as an endpoint lists it under GET /models; what the endpoint does not say is None."""

    id: str
    shutdown: date | None = None
    """The day the endpoint says it will be switched off (OpenAI: `shutdown_date`)."""
    window: int | None = None
    """Tokens, input and output together (vLLM: `max_model_len`; llama.cpp: `meta.n_ctx`)."""
    images: bool | None = None
    """Whether it takes images (OpenRouter: `architecture.input_modalities`; llama.cpp: `capabilities`)."""
    takes: frozenset[str] | None = None
    """All parameters that it takes, by name (OpenRouter: `supported_parameters`)."""


_SNAPSHOT = re.compile(r"-20\d\d-\d\d-\d\d\Z")


def fits(pattern: str, model: str) -> bool:
    """Whether a rule's pattern is meant for this model: its very name, a dated snapshot of it, or a fine-tune of it.

    A plain name fits no other name that begins with it: gpt-5's rules are wrong for gpt-5.9, which is unknown.
    """
    if model.startswith("ft:"):
        model = model.split(":", 2)[1]
    if fnmatchcase(model, pattern):
        return True
    return model[:-11] == pattern and _SNAPSHOT.search(model) is not None


def rules_for(model: str, rulebook: tuple[ModelRules, ...]) -> ModelRules | None:
    """The first rules in the book that fit the model; None for a model that nobody told us of."""
    return next((rules for rules in rulebook if fits(rules.pattern, model)), None)
