"""`[prices."MODEL"]` of the settings file: what the person says that a model costs, in US dollars."""

from __future__ import annotations

import difflib
import math
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.keys import looks_like_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST = 10_000
"""US dollars per million tokens."""
_NAMES = ("input", "output", "cached_input")
_LEFT_OUT = ": price left out"


class OwnPrice(NamedTuple):
    """US dollars per million tokens, as they are typed."""

    input: float
    output: float
    cached_input: float | None = None
    """Of the input, what is read from a cache; None: it costs what other input does."""


def read_prices(table: Mapping[str, object], fault: Callable[[str, str], None]) -> dict[str, OwnPrice]:
    """The prices by model. `fault` is called with the path and the words of each thing that is wrong; such a price is
    left out as a whole: half of one would make a wrong sum."""
    prices: dict[str, OwnPrice] = {}
    for model, values in table.items():
        path = f"prices.{model}"
        wrong = list(_faults(model, values))
        for name, words in wrong:
            fault(f"{path}.{name}" if name else path, words + _LEFT_OUT)
        if not wrong and isinstance(values, dict):
            prices[model] = OwnPrice(**values)
    return prices


def _faults(model: str, values: object) -> list[tuple[str, str]]:
    """(name of the line or "", what is wrong) for each fault."""
    if looks_like_key(model):
        return [("", "a key has no place in the settings")]
    if not model.strip() or not model.isprintable():
        return [("", "expected a model's name")]
    if not isinstance(values, dict):
        return [("", f'expected a table, [prices."{model}"] with input and output')]
    inner = next((name for name, value in values.items() if isinstance(value, dict)), None)
    if inner is not None:
        # A dot in a bare TOML name begins a table in a table.
        return [("", f'write the model in quotes, [prices."{model}.{inner}"]')]
    faults = [(name, _unknown(name)) for name in values if name not in _NAMES]
    faults += [(name, words) for name in _NAMES if name in values and (words := _number_fault(values[name]))]
    missing = [name for name in ("input", "output") if name not in values]
    return (
        [*faults, ("", f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")]
        if missing
        else faults
    )


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name.lower().replace("-", "_"), _NAMES, n=1)
    return f"no such price; did you mean {close[0]}?" if close else f"no such price: there are {', '.join(_NAMES)}"


def _number_fault(value: object) -> str:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return "expected US dollars per million tokens, a number without quotes"
    if not math.isfinite(value) or not 0 <= value <= MOST:
        return f"expected US dollars per million tokens from 0 to {MOST:,}"
    return ""
