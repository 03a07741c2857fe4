"""Editors that do what editors do, as small shell scripts."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from workbench.adapters.external_editor import Edited, ExternalEditor
from workbench.core.errors import InputError

ODD = 'a\u2028b\x0bc\x0cd\x85e\rf\r\n"$(touch pwned)" \x00 한 \u200b\ttrailing  '


class Bench:
    """An editor of this test, on the folders of this test."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "work"
        self.private = tmp_path / "private" / "editing"
        self.folder.mkdir()
        self.environ = {"PATH": os.environ["PATH"], "EXAMPLE_API_KEY": "sk-canary", "GATEWAY": "sk-canary-2"}

    def script(self, body: str, name: str = "my editor") -> str:
        """A program of that name in the working folder; its file is in $1. How EDITOR names it."""
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o700)
        return f"'{path}'"

    @property
    def editor(self) -> ExternalEditor:
        return ExternalEditor(self.environ, self.folder, self.private, ["GATEWAY"])

    async def edit(self, body: str, text: str = "given") -> Edited:
        self.environ["EDITOR"] = self.script(body)
        return await self.editor.edit(self.editor.command(), text)

    @property
    def left(self) -> list[Path]:
        """The files that are still there."""
        return [path for path in self.private.rglob("*") if path.is_file()]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


# -- which program -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "no editor is named: set VISUAL or EDITOR, such as EDITOR=nano, before the start"),
        ({"EDITOR": " ", "VISUAL": ""}, "no editor is named"),
        ({"EDITOR": "vim 'x"}, "EDITOR can't be read as a command: No closing quotation: mend its quotes"),
        ({"VISUAL": "''"}, "VISUAL is '', and there is no such program"),
        ({"VISUAL": "no-such-editor -w", "EDITOR": "sh"}, "VISUAL is 'no-such-editor', and there is no such program"),
        ({"EDITOR": "#"}, "EDITOR is '#', and there is no such program"),
    ],
)
def test_an_editor_that_is_not_there_is_named(bench: Bench, environ: dict[str, str], said: str) -> None:
    bench.environ |= environ
    with pytest.raises(InputError) as caught:
        bench.editor.command()
    assert caught.value.line.startswith(said)


async def test_no_shell_reads_the_command_nor_the_text(bench: Bench) -> None:
    program = bench.script('printf "%s\\n" "$@" > arguments; printf done > "$3"')
    bench.environ |= {"VISUAL": f"{program} '+a b' ';touch pwned;$(touch pwned)'", "EDITOR": "no-such-editor"}
    command = bench.editor.command()
    assert (command.name, command.variable) == ("my editor", "VISUAL")
    assert (await bench.editor.edit(command, ODD)).text == "done"
    first, second, path, *_ = (bench.folder / "arguments").read_text().split("\n")
    assert (first, second) == ("+a b", ";touch pwned;$(touch pwned)")
    assert Path(path).is_relative_to(bench.private)
    assert sorted(os.listdir(bench.folder)) == ["arguments", "my editor"]


# -- what it gets, and what is taken back --------------------------------------------------------------------------


async def test_the_bytes_go_out_and_come_back_as_they_are_and_nobody_else_may_read_them(bench: Bench) -> None:
    before = os.umask(0)
    try:
        body = 'cp "$1" seen; stat -c %a "$1" "$(dirname "$1")" > modes; pwd -P > where; env > environ'
        edited = await bench.edit(f'{body}; printf "\\n" >> "$1"', ODD)
    finally:
        os.umask(before)
    assert edited == Edited(ODD, line_end=True, at_once=True)
    assert (bench.folder / "seen").read_bytes() == ODD.encode()
    assert (bench.folder / "modes").read_text().split() == ["600", "700"]
    assert (bench.folder / "where").read_text().strip() == str(bench.folder.resolve())
    assert "canary" not in (bench.folder / "environ").read_text()
    assert "PATH=" in (bench.folder / "environ").read_text()
    assert os.listdir(bench.private) == []


async def test_an_editor_that_saves_by_renaming_and_leaves_a_backup_is_taken_from(bench: Bench) -> None:
    body = 'cp "$1" "$1~"; printf "new 새\\n" > "$1.tmp"; mv "$1.tmp" "$1"'
    assert (await bench.edit(body)).text == "new 새"
    assert os.listdir(bench.private) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("exit 3", "my editor ended with status 3: the text is as it was"),
        ("kill -9 $$", "my editor was ended by SIGKILL: the text is as it was"),
        ('rm "$1"', "what was saved: there is no such file: the text is as it was"),
        ('rm "$1"; mkfifo "$1"; rm "$1"', "what was saved: there is no such file: the text is as it was"),
    ],
)
async def test_an_editor_that_fails_and_wrote_nothing_leaves_nothing(bench: Bench, body: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        await bench.edit(body)
    assert caught.value.line == said
    assert os.listdir(bench.private) == []


@pytest.mark.parametrize(
    ("body", "said", "kept"),
    [
        ('printf more >> "$1"; exit 1', "my editor ended with status 1", b"givenmore"),
        ('printf more >> "$1"; kill -15 $$', "my editor was ended by SIGTERM", b"givenmore"),
        ('printf "a\\351" > "$1"', "what was saved is not UTF-8 text, at byte 1 (0xE9)", b"a\xe9"),
        ('rm "$1"; head -c 20000001 /dev/zero > "$1"', "what was saved is 20,000,001 bytes", None),
        ('rm "$1"; mkfifo "$1"', "what was saved is not a file but a device or a pipe", None),
        ('printf more > "$(dirname "$1")/.swp"; kill -9 $$', "my editor was ended by SIGKILL", b"given"),
    ],
)
async def test_what_can_not_be_taken_is_kept_and_the_line_says_where(
    bench: Bench, body: str, said: str, kept: bytes | None
) -> None:
    with pytest.raises(InputError) as caught:
        await bench.edit(body)
    assert caught.value.message.startswith(said)
    assert caught.value.message.endswith(": the text is as it was")
    [folder] = bench.private.iterdir()
    assert caught.value.hint == f"what my editor wrote is kept in {folder}"
    if kept is not None:
        assert (folder / "message.md").read_bytes() == kept
        assert (folder / "message.md").stat().st_mode & 0o777 == 0o600


async def test_a_program_that_can_not_be_started_is_said(bench: Bench) -> None:
    (bench.folder / "ed").write_text("no program")
    (bench.folder / "ed").chmod(0o700)
    bench.environ["EDITOR"] = str(bench.folder / "ed")
    with pytest.raises(InputError, match="can't be started: Exec format error") as caught:
        await bench.editor.edit(bench.editor.command(), "x")
    assert caught.value.hint == "change EDITOR"
    assert os.listdir(bench.private) == []


async def test_half_a_character_is_refused_before_anything_is_started(bench: Bench) -> None:
    with pytest.raises(InputError, match="half of a character"):
        await bench.edit("touch started", "\ud83d")
    assert not (bench.folder / "started").exists()


@pytest.mark.parametrize("wrote", [True, False])
async def test_when_the_program_has_to_end_the_editor_is_ended_and_what_it_wrote_is_kept(
    bench: Bench, wrote: bool
) -> None:
    write = 'printf more >> "$1"; ' if wrote else ""
    started = bench.folder / "started"
    os.mkfifo(started)
    task = asyncio.create_task(bench.edit(f"{write}echo $$ > {started}; exec sleep 60"))
    pid = int(await asyncio.to_thread(started.read_text))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)
    assert [path.read_bytes() for path in bench.left] == ([b"givenmore"] if wrote else [])
