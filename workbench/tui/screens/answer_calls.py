"""A sheet with a page for each call of a function: what is asked, and the answer that is typed below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static, TextArea

from workbench.tui.display import literal
from workbench.tui.part_lines import short_name
from workbench.tui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

_BETWEEN = "  "
_HIGH, _LEAST = 20, 12
"""Lines of the screen below which the facts have little room, and the least."""


class Page(NamedTuple):
    """One call or one function. `facts` is shown as it stands; `faults` are what is wrong with the call."""

    name: str
    facts: str
    faults: tuple[str, ...] = ()
    text: str = ""
    """What is there already: an answer that was begun, or the canned reply."""
    canned: bool = False
    """The text is the function's canned reply."""


class Answered(NamedTuple):
    """`texts` and `canned` by page; `run`: go on with the conversation at once."""

    texts: tuple[str, ...]
    canned: tuple[bool, ...]
    run: bool


class AnswerCalls(Dialog[Answered | None]):
    """Ends with what was typed, or with None on escape. With `canned_only` nothing is run, and each text is a reply."""

    DEFAULT_CSS = """
    AnswerCalls {
        & > .box { max-width: 100; height: 90%; max-height: 30; padding: 0; }
        & #pages { height: 1; padding: 0 1; color: $text-muted; }
        & #scroll { height: auto; max-height: 45%; padding: 0 1; scrollbar-size-vertical: 1; }
        & #facts { height: auto; }
        & #faults { height: auto; color: $text-warning; }
        & TextArea, & TextArea:focus { border: none; padding: 0 1; height: 1fr; background: $surface-lighten-1; }
        & #kept { height: 1; padding: 0 1; color: $text-muted; }
        & #said { height: auto; padding: 0 1; color: $text-error; }
        &.-low #scroll { max-height: 3; }
        &.-lowest #kept { display: none; }
        &.-lowest #scroll { max-height: 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+j", "run", "Go on", priority=True),
        Binding("ctrl+s", "put", "Into the messages", priority=True),
        Binding("ctrl+r", "canned", "Canned reply", priority=True),
        Binding("tab", "page(1)", "Next", priority=True),
        Binding("shift+tab", "page(-1)", "Before", priority=True),
        Binding("pageup", "scroll(-1)", show=False, priority=True),
        Binding("pagedown", "scroll(1)", show=False, priority=True),
        Binding("escape", "leave", "Leave", key_display="esc", priority=True),
    ]

    def __init__(self, pages: Sequence[Page], *, canned_only: bool = False) -> None:
        super().__init__()
        self._pages = tuple(pages)
        self._only = canned_only
        self._texts = [page.text for page in pages]
        self._canned = [page.canned for page in pages]
        self._page = 0
        self._as_loaded = ""
        """The page's text as the text area has it, which joins lines anew."""
        self._asked = ""
        """What was asked once: the same key again does it."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Canned replies" if self._only else "Answer the calls"
            box.border_subtitle = self._keys()
            yield Static(id="pages")
            with VerticalScroll(id="scroll", can_focus=False):
                yield Static(id="facts")
                yield Static(id="faults")
            yield Static(id="kept")
            area = TextArea(soft_wrap=True)
            area.cursor_blink = False
            yield area
            yield Static(id="said")

    def _keys(self) -> str:
        pages = "tab next · " if len(self._pages) > 1 else ""
        if self._only:
            return f"^S keeps · {pages}esc leaves"
        return f"^J goes on · ^S no run · ^R canned · {pages}esc leaves"

    @property
    def _area(self) -> TextArea:
        return self.query_one(TextArea)

    def on_mount(self) -> None:
        self._tell("")
        self._show()
        self._area.focus()

    def on_resize(self) -> None:
        self.set_class(self.size.height < _HIGH, "-low")
        self.set_class(self.size.height < _LEAST, "-lowest")
        self._mark()

    # -- pages -------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        page = self._pages[self._page]
        self.query_one("#facts", Static).update(literal(page.facts or "it takes nothing"))
        self.query_one("#faults", Static).update(Content("\n").join([literal(f"! {fault}") for fault in page.faults]))
        self.query_one("#faults").display = bool(page.faults)
        self.query_one("#scroll").scroll_home(animate=False)
        self._area.text = self._texts[self._page]
        self._as_loaded = self._area.text
        self._area.move_cursor(self._area.document.end)
        self._mark()

    def _mark(self) -> None:
        """Say which page this is, which have an answer, and whether the text is kept as the canned reply."""
        names = self._names()
        self.query_one("#pages", Static).update(literal(_BETWEEN.join(names[self._first_named :])))
        kept = (
            "[✓] the canned reply of this function" if self._canned[self._page] else "[ ] kept as the canned reply: ^R"
        )
        self.query_one("#kept", Static).update(literal("" if self._only else kept))

    def _names(self) -> list[str]:
        return [
            f"{'›' if place == self._page else ' '}{place + 1} {short_name(page.name)}{' ✓' if text.strip() else ''}"
            for place, (page, text) in enumerate(zip(self._pages, self._texts, strict=True))
        ]

    @property
    def _first_named(self) -> int:
        """The first page whose name is in the line: the open one stands in it, however short it is."""
        return max(0, self._page - 1)

    def on_click(self, event: events.Click) -> None:
        """A page by its name, and the mark of the canned reply."""
        if event.widget is self.query_one("#kept"):
            self.action_canned()
        elif event.widget is self.query_one("#pages"):
            end = 1  # of the padding
            for page, name in enumerate(self._names()[self._first_named :], self._first_named):
                end += cell_len(name) + len(_BETWEEN)
                if event.x < end:
                    self._go(page)
                    return

    def on_text_area_changed(self) -> None:
        self._take()
        self._mark()

    def _take(self) -> None:
        """The text as it stands; one that was not touched stays as it was, whatever an editor makes of its lines."""
        if self._area.text != self._as_loaded:
            self._texts[self._page] = self._as_loaded = self._area.text
            self._tell("")
            self._asked = ""

    def _tell(self, text: str) -> None:
        line = self.query_one("#said", Static)
        line.update(literal(text))
        line.display = bool(text)

    def action_page(self, by: int) -> None:
        self.after_typing(lambda: self._go((self._page + by) % len(self._pages)))

    def _go(self, page: int) -> None:
        self._take()
        self._page = page
        self._show()

    def action_scroll(self, by: int) -> None:
        scroll = self.query_one("#scroll", VerticalScroll)
        scroll.scroll_relative(y=by * max(1, scroll.size.height - 1), animate=False)

    def action_canned(self) -> None:
        if not self._only:
            self._canned[self._page] = not self._canned[self._page]
            self._mark()

    # -- the end -----------------------------------------------------------------------------------------------

    def action_run(self) -> None:
        self.after_typing(lambda: self._end(run=not self._only))

    def action_put(self) -> None:
        self.after_typing(lambda: self._end(run=False))

    def _end(self, *, run: bool) -> None:
        """End with the answers; one that is empty is asked about once before it is sent."""
        self._take()
        empty = [place for place, text in enumerate(self._texts) if not text.strip()]
        if run and empty and self._asked != "empty":
            self._go(empty[0])
            self._tell("this call has no answer yet: type one, or ^J once more sends it empty")
            self._asked = "empty"
            return
        self.dismiss(Answered(tuple(self._texts), tuple(self._canned), run))

    def action_leave(self) -> None:
        """Leave; what was typed is dropped only when escape is pressed twice."""
        self._take()
        if self._texts != [page.text for page in self._pages] and self._asked != "leave":
            self._tell("esc once more drops what you typed; ^S keeps it")
            self._asked = "leave"
            return
        self.dismiss(None)
