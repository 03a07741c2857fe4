"""Image files that a person attached: read, told apart by their first bytes, measured. Addresses are never fetched."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import TYPE_CHECKING

from workbench.adapters.files import read_limited
from workbench.core.errors import InputError
from workbench.core.images import MOST_BYTES, ImageData

if TYPE_CHECKING:
    from pathlib import Path

_KINDS = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
)
"""Where in the file which bytes tell its type."""


def read_image(path: str, folder: Path) -> ImageData:
    """The image of a file; the path is relative to `folder`, `~` is expanded.

    Raises InputError for what is missing, too large, or no png, jpeg, gif or webp image.
    """
    import imagesize

    data = read_limited(path, folder, MOST_BYTES, shown=path, taker="a message").data
    kind = next((kind for at, mark, kind in _KINDS if data[at : at + len(mark)] == mark), "")
    if not kind:
        raise InputError(f"{path} is no image that a model takes", "attach a png, jpeg, gif or webp file")
    width, height = imagesize.get(io.BytesIO(data))  # -1 where it can't tell
    if width < 1 or height < 1:
        raise InputError(f"{path} is broken: its size can't be read", "save it anew, or attach another")
    url = f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
    return ImageData(url, kind, len(data), int(width), int(height), hashlib.sha256(data).hexdigest())
