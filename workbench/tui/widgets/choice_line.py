"""A few words side by side of which one is chosen: left, right and space change it, and a click."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from textual import events

_GAP = 2


class Option(NamedTuple):
    """`id` is what choosing it gives; `label` is a word or two of ours."""

    id: str
    label: str


def _width(option: Option) -> int:
    """The cells of a word with its mark and the gap behind it."""
    return len("( ) ") + len(option.label) + _GAP


class ChoiceLine(Widget, can_focus=True):
    """One row. The chosen word is marked (•), the others ( ), not by colour alone."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ChoiceLine { height: 1; width: 1fr; color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Before", show=False),
        Binding("right", "step(1)", "Next", show=False),
        Binding("space", "turn", "Change", show=False),
    ]

    class Changed(Message):
        """Another word was chosen."""

        def __init__(self, line: ChoiceLine) -> None:
            super().__init__()
            self.line = line

        @property
        def control(self) -> ChoiceLine:
            return self.line

    def __init__(self, options: tuple[Option, ...], chosen: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._options = options
        self._at = next((i for i, option in enumerate(options) if option.id == chosen), 0)

    @property
    def chosen(self) -> str:
        """The id of the chosen word."""
        return self._options[self._at].id

    def action_step(self, delta: int) -> None:
        self._choose(max(0, min(len(self._options) - 1, self._at + delta)))

    def action_turn(self) -> None:
        """The next one, round and round."""
        self._choose((self._at + 1) % len(self._options))

    def _choose(self, at: int) -> None:
        if at != self._at:
            self._at = at
            self.refresh()
            self.post_message(self.Changed(self))

    @property
    def _first(self) -> int:
        """The first word that is shown: where there is no room for all, those before the chosen one make place."""
        first = 0
        while first < self._at and sum(map(_width, self._options[first : self._at + 1])) - _GAP > self.size.width:
            first += 1
        return first

    def render(self) -> Content:
        parts: list[tuple[str, str]] = []
        for index, option in enumerate(self._options[self._first :], self._first):
            chosen = index == self._at
            style = ("$text-accent bold underline" if self.has_focus else "bold") if chosen else "$text-muted"
            parts += [(f"({'•' if chosen else ' '}) {option.label}", style), (" " * _GAP, "")]
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        end = 0
        for index, option in enumerate(self._options[self._first :], self._first):
            end += _width(option)
            if event.x < end:
                self._choose(index)
                return
