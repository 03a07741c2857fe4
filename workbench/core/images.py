"""An image of a user message: its address as it is sent, its facts, and how many tokens it takes, about."""

from __future__ import annotations

import re
from math import ceil, sqrt
from typing import NamedTuple
from urllib.parse import unquote

TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")
"""What OpenAI's models take (vision guide, "Image input requirements")."""
DETAILS = ("auto", "low", "high")
_LONGEST_PATH = 4096
MOST_BYTES = 50 * 1024 * 1024
"""OpenAI's limit for all images of one request together (vision guide)."""


class ImageData(NamedTuple):
    """An image's file, read: `url` is the data URL that is sent; `size` in bytes, `width` and `height` in pixels."""

    url: str
    type: str
    size: int
    width: int
    height: int
    digest: str

    @property
    def facts(self) -> str:
        """`png 800x600`."""
        return f"{self.type.removeprefix('image/')} {self.width}x{self.height}"


_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif")


def path_in(text: str) -> str:
    """The path that a pasted or typed text is: without quotes, `file://` and the backslashes of a shell."""
    path = text.strip()
    if len(path) > 1 and path[0] == path[-1] and path[0] in "'\"":
        return path[1:-1]
    if path.lower().startswith("file://"):
        return unquote(path[len("file://") :].removeprefix("localhost"))
    return re.sub(r"\\([ '\"()&\[\]])", r"\1", path)


def image_path(text: str) -> str:
    """The path of an image's file, where the text is one line that may be that; else ""."""
    path = path_in(text) if len(text) < _LONGEST_PATH and "\n" not in text.strip() else ""
    return path if path.lower().endswith(_SUFFIXES) and "://" not in path else ""


class _Tiles(NamedTuple):
    """Scaled into 2,048 square, then its short side to 768; `base` and so many tokens for each tile of 512."""

    base: int
    tile: int


class _Patches(NamedTuple):
    """Patches of 32 pixels, 1,536 at most (a larger image is scaled down), each counted `factor` times."""

    factor: float


_RULES: tuple[tuple[str, _Tiles | _Patches], ...] = (
    (r"gpt-4\.1-mini|gpt-5-mini", _Patches(1.62)),
    (r"gpt-4\.1-nano|gpt-5-nano", _Patches(2.46)),
    (r"o4-mini", _Patches(1.72)),
    (r"gpt-4o-mini", _Tiles(2833, 5667)),
    (r"gpt-4o|gpt-4\.1|chatgpt-4o|gpt-4-turbo|gpt-4\.5", _Tiles(85, 170)),
    (r"o1|o3", _Tiles(75, 150)),
    (r"gpt-5(?![.\d])", _Tiles(70, 140)),
)
"""OpenAI's vision guide, "Calculating costs"; the first that a model's name begins with. Others are not known."""
_MOST_PATCHES = 1536
_PATCH = 32


def image_tokens(model: str, width: int, height: int, detail: str = "") -> int | None:
    """About how many tokens an image takes, both sides in pixels; None where the model's rule is not known."""
    name = model.rsplit("/", 1)[-1].lower()
    rule = next((rule for pattern, rule in _RULES if re.match(pattern, name)), None)
    if rule is None or width < 1 or height < 1:
        return None
    if isinstance(rule, _Patches):
        return ceil(_patches(width, height) * rule.factor)
    return rule.base if detail == "low" else rule.base + rule.tile * _tiles(width, height)


def _tiles(width: int, height: int) -> int:
    scale = min(1.0, 2048 / max(width, height))
    scale *= min(1.0, 768 / (min(width, height) * scale))
    return ceil(round(width * scale, 6) / 512) * ceil(round(height * scale, 6) / 512)


def _patches(width: int, height: int) -> int:
    count = ceil(width / _PATCH) * ceil(height / _PATCH)
    if count <= _MOST_PATCHES:
        return count
    scale = sqrt(_PATCH * _PATCH * _MOST_PATCHES / (width * height))
    wide, high = width * scale / _PATCH, height * scale / _PATCH
    scale *= min(int(wide) / wide, int(high) / high)
    return min(_MOST_PATCHES, ceil(round(width * scale / _PATCH, 6)) * ceil(round(height * scale / _PATCH, 6)))
