"""Keys that a terminal sends with alt, as this program reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser

from workbench.tui.terminal import read_alt_keys


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    table: dict[str, Any] = ANSI_SEQUENCES_KEYS  # type: ignore[assignment]
    before = dict(table)
    read_alt_keys()
    yield
    table.clear()
    table.update(before)


def keys(sent: str) -> list[tuple[str, str | None]]:
    return [(event.key, event.character) for event in XTermParser().feed(sent) if isinstance(event, events.Key)]


@pytest.mark.parametrize(("sent", "key"), [("\x1b1", "alt+1"), ("\x1b9", "alt+9"), ("\x1bn", "alt+n")])
def test_escape_and_a_key_is_alt_and_types_nothing(sent: str, key: str) -> None:
    assert keys(sent) == [(key, None)]


def test_a_held_key_and_one_after_the_other_are_told_apart() -> None:
    assert keys("\x1bn\x1bn\x1b2x") == [("alt+n", None), ("alt+n", None), ("alt+2", None), ("x", "x")]


def test_what_a_mac_types_with_its_option_key_is_text() -> None:
    assert keys("£•") == [("pound_sign", "£"), ("bullet", "•")]


def test_the_words_of_a_mac_terminal_stay() -> None:
    """Option and an arrow, sent as ESC b and ESC f, move by words."""
    assert keys("\x1bb\x1bf") == [("ctrl+left", None), ("ctrl+right", None)]
