"""The rows of a form: a label and a field of one line beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widgets import Input, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget


def labelled(label: str, widget: Widget) -> ComposeResult:
    """One row; `label` is a word or two of ours."""
    with Horizontal():
        yield Static(label, classes="label")
        yield widget


def field_row(name: str, text: str, hint: str, *, label: str = "", offered: bool = False) -> ComposeResult:
    """A row with a field to type in, whose id is `name`; `hint` stands in it while it is empty. What is put into an
    `offered` one by itself is selected when one comes there: typing replaces it."""
    field = Input(text, placeholder=hint, id=name, select_on_focus=offered)
    field.cursor_blink = False
    yield from labelled(label or name, field)
