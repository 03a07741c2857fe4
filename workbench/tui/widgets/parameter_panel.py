"""The parameters of the prompt, on one row each: sent or not, moved by keys and mouse, typed in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from workbench.core.errors import InputError
from workbench.core.parameters import Parameter, parse_value
from workbench.core.tools import next_choice
from workbench.tui.commands import bindings
from workbench.tui.widgets import parameter_values as moves
from workbench.tui.widgets.parameter_field import FieldPlace, ParameterField
from workbench.tui.widgets.parameter_rows import NAME_X, GivenValue, bar_fraction, place_at
from workbench.tui.widgets.parameter_view import LINES, MODEL_LINE, SEPARATOR, ParameterView

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual import events
    from textual.binding import BindingType
    from textual.widgets import Input

    from workbench.core.json_value import JSON
    from workbench.core.prompt import ParameterValues

_NOTHING_GIVEN: Mapping[str, GivenValue] = {}


class ParameterPanel(ParameterView, can_focus=True):
    """Shows `ParameterValues` and lets a person change them; a change is posted as `Changed`, never made in place.

    A field is mounted only in the row that is being edited.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("parameters")

    class Changed(Message):
        """A person changed a value; `parameters` is the whole new set."""

        def __init__(self, parameters: ParameterValues) -> None:
            super().__init__()
            self.parameters = parameters

    class ModelRequested(Message):
        """The model's row was opened."""

    def __init__(
        self, *, read_file: Callable[[str], str] | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        """`read_file` gives the text of a file that a person names, or raises InputError; it is called in a thread."""
        super().__init__(id=id, classes=classes)
        self._read_file = read_file
        self._remembered: dict[str, JSON] = {}
        self._dragged: Parameter | None = None

    def show(
        self,
        parameters: ParameterValues,
        model: str,
        reasons: Mapping[str, str],
        problems: Mapping[str, str],
        given: Mapping[str, GivenValue] = _NOTHING_GIVEN,
        *,
        replaced_model: str = "",
    ) -> None:
        """Show these values. `reasons`: why this model does not get a parameter; `problems`: what is wrong with one;
        `given`: what persona and format set where the prompt does not; `replaced_model`: what the prompt names, where
        this connection has no such model."""
        if dict(parameters) != dict(self._parameters):
            # Another prompt: what was switched off in the one before is none of its business.
            self._remembered.clear()
        self._show_values(parameters, model, reasons, problems, given, replaced_model)

    def leave(self) -> bool:
        """Accept what is in an open field: other values are to be shown. False, and said, where it can't be read."""
        return self._accept_field()

    # ---- the selected row

    def action_select(self, delta: int) -> None:
        """Move the selection; the separator is stepped over and the ends hold."""
        line = min(len(LINES) - 1, max(0, self._selected_line + delta))
        if line == SEPARATOR:
            line += 1 if delta > 0 else -1
        self.select_line(line)

    def select_line(self, line: int) -> None:
        """Select the row on `line` of LINES and bring it into view; an open field is accepted first."""
        if not self._accept_field():
            return
        if MODEL_LINE in (line, self._selected_line):
            self.refresh_bindings()
        self._selected_line = line
        self._said = ""
        self._bring_into_view()
        self._show_all()

    def select(self, name: str) -> None:
        """Select the row of this parameter; a name that is none is left alone (an endpoint may name anything)."""
        for line, parameter in enumerate(LINES):
            if parameter is not None and parameter.name == name:
                self.select_line(line)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a field is open its own keys count; the model's row can only be opened."""
        if self.editing and action in ("toggle", "edit", "step", "unset"):
            return False
        return self._selected_line != MODEL_LINE or action not in ("toggle", "step", "unset")

    def action_toggle(self) -> None:  # type: ignore[override]  # DOMNode's own `toggle` flips an attribute by name
        """Send the selected parameter or leave it out; what it was before is remembered."""
        parameter = self.selected
        if parameter is None:
            return
        if parameter.name in self._parameters:
            self._unset(parameter)
        elif self._refused(parameter):
            return
        elif parameter.name in self._remembered:
            self._set(parameter, self._remembered[parameter.name])
        elif parameter.name in self._given:
            self._set(parameter, self._given[parameter.name].value)
        elif moves.has_start(parameter):
            self._set(parameter, moves.start_value(parameter))
        else:
            self.action_edit()

    def action_unset(self) -> None:
        parameter = self.selected
        if parameter is not None and parameter.name in self._parameters:
            self._unset(parameter)

    def action_step(self, steps: int) -> None:
        """Move the value by so many steps; a parameter that is not sent moves from where it was, or its default."""
        parameter = self.selected
        if parameter is None or self._refused(parameter):
            return
        if parameter.name == "tool_choice":
            self._take(parameter, next_choice(self._parameters.get(parameter.name), self._tools, steps))
            return
        if not moves.can_step(parameter):
            self.say("Enter opens it", "dim")
            return
        if parameter.name in self._parameters:
            moved = moves.stepped(parameter, self._parameters[parameter.name], steps)
        elif parameter.name in self._remembered:
            moved = moves.stepped(parameter, self._remembered[parameter.name], steps)
        elif parameter.name in self._given:
            moved = moves.stepped(parameter, self._given[parameter.name].value, steps)
        else:
            moved = moves.first_step(parameter, steps)
        self._take(parameter, moved.value)
        self.say(moved.notice)

    def action_edit(self) -> None:
        """Open the selected row: the model's choice, the other of true and false, a field, or an editor for JSON."""
        parameter = self.selected
        if parameter is None:
            self.post_message(self.ModelRequested())
        elif parameter.kind == "boolean":
            self.action_step(1)
        elif parameter.kind == "json":
            self._open_editor(parameter)
        else:
            value = self._value_to_edit(parameter)
            self._open_field(parameter, "" if value is None else moves.field_text(parameter, value), select=True)

    @property
    def _tools(self) -> JSON:
        """The tools that are sent: the prompt's own, or those of a part."""
        given = self._given.get("tools")
        return self._parameters.get("tools", given.value if given is not None else None)

    def _value_to_edit(self, parameter: Parameter) -> JSON:
        """What an editor opens on: the value that is set, was set before, or is given by a part; else None."""
        given = self._given.get(parameter.name)
        before = self._remembered.get(parameter.name, given.value if given is not None else None)
        return self._parameters.get(parameter.name, before)

    def _refused(self, parameter: Parameter) -> bool:
        """True, and said, where the model does not take the parameter: only a typed value goes past that."""
        reason = self._rows[parameter.name].reason
        if reason:
            self.say(f"{parameter.name} is not sent: {reason}")
        return bool(reason)

    def _take(self, parameter: Parameter, value: JSON) -> None:
        """Set the value unless it is what it was."""
        if parameter.name not in self._parameters or not _same(value, self._parameters[parameter.name]):
            self._set(parameter, value)

    def _set(self, parameter: Parameter, value: JSON) -> None:
        self._change(parameter, self._parameters.set(parameter.name, value))

    def _unset(self, parameter: Parameter) -> None:
        self._remembered[parameter.name] = self._parameters[parameter.name]
        self._change(parameter, self._parameters.unset(parameter.name))

    def _change(self, parameter: Parameter, parameters: ParameterValues) -> None:
        self._said = ""
        self._parameters = parameters
        # What was said of the value before is not known of the new one.
        self._problems.pop(parameter.name, None)
        self._rows[parameter.name] = self._row_of(parameter)
        self._show_all()
        self.post_message(self.Changed(parameters))

    # ---- typing a value

    def _open_field(self, parameter: Parameter, text: str, *, select: bool) -> None:
        if self._field is not None:
            return
        hint = " | ".join(parameter.choices) or moves.range_text(parameter)
        self._open(ParameterField(text, select=select, placeholder=hint))

    def _field_place(self) -> FieldPlace:
        columns = self._columns
        return FieldPlace(columns.value_x, NAME_X, self._selected_line - self._top_line, columns.width)

    def _accept_field(self) -> bool:
        """Take the value of an open field; False, and said, where it can't be read. The text is kept then."""
        field, parameter = self._field, self.selected
        if field is None or parameter is None:
            return True
        if not field.value.strip():
            self._close_field()
            self.action_unset()
            return True
        try:
            value = parse_value(parameter.name, field.value)
        except InputError as error:
            field.add_class("-wrong")
            self.say(f"{error.message}; {error.hint}" if error.hint else error.message, "error")
            return False
        self._close_field()
        self._take(parameter, value)
        return True

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input is self._field:
            self._accept_field()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input is self._field:
            event.input.remove_class("-wrong")
            self.say("")

    def _open_editor(self, parameter: Parameter) -> None:
        # Not needed for the first paint.
        from workbench.tui.widgets.json_editor import Edited, JsonEditor

        value = self._value_to_edit(parameter)
        if value is None and moves.has_start(parameter):
            value = moves.start_value(parameter)

        def accept(edited: Edited | None) -> None:
            if edited is not None:
                self._take(parameter, edited.value)

        self.app.push_screen(JsonEditor(parameter, value, read_file=self._read_file, tools=self._tools), accept)

    # ---- keys and mouse

    def on_key(self, event: events.Key) -> None:
        page = self._shown_lines
        jumps = {"home": -len(LINES), "end": len(LINES), "pageup": -page, "pagedown": page}
        parameter = self.selected
        if self._goes_to_field(event):
            return
        if event.key in jumps:
            event.stop()
            self.action_select(jumps[event.key])
        elif parameter is not None and moves.is_numeric(parameter) and (event.character or " ") in "0123456789-.":
            event.stop()
            self._open_field(parameter, event.character or "", select=False)

    def on_paste(self, event: events.Paste) -> None:
        parameter = self.selected
        if parameter is None or self.editing or parameter.kind in ("json", "boolean"):
            return
        event.stop()
        self._open_field(parameter, (event.text.splitlines() or [""])[0], select=False)

    def on_blur(self) -> None:
        self.say("")

    def on_resize(self) -> None:
        # The base class has placed the rows by now or will; the field follows the selected one.
        self._bring_into_view()
        self._place_field()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        offset = event.get_content_offset(self)
        if offset is None or event.button != 1 or offset.y >= self._shown_lines:
            return
        event.stop()
        line = self._top_line + offset.y
        if offset.x == self.size.width - 1 and len(LINES) > self._shown_lines:
            self._show_from(offset.y * (len(LINES) - self._shown_lines) // max(1, self._shown_lines - 1))
        elif line < len(LINES) and line != SEPARATOR:
            again = line == self._selected_line and self.has_focus
            self.select_line(line)
            if line == self._selected_line and not self.editing:
                self._press(offset.x, again)

    def _press(self, x: int, again: bool) -> None:
        """The left button went down at cell `x` of the selected row; `again`: the row was selected already."""
        parameter = self.selected
        if parameter is None:
            self.post_message(self.ModelRequested())
            return
        place = place_at(x, self._rows[parameter.name], self._columns)
        if place == "mark":
            self.action_toggle()
        elif place == "bar":
            self._dragged = parameter
            self.capture_mouse()
            self._drag_to(x)
        elif place == "value" and again:
            self.action_edit()

    def _drag_to(self, x: int) -> None:
        if self._dragged is not None:
            self._take(self._dragged, moves.value_at(self._dragged, bar_fraction(x, self._columns)))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged is not None:
            event.stop()
            self._drag_to(event.get_content_offset_capture(self).x)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._dragged is not None:
            event.stop()
            self._dragged = None
            self.release_mouse()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -3)

    def _wheel(self, event: events.MouseEvent, lines: int) -> None:
        # The field does not move with the rows.
        if not self.editing and len(LINES) > self._shown_lines:
            event.stop()
            self._show_from(self._top_line + lines)


def _same(left: JSON, right: JSON) -> bool:
    """Equal as JSON: 1 and 1.0 are one number, true is none."""
    return isinstance(left, bool) == isinstance(right, bool) and left == right
