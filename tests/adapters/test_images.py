from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.storage import a_connection, an_outcome
from workbench.adapters.database import Database
from workbench.adapters.history import History
from workbench.adapters.images import ImageFiles, read_image
from workbench.core.errors import InputError
from workbench.core.merge import placed_messages
from workbench.core.parts import NO_PARTS
from workbench.core.prompt import Image, Message, Prompt, Role
from workbench.core.request import build_request

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


async def test_a_run_keeps_its_images_once_and_is_sent_again_without_the_file(
    tmp_path: Path, database: Database
) -> None:
    path = tmp_path / "고양이.png"
    files = ImageFiles(tmp_path)
    path.write_bytes(PNG + b"\0" * 300)  # the address of a picture of a few bytes stays where it is
    image = Image(path.name, "low", hashlib.sha256(path.read_bytes()).hexdigest())
    prompt = Prompt(model="m", messages=(Message(Role.USER, "무엇?", images=(image,)),))
    placed = placed_messages(prompt, NO_PARTS)
    request = build_request(prompt, images=files.of(placed)[0])
    assert not request.problems
    history = History(database)
    records = [
        await history.begin(prompt=prompt, request=request, connection=a_connection(), source="cli") for _ in range(2)
    ]
    await records[0].end(replace(an_outcome(), request=request))
    stored = history.get(records[0].id)
    assert stored is not None
    assert stored.request == request.body
    path.unlink()
    assert files.of(placed)[1][0].text.startswith("고양이.png")
    images, problems = files.of(placed, stored.request)
    assert not problems
    assert build_request(prompt, images=images).body == request.body
    with contextlib.closing(sqlite3.connect(database.paths.database)) as connection:
        count = "SELECT (SELECT count(*) FROM images), (SELECT sum(request LIKE '%base64%') FROM bodies)"
        assert connection.execute(count).fetchone() == (1, 0)
        for record, left in zip(records, (1, 0), strict=True):
            connection.execute("DELETE FROM run_images WHERE run = ?", (record.id,))
            assert connection.execute("SELECT count(*) FROM images").fetchone() == (left,)
