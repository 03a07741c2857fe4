"""A copy of a value that can be written as JSON, or why there is none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from workbench.core.json_text import describe

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.core.json_value import JSON

DEEPEST = 100
"""Levels of lists and objects. A schema of the deepest kind that strict mode takes needs about 30."""
_MOST_BITS = 4_096
_LOST = "\ufffd"


class NotJson(Exception):
    """The value at `path` can't be written as JSON; `reason` says why, to be read after the path."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} {reason}")
        self.path = path
        self.reason = reason


def clean_text(text: str) -> str:
    """The text as UTF-8 can carry it: halves of one character joined, a lone half replaced by U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def clean_json(value: object, path: str, mended: Callable[[str], None], depth: int = 0) -> JSON:
    """A copy of `value` with every text clean; `mended` is told the path of each text that lost something.

    Raises NotJson for NaN and infinity, endless numbers, too deep nesting and what JSON has no form for.
    """
    if isinstance(value, str):
        return _text(value, path, mended)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value, path)
    if depth >= DEEPEST:
        raise NotJson(path, f"is nested more than {DEEPEST} levels deep")
    if isinstance(value, list):
        return [clean_json(item, f"{path}[{i}]", mended, depth + 1) for i, item in enumerate(value)]
    if isinstance(value, dict):
        return _object(value, path, mended, depth)
    raise NotJson(path, f"is {describe(value)}, which JSON can't hold")


def _text(text: str, path: str, mended: Callable[[str], None]) -> str:
    result = clean_text(text)
    if result is not text and result.count(_LOST) > text.count(_LOST):
        mended(path)
    return result


def _number(value: int | float, path: str) -> int | float:
    if isinstance(value, float) and not math.isfinite(value):
        raise NotJson(path, f"must be a number, not {describe(value)}")
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise NotJson(path, "is a number with too many digits")
    return value


def _object(value: dict[object, object], path: str, mended: Callable[[str], None], depth: int) -> dict[str, JSON]:
    result: dict[str, JSON] = {}
    for key, item in value.items():
        # YAML reads the token id in `logit_bias: {50256: -100}` as a number; JSON names are always text.
        name = str(key) if isinstance(key, int) and not isinstance(key, bool) else key
        if not isinstance(name, str):
            raise NotJson(path, f"has the name {describe(key)}, and a name must be text")
        name = _text(name, path, mended)
        if name in result:
            raise NotJson(path, f"has the name {describe(name)} twice")
        result[name] = clean_json(item, f"{path}.{name}", mended, depth + 1)
    return result
