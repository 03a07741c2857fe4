"""Regular expressions that somebody else wrote, searched for with bounds: no pattern holds the program up or fills it.

The syntax is that of Python's `re`. The search is that of `regex`, which knows a time limit and lets other threads
work meanwhile; but it unrolls counted repeats when it compiles: `((a{1000}){1000}){1000}` takes all memory there is.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.core.json_text import describe

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_CHARACTERS = 10_000
_MOST_STEPS = 100_000
"""About 30 MB and 0.1 s to compile."""
_COUNT = re.compile(r"\{(?:(\d+)|(?=,))(?:,(\d*))?\}", re.ASCII)


class BadPattern(Exception):
    """The pattern can't be searched for; the message says why, in plain words with the pattern in it."""


def _compiled(pattern: str, flags: int = 0) -> Any:
    # `re` knows no time limit and holds up every thread of the program while it searches.
    import regex  # type: ignore[import-untyped]

    with _in_plain_words(pattern):
        try:
            return regex.compile(bounded(pattern), flags)
        except regex.error as error:
            raise BadPattern(f"{describe(pattern)} is no pattern: {error}") from None


def search(pattern: str, text: str, seconds: float) -> bool:
    """Whether the pattern is found anywhere in the text. Raises BadPattern, also after so many seconds."""
    compiled = _compiled(pattern)
    with _in_plain_words(pattern):
        return compiled.search(text, timeout=seconds, concurrent=True) is not None


class Found(NamedTuple):
    """Characters `start` up to `end` of a text, and what is to stand there."""

    start: int
    end: int
    by: str = ""


def found_in(
    pattern: str, text: str, left: Callable[[], float], *, exact_case: bool, by: str | None = None
) -> Iterator[Found]:
    """Every place of the pattern in the text, in which ^ and $ stand for the ends of a line; with `by`, what it makes
    of each: `\\1` and `\\g<name>` are the groups.

    `left` says how many seconds are left. Raises BadPattern, also when there are none. An empty place right behind
    another is left out, as nobody would count it.
    """
    import regex

    compiled = _compiled(pattern, regex.MULTILINE | (0 if exact_case else regex.IGNORECASE))
    behind = -1
    with _in_plain_words(pattern):
        for match in compiled.finditer(text, timeout=max(left(), 0.001), concurrent=True):
            start, end = match.span()
            if left() <= 0:
                raise TimeoutError
            if start == end == behind:
                continue
            yield Found(start, end, "" if by is None else _expanded(match, by))
            behind = end


def _expanded(match: Any, by: str) -> str:
    import regex

    try:
        expanded: str = match.expand(by)
    except (regex.error, IndexError) as error:
        raise BadPattern(f"the replacement can't be used: {error}") from None
    return expanded


@contextmanager
def _in_plain_words(pattern: str) -> Iterator[None]:
    try:
        yield
    except (RecursionError, OverflowError):
        raise BadPattern(f"the pattern {describe(pattern)} is nested too deep") from None
    except (TimeoutError, MemoryError):
        raise BadPattern(f"the pattern {describe(pattern)} takes too long") from None


def bounded(pattern: str) -> str:
    """The pattern as `regex` is to read it. Raises BadPattern for one that `re` does not take, or that is too large."""
    check_size(pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python's, about what a later Python will read otherwise
            re.compile(pattern)
    except (re.error, OverflowError) as error:
        raise BadPattern(f"{describe(pattern)} is no pattern: {error}") from None
    except RecursionError:
        raise BadPattern(f"the pattern {describe(pattern)} is nested too deep") from None
    return _measured(pattern)[0]


def check_size(pattern: str) -> None:
    """Raises BadPattern for a pattern that would take too much time or memory to compile, whatever its syntax."""
    if len(pattern) > MOST_CHARACTERS:
        raise BadPattern(f"the pattern {describe(pattern)} has more than {MOST_CHARACTERS:,} characters")
    if _measured(pattern)[1] > _MOST_STEPS:
        raise BadPattern(f"the pattern {describe(pattern)} repeats too much")


def _measured(pattern: str) -> tuple[str, int]:
    """The pattern with braces that count nothing escaped, and about how many steps it has when it is unrolled.

    For `regex` such braces may mean an approximate search (`{e}`), for `re` they are text.
    """
    pieces: list[str] = []
    groups = [0]
    """Steps so far of each group that is open."""
    last = 0
    """Steps of what a count would repeat."""
    for piece in _pieces(pattern):
        pieces.append(piece)
        if found := _COUNT.fullmatch(piece):
            times = max(int(found[1] or 0), int(found[2] or 0), 1)
            # The first of them is counted.
            groups[-1] += last * (times - 1)
            last *= times
            continue
        if piece == "(":
            groups.append(0)
        last = groups.pop() if piece == ")" and len(groups) > 1 else int(piece != "(")
        groups[-1] += last
    return "".join(pieces), sum(groups)


def _pieces(pattern: str) -> Iterator[str]:
    """An escaped character, a set, a count or one character at a time; a brace that begins no count is escaped."""
    at = 0
    while at < len(pattern):
        end, char = at + 1, pattern[at]
        if char == "\\":
            end += 1
        elif char == "[":
            end = _set_end(pattern, at)
        elif char == "{" and (found := _COUNT.match(pattern, at)):
            end = found.end()
        yield "\\{" if pattern[at:end] == "{" else pattern[at:end]
        at = end


def _set_end(pattern: str, start: int) -> int:
    """Behind the `]` of a set that begins at `start`; a `]` in its first place is one of the set."""
    at = start + 1
    if pattern[at : at + 1] == "^":
        at += 1
    if pattern[at : at + 1] == "]":
        at += 1
    while at < len(pattern) and pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return min(at + 1, len(pattern))
