"""An image of a user message: its facts, and the path that a text may be."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")
"""What OpenAI's models take (vision guide, "Image input requirements")."""
DETAILS = ("auto", "low", "high", "original")
"""openai 3.54.0, ChatCompletionContentPartImageParam; `original` from gpt-5.4 on."""
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


def image_paths(text: str) -> tuple[str, ...]:
    """The paths of several images' files, as a terminal types those that are dropped on it: one line, quoted as a shell
    wants it; () where the text is anything else."""
    import shlex

    line = text.strip()
    if len(text) >= _LONGEST_PATH or "\n" in line or not line.rstrip("'\"").lower().endswith(_SUFFIXES):
        return ()
    try:
        paths = shlex.split(text)
    except ValueError:
        return ()
    found = tuple(path_in(path) for path in paths)
    return found if len(found) > 1 and all(path.lower().endswith(_SUFFIXES) for path in found) else ()
