"""A small editor for a value that is JSON, such as response_format or tools. It checks while one types."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from workbench.core.errors import InputError
from workbench.core.format_draft import draft_of, pretty, templates_for, tidy
from workbench.core.parameters import Parameter, parse_value
from workbench.tui.display import literal
from workbench.tui.widgets.chooser import Chooser
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.pick_list import Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.timer import Timer

    from workbench.core.format_draft import Draft
    from workbench.core.json_value import JSON

CHECK_AFTER = 0.2
"""Seconds without an edit before the text is looked at."""
LARGEST = 200_000
"""Characters that the editor takes from a file: a key press in more would take too long."""
_MOST_LINES = 4
_WRAPS = {
    "response_format": "^R puts it into a json_schema with a name and strict",
    "tools": "^R puts it into the form that tools has",
}
"""What ^R does with a value that lacks what goes around it."""


@dataclass(frozen=True, slots=True)
class Edited:
    """The new value."""

    value: JSON


class JsonEditor(Dialog[Edited | None]):
    """Ends with `Edited`, or with None where the value is to stay. Text that is no JSON stays in the editor."""

    DEFAULT_CSS = """
    JsonEditor {
        & > .box {
            max-width: 100;
            padding: 0;
            height: 90%;
            max-height: 40;
        }
        & TextArea, & TextArea:focus { border: none; padding: 0 1; height: 1fr; }
        & Input, & Input:focus { border: none; height: 1; padding: 0 1; background: $surface-lighten-2; }
        & Static { height: 4; padding: 0 1; color: $text-muted; }
        & Static.-wrong { color: $text-error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+j", "accept", "Keep", key_display="^S", priority=True),
        # ^L opens, as on the workbench; ^O is the jump letters here too.
        Binding("ctrl+l", "load", "Load a file", key_display="^L", priority=True),
        Binding("ctrl+t", "template", "Start from", priority=True),
        Binding("ctrl+r", "tidy", "Tidy", priority=True),
        Binding("escape", "leave", "Leave", key_display="esc", priority=True),
    ]

    def __init__(
        self,
        parameter: Parameter,
        value: JSON,
        *,
        read_file: Callable[[str], str] | None = None,
        tools: JSON = None,
    ) -> None:
        """`read_file` gives the text of a file that a person names, or raises InputError; it is called in a thread.
        `tools` are those of the prompt."""
        super().__init__()
        self._parameter = parameter
        self._start = "" if value is None else pretty(value)
        self._read_file = read_file
        self._templates = templates_for(parameter.name, tools)
        self._wraps = _WRAPS.get(parameter.name, "")
        self._warned = False
        self._judged: str | None = None
        """The text that the last complaint or warning was about."""
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._parameter.name
            box.border_subtitle = self._keys()
            # No language: a highlighter would be loaded for a few lines.
            area = TextArea(self._start, soft_wrap=True, show_line_numbers=True)
            area.cursor_blink = False
            yield area
            yield Static(literal(self._parameter.help))

    def _keys(self) -> str:
        load = "^L a file · " if self._read_file is not None else ""
        start = "^T templates · " if self._templates else ""
        return f"^S keeps it · {load}{start}^R tidies · esc leaves"

    @property
    def _area(self) -> TextArea:
        return self.query_one(TextArea)

    def on_mount(self) -> None:
        self._area.focus()
        self._check()

    # -- what is said of it ----------------------------------------------------------------------------------------

    def on_text_area_changed(self) -> None:
        # A change may be told after the key that was pressed upon it: what was said about this very text stays.
        if self._area.text == self._judged:
            return
        self._warned, self._judged = False, None
        self.query_one(Static).remove_class("-wrong")
        if self._timer is None:
            self._timer = self.set_timer(CHECK_AFTER, self._check)
        else:
            self._timer.reset()

    def _check(self) -> None:
        """Say what is to be said of the text as it stands, unless something was said about it already."""
        self._timer = None
        text = self._area.text
        if text == self._judged:
            return
        self._show(draft_of(self._parameter.name, text))

    def _show(self, draft: Draft) -> None:
        if draft.state in ("empty", "broken") or not draft.lines:
            self._tell([*draft.lines, self._parameter.help], mark="·")
        elif draft.state == "bare":
            self._tell([*draft.lines, self._wraps], mark="·")
        else:
            self._tell(draft.lines, mark="✓" if draft.state == "good" else "!")

    def _tell(self, lines: Sequence[str], *, mark: str = "", wrong: bool = False) -> None:
        rest = len(lines) - _MOST_LINES
        shown = [*lines[: _MOST_LINES - 1], f"and {rest + 1} more"] if rest > 0 else lines
        line = self.query_one(Static)
        line.set_class(wrong, "-wrong")
        line.update(Content("\n").join([literal(f"{mark} {text}".strip()) for text in shown]))

    def _complain(self, text: str) -> None:
        """Say why a key did nothing; it is said until the text changes."""
        self._judged = self._area.text
        self._tell([text], wrong=True)

    # -- keeping and leaving ---------------------------------------------------------------------------------------

    def action_accept(self) -> None:
        self.after_typing(self._accept)

    def _accept(self) -> None:
        """Keep what stands there; an empty editor changes nothing. A schema without its wrapper is asked about once."""
        if self._files:
            return
        text = self._area.text
        if not text.strip():
            self.dismiss(None)
            return
        draft = draft_of(self._parameter.name, text)
        if draft.state == "bare" and text != self._judged:
            self._complain(f"{draft.lines[0]}: {self._wraps}, ^S once more keeps it as it is")
            return
        try:
            value = parse_value(self._parameter.name, text)
        except InputError as error:
            self._complain(f"{error.message}{'; ' + error.hint if error.hint else ''}")
            if draft.place is not None:
                line, column = draft.place
                self._area.move_cursor((line - 1, column - 1), center=True)
            return
        self.dismiss(Edited(value))

    def action_leave(self) -> None:
        """Leave; what was typed is dropped only when escape is pressed twice."""
        if self._files:
            self._close_file()
            return
        text = self._area.text
        if text != self._start and not self._warned:
            self._complain("esc once more drops what you typed; ^S keeps it")
            self._warned = True
            return
        self.dismiss(None)

    # -- another text ----------------------------------------------------------------------------------------------

    def _replace(self, text: str) -> None:
        """Put another text in place of the whole; undo brings the old one back."""
        self._area.replace(text, self._area.document.start, self._area.document.end)
        self._area.move_cursor((0, 0))
        self._area.focus()

    def action_tidy(self) -> None:
        """Indent the text, and put a bare schema into its wrapper."""
        try:
            self._replace(tidy(self._parameter.name, self._area.text))
        except InputError as error:
            self._complain(error.line)

    def action_template(self) -> None:
        """Choose something to start from."""
        if not self._templates or self._files:
            return
        rows = [Choice(template.title, template.title, template.help) for template in self._templates]

        def take(chosen: str | None) -> None:
            for template in self._templates:
                if template.title == chosen:
                    self._replace(pretty(template.value))

        self.app.push_screen(
            Chooser("Start from", rows, text="It takes the place of the text; ^Z brings it back."), take
        )

    # -- a file ----------------------------------------------------------------------------------------------------

    @property
    def _files(self) -> list[Input]:
        """The line for the file's name, while it is open."""
        return list(self.query(Input))

    async def action_load(self) -> None:
        """Ask for a file's name."""
        if self._read_file is None or self._files:
            return
        field = Input(placeholder="a file with JSON or a JSON Schema: enter loads it, esc does not")
        field.cursor_blink = False
        await self.query_one(".box").mount(field, before=self.query_one(Static))
        field.focus()

    def _close_file(self) -> None:
        for field in self._files:
            field.remove()
        self._area.focus()

    @on(Input.Submitted)
    @work(exclusive=True, group="file")
    async def _load(self, event: Input.Submitted) -> None:
        path = event.value.strip().removeprefix("@")
        if self._read_file is None or not path:
            return
        text, fault = "", ""
        try:
            text = await asyncio.to_thread(self._read_file, path)
        except InputError as error:
            fault = error.line
        if len(text) > LARGEST:
            fault = f"{path} has {len(text):,} characters: this editor takes {LARGEST:,}"
        if self not in self.app.screen_stack:
            return  # left meanwhile: its widgets are gone before its workers end
        if fault:
            self._complain(fault)
            return
        self._close_file()
        self._replace(text)
