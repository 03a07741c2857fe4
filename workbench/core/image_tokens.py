"""About how many tokens an image takes, by the model that looks at it."""

from __future__ import annotations

import re
from math import ceil, sqrt
from typing import NamedTuple


class _Tiles(NamedTuple):
    """Scaled into 2,048 square, then its short side to 768; `base` and so many tokens for each tile of 512."""

    base: int
    tile: int


class _Patches(NamedTuple):
    """Patches of 32 pixels, each counted `factor` times. A larger image is scaled down: to `most` patches and 2,048
    pixels, or with detail `original` (which `auto` may mean) to so many patches and 6,000 pixels."""

    factor: float = 1.0
    most: int = 1_536
    original: int = 0
    """0: the model has no such detail. From _UNSCALED on nothing is scaled; the endpoint refuses more patches."""
    auto_is_original: bool = False


_UNSCALED = 30_000
_SIDE, _ORIGINAL_SIDE = 2_048, 6_000
_LOW_PATCHES = 256
"""Of detail `low`: an image of 512 by 512."""

_RULES: tuple[tuple[str, _Tiles | _Patches], ...] = (
    (r"gpt-4\.1-mini|gpt-5-mini|gpt-5\.4-mini", _Patches(1.62)),
    (r"gpt-4\.1-nano|gpt-5-nano|gpt-5\.4-nano", _Patches(2.46)),
    (r"o4-mini", _Patches(1.72)),
    (r"gpt-4o-mini", _Tiles(2833, 5667)),
    (r"gpt-4o|gpt-4\.1|chatgpt-4o|gpt-4-turbo|gpt-4\.5", _Tiles(85, 170)),
    (r"o1|o3", _Tiles(75, 150)),
    (r"gpt-5(?![.\d])", _Tiles(70, 140)),
    (r"gpt-5\.2(?!\d)", _Patches(1.2)),  # the guide names no factor; bills of 2025 and 2026 have this one
    (r"gpt-5\.4(?!\d)", _Patches(1, 2_500, 10_000)),
    (r"gpt-5\.5(?!\d)", _Patches(1, 2_500, 10_000, auto_is_original=True)),
    (r"gpt-5\.6(?!\d)|gpt-6(?!\d)", _Patches(1, 2_500, _UNSCALED, auto_is_original=True)),
)
"""OpenAI's vision guide, "Model sizing behavior" and "Calculating costs"; the first that a model's name begins with.
Others are not known. Those of 5.2 on are as others tell the guide of September 2026: nothing was tried here."""
_PATCH = 32


def image_tokens(model: str, width: int, height: int, detail: str = "") -> int | None:
    """About how many tokens an image takes, both sides in pixels; None where the model's rule is not known."""
    rule = _rule_of(model)
    if rule is None or width < 1 or height < 1:
        return None
    if isinstance(rule, _Patches):
        patches = _LOW_PATCHES if detail == "low" else _patches(width, height, rule, detail)
        return ceil(patches * rule.factor)
    return rule.base if detail == "low" else rule.base + rule.tile * _tiles(width, height)


def patches_over(model: str, width: int, height: int, detail: str) -> int:
    """How many patches an image has, where the model would not scale it and refuses so many; else 0."""
    rule = _rule_of(model)
    patches = _patches(width, height, rule, detail) if isinstance(rule, _Patches) and detail != "low" else 0
    return patches if patches > _UNSCALED else 0


def _rule_of(model: str) -> _Tiles | _Patches | None:
    name = model.rsplit("/", 1)[-1].lower()
    return next((rule for pattern, rule in _RULES if re.match(pattern, name)), None)


def _tiles(width: int, height: int) -> int:
    scale = min(1.0, 2048 / max(width, height))
    scale *= min(1.0, 768 / (min(width, height) * scale))
    return ceil(round(width * scale, 6) / 512) * ceil(round(height * scale, 6) / 512)


def _patches(width: int, height: int, rule: _Patches, detail: str) -> int:
    original = rule.original and (detail == "original" or (detail in ("", "auto") and rule.auto_is_original))
    most, side = (rule.original, _ORIGINAL_SIDE) if original else (rule.most, _SIDE)
    if original and most >= _UNSCALED:
        return ceil(width / _PATCH) * ceil(height / _PATCH)
    scale = min(1.0, side / max(width, height))
    wide, high = width * scale / _PATCH, height * scale / _PATCH
    if (count := ceil(round(wide, 6)) * ceil(round(high, 6))) <= most:
        return count
    scale = sqrt(most / (wide * high))
    wide, high = wide * scale, high * scale
    scale = min(int(wide) / wide, int(high) / high)
    return min(most, ceil(round(wide * scale, 6)) * ceil(round(high * scale, 6)))
