"""What a request is, by digest, and what of it is another than was recorded: a change here, no drift of the model."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.drift.recording import RecordedCase, RecordedColumn
from workbench.core.json_text import describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workbench.core.drift.recording import Recording
    from workbench.core.json_value import JSON

_HOW_IT_COMES = ("stream", "stream_options")
_NOT_PARAMETERS = ("model", "messages", *_HOW_IT_COMES)
_SHORT = 16
"""Hex digits of the digest of a part: enough to see that it is another."""
_LONGEST_VALUE = 200
"""Characters of a parameter that is written out."""
_DIGEST = "sha256 "
_LONG = "a long value"


class Change(NamedTuple):
    """Something here is not what it was. `recorded` and `now` are "" where only digests are known."""

    part: str
    recorded: str = ""
    now: str = ""

    @property
    def words(self) -> str:
        """`temperature 0.5, now 0.7`; `the system message`."""
        if not self.recorded and not self.now:
            return self.part
        return f"{self.part} {self.recorded or 'not sent'}, now {self.now or 'not sent'}"


def digest(value: JSON) -> str:
    """SHA-256 of a JSON value, in hex; the order of names does not matter."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def short_digest(value: JSON) -> str:
    """The beginning of it."""
    return digest(value)[:_SHORT]


def asked_case(body: Mapping[str, JSON]) -> RecordedCase:
    """A request that has no answer yet."""
    messages = body.get("messages")
    return RecordedCase(
        request=digest({name: value for name, value in body.items() if name not in _HOW_IT_COMES}),
        messages=tuple(_message(each) for each in messages) if isinstance(messages, list) else (),
    )


def asked_parameters(body: Mapping[str, JSON]) -> dict[str, JSON]:
    """What a body has beside model and messages; of what is long, its digest."""
    return {name: _shortened(value) for name, value in body.items() if name not in _NOT_PARAMETERS}


def changes(recorded: Recording, now: Recording) -> tuple[Change, ...]:
    """What of the requests is another than was recorded, each once; () where all are the same."""
    before, after = by_setting(recorded), by_setting(now)
    found: dict[Change, None] = {}
    for key, column in after.items():
        if key not in before:
            found[Change(f"the setting {_setting(column)} is new")] = None
        else:
            found.update(dict.fromkeys(_of_column(before[key], column)))
    for key, column in before.items():
        if key not in after:
            found[Change(f"the setting {_setting(column)} is gone")] = None
    if found:
        # Only what shows in a request counts: of a part with another digest, that is the reason why it does.
        found = {**dict.fromkeys(_of_parts(recorded.parts, now.parts)), **found}
    return tuple(found)


def by_setting(recording: Recording) -> dict[tuple[str, int], RecordedColumn]:
    """The columns by their setting; of one that stands twice, the first and the second."""
    seen: Counter[str] = Counter()
    columns: dict[tuple[str, int], RecordedColumn] = {}
    for column in recording.columns:
        key = digest(dict(column.setting))
        columns[key, seen[key]] = column
        seen[key] += 1
    return columns


def _of_parts(recorded: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys([*recorded, *now]):
        if recorded.get(name) != now.get(name):
            yield Change(f"the {name}")


def _of_column(recorded: RecordedColumn, now: RecordedColumn) -> Iterator[Change]:
    for what, before, after in (("the model", recorded.model, now.model), ("the host", recorded.host, now.host)):
        if before != after:
            yield Change(what, before, after)
    for name in dict.fromkeys([*recorded.parameters, *now.parameters]):
        if name not in recorded.parameters or recorded.parameters[name] != now.parameters.get(name):
            before, after = _value(recorded, name), _value(now, name)
            yield Change(name, before, after) if before != after else Change(name)
    if len(recorded.cases) != len(now.cases):
        yield Change("the number of cases", str(len(recorded.cases)), str(len(now.cases)))
    several = len(now.cases) > 1
    for number, (old, new) in enumerate(zip(recorded.cases, now.cases, strict=False), 1):
        if old.request != new.request:
            yield from _of_messages(old.messages, new.messages, f" of case {number}" * several)


def _of_messages(recorded: Sequence[str], now: Sequence[str], where: str) -> Iterator[Change]:
    if len(recorded) != len(now):
        yield Change(f"the number of messages{where}", str(len(recorded)), str(len(now)))
        return
    for number, (old, new) in enumerate(zip(recorded, now, strict=True), 1):
        if old != new:
            yield Change(f"message {number} ({new.partition(' ')[0]}){where}")


def _message(message: JSON) -> str:
    role = message.get("role") if isinstance(message, dict) else None
    return f"{role or 'message'} {short_digest(message)}"


def _value(column: RecordedColumn, name: str) -> str:
    if name not in column.parameters:
        return ""
    value = column.parameters[name]
    return _LONG if isinstance(value, str) and value.startswith(_DIGEST) else describe(value)


def _shortened(value: JSON) -> JSON:
    if len(json.dumps(value, ensure_ascii=False)) <= _LONGEST_VALUE:
        return value
    return f"{_DIGEST}{short_digest(value)}"


def _setting(column: RecordedColumn) -> str:
    return ", ".join(f"{name} {describe(value)}" for name, value in column.setting.items()) or "of no axis"
