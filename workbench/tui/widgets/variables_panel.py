"""The `{{variables}}` of the messages, on one row each, typed in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.style import Style
from textual.content import Content
from textual.message import Message
from textual.strip import Strip

from workbench.tui.commands import bindings
from workbench.tui.display import one_line
from workbench.tui.keys import own_key
from workbench.tui.widgets.drawing import Piece, fitted, padded, shortened, strip_of, width_of
from workbench.tui.widgets.parameter_field import FieldPlace, FieldRows, ParameterField

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType
    from textual.geometry import Size
    from textual.widgets import Input

FIELD_LIMIT = 5_000
"""Characters. A longer value is shown and can be replaced, not edited: a one-line field gets slow with it."""

_LONGEST_NAME = 20
_NAME_X = 2
"""Cells of the cursor and the mark, which a field leaves where it has to cover the name."""


class VariableRow(NamedTuple):
    """One variable. `value`: what was typed (`@path` reads a file), None for nothing; `note`: the file's size, or

    with `wrong` what is the matter with it.
    """

    name: str
    value: str | None = None
    default: str | None = None
    note: str = ""
    wrong: bool = False

    @property
    def filled(self) -> bool:
        return self.value is not None or self.default is not None


class VariableField(ParameterField):
    """The field of a row. A paste keeps its line breaks, and one that a field cannot carry is handed to the panel."""

    class PastedLong(Message):
        """The value that the paste made; the field is to close on it."""

        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    def _on_paste(self, event: events.Paste) -> None:
        # Input's own keeps the first line only.
        event.stop()
        event.prevent_default()
        self.put_in(event.text)

    def put_in(self, text: str) -> None:
        """Put `text` in place of the selection, its line ends as line feeds."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        start, end = sorted(self.selection)
        if "\n" in text or len(text) > FIELD_LIMIT:
            self.post_message(self.PastedLong(self.value[:start] + text + self.value[end:]))
        else:
            self.replace(text, start, end)


class VariablesPanel(FieldRows, can_focus=True):
    """Shows variables and posts `Changed` for what is typed; it keeps no values of its own."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = bindings("variables")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"variable--{name}" for name in ("name", "value", "dim", "warning", "error", "cursor", "row")
    }
    DEFAULT_CSS = """
    VariablesPanel {
        height: auto;
        max-height: 8;
        border: round $foreground 25%;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        border-subtitle-align: right;
        &:focus, &:focus-within {
            border: round $accent;
            border-title-color: $text-accent;
        }
        & > .variable--name { color: $foreground; text-style: bold; }
        & > .variable--value { color: $foreground; }
        & > .variable--dim { color: $text-muted; }
        & > .variable--warning { color: $text-warning; }
        & > .variable--error { color: $text-error; }
        & > .variable--cursor { color: $accent; text-style: bold; }
        & > .variable--row { background: $boost; }
    }
    """

    class Changed(Message):
        """A person gave the variable a value, or with None took it back; `of` is what the panel showed then."""

        def __init__(self, name: str, value: str | None, of: str) -> None:
            super().__init__()
            self.name = name
            self.value = value
            self.of = of

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.of = ""
        """Whose variables are shown: a name of the caller's."""
        self._rows: tuple[VariableRow, ...] = ()
        self._selected = 0
        self._top = 0
        self._field_name = ""
        self.border_title = "Variables"

    def show(self, rows: tuple[VariableRow, ...]) -> None:
        """Show these rows. The selected variable stays selected; a field open on one that is gone is dropped."""
        if rows == self._rows:
            return
        selected = self.selected.name if self.selected else ""
        resized = len(rows) != len(self._rows)
        self._rows = rows
        names = [row.name for row in rows]
        self._selected = names.index(selected) if selected in names else max(0, min(self._selected, len(rows) - 1))
        if self._field is not None and self._field_name not in names:
            self._close_field()
        self._bring_into_view()
        self._show_all()
        if resized:
            self.refresh(layout=True)

    @property
    def rows(self) -> tuple[VariableRow, ...]:
        return self._rows

    @property
    def selected(self) -> VariableRow | None:
        """The selected row; None when there are no variables."""
        return self._rows[self._selected] if self._rows else None

    # -- actions -----------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a field is open its own keys count."""
        return not (self.editing and action in ("edit", "unset"))

    def action_select(self, delta: int) -> None:
        """Move the selection; what is in an open field is accepted, the ends hold."""
        self._accept_field()
        self._selected = max(0, min(len(self._rows) - 1, self._selected + delta))
        self._said = ""
        self._bring_into_view()
        self._show_all()

    def action_edit(self) -> None:
        row = self.selected
        if row is not None:
            if len(row.value or "") > FIELD_LIMIT:
                self._say(
                    f"too long to edit here: {own_key('editor')} opens it in your editor; "
                    "or paste another, or name a file: @path"
                )
            else:
                self._open_field(row.value or "", select=True)

    def action_unset(self) -> None:
        row = self.selected
        if row is not None and row.value is not None:
            self.post_message(self.Changed(row.name, None, self.of))

    def leave(self) -> None:
        """Accept what is in an open field: something else is to be shown."""
        self._accept_field()

    # -- typing a value ----------------------------------------------------------------------------------------

    def _open_field(self, text: str, *, select: bool) -> None:
        row = self.selected
        if row is None or self._field is not None:
            return
        hint = f"default: {one_line(row.default, 60)}" if row.default else "text, or @file"
        self._field_name = row.name
        self._open(VariableField(text, select=select, placeholder=hint))

    def _field_place(self) -> FieldPlace:
        return FieldPlace(self._value_x, _NAME_X, self._selected - self._top, self.size.width)

    def _accept_field(self, *, empty: bool = False) -> bool:
        """Take the text of an open field, any there is; an empty one counts only when it is accepted on purpose."""
        field, row = self._field, self.selected
        if field is None or row is None:
            return True
        value = field.value
        self._close_field()
        if value != row.value and (value or empty or row.value is not None):
            self.post_message(self.Changed(row.name, value, self.of))
        return True

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input is self._field:
            self._accept_field(empty=True)

    def on_variable_field_pasted_long(self, event: VariableField.PastedLong) -> None:
        event.stop()
        self._close_field()
        self._give(event.value)

    def _give(self, value: str) -> None:
        if self.selected is not None:
            self.post_message(self.Changed(self.selected.name, value, self.of))

    # -- keys and mouse ----------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """A letter begins a new value."""
        if not self._goes_to_field(event) and event.is_printable and self._rows:
            event.stop()
            self._open_field(event.character or "", select=False)

    def on_paste(self, event: events.Paste) -> None:
        """A paste is the new value, whole, with its line breaks."""
        event.stop()
        if self.editing or not self._rows:
            return
        text = event.text.replace("\r\n", "\n").replace("\r", "\n")
        if "\n" in text or len(text) > FIELD_LIMIT:
            self._give(text)
        else:
            self._open_field(text, select=False)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Select the row; on the one that is selected, open it."""
        offset = event.get_content_offset(self)
        line = self._top + offset.y if offset is not None else len(self._rows)
        if event.button != 1 or line >= len(self._rows):
            return
        event.stop()
        again = line == self._selected and self.has_focus
        self.action_select(line - self._selected)
        if again:
            self.action_edit()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, lines: int) -> None:
        if not self.editing and len(self._rows) > self.size.height:
            event.stop()
            self._show_from(self._top + lines)

    def on_focus(self) -> None:
        self._show_all()

    def on_blur(self) -> None:
        self._said = ""
        self._show_all()

    def on_resize(self) -> None:
        self._bring_into_view()
        self._place_field()

    # -- drawing -----------------------------------------------------------------------------------------------

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A row for each variable."""
        return max(1, len(self._rows))

    @property
    def _name_width(self) -> int:
        names = (width_of([shortened(row.name, _LONGEST_NAME)]) for row in self._rows)
        return min(max(names, default=0), max(4, self.size.width // 3))

    @property
    def _value_x(self) -> int:
        # Cursor, mark, space, the name, " = ".
        return 3 + self._name_width + 3

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line = self._top + y
        if line >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        selected = line == self._selected and (self.has_focus or self.editing)
        pieces = self._row_pieces(self._rows[line], selected, width)
        return strip_of(pieces, width, self._row_style if selected else self._style_of)

    def _row_pieces(self, row: VariableRow, selected: bool, width: int) -> list[Piece]:
        bad = row.wrong or not row.filled
        left = [
            Piece("›" if selected else " ", "cursor"),
            Piece("! " if bad else "  ", "error" if row.wrong else "warning"),
            fitted(row.name, self._name_width, "name"),
            Piece(" = ", "dim"),
        ]
        note = shortened(row.note, max(0, width - self._value_x - 2), "error" if row.wrong else "dim")
        note_width = width_of([note])
        room = width - width_of(left) - (note_width + 2 if note_width else 1)
        right = [Piece(" "), note, Piece(" ")] if note_width else []
        return [*padded([*left, self._value_piece(row, max(0, room))], width - width_of(right)), *right]

    @staticmethod
    def _value_piece(row: VariableRow, room: int) -> Piece:
        if row.value is not None:
            return shortened(row.value, room, "value") if row.value else shortened("(empty)", room, "dim")
        if row.default is not None:
            return shortened(f"{row.default}  (default)" if row.default else "(empty by default)", room, "dim")
        return shortened("unfilled", room, "warning")

    def _show_all(self) -> None:
        unfilled = sum(not row.filled for row in self._rows)
        text = self._said or (f"{unfilled} unfilled" if unfilled else "")
        self.border_subtitle = Content(one_line(text, max(10, self.size.width - 4)))
        self.refresh()

    def _say(self, text: str) -> None:
        self._said = text
        self._show_all()

    def _style_of(self, name: str) -> Style:
        return self.get_component_rich_style(f"variable--{name}") if name else self.rich_style

    def _row_style(self, name: str) -> Style:
        return self._style_of(name) + Style(bgcolor=self.get_component_rich_style("variable--row").bgcolor)

    def _bring_into_view(self) -> None:
        height = max(1, self.size.height)
        self._show_from(max(min(self._top, self._selected), self._selected - height + 1))

    def _show_from(self, top: int) -> None:
        self._top = min(max(0, top), max(0, len(self._rows) - max(1, self.size.height)))
        self.refresh()
