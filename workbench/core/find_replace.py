"""Finding a text in all messages of a prompt, and putting another in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.errors import InputError
from workbench.core.finding import pattern_of
from workbench.core.pattern import Found, found_in

if TYPE_CHECKING:
    from workbench.core.prompt import Message

MOST_CHARACTERS = 10_000_000
"""Of one message, once it is replaced in."""

TimeLeft = Callable[[], float]
"""Seconds that a search may still take."""


class Search(NamedTuple):
    """What is looked for: a text, in composed and decomposed letters alike, or a regular expression of Python's, in
    which ^ and $ stand for the ends of a line."""

    needle: str
    exact_case: bool = False
    regex: bool = False


class Place(NamedTuple):
    """Characters `start` up to `end` of a message."""

    message: int
    start: int
    end: int


class Replaced(NamedTuple):
    """The messages after a replacement, and how many places were replaced."""

    messages: tuple[Message, ...]
    many: int
    behind: tuple[int, int]
    """The message and the character behind the last replacement."""


def places(messages: tuple[Message, ...], search: Search, left: TimeLeft) -> tuple[Place, ...]:
    """Where it is found, in reading order. BadPattern for a pattern that can't be searched for, or not in the time."""
    return tuple(
        Place(index, found.start, found.end)
        for index, message in enumerate(messages)
        for found in _matches(message.content, search, None, left)
    )


def replaced(
    messages: tuple[Message, ...], search: Search, by: str, left: TimeLeft, *, only: Place | None = None
) -> Replaced:
    """The messages with `by` in place of what is found, or of one place of that alone.

    In the place of a regular expression, `\\1` and `\\g<name>` in `by` stand for its groups. Raises BadPattern, and
    InputError where a message would grow beyond all measure.
    """
    result, count, behind = list(messages), 0, (0, 0)
    for index, message in enumerate(messages):
        if only is not None and only.message != index:
            continue
        found = [
            match
            for match in _matches(message.content, search, by, left)
            if only is None or (match.start, match.end) == (only.start, only.end)
        ]
        if found:
            text, end = _put_in(message.content, found)
            result[index], behind = replace(message, content=text), (index, end)
            count += len(found)
    return Replaced(tuple(result), count, behind)


def _matches(text: str, search: Search, by: str | None, left: TimeLeft) -> Iterator[Found]:
    if search.regex:
        return found_in(search.needle, text, left, exact_case=search.exact_case, by=by)
    return _literal_matches(text, search, by or "")


def _literal_matches(text: str, search: Search, by: str) -> Iterator[Found]:
    pattern = pattern_of(search.needle, exact_case=search.exact_case)
    if pattern is not None:
        for match in pattern.finditer(text):
            yield Found(match.start(), match.end(), by)


def _put_in(text: str, found: list[Found]) -> tuple[str, int]:
    """The text with the replacements in it, and the place behind the last of them."""
    size = len(text) + sum(len(match.by) - (match.end - match.start) for match in found)
    if size > MOST_CHARACTERS:
        raise InputError(f"the message would grow to {size:,} characters", f"{MOST_CHARACTERS:,} are the most")
    pieces, at = [], 0
    for match in found:
        pieces += [text[at : match.start], match.by]
        at = match.end
    return "".join([*pieces, text[at:]]), size - (len(text) - at)
