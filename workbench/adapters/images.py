"""Image files that a person attached: read, told apart by their first bytes, measured. Addresses are never fetched."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from workbench.adapters.files import read_limited
from workbench.core.data_url import bytes_of, image_urls
from workbench.core.errors import InputError
from workbench.core.findings import Problem
from workbench.core.images import MOST_BYTES, ImageData

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.core.json_value import JSON
    from workbench.core.merge import Placed

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
        self._read: dict[str, tuple[_Stamp, ImageData | InputError]] = {}
        self._lock = threading.Lock()

    def read(self, path: str) -> ImageData:
        """As `read_image`."""
        stamp = self._stamp(path)
        known = self._read.get(path)
        if known is None or known[0] != stamp or stamp is None:
            known = (stamp, self._look(path))
            with self._lock:  # a dialog reads in a thread of its own
                self._read.pop(path, None)
                self._read[path] = known
                while sum(_size(kept) for _, kept in self._read.values()) > MOST_BYTES and len(self._read) > 1:
                    del self._read[next(iter(self._read))]
        if isinstance(known[1], InputError):
            raise InputError(known[1].message, known[1].hint)
        return known[1]

    def of(
        self, placed: Sequence[Placed], sent: Mapping[str, JSON] | None = None
    ) -> tuple[dict[str, ImageData], list[Problem]]:
        """The files of the images that would be sent, and why one can't be read. `sent` is the body of a run: its
        images are taken where a file is gone, or another one now."""
        images: dict[str, ImageData] = {}
        problems: list[Problem] = []
        before: dict[str, ImageData] | None = None
        for where, message in placed:
            for index, image in enumerate(message.images if message.on else ()):
                if not image.is_file or image.source in images:
                    continue
                found: ImageData | InputError
                try:
                    found = self.read(image.source)
                except InputError as error:
                    found = error
                if sent is not None and (isinstance(found, InputError) or found.digest != image.digest):
                    before = sent_images(sent) if before is None else before
                    found = before.get(image.digest, found)
                if isinstance(found, InputError):
                    problems.append(Problem(f"{where}.images[{index}]", found.line, can_send=False))
                else:
                    images[image.source] = found
        return images, problems

    def _look(self, path: str) -> ImageData | InputError:
        try:
            return read_image(path, self._folder)
        except InputError as error:
            return error  # a large file that is no image is not read at each key either

    def _stamp(self, path: str) -> _Stamp:
        try:
            found = (self._folder / Path(path).expanduser()).stat()
        except (OSError, RuntimeError, ValueError):
            return None  # reading it says what is wrong
        return found.st_mtime_ns, found.st_size, found.st_ino


def _size(kept: ImageData | InputError) -> int:
    return kept.size if isinstance(kept, ImageData) else 0


def read_image(path: str, folder: Path) -> ImageData:
    """The image of a file; the path is relative to `folder`, `~` is expanded.

    Raises InputError for what is missing, too large, or no png, jpeg, gif or webp image.
    """
    return image_of(read_limited(path, folder, MOST_BYTES, shown=path, taker="a message").data, path)


def sent_images(body: Mapping[str, JSON]) -> dict[str, ImageData]:
    """The images that a request carries in itself, by digest."""
    found: dict[str, ImageData] = {}
    for url, _detail in image_urls(body):
        if (data := bytes_of(url)) is not None:
            with contextlib.suppress(InputError):  # an address that the person wrote may carry anything
                image = image_of(data, "an image")
                found[image.digest] = image
    return found


def image_of(data: bytes, path: str) -> ImageData:
    """The image that these bytes are; `path` names it in an InputError."""
    import imagesize

    kind = next((kind for at, mark, kind in _KINDS if data[at : at + len(mark)] == mark), "")
    if not kind:
        raise InputError(f"{path} is no image that a model takes", "attach a png, jpeg, gif or webp file")
    width, height = imagesize.get(io.BytesIO(data))  # -1 where it can't tell
    if width < 1 or height < 1:
        raise InputError(f"{path} is broken: its size can't be read", "save it anew, or attach another")
    url = f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
    return ImageData(url, kind, len(data), int(width), int(height), hashlib.sha256(data).hexdigest())
