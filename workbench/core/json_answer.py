"""An answer that was asked to be JSON: its value while it arrives, and what is to be said of it once it is whole."""

from __future__ import annotations

import json
import re
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.core.json_clean import clean_text
from workbench.core.json_fault import JsonFault, fault_at, fault_of
from workbench.core.json_violations import MOST_COUNTED, NotChecked, Violation, find_violations, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workbench.core.json_value import JSON

MOST_TOLD = 20
"""Violations that are named; of the rest only the number is told."""
DEEPEST = 200
"""Levels of lists and objects that are read. No schema needs so many, and what is shown is not walked by recursion."""
_MOST_BEGINNINGS = 50
"""Places tried for a value that stands among other words."""

_FENCED = re.compile(r"```[^\n`]*\n(.*?)(?:```|\Z)", re.DOTALL)
_OPENING = re.compile(r"[{\[]")
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+"|-?Infinity|NaN|-?\d[\d.eE+-]*+', re.DOTALL)


class NoValue(Enum):
    """Where no value has arrived, or none can be read; null is a value."""

    NO_VALUE = "no value"


NO_VALUE = NoValue.NO_VALUE

State = Literal["valid", "invalid", "not json", "cut", "unchecked", "refused", "none"]
"""unchecked: JSON, but the schema could not be applied. none: there is nothing to judge (a tool call, no answer)."""


class WantedJson(NamedTuple):
    """What a request asked for. `schema` is None for json_object, and where the request holds none that can be used."""

    kind: Literal["json_object", "json_schema"]
    name: str = ""
    schema: Mapping[str, JSON] | None = None
    strict: bool = False


class JsonVerdict(NamedTuple):
    """What is to be said of an answer. `headline` is one line; it may quote the answer, so it is foreign text."""

    state: State
    headline: str
    value: JSON | NoValue = NO_VALUE
    violations: tuple[Violation, ...] = ()
    """At most 20."""
    more: str = ""
    """`and 12 more`, or ""."""
    fault: JsonFault | None = None
    """Where the answer stops being JSON."""
    extracted: bool = False
    """`value` was taken out of other text around it."""

    @property
    def bad(self) -> bool:
        """The answer is not what was asked for."""
        return self.state in ("invalid", "not json", "cut")

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it in words: the headline, a line for each violation, and how many more there are."""
        return (self.headline, *(violation.line for violation in self.violations), *([self.more] if self.more else []))


def wanted_json(response_format: JSON) -> WantedJson | None:
    """What the request's `response_format` asks for; None where it asks for no JSON."""
    if not isinstance(response_format, dict):
        return None
    kind = response_format.get("type")
    if kind == "json_object":
        return WantedJson("json_object")
    if kind != "json_schema":
        return None
    described = response_format.get("json_schema")
    if not isinstance(described, dict):
        return WantedJson("json_schema")
    name, schema = described.get("name"), described.get("schema")
    return WantedJson(
        "json_schema",
        name if isinstance(name, str) else "",
        schema if isinstance(schema, dict) else None,
        described.get("strict") is True,
    )


# -- while it arrives ------------------------------------------------------------------------------------------------


def partial_value(text: str) -> JSON | NoValue:
    """The value as far as it has arrived: texts that still grow are in it, a number is once its end is known.

    A Markdown fence or words in front of it are passed over. Nothing is checked: what follows the value is not looked
    at, of two equal names the last one counts, and NaN is let pass. `judge` decides once the answer is whole.
    """
    start = _beginning(text)
    if start < 0:
        return NO_VALUE
    arrived = text[start:]
    value = _read_partial(arrived)
    if isinstance(value, NoValue) or not arrived[-1:].isdigit():
        return value
    # 1 may become 12. In a text or a name the value without these digits has all the numbers that this one has.
    shorter = _read_partial(arrived.rstrip("0123456789+-.eE"))
    return value if isinstance(_last_leaf(value), str) or shorter == value else shorter


def _beginning(text: str) -> int:
    """Where the value begins, or -1: the first character, behind a fence's first line, or at the first bracket."""
    first = next((index for index, char in enumerate(text) if not char.isspace()), -1)
    if first < 0 or text[first] in '{["-0123456789' or text.startswith(("true", "false", "null"), first):
        return first
    brackets = [place for place in (text.find("{", first), text.find("[", first)) if place >= 0]
    return min(brackets, default=-1)


def _read_partial(text: str) -> JSON | NoValue:
    from jiter import from_json

    try:
        value: JSON = from_json(clean_text(text).encode(), partial_mode="trailing-strings")
    except ValueError:
        return NO_VALUE
    return value


def _last_leaf(value: JSON) -> JSON:
    while isinstance(value, list | dict) and value:
        value = value[-1] if isinstance(value, list) else value[next(reversed(value))]
    return value


# -- once it is whole ------------------------------------------------------------------------------------------------


class _Unreadable(Exception):
    def __init__(self, fault: JsonFault) -> None:
        super().__init__(fault.why)
        self.fault = fault


class _Read(NamedTuple):
    value: JSON
    twice: tuple[Violation, ...]


def judge(
    text: str, wanted: WantedJson | None, *, finish_reason: str | None = "stop", refusal: str = ""
) -> JsonVerdict:
    """What is to be said of an answer as it stands at its end. Takes seconds for megabytes: for a thread.

    `finish_reason` is the choice's own; None where the answer was stopped or cut off before it gave one.
    """
    if refusal and not text.strip():
        return JsonVerdict("refused", f"the model refused: {refusal}")
    if not text.strip() and finish_reason in ("tool_calls", "function_call"):
        return JsonVerdict("none", "no JSON: the model called a tool instead")
    try:
        read = _read(text)
    except _Unreadable as unreadable:
        cut = _cut(finish_reason)
        if cut:
            return JsonVerdict("cut", f"not whole: {cut}; this is what came", partial_value(text))
        return _judge_around(text, wanted, unreadable.fault)
    return _judge_value(read, wanted)


def _cut(finish_reason: str | None) -> str:
    return {
        "length": "the answer was cut by max tokens",
        "content_filter": "the answer was cut by the content filter",
        None: "the answer was stopped or cut off",
    }.get(finish_reason, "")


def _judge_value(read: _Read, wanted: WantedJson | None) -> JsonVerdict:
    value, found = read.value, read.twice
    if wanted is None:
        state: State = "invalid" if found else "valid"
        return _verdict(state, "valid JSON; none was asked for", "not valid JSON", value, found)
    if wanted.kind == "json_object" or wanted.schema is None:
        if wanted.kind == "json_object" and not isinstance(value, dict):
            found = (Violation((), f"must be an object, found {kind_of(value)}"), *found)
        what = "JSON object" if isinstance(value, dict) else "JSON"
        return _verdict("invalid" if found else "valid", f"valid {what}", "not the JSON object asked for", value, found)
    schema = f"the schema {wanted.name}" if wanted.name else "the schema"
    try:
        found += find_violations(value, wanted.schema)
    except NotChecked as reason:
        return JsonVerdict("unchecked", f"JSON, but not checked against {schema}: {reason}", value, found)
    many = "1 place breaks" if len(found) == 1 else f"{_count(found)} places break"
    return _verdict(
        "invalid" if found else "valid", f"valid: matches {schema}", f"not valid: {many} {schema}", value, found
    )


def _count(found: tuple[Violation, ...]) -> str:
    return f"{len(found):,}" + (" and more" if len(found) >= MOST_COUNTED else "")


def _verdict(state: State, good: str, bad: str, value: JSON, found: tuple[Violation, ...]) -> JsonVerdict:
    rest = len(found) - MOST_TOLD
    more = f"and {rest:,} more" + (" at least" if len(found) >= MOST_COUNTED else "") if rest > 0 else ""
    return JsonVerdict(state, bad if found else good, value, found[:MOST_TOLD], more)


def _judge_around(text: str, wanted: WantedJson | None, fault: JsonFault) -> JsonVerdict:
    """For a text that is no JSON: perhaps there is some in it."""
    inner = _inside(text)
    if inner is None:
        if wanted is None:
            return JsonVerdict("none", "no JSON, and none was asked for", fault=fault)
        return JsonVerdict("not json", f"not JSON: {fault.text}", fault=fault)
    read, where = inner
    if wanted is None:
        return JsonVerdict("none", f"JSON, {where}; none was asked for", read.value, extracted=True)
    told = _judge_value(read, wanted)
    headline = f"not JSON alone: it stands {where}; taken out, it is {told.headline}"
    return told._replace(state="not json", headline=headline, fault=fault, extracted=True)


def _inside(text: str) -> tuple[_Read, str] | None:
    """The value in a Markdown fence, else the longest one among other words; and where it stands."""
    for fenced in islice(_FENCED.finditer(text), _MOST_BEGINNINGS):
        try:
            return _read(fenced[1]), "in a Markdown fence"
        except _Unreadable:
            continue
    spans = sorted(_values_in(text), key=lambda span: span[0] - span[1])
    for start, end in spans:
        try:
            return _read(text[start:end]), "among other words"
        except _Unreadable:
            continue
    return None


def _values_in(text: str) -> Iterator[tuple[int, int]]:
    """Where objects and lists that hold something stand in a text."""
    decoder = json.JSONDecoder()
    at = 0
    for _ in range(_MOST_BEGINNINGS):
        found = _OPENING.search(text, at)
        if found is None:
            return
        at = found.start()
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        if value:
            yield at, end
        at = end


def _read(text: str) -> _Read:
    """The value of a text, with the names that stand twice in one object. Raises _Unreadable."""
    pairs_seen: list[tuple[dict[str, JSON], str]] = []

    def collect(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
        result = dict(pairs)
        if len(result) != len(pairs):
            seen: set[str] = set()
            for name, _ in pairs:
                if name in seen:
                    pairs_seen.append((result, name))
                seen.add(name)
        return result

    def constant(name: str) -> JSON:
        raise _Unreadable(_fault_at_token(text, name, f"{name} is not a JSON number"))

    def number(digits: str) -> float:
        value = float(digits)
        if value in (float("inf"), float("-inf")):
            raise _Unreadable(_fault_at_token(text, digits, "the number is too large for a program to hold"))
        return value

    try:
        value: JSON = json.loads(text, object_pairs_hook=collect, parse_constant=constant, parse_float=number)
    except json.JSONDecodeError as error:
        raise _Unreadable(fault_of(error)) from None
    except RecursionError:
        raise _Unreadable(JsonFault(1, 1, f"it is nested more than {DEEPEST} levels deep")) from None
    except ValueError:
        # int() refuses more than 4,300 digits.
        long = next(token for token in _TOKENS.finditer(text) if token[0][0] != '"' and len(token[0]) > 4_000)
        raise _Unreadable(fault_at(text, long.start(), "the number has too many digits")) from None
    paths = _paths_of([holder for holder, _ in pairs_seen], value)
    twice = tuple(
        Violation((*paths[id(holder)], name), "stands twice in its object; the last one counts here")
        for holder, name in pairs_seen
        if id(holder) in paths
    )
    return _Read(value, twice)


def _fault_at_token(text: str, token: str, why: str) -> JsonFault:
    place = next((found.start() for found in _TOKENS.finditer(text) if found[0] == token), 0)
    return fault_at(text, place, why)


def _paths_of(wanted: list[dict[str, JSON]], value: JSON) -> dict[int, tuple[str | int, ...]]:
    """The paths of these objects by their id. Walks the whole value; raises _Unreadable where it is too deep."""
    ids = {id(holder) for holder in wanted}
    paths: dict[int, tuple[str | int, ...]] = {}
    todo: list[tuple[JSON, tuple[str | int, ...]]] = [(value, ())]
    while todo:
        item, path = todo.pop()
        if len(path) >= DEEPEST:
            raise _Unreadable(JsonFault(1, 1, f"it is nested more than {DEEPEST} levels deep"))
        if id(item) in ids:
            paths[id(item)] = path
        steps = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
        todo += [(inner, (*path, step)) for step, inner in steps if isinstance(inner, dict | list)]
    return paths
