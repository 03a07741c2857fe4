from __future__ import annotations

import os
import pty
import re
import select
import struct
import subprocess
import sys
import time
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot

from tests.support.display_app import PAYLOADS, HostileApp
from workbench.tui.display import ControlFilter, literal, one_line, visible

OWN_SEQUENCES = re.compile(r"\x1b\[[0-9;]*[mH]")
"""What the compositor itself writes: styles and cursor positions."""
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff\u2028\u2029\ud800-\udfff]")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ntext 한글 日本", "plain\ntext 한글 日本"),
        ("\x1b[31m\x07\x00\x08\x0b\x0c\x7f", "␛[31m␇␀␈␋␌␡"),
        ("\x9b\x9d\x85", "‹U+009B›‹U+009D›‹U+0085›"),
        ("a\rb\r\nc\n\rd", "a\nb\nc\n\nd"),
        ("\ta\t한\tb", "    a   한  b"),
        ("x\ty\nzz\tw", "x   y\nzz  w"),
        ("\u202e\u2066\u200b\ufeff\u2028", "‹U+202E›‹U+2066›‹U+200B›‹U+FEFF›‹U+2028›"),
        ("\ud800 \ufffe \ufdd0 \U0001ffff", "� � � �"),
        ("👨‍👩‍👧‍👦 ❤️ ❤️‍🔥 1️⃣ 👍🏽 🇰🇷", "👨‍👩‍👧‍👦 ❤️ ❤️‍🔥 1️⃣ 👍🏽 🇰🇷"),
        (
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        ),
        ("a\U000e0041\u200db\ufe0f", "a‹U+E0041›‹U+200D›b\ufe0f"),
        ("\ufe0f a\ufe0f\ufe0f 안\U000e0100", "‹U+FE0F› a\ufe0f‹U+FE0F› 안‹U+E0100›"),
        ("نمی\u200cخواهم क्\u200dष", "نمی\u200cخواهم क्\u200dष"),
        ("葛\U000e0100", "葛\U000e0100"),
        ("\u1112\u1161\u11ab e\u0301", "\u1112\u1161\u11ab e\u0301"),
        ("", ""),
    ],
)
def test_what_hides_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = visible(text)
    assert not HIDDEN.search(shown.replace("\n", ""))
    assert visible(shown) == shown


def test_ordinary_text_comes_back_as_it_is() -> None:
    text = "ordinary text\n" * 1000
    assert visible(text) is text


@given(st.text(), st.integers(0, 30))
def test_one_line_fits(text: str, width: int) -> None:
    shown = one_line(text, width)
    assert "\n" not in shown
    assert cell_len(shown) <= width


def test_one_line_cuts_by_cells() -> None:
    assert one_line("가나다라마", 10) == "가나다라마"
    assert one_line("cut before… · 0.7", 12) == "cut before…"
    assert one_line("가나다라마바", 10) == "가나다라…"
    assert one_line("one\n  two", 20) == "one two"
    assert one_line("x" * 1_000_000, 5) == "xxxx…"


def test_literal_is_never_markup() -> None:
    for payload in PAYLOADS:
        assert literal(payload).plain == visible(payload)
        assert not literal(payload).spans


@given(st.lists(st.text(max_size=12), max_size=5), st.integers(0, 6))
def test_the_filter_keeps_the_width_of_a_line(texts: list[str], padding: int) -> None:
    segments = [*map(Segment, texts), Segment(" " * padding), Segment("│")]
    filtered = ControlFilter().apply(segments, Color(0, 0, 0))
    assert sum(cell_len(segment.text) for segment in filtered) <= sum(cell_len(s.text) for s in segments)
    assert not HIDDEN.search("".join(segment.text for segment in filtered))


def test_the_filter_takes_the_symbol_out_of_the_padding_and_the_link_out_of_the_style() -> None:
    segments = [Segment("│"), Segment("a\x1bb", Style(link="http://e", bold=True)), Segment("   "), Segment("│")]
    filtered = ControlFilter().apply(segments, Color(0, 0, 0))
    assert [segment.text for segment in filtered] == ["│", "a␛b", "  ", "│"]
    assert filtered[1].style is not None
    assert filtered[1].style.link is None
    assert filtered[1].style.bold


def test_the_filter_gives_ordinary_lines_back_as_they_are() -> None:
    segments = [Segment("│ 한글 text", Style(bold=True)), Segment("日本")]
    assert ControlFilter().apply(segments, Color(0, 0, 0)) is segments
    emoji = [Segment("👨‍👩‍👧 ❤️")]
    assert ControlFilter().apply(emoji, Color(0, 0, 0)) == emoji


async def test_no_widget_lets_a_control_or_a_link_through() -> None:
    app = HostileApp()
    async with app.run_test(size=(100, 400), notifications=True) as pilot:
        await settled(pilot)
        update: Any = app.screen._compositor.render_update(full=True)
        written = update.render_segments(app.console)
    assert "[@click=app.quit]" in written
    assert "␛" in written
    assert not HIDDEN.search(OWN_SEQUENCES.sub("", written).replace("\n", ""))


async def settled(pilot: Pilot[None]) -> None:
    for _ in range(5):
        await pilot.pause()


def test_nothing_of_it_reaches_a_real_terminal() -> None:
    output = terminal_output([sys.executable, "-m", "tests.support.display_app"], rows=200, columns=120)
    # OSC 22, the shape of the mouse pointer, is Textual's own.
    text = re.sub(r"\x1b\]22;[a-z-]*\x07", "", output.decode("utf-8", "replace"))
    assert "␛[31;7mcolour" in text
    assert "\x07" not in text
    assert "\x9b" not in text
    assert "\x00" not in text
    assert "\x1b]" not in text
    assert not re.search(r"\x1b[P_^c]", text)
    assert "\x1b[31;7m" not in text


def terminal_output(command: list[str], *, rows: int, columns: int) -> bytes:
    """Everything a program writes to its terminal until it ends."""
    main, other = pty.openpty()
    ioctl(other, TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(rows)}
    root = Path(__file__).parents[2]
    process = subprocess.Popen(command, stdin=other, stdout=other, stderr=other, env=environment, cwd=root)
    os.close(other)
    written = bytearray()
    limit = time.monotonic() + 30
    try:
        while time.monotonic() < limit:
            if not select.select([main], [], [], 0.5)[0]:
                if process.poll() is not None:
                    break
                continue
            try:
                data = os.read(main, 65536)
            except OSError:
                # Linux reports the end of the other side as an error.
                break
            if not data:
                break
            written += data
        assert process.wait(5) == 0
    finally:
        process.kill()
        process.wait()
        os.close(main)
    return bytes(written)
