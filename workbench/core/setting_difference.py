"""In what two settings of an experiment differ, to be read above what their answers differ in. Foreign text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.core.axes import OFF, Axis, message_index
from workbench.core.axis_text import axis_text
from workbench.core.column_labels import setting_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workbench.core.experiment import Setting
    from workbench.core.json_value import JSON

AROUND = 24
"""Characters of what is the same that stand before and behind a change of a text; whole words of them."""
LONGEST = 200
"""Characters of one value, or of one stretch that changed."""


class Part(NamedTuple):
    """A stretch of a difference. `old` and `new` are values with an arrow between them; `gone` and `came` are words
    of a text, with `same` ones around them."""

    kind: Literal["same", "old", "new", "gone", "came"]
    text: str


Difference = tuple[Part, ...]


def setting_differences(base: Setting, other: Setting) -> tuple[Difference, ...]:
    """What is varied and not the same in both, a difference for each axis; () for settings that are alike."""
    return tuple(
        _difference(name, value, other[name]) for name, value in base.items() if _key(value) != _key(other[name])
    )


def _key(value: JSON) -> str:
    return json.dumps(value, sort_keys=True)


def _difference(name: str, old: JSON, new: JSON) -> Difference:
    if message_index(name) is not None:
        return (Part("same", f"{name} "), *_changes(str(old), str(new)))
    if name == OFF:
        return Part("old", setting_words(OFF, old)), Part("same", " → "), Part("new", setting_words(OFF, new))
    return (
        Part("same", f"{name} "),
        Part("old", _value(name, old)),
        Part("same", " → "),
        Part("new", _value(name, new)),
    )


def _value(name: str, value: JSON) -> str:
    return _cut(axis_text(Axis(name, (value,)))) if value != "" else "none"


def _changes(old: str, new: str) -> Iterable[Part]:
    """The words that came and went, with a few around them."""
    from workbench.core.compare.diff import diff

    ops = diff(old, new)
    for place, op in enumerate(ops):
        gone, came = old[op.a_start : op.a_end], new[op.b_start : op.b_end]
        if op.kind == "equal":
            yield from _around(came, first=place == 0, last=place == len(ops) - 1)
            continue
        if gone:
            yield Part("gone", _cut(gone))
        if gone and came:
            yield Part("same", " ")
        if came:
            yield Part("came", _cut(came))


def _around(text: str, *, first: bool, last: bool) -> Iterator[Part]:
    """What is the same: whole where it is short, else its ends, as far as they stand beside a change."""
    if len(text) <= 2 * AROUND and not (first or last):
        yield Part("same", text)
        return
    head = "" if first else _words(text, AROUND)
    tail = "" if last else _words(text[::-1], AROUND)[::-1]
    if len(head) + len(tail) >= len(text):
        yield Part("same", text)
    else:
        yield Part("same", f"{head}…{tail}")


def _words(text: str, most: int) -> str:
    """The first whole words of `text`, `most` characters at most, and what stands between them."""
    if len(text) <= most:
        return text
    at = max((place for place in range(most + 1) if text[place].isspace()), default=0)
    return text[:at]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
