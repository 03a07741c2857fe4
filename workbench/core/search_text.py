"""What of a run is searched, and as what: any part of it, in any case, composed and decomposed alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from workbench.core.json_value import JSON

_BEFORE, _BEHIND = 40, 300
"""Characters of a text that are shown around what was found in it."""
_ESCAPED_IN_JSON = re.compile(r'["\\\x00-\x1f]')


def folded(text: str) -> str:
    """The text without case, in Unicode's composed form; what is found in it is what a person sees in the text."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


class Found(NamedTuple):
    """Where a needle stands: some of the text before it, itself as it is written there, some behind it."""

    before: str
    needle: str
    behind: str


def found_in(text: str, needle: str) -> Found | None:
    """The first place of a folded, not empty needle in a text; None where it is not in it."""
    searched = folded(text)
    at = searched.find(needle)
    if at < 0:
        return None
    composed = unicodedata.normalize("NFC", text)
    # Where folding made it longer (ß becomes ss) the places differ: then it is shown as it was searched.
    shown = composed if len(composed) == len(searched) else searched
    end = at + len(needle)
    return Found(shown[max(0, at - _BEFORE) : at], shown[at:end], shown[end : end + _BEHIND])


def stands_in_json(needle: str) -> bool:
    """Whether a folded needle that stands in a text stands in the JSON of the text too, written without \\u."""
    return _ESCAPED_IN_JSON.search(needle) is None


def prompt_texts(prompt: JSON, request: JSON) -> Iterator[str]:
    """What was typed, and what was sent of it: messages, names, values of variables. An image is none of it.

    `prompt` is as in core/prompt_json.py, `request` the body that was sent.
    """
    if isinstance(prompt, dict):
        yield from _texts(prompt.get("name"))
        for each in _objects(prompt.get("messages")):
            yield from _texts(each.get("content"))
            for call in _objects(each.get("calls")):
                yield from _texts(call.get("arguments"))
        for each in _objects(prompt.get("variables")):
            yield from _texts(each.get("value"))
    if isinstance(request, dict):
        for each in _objects(request.get("messages")):
            yield from _texts(each.get("content"))


def _objects(value: JSON) -> Iterator[dict[str, JSON]]:
    if isinstance(value, list):
        for each in value:
            if isinstance(each, dict):
                yield each


def _texts(value: JSON) -> Iterator[str]:
    """A text, or the texts of the parts that a message's content may be."""
    if isinstance(value, str):
        if value:
            yield value
    else:
        for part in _objects(value):
            yield from _texts(part.get("text"))
