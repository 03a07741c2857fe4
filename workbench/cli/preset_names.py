"""What a word of the command line calls: a preset by its short name or its file; else it may be a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.core.preset import FILE_ENDINGS, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.preset import OpenedPreset
    from workbench.services import Services

_PATH_STARTS = ("./", "../", "/", "~/")
_LONGEST_NAME = 4096
"""Characters of a path, at most: what is longer names no file on any system."""
_LONGEST_WORD = 60
_LIST = "`workbench presets list` shows all"
_AS_TEXT = "use --message to send it as text"


def named_preset(word: str, services: Services) -> OpenedPreset:
    """The preset of that slug or path. InputError: there is none (with the nearest name), or it can't be read."""
    found = _find(word, services)
    if found is None:
        raise InputError(_nothing_named(word), _did_you_mean(word, services) or _LIST)
    return found


def path_of(word: str, services: Services) -> str:
    """The file of a slug, of `personas/slug`, or of a path, also one that can't be used. InputError: there is none."""
    try:
        return named_preset(word, services).path
    except InputError:
        kind = _kind_of(word)
        slug = word if kind is None else word.partition("/")[2]
        for entry in services.presets.entries(kind):
            if entry.slug == slug:
                return entry.path
        raise


def split_words(words: Sequence[str], services: Services) -> tuple[OpenedPreset | None, str | None]:
    """(preset, message) of the positional arguments. InputError.

    A single word that looks like a file, or like a preset's name with a slip in it, is never sent as a paid message.
    """
    if len(words) > 2:
        raise InputError(f"there are {len(words)} arguments where PRESET and MESSAGE are two", "quote the message")
    if not words:
        return None, None
    found = _find(words[0], services) if words[0] != "-" else None
    if len(words) == 2:
        if found is None:
            hint = _did_you_mean(words[0], services) or "quote the message if it is one"
            raise InputError(_nothing_named(words[0]), hint)
        return found, words[1]
    if found is not None:
        return found, None
    if _looks_like_file(words[0]):
        raise InputError(_nothing_named(words[0]), _and(_did_you_mean(words[0], services), _AS_TEXT))
    if _looks_like_slug(words[0]) and (near := _did_you_mean(words[0], services)):
        raise InputError(_nothing_named(words[0]), _and(near, _AS_TEXT))
    return None, words[0]


def near_preset(word: str, services: Services) -> str:
    """A line on a word that is sent as a message and may have been meant for a preset, or ""."""
    if not word[:1].isalnum() or len(word.split()) > 1 or len(word) > _LONGEST_WORD:
        return ""
    if not (near := services.presets.like(word)):
        return ""
    return f"there is no preset {word!r}, so it is sent as a message: did you mean {near}?"


def _find(word: str, services: Services) -> OpenedPreset | None:
    if len(word) > _LONGEST_NAME or "\n" in word or "\0" in word:
        return None
    return services.presets.find(word)


def _looks_like_file(word: str) -> bool:
    one_word = len(word.split()) == 1
    return one_word and (word.endswith(FILE_ENDINGS) or word.startswith(_PATH_STARTS) or _kind_of(word) is not None)


def _looks_like_slug(word: str) -> bool:
    return len(word.split()) == 1 and len(word) <= _LONGEST_NAME and ("-" in word[1:] or "_" in word)


def _kind_of(word: str) -> Kind | None:
    """The kind that `personas/...` names."""
    return next((kind for kind in Kind if word.startswith(f"{kind.folder}/")), None)


def _nothing_named(word: str) -> str:
    if word.endswith(FILE_ENDINGS) or word.startswith(_PATH_STARTS):
        return f"{word}: there is no such file"
    return f"there is no preset {word!r}"


def _did_you_mean(word: str, services: Services) -> str:
    """`did you mean x?` with the nearest name of any kind, or ""."""
    from difflib import SequenceMatcher

    kind = _kind_of(word)
    slug = word.rpartition("/")[2]
    for ending in FILE_ENDINGS:
        slug = slug.removesuffix(ending)
    if not slug or len(slug) > _LONGEST_NAME:
        return ""
    near = [(services.presets.nearest(each, slug), each) for each in ((kind,) if kind is not None else Kind)]
    # max takes the first of equals: a prompt before a persona before a format.
    best, of = max(near, key=lambda found: SequenceMatcher(None, slug, found[0]).ratio() if found[0] else -1.0)
    return f"did you mean {f'{of.folder}/' if kind is not None else ''}{best}?" if best else ""


def _and(first: str, second: str) -> str:
    return f"{first} Else {second}" if first else second
