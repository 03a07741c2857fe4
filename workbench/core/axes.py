"""What an experiment varies: an axis with its values, what a value does to a prompt, and whether it can be one at all.

Axes are the parameters of the table but those that change no request (`timeout`) or only how it is fetched
(`stream`), and: `model`, `connection`, `persona`, `format`, `messages[2]` (versions of that message's text), and `off`
(that message is left out; null leaves all in).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.errors import InputError
from workbench.core.json_text import describe
from workbench.core.parameters import BY_NAME, wrong_type
from workbench.core.slug import check_slug

if TYPE_CHECKING:
    from workbench.core.json_value import JSON
    from workbench.core.prompt import Message, Prompt

MOST_VALUES = 100
"""Values of one axis. Nobody reads more columns, and a range with a slip in its step makes thousands."""

MODEL, CONNECTION, PERSONA, FORMAT, OFF = "model", "connection", "persona", "format", "off"
NAMED = (MODEL, CONNECTION, PERSONA, FORMAT)
"""Axes whose values are names."""
_MESSAGE = re.compile(r"messages\[(0|[1-9]\d{0,5})\]", re.ASCII)


class Axis(NamedTuple):
    """What is varied, and the values it takes, in order; a value that stands twice makes two columns.

    name    a parameter of the table, `model`, `connection`, `persona`, `format`, `messages[2]` or `off`
    values  of the parameter's own type; texts for names and messages; for `off` a message's number, or None for no
            message off. Messages count from 0, as everywhere
    """

    name: str
    values: tuple[JSON, ...]


def message_index(name: str) -> int | None:
    """2 for `messages[2]`; None for any other axis."""
    found = _MESSAGE.fullmatch(name)
    return int(found[1]) if found else None


def can_vary(name: str) -> bool:
    """Whether there is an axis of that name, for a prompt that has the messages it speaks of."""
    if name in BY_NAME:
        return BY_NAME[name].where != "client"
    return name in NAMED or name == OFF or message_index(name) is not None


def check_axis(axis: Axis, prompt: Prompt) -> None:
    """Raises InputError for what no column can be made of; a value out of range is the request builder's matter."""
    check_name(axis.name)
    if not axis.values:
        raise InputError(f"{axis.name} has no values to vary it by", f"give some, such as {example(axis.name)}")
    if len(axis.values) > MOST_VALUES:
        raise InputError(
            f"{axis.name} has {len(axis.values):,} values, and {MOST_VALUES} are the most", "take a larger step"
        )
    index = message_index(axis.name)
    if index is not None and index >= len(prompt.messages):
        raise InputError(
            f"{axis.name} can't be varied: {message_count(len(prompt.messages))}", "name one that is there"
        )
    for value in axis.values:
        if wrong := wrong_value(axis.name, value, len(prompt.messages)):
            raise InputError(f"{axis.name} {wrong}", f"write values such as {example(axis.name)}")


def check_name(name: str) -> None:
    """Raises InputError, with the nearest name, where nothing of that name can be varied."""
    if can_vary(name):
        return
    if name in BY_NAME:
        raise InputError(
            f"{name} can't be varied: it changes how an answer is fetched, not the answer", "vary another parameter"
        )
    raise InputError(f"{describe(name)} can't be varied", _name_hint(name))


def _name_hint(name: str) -> str:
    # Imported here: only a misspelt name needs it.
    from difflib import get_close_matches

    known = [*filter(can_vary, BY_NAME), *NAMED, OFF, "messages[0]"]
    near = get_close_matches(name.strip().lower().replace("-", "_"), known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    return "vary a parameter, model, connection, persona, format, messages[0] (a message's text) or off (messages off)"


def wrong_value(name: str, value: JSON, messages: int) -> str:
    """What is wrong with a value for a prompt of so many messages, to be read after the axis' name; "" when it is
    fine."""
    if name in BY_NAME:
        return "has a value that is null" if value is None else wrong_type(BY_NAME[name], value)
    if name != OFF:
        if not isinstance(value, str):
            return f"must be a text, not {describe(value)}"
        if name in (PERSONA, FORMAT) and value and (wrong := check_slug(value)):
            return f"can't be {describe(value)}: {wrong}"
        return "has a connection without a name" if name == CONNECTION and not value else ""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int):
        return f"must be a message's number or none, not {describe(value)}"
    if not 0 <= value < messages:
        return f"names messages[{value}]: {message_count(messages)}"
    return ""


def message_count(count: int) -> str:
    """How many messages a prompt has, and how they are counted."""
    if not count:
        return "the prompt has no messages"
    return f"the prompt has {count} messages, counted from 0" if count > 1 else "the prompt has only messages[0]"


_EXAMPLES = {
    MODEL: "gpt-5.4, gpt-5.4-mini",
    CONNECTION: "openai, practice",
    PERSONA: 'concise, "" (none)',
    FORMAT: 'bullets, "" (none)',
    OFF: "none, 0, 1",
}


def example(name: str) -> str:
    """Values that an axis could have, as they are typed."""
    parameter = BY_NAME.get(name)
    if parameter is None:
        return _EXAMPLES.get(name, '"one version", "another version"')
    if parameter.choices:
        return ", ".join(parameter.choices[-3:])
    by_kind = {"number": "0, 0.5, 1", "integer": "1, 2, 3", "boolean": "true, false", "text": "a, b"}
    return by_kind.get(parameter.kind, '["END"], "STOP"' if parameter.kind == "texts" else "JSON values with commas")


def with_value(prompt: Prompt, name: str, value: JSON) -> Prompt:
    """The prompt of a column in which `name` is `value`. The axis must have passed `check_axis` for this prompt."""
    if name in BY_NAME:
        return prompt.with_parameters(prompt.parameters.set(name, value))
    if name == OFF:
        return _with_message(prompt, value, on=False) if isinstance(value, int) else prompt
    text = str(value)
    if name == MODEL:
        return replace(prompt, model=text)
    if name == PERSONA:
        return replace(prompt, persona=text)
    if name == FORMAT:
        return replace(prompt, format=text)
    index = message_index(name)
    return prompt if index is None else _with_message(prompt, index, content=text)


def _with_message(prompt: Prompt, index: int, *, content: str | None = None, on: bool | None = None) -> Prompt:
    old: Message = prompt.messages[index]
    new = replace(old, content=old.content if content is None else content, on=old.on if on is None else on)
    return replace(prompt, messages=(*prompt.messages[:index], new, *prompt.messages[index + 1 :]))


def ablation(prompt: Prompt) -> Axis:
    """Each message that is on turned off in turn, after a column in which none is."""
    return Axis(OFF, (None, *(index for index, message in enumerate(prompt.messages) if message.on)))
