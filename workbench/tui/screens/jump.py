"""Ctrl+o: a letter on every place the focus can go to. The letter goes there, any other key leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.tui.jumping import LETTERS, JumpSpot, letter_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult


class JumpScreen(ModalScreen[JumpSpot], inherit_bindings=False):
    """Lies over the screen, which stays where it is. Ends with the spot that was chosen, or None."""

    DEFAULT_CSS = """
    JumpScreen {
        background: $background 50%;
        & > Static {
            position: absolute; width: 1; height: 1;
            color: $text-accent; background: $background; text-style: bold reverse;
        }
    }
    """

    def __init__(self, spots: Sequence[JumpSpot]) -> None:
        super().__init__()
        self._spots = dict(zip(LETTERS, spots, strict=False))

    def compose(self) -> ComposeResult:
        for letter, spot in self._spots.items():
            label = Static(Content(letter))
            label.styles.offset = (spot.x, spot.y)
            yield label

    def on_mount(self) -> None:
        self._laid_out_for = self.app.size

    def on_resize(self, event: events.Resize) -> None:
        if event.size != self._laid_out_for:
            self._end(None)  # the letters would stand beside their places

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self._end(self._spots.get(letter_of(event.character or "")))

    def on_click(self) -> None:
        self._end(None)

    def _end(self, spot: JumpSpot | None) -> None:
        if self.is_current:  # or else the key before this one has ended it
            self.dismiss(spot)
