"""The command line in this process: an empty home, no key, nothing of the environment."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.fault_server import FaultServer, Step
from workbench.cli.main import main

KEY = "sk-proj-canary-4f9a8b7c6d5e4f3a2b1c0d9e8f7a"


@dataclass(frozen=True)
class Ended:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    """Call it with the arguments. `folder` is the working folder; the program's own files are under `home`."""

    folder: Path
    home: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Ended:
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        self.capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = self.capsys.readouterr()
        return Ended(code, out, err)

    def preset(self, name: str, text: str) -> Path:
        """A file such as `prompts/x.yaml` among the presets of the working folder."""
        path = self.folder / "presets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    folder, home = tmp_path / "work", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    for name in [name for name in os.environ if name.startswith(("OPENAI_", "WORKBENCH_")) or name.endswith("_KEY")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WORKBENCH_HOME", str(home))
    monkeypatch.chdir(folder)
    return CommandLine(folder, home, monkeypatch, capsys)


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch, *replies: Sequence[Step], key: str = "") -> Iterator[FaultServer]:
    """A server in a thread of its own, as the one that OPENAI_BASE_URL names."""
    server, loop = FaultServer(), asyncio.new_event_loop()
    for reply in replies:
        server.reply(*reply)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        if key:
            monkeypatch.setenv("OPENAI_API_KEY", key)
        yield server
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
