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
from workbench.core.findings import Findings
from workbench.core.json_text import read_number
from workbench.core.parameters import BY_NAME, Parameter, check_value, wrong_type
from workbench.core.request_checks import check_body
from workbench.core.secret_names import may_be_parameter
from workbench.core.slug import check_slug
from workbench.core.variables import names

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.adapters.yaml_file import YamlPath
    from workbench.core.json_value import JSON

AXES = ("model", "persona", "format")
"""What a comparison can vary beside parameters."""
NOT_VARIED = ("stream", "extra")
_RANGE = re.compile(r"\s*(\S+?)\s*\.\.\s*(\S+)\s+step\s+(\S+)\s*")
_PARTS = ("persona", "format")


def check_rules(top: dict[str, JSON], faults: FaultLines) -> None:
    """Adds what is wrong with a file's plain values, of whichever kind it is."""
    for part in _PARTS:
        _slug((part,), top.get(part), faults)
    _parameters(top.get("parameters"), faults)
    if "response_format" in top:
        _response_format(("response_format",), top["response_format"], faults)
    _variables(top.get("variables"), faults)
    send = top.get("send")
    if isinstance(send, dict) and "last_turns" in send and "tokens" in send:
        faults.add(("send",), "last_turns and tokens are both set", "keep one of them")
    _checks(top.get("checks"), faults)
    _compare(top.get("compare"), faults)


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
    if "response_format" in values:
        _response_format(("parameters", "response_format"), values["response_format"], faults)
    extra = values.get("extra")
    for name in extra if isinstance(extra, dict) else ():
        said = reason(name)
        if said is not None and not may_be_parameter(name):
            faults.add(("parameters", "extra", name), *said)


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


def _response_format(path: YamlPath, value: JSON, faults: FaultLines) -> None:
    """Warns of what the request builder would refuse, in its own words."""
    if not isinstance(value, dict):
        return
    findings = Findings()
    check_body({"response_format": value}, findings)
    for problem in findings.problems:
        inside = problem.field.removeprefix("response_format").lstrip(".")
        text = problem.text.removeprefix(problem.field).strip()
        faults.warn((*path, *inside.split(".")) if inside else path, text)


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


def _compare(value: JSON, faults: FaultLines) -> None:
    vary = value.get("vary") if isinstance(value, dict) else None
    for name, values in vary.items() if isinstance(vary, dict) else ():
        path: YamlPath = ("compare", "vary", name)
        parameter = BY_NAME.get(name) if name not in NOT_VARIED else None
        if parameter is None and name not in AXES:
            near = near_word(name, [*BY_NAME, *AXES])
            other = f"vary a parameter, {', '.join(AXES[:-1])} or {AXES[-1]}"
            faults.add(path, "can't be varied", f"did you mean {near}?" if near not in ("", name) else other)
        elif isinstance(values, str) and parameter is not None and parameter.kind in ("number", "integer"):
            _range(path, values, faults)
        elif not isinstance(values, list) or not values:
            what = found(values) if values != [] else "found an empty list"
            faults.add(path, what, "write a list of values, such as [0, 0.5, 1], or a range, such as 0..2 step 0.25")
        else:
            for index, one in enumerate(values):
                _axis_value((*path, index), name, parameter, one, faults)


def _range(path: YamlPath, text: str, faults: FaultLines) -> None:
    matched = _RANGE.fullmatch(text)
    low, high, step = (read_number(part) for part in matched.groups()) if matched else (None, None, None)
    if low is None or high is None or step is None or step <= 0 or high < low:
        faults.add(path, found(text), "write a range such as 0..2 step 0.25, or a list of values")


def _axis_value(path: YamlPath, name: str, parameter: Parameter | None, value: JSON, faults: FaultLines) -> None:
    if parameter is not None:
        _value(path, parameter, value, faults)
    elif not isinstance(value, str):
        faults.add(path, found(value), "write a name, in quotes where it looks like a number")
    elif name in _PARTS:
        _slug(path, value, faults)
