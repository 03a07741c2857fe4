from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import pytest

from workbench.adapters.images import ImageFiles, read_image
from workbench.core.errors import InputError

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">IIBBBBB", 640, 480, 8, 2, 0, 0, 0) + b"\0\0\0\0"
JPEG = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    b"\xff\xc0\0\x11\x08\x01\xe0\x02\x80\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xff\xd9"
)
GIF = b"GIF89a" + struct.pack("<HH", 640, 480) + b"\0\0\0"
WEBP = b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0"


@pytest.mark.parametrize(("data", "kind"), [(PNG, "png"), (JPEG, "jpeg"), (GIF, "gif"), (WEBP, "webp")])
def test_type_and_size_are_told_by_the_content(tmp_path: Path, data: bytes, kind: str) -> None:
    (tmp_path / "그림.txt").write_bytes(data)
    image = read_image("그림.txt", tmp_path)
    assert image.facts == f"{kind} 640x480"
    assert image.url.startswith(f"data:image/{kind};base64,")
    assert (image.size, image.digest) == (len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(("data", "said"), [(b"hello", "is no image"), (b"", "is no image"), (PNG[:12], "is broken")])
def test_what_is_no_image_is_told(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "x.png").write_bytes(data)
    with pytest.raises(InputError, match=said):
        read_image("x.png", tmp_path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.png"):
        read_image("gone.png", tmp_path)


def test_a_file_is_read_again_once_it_has_changed(tmp_path: Path) -> None:
    files, path = ImageFiles(tmp_path), tmp_path / "a"
    path.write_bytes(PNG)
    first = files.read("a")
    assert files.read("a") is first
    path.write_bytes(GIF)
    assert files.read("a").type == "image/gif"
    path.unlink()
    with pytest.raises(InputError):
        files.read("a")
