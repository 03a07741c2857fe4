"""The places where a text was found, one row each, with what stands around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.message import Message

from workbench.tui.display import one_line
from workbench.tui.widgets.drawing import Piece, fitted, shortened, width_of
from workbench.tui.widgets.row_pane import RowPane

if TYPE_CHECKING:
    from textual import events

    from workbench.core.find_replace import Place
    from workbench.core.prompt import Message as PromptMessage

_AROUND = 80
"""Characters before a match that are looked at."""
_ROLE_WIDTH = 13
"""Cells of "12 developer" and a space."""
_ROOM_FOR_ROLE = 44


class MatchRows(RowPane, can_focus=False):
    """Shows places of messages; its screen has the keys."""

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._found: tuple[Place, ...] = ()
        self._messages: tuple[PromptMessage, ...] = ()

    def show(self, messages: tuple[PromptMessage, ...], found: tuple[Place, ...], current: int) -> None:
        """Show these places of these messages, the `current`th marked."""
        self._messages, self._found = messages, found
        self.show_rows()
        self.go(current)

    def row_count(self) -> int:
        return len(self._found)

    def marked(self, row: int) -> bool:
        return row == self._cursor

    def row_pieces(self, row: int) -> list[Piece]:
        place, width = self._found[row], self.text_width - 2
        message = self._messages[place.message]
        number = f"{place.message + 1} "
        role = f"{number}{message.role}" if width >= _ROOM_FOR_ROLE else number
        lead = fitted(role, _ROLE_WIDTH if width >= _ROOM_FOR_ROLE else len(number), "dim")
        room = width - width_of([lead])
        before = _tail(message.content[max(0, place.start - _AROUND) : place.start], room // 3)
        match = shortened(message.content[place.start : place.end], room - cell_len(before), "match")
        after = message.content[place.end : place.end + width].partition("\n")[0]
        return [lead, Piece(before), match, shortened(after, room - cell_len(before) - cell_len(match.text))]

    def on_click(self, event: events.Click) -> None:
        """Say which place was hit."""
        at = self.row_at(event)
        if at is not None:
            event.stop()
            self.post_message(self.Picked(at[0]))


def _tail(text: str, room: int) -> str:
    """The end of what stands before a match on its line, in so many cells."""
    line = text.rpartition("\n")[2]
    shown = one_line(line, 4 * _AROUND)
    if line.endswith(" ") and not shown.endswith(" "):
        shown += " "
    if cell_len(shown) <= room:
        return shown
    while shown and cell_len(shown) > room - 1:
        shown = shown[1:]
    return f"…{shown}" if room else ""
