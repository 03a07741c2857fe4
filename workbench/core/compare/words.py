"""Splitting an answer into words and the spaces between them.

A word is what a reader takes for one: a run of letters and digits with the marks that belong to them (a Korean eojeol,
`don't`, `snake_case`, `3.14`), one character of a script that is written without spaces (Han, Kana, Thai, Lao, Khmer,
Burmese), a run of one mark (the fence ```` ``` ````, `**`, `##`, `==`), one emoji however many code points it has.
Everything else between words is space. The pieces joined are the text itself, always; for comparing, a word is taken
in Unicode's form NFC (UAX #15), so that the same Hangul or `é` in two spellings is the same word.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import is_normalized, normalize

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNSPACED = (
    r"\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}"
    r"\p{Script=Myanmar}々〆ー"
)
_LETTERS = rf"[[\p{{L}}\p{{M}}\p{{N}}_\u200c]--[{_UNSPACED}]]"
_SPLIT = rf"""(?V1)
    (?:[a-zA-Z0-9가-힣]|{_LETTERS})++                         # the first set is only quicker
    (?: (?:['’](?=\p{{L}}) | (?<=\p{{N}})[.,](?=\p{{N}})) {_LETTERS}++ )*+
    | \s+
    | [[{_UNSPACED}]&&[\p{{L}}\p{{M}}\p{{N}}]]\p{{M}}*+
    | ([[\p{{P}}\p{{S}}]--[\p{{Extended_Pictographic}}\p{{Emoji_Modifier}}\p{{Regional_Indicator}}]])\1{{0,99}}+
      (?![\p{{M}}\u200d])
    | \p{{Regional_Indicator}}{{1,2}}+\p{{M}}*+                   # \X looks back over all of them, each time
    | \X
    """


_PLAIN_TEXT = r"[\x00-\x1b\x20-\x7f가-힣‘’“”–—…·•]*+"
_PLAIN_SPLIT = r"""
    [a-zA-Z0-9_가-힣]++ (?: (?:['’](?=[a-zA-Z가-힣]) | (?<=[0-9])[.,](?=[0-9])) [a-zA-Z0-9_가-힣]++ )*+
    | \s+
    | ([!-/:-@[-^`{-~‘’“”–—…·•])\1{0,99}+
    | .
    """
"""The same split for texts of `_PLAIN_TEXT` alone, which most are: four times as quick."""


class Word(NamedTuple):
    """A word, or a gap that holds a line break, at `text[start:end]`; equal words have equal keys."""

    start: int
    end: int
    key: str
    is_break: bool


@cache
def _any() -> Any:
    import regex  # type: ignore[import-untyped]

    return regex.compile(_SPLIT, regex.VERBOSE)


@cache
def _plain() -> re.Pattern[str]:
    return re.compile(_PLAIN_SPLIT, re.VERBOSE | re.DOTALL)


def _pieces(text: str) -> Iterator[Any]:
    """The matches of all words and spaces, in order."""
    return (_plain() if re.fullmatch(_PLAIN_TEXT, text) else _any()).finditer(text)


def split(text: str) -> list[str]:
    """The words of `text` and the spaces between them, in order; joined they are `text`."""
    return [match.group() for match in _pieces(text)]


def same_form(text: str) -> str:
    """`text` as it is compared: in NFC."""
    return text if is_normalized("NFC", text) else normalize("NFC", text)


def words(text: str) -> tuple[Word, ...]:
    """The words of `text` where they stand, and with them the line breaks, which shape an answer as words do."""
    return tuple(_words(text))


def keys(text: str) -> list[str]:
    """The keys of `words`, without the line breaks that begin or end the text: they are no part of what it says."""
    text = same_form(text)
    found = [piece for piece in split(text) if piece != " " and (not piece.isspace() or _breaks(piece))]
    first = 1 if found and found[0].isspace() else 0
    last = len(found) - 1 if len(found) > first and found[-1].isspace() else len(found)
    return [piece.replace("\r\n", "\n") if piece.isspace() else piece for piece in found[first:last]]


def _words(text: str) -> Iterator[Word]:
    plain = is_normalized("NFC", text)
    for match in _pieces(text):
        piece = match.group()
        if not piece.isspace():
            yield Word(match.start(), match.end(), piece if plain else normalize("NFC", piece), False)
        elif _breaks(piece):
            yield Word(match.start(), match.end(), piece.replace("\r\n", "\n"), True)


def _breaks(space: str) -> bool:
    return space.splitlines() != [space]
