"""Ranks are fetched once, whole, with the right hash or not at all; and never twice by several at once."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from workbench.adapters import ranks_download, token_ranks
from workbench.adapters.ranks_download import AGAIN_AFTER, Fetched, fetch_ranks, was_tried
from workbench.adapters.token_ranks import RANKS, read_ranks

DATA = b"IQ== 0\n" * 1000
NAME = "o200k_base"


@pytest.fixture(autouse=True)
def expected(monkeypatch: pytest.MonkeyPatch, the_download: Callable[..., tuple[bytes | None, str]]) -> None:
    monkeypatch.setitem(RANKS, NAME, RANKS[NAME]._replace(sha256=hashlib.sha256(DATA).hexdigest()))
    monkeypatch.setattr(ranks_download, "_download", the_download)


class Server:
    """Answers like the host of the ranks, and counts."""

    def __init__(self, answer: Callable[[], httpx2.Response] = lambda: httpx2.Response(200, content=DATA)) -> None:
        self.asked: list[httpx2.Request] = []
        self.transport = httpx2.MockTransport(self._answer)
        self._make = answer

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        return self._make()


def test_they_are_put_where_tiktoken_would_look_for_them_and_asked_for_once(tmp_path: Path) -> None:
    server, folder = Server(), tmp_path / "data" / "ranks"
    assert fetch_ranks(NAME, folder, transport=server.transport) == (Fetched.THERE, "")
    assert read_ranks(NAME, folder) == DATA
    assert [path.name for path in folder.iterdir()] == [RANKS[NAME].file_name]
    assert (folder / RANKS[NAME].file_name).stat().st_mode & 0o777 == 0o600
    assert fetch_ranks(NAME, folder, transport=server.transport) == (Fetched.THERE, "")
    assert [str(request.url) for request in server.asked] == [RANKS[NAME].url]
    assert "authorization" not in server.asked[0].headers


def _breaks() -> httpx2.Response:
    raise httpx2.ConnectError("no network")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda: httpx2.Response(200, content=DATA[:-1]), "not the table"),
        (lambda: httpx2.Response(200, html="<p>Log in to the hotel's network</p>"), "not the table"),
        (lambda: httpx2.Response(302, headers={"location": "http://elsewhere/"}), "answered 302"),
        (lambda: httpx2.Response(503), "answered 503"),
        (_breaks, "could not be reached"),
    ],
    ids=["cut", "portal", "redirect", "503", "offline"],
)
def test_anything_else_leaves_nothing_and_is_not_tried_again_that_day(
    tmp_path: Path, answer: Callable[[], httpx2.Response], why: str
) -> None:
    server = Server(answer)
    how, said = fetch_ranks(NAME, tmp_path, transport=server.transport)
    assert how is Fetched.FAILED
    assert why in said
    assert read_ranks(NAME, tmp_path) is None
    assert was_tried(NAME, tmp_path)
    assert fetch_ranks(NAME, tmp_path, transport=server.transport)[0] is Fetched.TRIED
    assert len(server.asked) == 1
    yesterday = time.time() - AGAIN_AFTER - 1
    os.utime(tmp_path / f"{NAME}.tried", (yesterday, yesterday))
    assert not was_tried(NAME, tmp_path)
    assert was_tried(NAME, tmp_path, ever=True)
    assert fetch_ranks(NAME, tmp_path, transport=Server().transport)[0] is Fetched.THERE
    assert not was_tried(NAME, tmp_path, ever=True)


def test_it_ends_in_time(tmp_path: Path) -> None:
    assert fetch_ranks(NAME, tmp_path, transport=Server().transport, seconds=-1) == (Fetched.FAILED, "it took too long")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    how, why = fetch_ranks(NAME, tmp_path / "file" / "ranks", transport=Server().transport)
    assert how is Fetched.FAILED
    assert why


def test_of_several_at_once_one_fetches(tmp_path: Path) -> None:
    go = threading.Event()

    def answer() -> httpx2.Response:
        go.wait(10)
        return httpx2.Response(200, content=DATA)

    server = Server(answer)
    found: list[Fetched] = []
    threads = [
        threading.Thread(target=lambda: found.append(fetch_ranks(NAME, tmp_path, transport=server.transport)[0]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join(20)
    assert found == [Fetched.THERE] * 4
    assert len(server.asked) == 1


def test_the_programs_own_folder_is_looked_into(tmp_path: Path) -> None:
    assert token_ranks.rank_folders({"TIKTOKEN_CACHE_DIR": ""}, tmp_path) == (tmp_path,)
    assert token_ranks.rank_folders({"TIKTOKEN_CACHE_DIR": "/x"}, tmp_path) == (tmp_path, Path("/x"))
