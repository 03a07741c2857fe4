"""What a preset's types can't say: parameters by their table, names of variables, slugs, values of checks, axes.

All of it works on the plain values of the file, whatever else is wrong with them, so that every fault is found at
once. A parameter of a wrong type is a fault; one out of range is a warning, since the request builder refuses it too
and may be told to send it anyway.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

from workbench.adapters.presets.fault_lines import FaultLines, found, shown
from workbench.adapters.presets.unknown_keys import near_word, reason, unknown_parameter
from workbench.core.axes import (
    MOST_VALUES,
    OFF,
    check_name,
    example,
    message_count,
    message_index,
    wrong_value,
)
from workbench.core.axis_text import EACH, read_range
from workbench.core.errors import InputError
from workbench.core.findings import Findings
from workbench.core.json_places import path_of
from workbench.core.json_text import describe
from workbench.core.parameters import BY_NAME, Parameter, check_value, wrong_type
from workbench.core.request_checks import check_inside
from workbench.core.secret_names import may_be_parameter
from workbench.core.slug import check_slug
from workbench.core.variables import names

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.adapters.yaml_file import YamlPath
    from workbench.core.json_value import JSON

_PARTS = ("persona", "format")


def check_rules(top: dict[str, JSON], faults: FaultLines) -> None:
    """Adds what is wrong with a file's plain values, of whichever kind it is."""
    for part in _PARTS:
        _slug((part,), top.get(part), faults)
    _parameters(top.get("parameters"), faults)
    if "response_format" in top:
        _inside(("response_format",), "response_format", top["response_format"], faults)
    _variables(top.get("variables"), faults)
    send = top.get("send")
    if isinstance(send, dict) and "last_turns" in send and "tokens" in send:
        faults.add(("send",), "last_turns and tokens are both set", "keep one of them")
    _checks(top.get("checks"), faults)
    messages = top.get("messages")
    _compare(top.get("compare"), len(messages) if isinstance(messages, list) else 0, faults)


def _slug(path: YamlPath, value: JSON, faults: FaultLines) -> None:
    if not isinstance(value, str) or not value:
        return
    if wrong := check_slug(value):
        faults.add(path, wrong, "write the name of its file without .yaml, such as concise")


def _parameters(values: JSON, faults: FaultLines) -> None:
    if not isinstance(values, dict):
        return
    for name, value in values.items():
        parameter = BY_NAME.get(name)
        if parameter is None:
            faults.add(("parameters", name), *unknown_parameter(name))
        else:
            _value(("parameters", name), parameter, value, faults)
    for name in ("response_format", "tools", "tool_choice"):
        if name in values:
            _inside(("parameters", name), name, values[name], faults)
    _extra(("parameters", "extra"), values.get("extra"), faults)


def _extra(path: YamlPath, value: JSON, faults: FaultLines) -> None:
    """No secret and no header under another name."""
    for name in value if isinstance(value, dict) else ():
        said = reason(name)
        if said is not None and not may_be_parameter(name):
            faults.add((*path, name), *said)


def _value(path: YamlPath, parameter: Parameter, value: JSON, faults: FaultLines) -> None:
    if value is None:
        faults.add(path, "found nothing (null)", "leave it out where it is not to be sent, or give it a value")
    elif wrong := wrong_type(parameter, value):
        what, _, instead = wrong.partition(": ")
        faults.add(path, what, instead)
    elif wrong := check_value(parameter, value):
        close = near_word(value, parameter.choices) if isinstance(value, str) and parameter.choices else ""
        hint = f"did you mean {close}?" if close else "it is refused before sending, unless sent anyway"
        faults.warn(path, wrong, hint)


def _inside(path: YamlPath, name: str, value: JSON, faults: FaultLines) -> None:
    """Warns of what the request builder would refuse in the value of this parameter, in its own words."""
    if wrong_type(BY_NAME[name], value):
        return
    findings = Findings()
    check_inside(name, value, findings)
    for problem in findings.problems:
        text = problem.text.removeprefix(problem.field).strip()
        faults.warn((*path, *path_of(problem.field.removeprefix(name))), text)


def _variables(values: JSON, faults: FaultLines) -> None:
    for name in values if isinstance(values, dict) else ():
        if names(f"{{{{{name}}}}}") != (name,):
            faults.add(
                ("variables", name),
                "no name of a variable",
                "a name is letters, digits and _, and does not begin with a digit",
            )


def _checks(values: JSON, faults: FaultLines) -> None:
    for index, check in enumerate(values if isinstance(values, list) else ()):
        kind = check.get("type") if isinstance(check, dict) else None
        if not isinstance(check, dict) or not isinstance(kind, str) or kind not in ("json", *_CHECKS):
            continue
        path: YamlPath = ("checks", index, "value")
        if kind == "json":
            if "value" in check:
                faults.add(path, found(check["value"]), "leave value out: json only tests that the answer is JSON")
        elif "value" not in check:
            faults.add(path, "is missing", f"write value: and what {kind} tests for")
        else:
            _CHECKS[kind](path, check["value"], faults)


def _text_check(path: YamlPath, value: JSON, faults: FaultLines) -> None:
    if not isinstance(value, str):
        scalar = value is None or isinstance(value, bool | int | float)
        faults.add(path, found(value), "write a text" + (", in quotes" if scalar else ""))


def _regex_check(path: YamlPath, value: JSON, faults: FaultLines) -> None:
    if not isinstance(value, str):
        _text_check(path, value, faults)
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python's, about what a later Python will read otherwise
            re.compile(value)
    except (re.error, RecursionError, OverflowError) as fault:
        faults.add(path, f"no regular expression ({shown(str(fault))})", "put a backslash before signs meant as text")


def _schema_check(path: YamlPath, value: JSON, faults: FaultLines) -> None:
    if not isinstance(value, dict):
        faults.add(path, found(value), "write a JSON Schema as a mapping")


def _whole_check(path: YamlPath, value: JSON, faults: FaultLines) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        faults.add(path, found(value), "write a whole number from 1 on")


def _amount_check(path: YamlPath, value: JSON, faults: FaultLines) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        faults.add(path, found(value), "write a number from 0 on")


_CHECKS: dict[str, Callable[[YamlPath, JSON, FaultLines], None]] = {
    "contains": _text_check,
    "not_contains": _text_check,
    "regex": _regex_check,
    "equals": _text_check,
    "schema": _schema_check,
    "max_tokens": _whole_check,
    "max_seconds": _amount_check,
    "max_cost": _amount_check,
}


def _compare(value: JSON, messages: int, faults: FaultLines) -> None:
    """`messages` is how many the prompt has."""
    vary = value.get("vary") if isinstance(value, dict) else None
    for name, values in vary.items() if isinstance(vary, dict) else ():
        path: YamlPath = ("compare", "vary", name)
        try:
            check_name(name)
        except InputError as error:
            why = error.message.removeprefix(f"{name} ").removeprefix(f"{describe(name)} ")
            faults.add(path, why, error.hint)
            continue
        index = message_index(name)
        if index is not None and index >= messages:
            faults.add(path, f"can't be varied: {message_count(messages)}", "name one that is there")
        elif isinstance(values, str) and _has_range(name):
            _range(path, name, values, faults)
        elif name == OFF and values == EACH:
            continue
        elif not isinstance(values, list) or not values:
            faults.add(path, "found an empty list" if values == [] else found(values), _how_to_write(name))
        elif len(values) > MOST_VALUES:
            faults.add(path, f"found {len(values):,} values, and {MOST_VALUES} are the most", "take some away")
        else:
            for place, one in enumerate(values):
                _axis_value((*path, place), name, one, messages, faults)


def _has_range(name: str) -> bool:
    return name in BY_NAME and BY_NAME[name].kind in ("number", "integer")


def _how_to_write(name: str) -> str:
    if _has_range(name):
        return "write a list of values, such as [0, 0.5, 1], or a range, such as 0..2 step 0.25"
    if name == OFF:
        return f"write a list of messages by number, such as [null, 0, 1], or {EACH} for all in turn"
    return "write a list of values"


def _range(path: YamlPath, name: str, text: str, faults: FaultLines) -> None:
    try:
        read_range(name, text)
    except InputError as error:
        faults.add(path, error.message.removeprefix(f"{name} "), f"{error.hint}, or a list of values")


def _axis_value(path: YamlPath, name: str, value: JSON, messages: int, faults: FaultLines) -> None:
    if name in BY_NAME:
        _value(path, BY_NAME[name], value, faults)
        if name in ("response_format", "tools", "tool_choice"):
            _inside(path, name, value, faults)
        elif name == "extra":
            _extra(path, value, faults)
    elif name != OFF and not isinstance(value, str):
        what = "text" if message_index(name) is not None else "name"
        faults.add(path, found(value), f"write a {what}, in quotes where it looks like a number")
    elif name in _PARTS:
        _slug(path, value, faults)
    elif wrong := wrong_value(name, value, messages):
        faults.add(path, wrong, f"write values such as {example(name)}")
