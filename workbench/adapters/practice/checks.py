"""Reading a request as the API reads it: one fault at a time, in the API's order, or a Job to do.

The order, and what stands beside each code, is what probes of the API saw: `model`, then `messages`, then unknown
keys, then each field in a fixed order, whichever comes first in the body.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.adapters.practice import faults
from workbench.adapters.practice.faults import ApiFault
from workbench.adapters.practice.format_checks import Format, check_format
from workbench.adapters.practice.message_checks import check_messages
from workbench.adapters.practice.models import MODELS, PracticeModel
from workbench.adapters.practice.prompt_model import count_prompt_tokens
from workbench.adapters.practice.tool_checks import ToolPlan, check_tools

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_value import JSON

_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")
_TIERS = ("auto", "default", "fast", "flex", "priority")
_VERBOSITIES = ("low", "medium", "high")
_MOST_CHOICES = 128
_MOST_STOPS = 4
_MOST_TOP = 20
_UNABLE = ("functions", "function_call", "audio", "web_search_options", "moderation")
_TAKEN = frozenset({
    "model", "messages", "tools", "tool_choice", "parallel_tool_calls", "max_completion_tokens", "max_tokens", "n",
    "temperature", "top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "user", "seed",
    "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options", "response_format",
    "service_tier", "reasoning_effort", "logit_bias", "stop", "stream", "stream_options", "store", "metadata",
    "prediction", "verbosity", "modalities", *_UNABLE,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Job:
    """A request that passed."""

    model: PracticeModel
    messages: tuple[Mapping[str, JSON], ...]
    prompt_tokens: int
    max_tokens: int
    """The most tokens of one choice: what was asked for, or what the window leaves."""
    capped: int | None = None
    """What was asked for, or None."""
    n: int = 1
    temperature: float = 1.0
    top_p: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    logit_bias: Mapping[int, float] = field(default_factory=dict)
    seed: int | None = None
    stop: tuple[str, ...] = ()
    logprobs: bool = False
    top_logprobs: int = 0
    stream: bool = False
    include_usage: bool = False
    verbosity: str = "medium"
    format: Format = field(default_factory=Format)
    tools: ToolPlan = field(default_factory=ToolPlan)


def read_body(content: bytes) -> dict[str, JSON]:
    """The body as JSON.

    Raises:
        ApiFault: it is none.
    """
    try:
        body = json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ApiFault(
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP "
            "library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you "
            "have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)"
        ) from error
    if not isinstance(body, dict):
        raise ApiFault("Invalid request: the JSON body must be an object.")
    return body


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def read_job(body: Mapping[str, JSON]) -> Job:
    """What the request asks for.

    Raises:
        ApiFault: the API would refuse it.
    """
    # null is "not sent" for everything but what must be there.
    sent = {key: value for key, value in body.items() if value is not None}
    model = _model(sent)
    if "messages" not in sent:
        raise faults.missing("messages")
    for key in body:
        if key not in _TAKEN:
            raise ApiFault(f"Unknown parameter: '{key}'.", key, "unknown_parameter")
    messages = check_messages(sent["messages"])
    tools = check_tools(sent)
    capped = _integer(sent, "max_completion_tokens", 1)
    n = _integer(sent, "n", 1, _MOST_CHOICES) or 1
    temperature, top_p = _decimal(sent, "temperature", 0, 2, 1.0), _decimal(sent, "top_p", 0, 1, 1.0)
    presence = _decimal(sent, "presence_penalty", -2, 2, 0.0)
    frequency = _decimal(sent, "frequency_penalty", -2, 2, 0.0)
    logprobs, top_logprobs = _logprobs(sent)
    _text(sent, "user")
    seed = _integer(sent, "seed")
    _texts_of_no_effect(sent)
    answer_format = check_format(sent.get("response_format"), messages)
    _one_of(sent, "service_tier", _TIERS)
    capped = _old_cap(sent, capped)
    _effort(sent)
    bias, stop = _bias(sent.get("logit_bias")), _stop(sent.get("stop"))
    stream, include_usage = _stream(sent)
    _boolean(sent, "store")
    _metadata(sent.get("metadata"))
    _prediction(sent.get("prediction"))
    verbosity = _one_of(sent, "verbosity", _VERBOSITIES) or "medium"
    _unable(sent)
    prompt_tokens = count_prompt_tokens(messages, sent.get("tools"))
    return Job(
        model, messages, prompt_tokens, _room(model, prompt_tokens, capped, sent), capped, n, temperature, top_p,
        frequency, presence, bias, seed, stop, logprobs, top_logprobs, stream, include_usage, verbosity,
        answer_format, tools,
    )  # fmt: skip


def _model(sent: Mapping[str, JSON]) -> PracticeModel:
    name = sent.get("model")
    if name is None or name == "":
        raise ApiFault("you must provide a model parameter")
    if not isinstance(name, str):
        raise faults.invalid_type("model", "a string", name)
    if name not in MODELS:
        text = f"The model `{name}` does not exist or you do not have access to it."
        raise ApiFault(text, None, "model_not_found", 404)
    return MODELS[name]


def _room(model: PracticeModel, prompt_tokens: int, capped: int | None, sent: Mapping[str, JSON]) -> int:
    """How many tokens an answer may have."""
    window, start = model.window, f"This model's maximum context length is {model.window} tokens. However, "
    if prompt_tokens >= window:
        text = f"{start}your messages resulted in {prompt_tokens} tokens. Please reduce the length of the messages."
        raise ApiFault(text, "messages", "context_length_exceeded")
    if capped is None:
        return min(model.max_output, window - prompt_tokens)
    if capped > model.max_output:
        name = "max_tokens" if sent.get("max_tokens") is not None else "max_completion_tokens"
        raise ApiFault(
            f"{name} is too large: {capped}. This model supports at most {model.max_output} completion tokens, "
            f"whereas you provided {capped}.",
            name,
            "invalid_value",
        )
    if prompt_tokens + capped > window:
        text = (
            f"{start}you requested {prompt_tokens + capped} tokens ({prompt_tokens} in the messages, {capped} in the "
            "completion). Please reduce the length of the messages or completion."
        )
        raise ApiFault(text, "messages", "context_length_exceeded")
    return capped


def _integer(sent: Mapping[str, JSON], key: str, least: int | None = None, most: int | None = None) -> int | None:
    value = sent.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise faults.invalid_type(key, "an integer", value)
    if least is not None and value < least:
        raise faults.out_of_range(key, "integer", value, least=least)
    if most is not None and value > most:
        raise faults.out_of_range(key, "integer", value, most=most)
    return value


def _decimal(sent: Mapping[str, JSON], key: str, least: float, most: float, default: float) -> float:
    value = sent.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise faults.invalid_type(key, "a decimal", value)
    if value < least:
        raise faults.out_of_range(key, "decimal", value, least=least)
    if value > most:
        raise faults.out_of_range(key, "decimal", value, most=most)
    return float(value)


def _boolean(sent: Mapping[str, JSON], key: str) -> bool:
    value = sent.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise faults.invalid_type(key, "a boolean", value)
    return value


def _text(sent: Mapping[str, JSON], key: str, most: int | None = None) -> str:
    value = sent.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise faults.invalid_type(key, "a string", value)
    if most is not None and len(value) > most:
        raise faults.string_too_long(key, most, len(value))
    return value


def _one_of(sent: Mapping[str, JSON], key: str, names: tuple[str, ...]) -> str:
    value = sent.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise faults.invalid_type(key, f"one of {faults.any_of(names, 'or')}", value)
    if value not in names:
        raise faults.invalid_value(key, value, names)
    return value


def _logprobs(sent: Mapping[str, JSON]) -> tuple[bool, int]:
    wanted = _boolean(sent, "logprobs")
    top = _integer(sent, "top_logprobs", 0)
    if top is not None and top > _MOST_TOP:
        text = f"Invalid value for 'top_logprobs': must be less than or equal to {_MOST_TOP}."
        raise ApiFault(text, "top_logprobs")
    if top is not None and not wanted:
        raise ApiFault("The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", "top_logprobs")
    return wanted, top or 0


def _texts_of_no_effect(sent: Mapping[str, JSON]) -> None:
    _text(sent, "safety_identifier", 64)
    _text(sent, "prompt_cache_key", 64)
    retention = _text(sent, "prompt_cache_retention")
    if retention not in ("", "in_memory", "24h"):
        raise ApiFault("Invalid prompt_cache_retention argument", "prompt_cache_retention")
    options = sent.get("prompt_cache_options")
    if options is not None and not isinstance(options, dict):
        raise faults.invalid_type("prompt_cache_options", "an object", options)


def _old_cap(sent: Mapping[str, JSON], capped: int | None) -> int | None:
    old = _integer(sent, "max_tokens", 1)
    if old is not None and capped is not None:
        text = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
        raise ApiFault(text, "max_tokens", "invalid_parameter_combination")
    return old if capped is None else capped


def _effort(sent: Mapping[str, JSON]) -> None:
    value = sent.get("reasoning_effort")
    if value is not None and value not in _EFFORTS:
        text = (
            f"Unsupported value: 'reasoning_effort' does not support {value!r} with this model. "
            f"Supported values are: {faults.any_of(_EFFORTS, 'and')}."
        )
        raise ApiFault(text, "reasoning_effort", "unsupported_value")


def _bias(value: JSON) -> dict[int, float]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise faults.invalid_type("logit_bias", "an object", value)
    result = {}
    for key, bias in value.items():
        if not (key.isascii() and key.isdigit()):
            text = f"Invalid key in 'logit_bias': {key}. You should only be submitting non-negative integers."
            raise ApiFault(text, "logit_bias")
        name = f"logit_bias.{key}"
        result[int(key)] = _decimal({name: 0 if bias is None else bias}, name, -100, 100, 0.0)
    return result


def _stop(value: JSON) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,) if value else ()
    if not isinstance(value, list):
        raise faults.invalid_type("stop", "one of a string or array of strings", value)
    if len(value) > _MOST_STOPS:
        raise faults.array_too_long("stop", _MOST_STOPS, len(value))
    for position, item in enumerate(value):
        if not isinstance(item, str):
            raise faults.invalid_type(f"stop[{position}]", "a string", item)
    return tuple(item for item in value if isinstance(item, str) and item)


def _stream(sent: Mapping[str, JSON]) -> tuple[bool, bool]:
    stream = _boolean(sent, "stream")
    options = sent.get("stream_options")
    if options is None:
        return stream, False
    if not isinstance(options, dict):
        raise faults.invalid_type("stream_options", "an object", options)
    if not stream:
        raise ApiFault("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
    for key, value in options.items():
        if key not in ("include_usage", "include_obfuscation"):
            name = f"stream_options.{key}"
            raise ApiFault(f"Unknown parameter: '{name}'.", name, "unknown_parameter")
        if value is not None and not isinstance(value, bool):
            raise faults.invalid_type(f"stream_options.{key}", "a boolean", value)
    return stream, options.get("include_usage") is True


def _metadata(value: JSON) -> None:
    if value is None:
        return
    if not isinstance(value, dict):
        raise faults.invalid_type("metadata", "an object", value)
    if len(value) > 16:
        text = (
            "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, "
            f"but got an object with {len(value)} properties instead."
        )
        raise ApiFault(text, "metadata", "object_above_max_properties")
    for key, item in value.items():
        if len(key) > 64:
            text = (
                f"Invalid property name in 'metadata': '{key[:3]}...{key[-3:]}' is too long. "
                f"Expected a string with maximum length 64, but got a string with length {len(key)} instead."
            )
            raise ApiFault(text, f"metadata.{key}", "property_name_above_max_length")
        _text({f"metadata.{key}": item}, f"metadata.{key}", 512)


def _prediction(value: JSON) -> None:
    if value is None:
        return
    if not isinstance(value, dict):
        raise faults.invalid_type("prediction", "an object", value)
    for key in ("type", "content"):
        if value.get(key) is None:
            raise faults.missing(f"prediction.{key}")


def _unable(sent: Mapping[str, JSON]) -> None:
    """What the API has and this model can't do; said, rather than taken and forgotten."""
    for key in _UNABLE:
        if key in sent:
            raise faults.unsupported(key)
    if sent.get("modalities", ["text"]) != ["text"]:
        raise faults.unsupported("modalities")
