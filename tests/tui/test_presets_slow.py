"""P35: the presets' folder is on a disk that does not answer. It is said, nothing else waits, and one can leave."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, Static

from tests.support.app import Bench, open_bench
from workbench.core.errors import InputError
from workbench.core.preset import Place
from workbench.core.prompt import Message, Prompt, Role
from workbench.own_thread import in_own_thread
from workbench.services import Services
from workbench.tui.desk import Desk
from workbench.tui.screens.draft_room import Opened
from workbench.tui.screens.preset_moves import PresetMoves
from workbench.tui.screens.preset_picker import PresetPicker
from workbench.tui.screens.save_preset import SaveAnswer
from workbench.tui.session import Session
from workbench.tui.widgets.pick_list import PickList

SLOW = "the presets' folders are slow to answer: still waiting"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Until it is set, the folders of presets hang; patience is short."""
    event, real = threading.Event(), os.scandir

    def scandir(path: Path) -> object:
        if Path(path).name in ("prompts", "personas", "formats"):
            assert event.wait(50)
        return real(path)

    monkeypatch.setattr("os.scandir", scandir)
    monkeypatch.setattr("workbench.tui.screens.preset_moves.PATIENCE", 0.01)
    yield event
    event.set()


async def open_picker(bench: Bench) -> PresetPicker:
    await bench.press("ctrl+l")
    await bench.until(lambda: isinstance(bench.app.screen, PresetPicker))
    assert isinstance(bench.app.screen, PresetPicker)
    return bench.app.screen


def line(picker: PresetPicker) -> str:
    return str(picker.query_one(Static).render())


async def test_a_folder_that_hangs_is_said_and_keeps_nothing_else_waiting(
    tmp_path: Path, answers: threading.Event
) -> None:
    async with open_bench(tmp_path) as bench:
        # With one thread for all other work, the listing would be what keeps it waiting.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        await open_picker(bench)
        await bench.press("escape")
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "done"), 10) == "done"
        picker = await open_picker(bench)
        await bench.until(lambda: line(picker) == SLOW)
        await bench.press(*"capit")
        assert picker.query_one(Input).value == "capit"
        answers.set()
        await bench.until(lambda: picker.query_one(PickList).choices)
        assert SLOW not in line(picker)
        assert picker.query_one(Input).value == "capit"
        await bench.press("enter")
        await bench.until(lambda: bench.app.desk.source is not None)


def test_the_program_ends_though_a_thread_hangs() -> None:
    hangs = threading.Event()

    async def program() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(in_own_thread(hangs.wait, 50), 0.01)

    asyncio.run(program())
    assert not hangs.is_set()
    hangs.set()


async def test_what_a_thread_of_its_own_returns_and_raises() -> None:
    def refuses(why: str) -> None:
        raise InputError(why)

    assert await in_own_thread(divmod, 7, 2) == (3, 1)
    with pytest.raises(InputError, match="because"):
        await in_own_thread(refuses, why="because")


@pytest.mark.skipif(os.name == "nt", reason="modes")
async def test_a_folder_that_may_not_be_entered_is_said_and_the_prompt_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.stat

    def stat(path: Any, *args: Any, **named: Any) -> os.stat_result:
        if isinstance(path, str | Path) and Path(path).parent.name == "prompts":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *args, **named)

    said: list[str] = []

    async def ask(_: object) -> Any:
        return SaveAnswer("mine", "", Place.USER, "mine", False)

    with Services.open({"WORKBENCH_HOME": str(tmp_path)}, tmp_path) as services:
        desk = Desk(Session(services), services.drafts.new())
        desk.edit(Prompt(messages=(Message(Role.USER, "mine"),)))
        nothing = lambda: None  # noqa: E731

        async def put(*_: object) -> Opened | None:
            raise AssertionError("nothing is opened")

        say = lambda line, _: said.append(line)  # noqa: E731
        moves = PresetMoves(desk, ask=ask, say=say, changed=nothing, opened=nothing, put=put)
        with monkeypatch.context() as patch:
            patch.setattr("os.stat", stat)
            await moves.save()
        assert ["mine.yaml can't be saved: Permission denied: you may not write there" in line for line in said] == [
            True
        ]
        assert (desk.prompt.messages[-1].content, desk.source) == ("mine", None)
        await moves.save()
        assert desk.source is not None


async def test_what_is_typed_while_the_disk_takes_a_save_stays_and_the_save_is_told_though_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    said: list[str] = []
    told = asyncio.Event()

    async def ask(_: object) -> Any:
        return SaveAnswer("mine", "", Place.USER, "mine", False)

    def say(line: str, _: object) -> None:
        said.append(line)
        told.set()

    with Services.open({"WORKBENCH_HOME": str(tmp_path)}, tmp_path) as services:
        real = services.presets.save

        def save(*args: Any, **named: Any) -> object:
            begun.set()
            assert go_on.wait(50)
            return real(*args, **named)

        monkeypatch.setattr(services.presets, "save", save)
        desk = Desk(Session(services), services.drafts.new())
        desk.edit(Prompt(messages=(Message(Role.USER, "kept"),)))
        put: Any = None
        moves = PresetMoves(desk, ask=ask, say=say, changed=lambda: None, opened=lambda: None, put=put)
        saving = asyncio.create_task(moves.save())
        await asyncio.to_thread(begun.wait, 50)
        desk.edit(Prompt(messages=(Message(Role.USER, "kept, and more"),)))
        saving.cancel()
        go_on.set()
        await asyncio.wait_for(told.wait(), 20)
        assert [line.startswith("saved ") for line in said] == [True]
        assert (desk.prompt.name, desk.prompt.messages[-1].content) == ("mine", "kept, and more")
        assert desk.source is not None
        assert desk.changed
