"""Copying: what holds a key leaves only as the person wants it, a code block is chosen, and where the terminal can't
copy there is a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.app import open_bench
from workbench.core.prompt import Message, Prompt, Role
from workbench.services import Services
from workbench.tui.clipboard import MOST_BYTES, refusal
from workbench.tui.code_blocks import CodeBlock, code_blocks
from workbench.tui.desk import Desk
from workbench.tui.screens.copying import Copying
from workbench.tui.session import Session
from workbench.tui.widgets.chooser import Chooser
from workbench.tui.widgets.notice import NoticeBar

KEY = "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2"


@pytest.mark.parametrize(("answer", "held", "there"), [("masked", "[key]", 1), ("as-it-is", KEY, 1), (None, "", 0)])
async def test_a_key_in_the_prompt_is_asked_about(tmp_path: Path, answer: str | None, held: str, there: int) -> None:
    copied: list[str] = []
    said: list[str] = []

    async def ask(_question: object) -> Any:
        return answer

    with Services.open({"WORKBENCH_HOME": str(tmp_path)}, tmp_path) as services:
        desk = Desk(Session(services), services.drafts.new())
        desk.open(Prompt(messages=(Message(Role.USER, f"use {KEY}"),)))
        copying = Copying(desk, say=lambda text, _kind: said.append(text), take=lambda text, _what: copied.append(text))
        await copying.copy_prompt("json", ask)
        await copying.copy_prompt("json", ask)
        assert len(copied) == 2 * there
        assert all(held in text for text in copied)
        desk.open(Prompt(messages=(Message(Role.USER, "no key"),)))
        answer = None
        await copying.copy_prompt("json", ask)
        assert "no key" in copied[-1]


ANSWER = """Two ways:

```python
print("[한글]")
```

- or
  ~~~
  a

  b
  ~~~

para

    indented

``` text
never closed"""


def test_the_code_blocks_of_an_answer() -> None:
    assert code_blocks(ANSWER) == [
        CodeBlock("python", 'print("[한글]")'), CodeBlock("", "a\n\nb"), CodeBlock("", "indented"),
        CodeBlock("text", "never closed"),
    ]  # fmt: skip
    assert code_blocks("no `code` here\n\n```\n\n```\n") == []


@pytest.mark.parametrize(
    ("answer", "chosen", "copied", "said"),
    [
        (ANSWER, "1", ("a\n\nb", "code block 2"), ""),
        (ANSWER, None, None, ""),
        ("```\nx\n```", "unasked", ("x", "the code block"), ""),
        ("words", "unasked", None, "there is no code block in this answer"),
    ],
)
async def test_a_code_block_is_copied(
    tmp_path: Path, answer: str, chosen: str | None, copied: tuple[str, str] | None, said: str
) -> None:
    taken: list[tuple[str, str]] = []
    told: list[str] = []
    asked: list[Chooser] = []

    async def ask(question: Any) -> Any:
        asked.append(question)
        return chosen

    with Services.open({"WORKBENCH_HOME": str(tmp_path)}, tmp_path) as services:
        desk = Desk(Session(services), services.drafts.new())
        copying = Copying(
            desk, say=lambda text, _kind: told.append(text), take=lambda text, what: taken.append((text, what))
        )
        await copying.copy_code(answer, ask)
    assert taken == ([copied] if copied else [])
    assert told == ([said] if said else [])
    assert bool(asked) == (chosen != "unasked")


@pytest.mark.parametrize(
    ("environ", "wish", "size", "why"),
    [
        ({}, "auto", 10, ""),
        ({"TERM": "xterm-256color"}, "auto", 10, ""),
        ({"TERM": "linux"}, "auto", 10, "the terminal linux takes no copies from a program"),
        ({"TERM": "vt220"}, "auto", 10, "the terminal vt220 takes no copies from a program"),
        ({"TERM": "linux"}, "terminal", 10, ""),
        ({"TERM": "xterm-256color"}, "file", 10, "as the settings say"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "auto", 10,
         "a terminal of the GNOME family takes no copies from a program"),
        ({"TERM": "tmux-256color", "VTE_VERSION": "7600"}, "auto", 10, ""),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, "auto", 10,
         "macOS Terminal takes no copies from a program"),
        ({"TERM": "xterm"}, "auto", MOST_BYTES, ""),
        ({"TERM": "xterm"}, "auto", MOST_BYTES + 1, "75.0 kB are more than terminals copy"),
        ({"TERM": "xterm"}, "terminal", MOST_BYTES + 1, ""),
    ],
)  # fmt: skip
def test_where_a_copy_goes(environ: dict[str, str], wish: str, size: int, why: str) -> None:
    assert refusal("x" * size, wish, environ) == why


async def test_a_copy_goes_to_the_terminal_or_into_a_file(tmp_path: Path) -> None:
    async with open_bench(tmp_path, environ={"TERM": "xterm"}) as bench:
        files = bench.services.paths.exports

        def notice() -> str:
            said = bench.screen.query_one(NoticeBar).notice
            return said.text if said is not None else ""

        bench.app.action_copied_into_file()
        assert notice() == "nothing was copied yet"
        await bench.type("한 줄")
        await bench.press("escape", "y")
        await bench.until(lambda: "copied the user message: 3 characters" in notice())
        assert bench.app.clipboard == "한 줄"
        bench.app.action_copied_into_file()
        await bench.until(lambda: "saved" in notice())
        assert (files / "last-copy.txt").read_text() == "한 줄"
        long = "x" * 100_000 + "\udcff"
        bench.app.copy_to_clipboard(long)
        assert "^V puts it in here" in notice()
        assert not (files / "selection.txt").exists(), "nothing is written unasked"
        bench.app.copy(long, "the answer", bench.screen.say)
        await bench.until(lambda: "the answer is in" in notice())
        assert notice().endswith("answer.txt: 100.0 kB are more than terminals copy")
        assert (files / "answer.txt").read_text() == "x" * 100_000 + "\ufffd"
