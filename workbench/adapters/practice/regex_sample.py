"""A string that matches a regular expression, for `pattern` in a schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

Choose = Callable[[int], int]
"""Takes how many alternatives there are, gives the index of one."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ANY = _LETTERS + "0123456789 "
_CATEGORIES = {
    "CATEGORY_DIGIT": "0123456789",
    "CATEGORY_WORD": _LETTERS + "0123456789_",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": _LETTERS,
    "CATEGORY_NOT_WORD": " -.",
    "CATEGORY_NOT_SPACE": _LETTERS + "0123456789",
}
_MOST_REPEATS = 6


class NoSample(Exception):
    """The expression is not valid, or nothing that matches it was found."""


def sample(pattern: str, choose: Choose, *, shortest: int = 0) -> str:
    """A string in which `pattern` is found; the choices in it are made by `choose`.

    `shortest`: characters to aim at, where the pattern repeats something without a limit.

    Raises:
        NoSample: the pattern is no Python regular expression, or uses what can't be sampled (lookarounds).
    """
    # Python's own parser of expressions: private, and the same from 3.11 to 3.14.
    parser = import_module("re._parser")
    try:
        tree = parser.parse(pattern)
        found = _Sampler(choose, shortest).sequence(tree)
    except (re.error, OverflowError, RecursionError, KeyError, IndexError) as error:
        raise NoSample(str(error)) from error
    if re.search(pattern, found) is None:
        raise NoSample(pattern)
    return found


class _Sampler:
    def __init__(self, choose: Choose, shortest: int) -> None:
        self._choose = choose
        self._shortest = shortest
        self._groups: dict[int, str] = {}

    def sequence(self, nodes: Iterable[tuple[Any, Any]]) -> str:
        return "".join(self._node(str(kind), value) for kind, value in nodes)

    def _node(self, kind: str, value: Any) -> str:
        match kind:
            case "LITERAL":
                return chr(value)
            case "NOT_LITERAL":
                return self._one([char for char in _ANY if char != chr(value)])
            case "ANY":
                return self._one(_ANY)
            case "IN":
                return self._one(_members(value))
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeat(*value)
            case "SUBPATTERN":
                text = self.sequence(value[-1])
                self._groups[value[0]] = text
                return text
            case "ATOMIC_GROUP":
                return self.sequence(value)
            case "BRANCH":
                return self.sequence(value[1][self._choose(len(value[1]))])
            case "GROUPREF":
                return self._groups[value]
            case _:
                return ""  # an anchor or a lookaround takes no characters; the search at the end judges it

    def _repeat(self, least: int, most: int, nodes: Any) -> str:
        least, most = int(least), int(most)
        goal = max(least, self._shortest)
        most = min(most, max(least + _MOST_REPEATS, goal))
        count = min(most, goal) if self._shortest else least + self._choose(most - least + 1)
        return "".join(self.sequence(nodes) for _ in range(count))

    def _one(self, chars: Iterable[str]) -> str:
        known = list(chars)
        return known[self._choose(len(known))]


def _members(nodes: Iterable[tuple[Any, Any]]) -> list[str]:
    found: dict[str, None] = {}
    negated = False
    for kind, value in nodes:
        match str(kind):
            case "NEGATE":
                negated = True
            case "LITERAL":
                found[chr(value)] = None
            case "RANGE":
                found.update(dict.fromkeys(map(chr, range(value[0], min(value[1], value[0] + 500) + 1))))
            case "CATEGORY":
                found.update(dict.fromkeys(_CATEGORIES[str(value)]))
    return [char for char in _ANY + "ABC-_." if char not in found] if negated else list(found)
