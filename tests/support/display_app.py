"""An app full of hostile text, for the test that reads what reaches the terminal. Run it in a pseudo-terminal."""

from __future__ import annotations

import sys

from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Button, Checkbox, DataTable, Input, Label, OptionList, Static, TextArea, Tree

from workbench.tui.display import install, literal
from workbench.tui.widgets.stream_view import StreamView

PAYLOADS = (
    "\x1b[31;7mcolour\x1b[2J\x1b[H\x1bc\x1b[?1049l\x1b[6n\x1b[c",
    "\x1b]0;title\x07\x1b]2;title\x1b\\\x1b]52;c;Q0FOQVJZ\x07\x1b]8;;http://evil.example\x1b\\x\x1b]8;;\x1b\\",
    "\x1b]9;note\x07\x1b]777;notify;a;b\x07\x1b]1337;File=:\x07\x1b]50;font\x07\x1bPq\x1b\\\x1b_a\x1b\\\x1b^b\x1b\\",
    "\x9b31m\x9d0;title\x9c\x90q\x9c\x85\x84",
    "a\x00b\x07c\x08d\x0be\x0cf\rg\x7fh\tend",
    "\u202eright to left\u2066\u2069\u200b\u200e\ufeff",
    "[/] [/foo] [a=1,b=2] [link=http://evil.example]l[/link] [#zz] [@click=app.quit]x[/] \\[x [red",
)


class HostileApp(App[None]):
    """Every payload in every kind of widget: through `literal` as our widgets do, and raw as the net must catch it."""

    CSS = "* { height: auto; } VerticalScroll, Screen { height: 1fr; } TextArea, StreamView, DataTable { height: 12; }"

    def __init__(self) -> None:
        super().__init__()
        install(self)

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            for payload in PAYLOADS:
                yield Static(literal(payload))
                yield Static(payload, markup=False)
                yield Static(Content(payload, strip_control_codes=False))
                yield Static(Text(payload, style=Style(link=f"http://evil.example/{payload}")))
                yield Label(payload, markup=False)
                yield Button(literal(payload))
                yield Checkbox(literal(payload))
                yield Input(payload, placeholder=payload)
                titled = Static("titled")
                titled.border_title = literal(payload)
                titled.border_subtitle = Content(payload)
                titled.styles.border = ("round", "white")
                yield titled
            yield OptionList(*[literal(payload) for payload in PAYLOADS], *[Content(payload) for payload in PAYLOADS])
            yield TextArea("\n".join(PAYLOADS))
            yield StreamView("\n\n".join(PAYLOADS))
            yield StreamView("\n".join(PAYLOADS), kind="plain")
            yield DataTable()
            yield Tree(Text(PAYLOADS[0]))

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns(*[Text(payload) for payload in PAYLOADS[:2]])
        for payload in PAYLOADS:
            table.add_row(literal(payload), Text(payload))
            self.notify(payload, title=payload, markup=False)
        self.title = PAYLOADS[1]


if __name__ == "__main__":
    app = HostileApp()

    def leave() -> None:
        app.exit()

    app.call_later(lambda: app.set_timer(1.5, leave))
    app.run()
    sys.exit(0)
