"""How many tokens a text is, about: for models whose ranks are not on this machine.

Weights for OpenAI's o200k_base, fitted to published counts, chiefly the table of one greeting in twenty languages in
OpenAI's announcement of GPT-4o (2024-05-13: English 24 tokens, Korean 27, Chinese 24, Japanese 26, Russian 23, Arabic
26, Hindi 31, German 29, ...), the OpenAI cookbook's token counting page ("2 + 2 = 4" is 7, an 11-syllable Japanese
birthday wish 8), and 4.4 characters a token measured over a million words of English. tests/core/test_token_estimate.py
holds the facts. Within a quarter for each of these texts; other vendors' tokenizers need up to a third more.

The pieces follow o200k_base's own split: a word takes the space or one mark before it, digits come in threes.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from typing import NamedTuple

_EXTENDED = "\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_LATIN = f"A-Za-z{_EXTENDED}"
_HANGUL = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"
_KANA = "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_EMOJI = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_JOINERS = "\u200d\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff"

_VOWEL_SIGNS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0951-\u0957"
    "\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a03\u0a3c-\u0a4d\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03"
    "\u0b3c-\u0b4d\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c4d\u0c81-\u0c83\u0cbc-\u0ccd\u0d00-\u0d03\u0d3b-\u0d4d"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
)
"""Marks that belong to the letter before them but are no letters to `re`."""

_SPLIT = rf"""
    (?:[^\w\s{_EMOJI}{_JOINERS}](?=[{_LATIN}]))?      # "(", "." or "_" before a word is often part of it
    (?:
      \x20?[A-Z]?[a-z]++(?![{_EXTENDED}])(?:['’](?:s|t|m|d|re|ve|ll)\b)?
    | \x20?[A-Z]++(?![a-z{_EXTENDED}])
    | \x20?[{_LATIN}]+
    )
    | \x20?[{_HANGUL}]+
    | [{_HAN}]+
    | [{_KANA}]+
    | [0-9]+
    | [{_EMOJI}{_JOINERS}]+
    | \x20?(?:[^\W\d_{_LATIN}{_HANGUL}{_KANA}{_HAN}]|[{_VOWEL_SIGNS}])+
    | \x20?(?:[^\w\s{_EMOJI}{_JOINERS}]|_)+[\r\n]*
    | [\x20\t]*[\r\n]\s*
    | \s+
    | .
    """
_SPLIT_ASCII = r"""
    (?:[^\w\s](?=[A-Za-z]))?
    (?: \x20?[A-Z]?[a-z]++(?:'(?:s|t|m|d|re|ve|ll)\b)? | \x20?[A-Z]++(?![a-z]) | \x20?[A-Za-z]+ )
    | [0-9]+
    | \x20?(?:[^\w\s]|_)+[\r\n]*
    | [\x20\t]*[\r\n]\s*
    | \s+
    | .
    """
"""The same split for a text that is all ASCII: the tables of the other one take 15 ms to build, at the first paint."""


@cache
def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source, re.VERBOSE | re.DOTALL)


class _Kind(NamedTuple):
    """A piece that is all `letters` weighs `least`, and `each` for every letter past the `free` ones."""

    letters: str
    each: float
    free: int = 0
    least: float = 1.0


_KINDS = (
    _Kind("[A-Z]?[a-z]+(?:['’].*)?", 0.2, 8),
    _Kind("[A-Z]+", 0.33, 3),
    _Kind("[A-Za-z]+", 0.3, 4),
    _Kind(f"[{_LATIN}]+", 0.3, 4),
    _Kind(f"[{_HANGUL}]+", 0.6, 1),
    _Kind(f"[{_HAN}]+", 0.72, 0, 0.0),
    _Kind(f"[{_KANA}]+", 0.6, 0, 0.0),
    _Kind(f"[{_EMOJI}{_JOINERS}]+", 1.6, 0, 0.0),
    _Kind("[\u0400-\u052f]+", 0.25, 4),
    _Kind(f"(?:[^\\W\\d_]|[{_VOWEL_SIGNS}])+", 0.35, 3),
)
_ASCII_KINDS = _KINDS[:3]


class Scripts(NamedTuple):
    """A number for each class of script: tokenizers differ most in how they cut these."""

    ascii: float = 0.0
    """English, code, digits, marks and white space."""
    hangul: float = 0.0
    han_kana: float = 0.0
    other: float = 0.0
    """Every other script, Latin letters with accents and emoji."""

    @property
    def total(self) -> float:
        return sum(self)

    def scaled(self, by: Scripts) -> float:
        """The sum of all, each times what `by` has for it."""
        return sum(mine * factor for mine, factor in zip(self, by, strict=True))

    def plus(self, more: Scripts) -> Scripts:
        return Scripts(*(mine + its for mine, its in zip(self, more, strict=True)))


def weigh_scripts(text: str) -> Scripts:
    """As `weigh`, apart by script."""
    if text.isascii():
        return Scripts(weigh(text))
    sums = [0.0] * len(Scripts._fields)
    for piece, count in Counter(_pattern(_SPLIT).findall(text)).items():
        sums[_script_of(piece)] += count * _weigh_piece(piece)
    return Scripts(*sums)


@lru_cache(maxsize=8192)
def _script_of(piece: str) -> int:
    """The place in `Scripts` that a piece counts for: a piece has the letters of one script, and marks."""
    if piece.isascii():
        return 0
    if _pattern(f"[{_HANGUL}]").search(piece):
        return 1
    return 2 if _pattern(f"[{_HAN}{_KANA}]").search(piece) else 3


def weigh(text: str) -> float:
    """Estimated tokens as a number to add up: the parts of a text that is cut before white space sum to the whole."""
    split = _pattern(_SPLIT_ASCII if text.isascii() else _SPLIT)
    return sum(count * _weigh_piece(piece) for piece, count in Counter(split.findall(text)).items())


def _weigh_piece(piece: str) -> float:
    return _weigh_word(piece) if len(piece) <= 32 else _weigh_any(piece)


def _weigh_any(piece: str) -> float:
    if piece.isspace():
        # A space between words belongs to a word; before a digit or at the end it is a token of its own.
        return 1 + len(piece) // 64
    if piece.isdigit():
        return -(-len(piece) // 3)
    body = piece.strip()
    mark = 0.0
    if len(body) > 1 and not body[0].isalnum() and _begins_a_word(body[1]):
        mark, body = 0.5, body[1:]
    for kind in _ASCII_KINDS if body.isascii() else _KINDS:
        if _pattern(kind.letters).fullmatch(body):
            return mark + kind.least + kind.each * max(0, len(body) - kind.free)
    return mark + _weigh_marks(body)


def _begins_a_word(letter: str) -> bool:
    return letter.isalpha() if letter.isascii() else _pattern(f"[{_LATIN}]").match(letter) is not None


def _weigh_marks(marks: str) -> float:
    """A row of one mark, such as a rule of dashes, is few tokens; mixed marks (`":"`, `},`) go three at a time."""
    if not marks.isascii():
        return float(len(marks))
    if len(set(marks)) == 1:
        return 1 + len(marks) // 16
    return max(1.0, len(marks) / 3)


_weigh_word = lru_cache(maxsize=8192)(_weigh_any)
