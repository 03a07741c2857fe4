"""What an endpoint would refuse in a body as it is sent: ranges, the insides of JSON parameters, what needs what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbench.core.json_schema_check import check_schema
from workbench.core.json_schema_strict import check_strict
from workbench.core.json_text import describe
from workbench.core.message_parts import text_of
from workbench.core.parameters import BY_NAME, PARAMETERS, check_value
from workbench.core.request_rules import NEEDS
from workbench.core.tools import tool_name, tool_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.core.findings import Findings
    from workbench.core.json_value import JSON

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NAME_RULE = "must be 1 to 64 letters, digits, _ or - (A-Z, a-z, 0-9)"
_MOST_METADATA, _METADATA_NAME, _METADATA_VALUE = 16, 64, 512
_BIAS = 100
_FORMATS = ("text", "json_object", "json_schema")
_CHOICES = ("none", "auto", "required")


def check_body(body: Mapping[str, JSON], findings: Findings) -> None:
    """Adds a problem for everything in the body that the API's own rules forbid, whatever the model."""
    for parameter in PARAMETERS:
        name = parameter.name
        if parameter.where != "body" or name not in body:
            continue
        check_inside(name, body[name], findings)
    if not isinstance(body.get("stream", False), bool):
        findings.problem("extra.stream", f"stream must be true or false, not {describe(body['stream'])}")
    _check_needs(body, findings)
    _check_conflicts(body, findings)
    _check_json_word(body, findings)


def check_inside(name: str, value: JSON, findings: Findings) -> None:
    """Adds a problem for everything that the API forbids in the value of one parameter, for whoever edits it alone."""
    parameter = BY_NAME[name]
    if wrong := check_value(parameter, value):
        findings.problem(name, f"{name} {wrong}")
    elif name in _INSIDES:
        _INSIDES[name](value, findings)


def _check_needs(body: Mapping[str, JSON], findings: Findings) -> None:
    for name, needed in NEEDS.items():
        if name not in body:
            continue
        if needed == "logprobs" and body.get(needed) is not True:
            findings.problem(name, f"{name} needs logprobs to be true")
        elif needed == "tools" and not body.get(needed):
            findings.problem(name, f"{name} needs tools, and there are none")
    _check_chosen_tool(body, findings)


def _check_chosen_tool(body: Mapping[str, JSON], findings: Findings) -> None:
    choice, tools = body.get("tool_choice"), body.get("tools")
    if not isinstance(choice, dict) or not isinstance(tools, list):
        return
    wanted = tool_name(choice)
    if wanted and wanted not in tool_names(tools):
        findings.problem("tool_choice", f"tool_choice names {describe(wanted)}, which is not among the tools")


def _check_conflicts(body: Mapping[str, JSON], findings: Findings) -> None:
    if "max_tokens" in body and "max_completion_tokens" in body:
        findings.problem("max_tokens", "max_tokens and max_completion_tokens are one limit: set only one of them")
    if "prediction" not in body:
        return
    n = body.get("n")
    against = [name for name in ("logprobs", "tools", "max_completion_tokens") if body.get(name)]
    against += [name for name in ("frequency_penalty", "presence_penalty") if _above(body.get(name), 0)]
    against += ["n above 1"] if _above(n, 1) else []
    if against:
        findings.problem("prediction", f"prediction can't go together with {', '.join(against)}")


def _above(value: JSON, limit: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > limit


def _check_json_word(body: Mapping[str, JSON], findings: Findings) -> None:
    form, messages = body.get("response_format"), body.get("messages")
    if not isinstance(form, dict) or form.get("type") != "json_object" or not isinstance(messages, list):
        return
    contents = [message.get("content") for message in messages if isinstance(message, dict)]
    if not any("json" in text_of(content).lower() for content in contents):
        text = "json_object needs the word JSON in a message: say in one that the answer is to be JSON"
        findings.problem("response_format", text)


def _check_format(value: JSON, findings: Findings) -> None:
    assert isinstance(value, dict)
    kind = value.get("type")
    if kind not in _FORMATS:
        findings.problem("response_format.type", f"must be text, json_object or json_schema, not {describe(kind)}")
    if kind != "json_schema":
        return
    path = "response_format.json_schema"
    described = value.get("json_schema")
    if not isinstance(described, dict):
        findings.problem(path, f"{path} must be an object with a name and a schema, not {describe(described)}")
        return
    _check_name(f"{path}.name", described.get("name"), findings)
    _check_described(path, described, "schema", findings, required=True)


def _check_name(path: str, name: JSON, findings: Findings) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        findings.problem(path, f"{path} {_NAME_RULE}, not {describe(name)}")


def _check_described(
    path: str, value: Mapping[str, JSON], key: str, findings: Findings, *, required: bool = False
) -> None:
    """The parts that json_schema and function have in common: description, strict, and the schema under `key`."""
    if not isinstance(value.get("description", ""), str):
        findings.problem(f"{path}.description", f"{path}.description must be a text")
    strict = value.get("strict")
    if strict is not None and not isinstance(strict, bool):
        findings.problem(f"{path}.strict", f"{path}.strict must be true or false, not {describe(strict)}")
    schema = value.get(key)
    if key not in value and not required:
        return
    if not isinstance(schema, dict):
        findings.problem(f"{path}.{key}", f"{path}.{key} must be a JSON Schema object, not {describe(schema)}")
    elif check_schema(schema, f"{path}.{key}", findings) and strict is True:
        check_strict(schema, f"{path}.{key}", findings)


def _check_tools(value: JSON, findings: Findings) -> None:
    assert isinstance(value, list)
    if not value:
        findings.problem("tools", "tools is an empty list: name a tool, or leave it out")
    for index, tool in enumerate(value):
        path = f"tools[{index}]"
        kind = tool.get("type") if isinstance(tool, dict) else None
        if not isinstance(tool, dict) or kind not in ("function", "custom"):
            wanted = '{"type": "function", "function": {"name": ...}}'
            findings.problem(path, f"{path} must look like {wanted}")
            continue
        inner = tool.get(str(kind))
        if not isinstance(inner, dict):
            findings.problem(f"{path}.{kind}", f"{path}.{kind} must be an object with a name, not {describe(inner)}")
            continue
        _check_name(f"{path}.{kind}.name", inner.get("name"), findings)
        if kind == "function":
            _check_described(f"{path}.function", inner, "parameters", findings)


def _check_tool_choice(value: JSON, findings: Findings) -> None:
    if isinstance(value, str):
        if value not in _CHOICES:
            findings.problem("tool_choice", f"tool_choice must be none, auto, required or an object, not {value!r}")
        return
    assert isinstance(value, dict)
    if value.get("type") in ("function", "custom") and not tool_name(value):
        findings.problem("tool_choice", 'tool_choice must look like {"type": "function", "function": {"name": ...}}')
    elif value.get("type") not in ("function", "custom", "allowed_tools"):
        findings.problem("tool_choice.type", f"must be function, custom or allowed_tools, not {value.get('type')!r}")


def _check_bias(value: JSON, findings: Findings) -> None:
    assert isinstance(value, dict)
    for token, bias in value.items():
        path = f"logit_bias.{token}"
        if not (token.isascii() and token.isdigit()):
            findings.problem(path, f"logit_bias takes token ids such as 1734, not {describe(token)}")
        if isinstance(bias, bool) or not isinstance(bias, int | float) or not -_BIAS <= bias <= _BIAS:
            findings.problem(path, f"{path} must be a number from -100 to 100, not {describe(bias)}")


def _check_metadata(value: JSON, findings: Findings) -> None:
    assert isinstance(value, dict)
    if len(value) > _MOST_METADATA:
        findings.problem("metadata", f"metadata may have {_MOST_METADATA} names at most, not {len(value)}")
    for name, text in value.items():
        path = f"metadata.{name[:_METADATA_NAME]}"
        if len(name) > _METADATA_NAME:
            findings.problem(path, f"a name in metadata may have {_METADATA_NAME} characters at most, not {len(name)}")
        if not isinstance(text, str):
            findings.problem(path, f"{path} must be a text, not {describe(text)}")
        elif len(text) > _METADATA_VALUE:
            findings.problem(path, f"{path} may have {_METADATA_VALUE} characters at most, not {len(text)}")


def _check_prediction(value: JSON, findings: Findings) -> None:
    assert isinstance(value, dict)
    if value.get("type") != "content" or not isinstance(value.get("content"), str | list):
        findings.problem("prediction", 'prediction must look like {"type": "content", "content": "..."}')


_INSIDES: Mapping[str, Callable[[JSON, Findings], None]] = {
    "response_format": _check_format,
    "tools": _check_tools,
    "tool_choice": _check_tool_choice,
    "logit_bias": _check_bias,
    "metadata": _check_metadata,
    "prediction": _check_prediction,
}
