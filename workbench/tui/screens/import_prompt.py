"""Pasting a request from elsewhere, or naming its file, to make a prompt of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from workbench.core.errors import WorkbenchError
from workbench.core.keys import looks_like_key, mask_keys
from workbench.core.usage import size_text
from workbench.tui.display import literal, one_line
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.message_editor import PASTE_LIMIT, MessageEditor

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.timer import Timer

Check: TypeAlias = Callable[[str], str]
"""What a text is, in one line ("a curl command: 2 messages, temperature 0.7"); a WorkbenchError where it can't be
imported. It is called in a thread: it may read the file that the text names."""

PAUSE = 0.3
"""Seconds without an edit before the text is looked at."""
_ACCEPTED = (
    "A curl command, a Python call of chat.completions.create, a JSON request body, an OpenAI prompt object, "
    "a promptfoo prompt, a chat export; or the path of a file with one of these."
)
_HINT = "paste here"
_SHOWN_LINES = 12
_SHOWN_WIDTH = 200
_KEYS = "^S imports it · esc leaves"
_HELD_KEYS = "enter imports it · backspace drops it · esc leaves"


class ImportEditor(MessageEditor):
    """Hands on, as a large paste, also one with a key in it: that is held and not shown."""

    def paste(self, text: str) -> None:
        if len(text) > PASTE_LIMIT or looks_like_key(text):
            self.post_message(self.LargePaste(text))
        else:
            super().paste(text)


class ImportPrompt(Dialog[str | None]):
    """Ends with the text or path as it was given, once `check` has nothing against it, or with None on escape."""

    DEFAULT_CSS = """
    ImportPrompt {
        & > .box {
            max-width: 110;
            height: 80%;
            max-height: 34;
        }
        & > .box.-full { width: 100%; height: 100%; }
        & VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
        & ImportEditor { padding: 0; }
        & #held { height: auto; display: none; }
        & #accepted { height: auto; max-height: 3; color: $text-muted; }
        & > .box.-full #accepted { max-height: 2; }
        & > .box.-refusing #verdict { max-height: 5; }
        & > .box.-refusing #accepted { display: none; }
        & #verdict { height: auto; min-height: 1; max-height: 3; margin-top: 1; }
        & #verdict.-wrong { color: $text-error; }
        & > .box.-holding ImportEditor { display: none; }
        & > .box.-holding #held { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+j", "accept", "Import", key_display="^S", priority=True),
        Binding("escape", "leave", "Leave", key_display="esc", priority=True),
        Binding("enter", "accept", "Import", show=False),
        Binding("backspace,delete", "drop", "Drop", show=False),
    ]

    def __init__(self, check: Check) -> None:
        super().__init__()
        self._check = check
        self._held = ""
        """A paste that is too large for the editor, or has a key in it."""
        self._warned = False
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Import a prompt"
            box.border_subtitle = _KEYS
            with VerticalScroll(can_focus=False):
                yield ImportEditor(hint=_HINT)
                yield Static(id="held")
            yield Static(id="verdict")
            yield Static(literal(_ACCEPTED), id="accepted")

    def on_mount(self) -> None:
        self._lay_out()
        self._editor.focus()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.app.size
        self.query_one(".box").set_class(width < 60 or height < 20, "-full")

    @property
    def _editor(self) -> ImportEditor:
        return self.query_one(ImportEditor)

    @property
    def _text(self) -> str:
        return self._held or self._editor.text

    # -- what stands there -------------------------------------------------------------------------------------

    def on_text_area_changed(self) -> None:
        self._changed()

    def _changed(self) -> None:
        self._warned = False
        self.workers.cancel_group(self, "check")
        self._tell("")
        if self._timer is None:
            self._timer = self.set_timer(PAUSE, self._look)
        else:
            self._timer.reset()

    def _look(self) -> None:
        self._timer = None
        if self._text.strip():
            self._judge(self._text, accept=False)

    @work(exclusive=True, group="check")
    async def _judge(self, text: str, *, accept: bool) -> None:
        """Say what the text is or what is wrong with it; with `accept`, end with it where nothing is."""
        said, fault = "", ""
        try:
            said = await asyncio.to_thread(self._check, text)
        except WorkbenchError as error:
            fault = error.line
        if self not in self.app.screen_stack:
            return  # left meanwhile: its widgets are gone before its workers end
        if fault:
            self._tell(fault, wrong=True)
        else:
            self._tell(said)
            if accept:
                self.dismiss(text)

    def _tell(self, text: str, *, wrong: bool = False) -> None:
        line = self.query_one("#verdict", Static)
        line.set_class(wrong, "-wrong")
        self.query_one(".box").set_class(wrong, "-refusing")
        line.update(literal(text))

    # -- a text that is held -----------------------------------------------------------------------------------

    def on_message_editor_large_paste(self, event: MessageEditor.LargePaste) -> None:
        event.stop()
        editor = self._editor
        first, last = sorted(editor.selection)
        before, after = editor.get_text_range((0, 0), first), editor.get_text_range(last, editor.document.end)
        self._hold(before + event.text + after)

    def on_paste(self, event: events.Paste) -> None:
        """Another paste takes the place of the one that is held."""
        if self._held:
            event.stop()
            self._hold(event.text)

    def _hold(self, text: str) -> None:
        self._held = text
        self.query_one("#held", Static).update(literal(_shown_of(text)))
        self._show_holding()

    def _show_holding(self) -> None:
        holding = bool(self._held)
        box = self.query_one(".box")
        box.set_class(holding, "-holding")
        box.border_subtitle = _HELD_KEYS if holding else _KEYS
        self.set_focus(None if holding else self._editor)
        self._changed()

    def action_drop(self) -> None:
        """Let go of the text that is held."""
        if self._held:
            self._held = ""
            self._editor.open("", None, _HINT)
            self._show_holding()

    # -- keys --------------------------------------------------------------------------------------------------

    def action_accept(self) -> None:
        self.after_typing(self._accept)

    def _accept(self) -> None:
        if self._text.strip():
            self._warned = False
            self._judge(self._text, accept=True)
        else:
            self._tell("paste something first, or type the path of a file", wrong=True)

    def action_leave(self) -> None:
        """Leave; what stands there is dropped only when escape is pressed twice."""
        if self._text.strip() and not self._warned:
            self._warned = True
            self._tell("esc once more drops this", wrong=True)
            return
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        if not self._held:
            self._editor.focus()


def _shown_of(text: str) -> str:
    """Size and first lines of a text, without the keys in it."""
    size = size_text(len(text.encode("utf-8", "replace")))
    lines = text[: _SHOWN_LINES * _SHOWN_WIDTH * 4].splitlines()
    first = [one_line(mask_keys(line[: _SHOWN_WIDTH * 4]), _SHOWN_WIDTH) for line in lines[:_SHOWN_LINES]]
    more = "\n…" if sum(map(len, lines[:_SHOWN_LINES])) + len(first) < len(text) else ""
    return f"{size} held; it begins:\n\n" + "\n".join(first) + more
