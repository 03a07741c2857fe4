"""What differs between two states of a prompt: in words, and where in the messages."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.json_text import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.core.prompt import Message, Prompt

_SHOWN_VALUE = 40
_WORDS = {
    "name": "the name",
    "description": "the description",
    "send": "how much of the conversation is sent",
    "compare": "the saved comparison",
    "replies": "a canned reply",
}
"""What a field is called where its own name would not do."""


class Splice(NamedTuple):
    """One piece of a text in place of another: at character `at`, `removed` became `added`."""

    at: int
    removed: str
    added: str


class Spot(NamedTuple):
    """Where a change of the messages stands in the later state: a message, and the characters that are new in it."""

    message: int
    start: int | None = None
    """None where something else than the message's text changed."""
    end: int = 0


class _Middle(NamedTuple):
    """The messages that differ, from `first` on; those around them are equal."""

    first: int
    old: tuple[Message, ...]
    new: tuple[Message, ...]


def splice_between(old: str, new: str) -> Splice:
    """The one piece that differs; where it could stand in several places, the last of them."""
    most = min(len(old), len(new))
    head = _longest(most, lambda low, high: old[low:high] == new[low:high])
    tail = _longest(
        most - head, lambda low, high: old[len(old) - high : len(old) - low] == new[len(new) - high : len(new) - low]
    )
    return Splice(head, old[head : len(old) - tail], new[head : len(new) - tail])


def _longest(most: int, same: Callable[[int, int], bool]) -> int:
    """How far two texts agree, by halves: comparing slices is far faster than comparing characters."""
    low, high = 0, most
    while low < high:
        half = (low + high + 1) // 2
        if same(low, half):
            low = half
        else:
            high = half - 1
    return low


def _middle(old: tuple[Message, ...], new: tuple[Message, ...]) -> _Middle:
    most = min(len(old), len(new))
    # An edit leaves nearly all of them the same objects, which is quicker to see than that they are equal.
    head = next((i for i in range(most) if old[i] is not new[i] and old[i] != new[i]), most)
    most -= head
    tail = next((i for i in range(most) if old[-1 - i] is not new[-1 - i] and old[-1 - i] != new[-1 - i]), most)
    return _Middle(head, old[head : len(old) - tail], new[head : len(new) - tail])


def changed_fields(before: object, after: object) -> tuple[str, ...]:
    """The names of the fields in which two values of one dataclass differ."""
    names = (field.name for field in fields(before))  # type: ignore[arg-type]  # a Prompt or a Message
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def text_change(before: Prompt, after: Prompt) -> tuple[int, Splice] | None:
    """The message of which the text changed, and how, where that is all that changed in the messages."""
    first, old, new = _middle(before.messages, after.messages)
    if len(old) != 1 or len(new) != 1 or changed_fields(old[0], new[0]) != ("content",):
        return None
    return first, splice_between(old[0].content, new[0].content)


def spot_of(before: Prompt, after: Prompt) -> Spot | None:
    """Where the messages of `after` are not those of `before`; None where they are the same."""
    if before.messages == after.messages:
        return None
    if (text := text_change(before, after)) is not None:
        index, splice = text
        return Spot(index, splice.at, splice.at + len(splice.added))
    middle = _middle(before.messages, after.messages)
    moved = _moved(middle)
    return Spot(middle.first if moved is None else moved[1])


def _moved(middle: _Middle) -> tuple[int, int] | None:
    """From where to where the one message went that was moved; None where that is not what happened."""
    first, old, new = middle
    last = first + len(old) - 1
    if len(old) < 2 or len(old) != len(new):
        return None
    if new == (*old[1:], old[0]):
        return first, last
    return (last, first) if new == (old[-1], *old[:-1]) else None


def changed_parameters(before: Prompt, after: Prompt) -> tuple[str, ...]:
    """The names of the parameters that differ, those of `after` first."""
    names = dict.fromkeys((*after.parameters, *before.parameters))
    return tuple(
        name
        for name in names
        if (name in before.parameters) != (name in after.parameters)
        or before.parameters.get(name) != after.parameters.get(name)
    )


# -- in words ------------------------------------------------------------------------------------------------------


def change_words(before: Prompt, after: Prompt) -> str:
    """What was done, on one line: "message 3 (user) deleted", "temperature 0.7 → 0.9"; "" for nothing."""
    return " · ".join(word for name in changed_fields(before, after) for word in _words_of(name, before, after))


def _words_of(name: str, before: Prompt, after: Prompt) -> Iterator[str]:
    match name:
        case "messages":
            yield _message_words(_middle(before.messages, after.messages))
        case "parameters":
            yield _parameter_words(before, after)
        case "variables":
            yield _variable_words(before, after)
        case "model" | "persona" | "format":
            yield f"{name} {_short(getattr(before, name)) or 'none'} → {_short(getattr(after, name)) or 'none'}"
        case _:
            yield _WORDS.get(name, name)


def _message_words(middle: _Middle) -> str:
    first, old, new = middle
    if (moved := _moved(middle)) is not None:
        return f"message {moved[0] + 1} moved to {moved[1] + 1}"
    if not old:
        return f"message {first + 1} ({new[0].role}) added" if len(new) == 1 else f"{len(new)} messages added"
    if not new:
        return f"message {first + 1} ({old[0].role}) deleted" if len(old) == 1 else f"{len(old)} messages deleted"
    if len(old) == len(new) == 1:
        return _one_message(first, old[0], new[0])
    return f"{max(len(old), len(new))} messages changed"


def _one_message(index: int, old: Message, new: Message) -> str:
    match changed_fields(old, new):
        case ("content",):
            return f"text of message {index + 1} ({new.role})"
        case ("role",):
            return f"message {index + 1} {old.role} → {new.role}"
        case ("on",):
            return f"message {index + 1} ({new.role}) {'on' if new.on else 'off'}"
        case ("images",) | ("content", "images"):
            return f"images of message {index + 1} ({new.role})"
    return f"message {index + 1} ({new.role})"


def _parameter_words(before: Prompt, after: Prompt) -> str:
    names = changed_parameters(before, after)
    if len(names) != 1:
        return f"{len(names)} parameters" if names else "the order of the parameters"
    [name] = names
    old = describe(before.parameters[name]) if name in before.parameters else "not sent"
    new = describe(after.parameters[name]) if name in after.parameters else "not sent"
    return f"{name} {old} → {new}" if old != new else name


def _variable_words(before: Prompt, after: Prompt) -> str:
    old = {variable.name: variable for variable in before.variables}
    new = {variable.name: variable for variable in after.variables}
    names = [name for name in dict.fromkeys((*new, *old)) if old.get(name) != new.get(name)]
    return f"{{{{{_short(names[0])}}}}}" if len(names) == 1 else f"{len(names)} variables"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_VALUE else f"{text[: _SHOWN_VALUE - 1]}…"
