"""The commands of README and of its Korean sister are run as they stand, and end as the text says."""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from workbench.cli.main import main

ROOT = Path(__file__).parents[1]
ENGLISH, KOREAN = ROOT / "README.md", ROOT / ".github" / "README.ko.md"
PROGRAM = ".venv/bin/workbench"
CHAT_INPUT = "How do I begin?\n\nAnd then?\nquit\n"
"""What a person types in a conversation: two turns with a blank line between them."""
KEYS = re.compile(r"\*\*(ctrl\+\w|F\d+|esc|space|[a-z])\*\*")


class Command(NamedTuple):
    """A line of a ```sh block: what stands before the pipe, the program's arguments, the exit code that is stated."""

    line: str
    piped: str
    arguments: tuple[str, ...]
    code: int


def section(path: Path, title: str) -> str:
    """A section from its ## heading to the next one."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found, f"{path.name} has no section {title}"
    return found[1]


def shell_lines(text: str) -> list[str]:
    """The lines of all ```sh blocks."""
    return [
        line
        for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]


def command(line: str) -> Command:
    """Reads a line; a comment `# exit code 2: ...` says how it ends."""
    words, _, comment = line.partition("  # ")
    before, _, after = words.rpartition(" | ") if f"| {PROGRAM}" in words else ("", "", words)
    program, *arguments = shlex.split(after)
    assert program == PROGRAM, line
    stated = re.search(r"exit code (\d+)", comment)
    return Command(words.strip(), before, tuple(arguments), int(stated[1]) if stated else 0)


def piped_bytes(left: str) -> bytes:
    """What `echo TEXT` or `printf TEXT` writes."""
    if not left:
        return b""
    program, text = shlex.split(left)
    assert program in ("echo", "printf"), left
    return (f"{text}\n" if program == "echo" else text.replace("\\n", "\n")).encode()


def commands_of(text: str) -> list[Command]:
    return [command(line) for line in shell_lines(text)]


NOTEBOOK = section(ENGLISH, "For who comes from a notebook")
NOTEBOOK_KOREAN = section(KOREAN, "노트북을 쓰던 분에게")
REFERENCE = [
    command
    for title in ("Presets", "Conversations", "Command line")
    for command in commands_of(section(ENGLISH, title))
]
ALL = list(dict.fromkeys([*commands_of(NOTEBOOK), *commands_of(NOTEBOOK_KOREAN), *REFERENCE]))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the files that the commands name, an empty environment, and a model that doesn't wait."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.toml").write_text('default_model = "practice-fast"\n')
    (tmp_path / "README.md").write_bytes(ENGLISH.read_bytes())
    for name in [name for name in os.environ if name.startswith(("OPENAI_", "WORKBENCH_")) or name.endswith("_KEY")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WORKBENCH_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ended(arguments: tuple[str, ...]) -> int:
    """The exit code of the command line."""
    try:
        return main(arguments)
    except SystemExit as end:
        return int(end.code or 0)


@pytest.mark.parametrize("each", ALL, ids=lambda each: " ".join(each.arguments)[:60])
def test_each_command_ends_as_the_text_says(
    each: Command, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = CHAT_INPUT.encode() if each.arguments[0] == "chat" and not each.piped else piped_bytes(each.piped)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8"))
    code = ended(each.arguments)
    out, err = capsys.readouterr()
    assert code == each.code, err
    assert (out + err).strip(), "it printed nothing"
    assert err.strip() or not code, "it failed without a word"


def test_both_guides_have_the_same_commands_and_keys() -> None:
    english, korean = commands_of(NOTEBOOK), commands_of(NOTEBOOK_KOREAN)
    assert len(english) > 15
    assert english == korean
    assert KEYS.findall(NOTEBOOK) == KEYS.findall(NOTEBOOK_KOREAN)


def test_both_guides_have_the_steps_of_the_course() -> None:
    for text in (NOTEBOOK, NOTEBOOK_KOREAN):
        assert re.findall(r"^\*\*(\d+)\. ", text, re.MULTILINE) == [str(number) for number in range(1, 11)]


def test_the_korean_guide_sets_up_in_the_same_way() -> None:
    assert shell_lines(section(KOREAN, "설치")) == shell_lines(section(ENGLISH, "Set up"))


def test_every_key_that_the_guide_names_does_something() -> None:
    from workbench.tui.commands import COMMANDS

    bound = {key for each in COMMANDS for key in each.keys.split(",")}
    named = {{"esc": "escape"}.get(key, key.lower()) for key in KEYS.findall(NOTEBOOK)}
    assert named - bound == set()


def test_the_shipped_presets_that_the_guide_names_exist() -> None:
    presets = {path.stem for path in (ROOT / "presets").rglob("*.yaml")}
    named = {
        word
        for each in commands_of(NOTEBOOK)
        for before, word in zip(each.arguments, each.arguments[1:], strict=False)
        if before in ("run", "chat", "--persona", "--format") and not each.code
        if re.fullmatch(r"[a-z][a-z-]+", word)
    }
    assert named
    assert named <= presets
