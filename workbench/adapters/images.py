"""Image files that a person attached: read, told apart by their first bytes, measured. Addresses are never fetched."""

from __future__ import annotations

import base64
import hashlib
import io
import threading
from pathlib import Path
from typing import TypeAlias

from workbench.adapters.files import read_limited
from workbench.core.errors import InputError
from workbench.core.images import MOST_BYTES, ImageData

_Stamp: TypeAlias = tuple[int, int, int] | None
"""When a file was changed, its size, its number; None where that can't be asked."""

_KINDS = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
)
"""Where in the file which bytes tell its type."""


class ImageFiles:
    """The images of one folder; a file that has not changed since it was read is not read again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[_Stamp, ImageData]] = {}
        self._lock = threading.Lock()

    def read(self, path: str) -> ImageData:
        """As `read_image`."""
        stamp = self._stamp(path)
        known = self._read.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        data = read_image(path, self._folder)
        with self._lock:  # a dialog reads in a thread of its own
            self._read.pop(path, None)
            self._read[path] = (stamp, data)
            while sum(kept.size for _, kept in self._read.values()) > MOST_BYTES and len(self._read) > 1:
                del self._read[next(iter(self._read))]
        return data

    def _stamp(self, path: str) -> _Stamp:
        try:
            found = (self._folder / Path(path).expanduser()).stat()
        except (OSError, RuntimeError, ValueError):
            return None  # reading it says what is wrong
        return found.st_mtime_ns, found.st_size, found.st_ino


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
