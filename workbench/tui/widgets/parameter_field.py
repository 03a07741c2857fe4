"""The one-line field that opens in a row, and the widget of drawn rows that opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.input import Selection

if TYPE_CHECKING:
    from textual import events

_LEAST_FIELD = 8
"""Cells below which a field covers its row's name."""


class ParameterField(Input):
    """An Input one line high, without a border. Enter submits, escape cancels, leaving it says `Left`."""

    DEFAULT_CSS = """
    ParameterField, ParameterField:focus {
        position: absolute;
        height: 1;
        border: none;
        padding: 0;
        background: $surface-lighten-2;
        background-tint: $foreground 0%;
        &.-wrong { background: $error 30%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=True, key_display="esc"),
        Binding("enter", "submit", "Accept", show=True),
    ]

    class Cancelled(Message):
        """Escape: the value is to stay as it was."""

    class Left(Message):
        """The focus went elsewhere while the field was open."""

        def __init__(self, field: ParameterField) -> None:
            super().__init__()
            self.field = field

    def __init__(self, text: str, *, select: bool, placeholder: str) -> None:
        # Selected here and not when the focus comes: a key may come before it.
        super().__init__(text, placeholder=placeholder, select_on_focus=False)
        self.selection = Selection(0 if select else len(text), len(text))
        # A blinking cursor is the only thing on the screen that would move by itself.
        self.cursor_blink = False

    def type_in(self, text: str) -> None:
        """Insert `text` as if it had been typed here."""
        if self.selection.is_empty:
            self.insert_text_at_cursor(text)
        else:
            self.replace(text, *self.selection)

    def action_cancel(self) -> None:
        self.post_message(self.Cancelled())

    def on_blur(self, event: events.Blur) -> None:
        # The terminal's window losing the focus is no answer of the person's.
        if self.app.app_focus:
            self.post_message(self.Left(self))


class FieldPlace(NamedTuple):
    """The selected row's cells, counted from the widget's content."""

    value_x: int
    name_x: int
    y: int
    width: int
    """Where the row ends."""


class FieldRows(Widget):
    """Rows that are drawn; in the selected one a field opens, is mounted for as long as it is typed in, and closes."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._field: ParameterField | None = None
        self._said = ""

    @property
    def editing(self) -> bool:
        """True while a field is open in the selected row."""
        return self._field is not None

    def _field_place(self) -> FieldPlace:
        raise NotImplementedError

    def _accept_field(self) -> bool:
        """Take the text of an open field; False where it stays open because it can't be taken."""
        raise NotImplementedError

    def _bring_into_view(self) -> None:
        raise NotImplementedError

    def _show_all(self) -> None:
        raise NotImplementedError

    def _open(self, field: ParameterField) -> None:
        self._said = ""
        self._field = field
        self._bring_into_view()
        self._place_field()
        self.mount(field)
        # At once, not by a message: the next key of someone who types fast belongs to the field.
        self.screen.set_focus(field)
        self._show_all()

    def _place_field(self) -> None:
        if self._field is None:
            return
        place = self._field_place()
        x = place.value_x if place.width - place.value_x >= _LEAST_FIELD else min(place.name_x, place.width - 1)
        self._field.styles.offset = (x, place.y)
        self._field.styles.width = max(1, place.width - x)

    def _close_field(self) -> None:
        field, self._field = self._field, None
        self._said = ""
        if field is not None:
            if field.has_focus:
                self.screen.set_focus(self)
            field.remove()
        self._show_all()

    def _goes_to_field(self, event: events.Key) -> bool:
        """Whether a field is open: a key that was on its way here when it opened belongs to it."""
        if self._field is None:
            return False
        if event.is_printable and event.character:
            event.stop()
            self._field.type_in(event.character)
        return True

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()

    def on_parameter_field_cancelled(self, event: ParameterField.Cancelled) -> None:
        event.stop()
        self._close_field()

    def on_parameter_field_left(self, event: ParameterField.Left) -> None:
        event.stop()
        if event.field is self._field:
            self._accept_field()
