"""Finding a text in all messages, and putting another in its place."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from workbench.core.counted import counted
from workbench.core.errors import InputError
from workbench.core.find_replace import Place, Search, places, replaced
from workbench.core.pattern import BadPattern
from workbench.tui.display import literal
from workbench.tui.widgets.choice_line import ChoiceLine, Option
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.form_row import field_row
from workbench.tui.widgets.match_rows import MatchRows

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.timer import Timer

    from workbench.core.prompt import Message

PAUSE = 0.15
"""Seconds without a key before what was typed is looked for."""
PATIENCE = 1.0
"""Seconds that a search may take: a regular expression can need years."""
_CASE = (Option("any", "any case"), Option("exact", "exact case"))
_AS = (Option("text", "as text"), Option("regex", "as a pattern"))

_ACTIONS = "[@click=screen.replace]replace[/]   [@click=screen.replace_all]replace all[/]"
"""For the mouse."""


class Messages(Protocol):
    """The messages that are searched, where the prompt is."""

    def get(self) -> tuple[Message, ...]:
        """As they are now."""

    def put(self, messages: tuple[Message, ...]) -> None:
        """Edit them, as one step that can be undone."""

    def undo(self) -> str:
        """Go a step of the prompt's history back; a line that says which."""


class FindReplace(Dialog[Place | None]):
    """Ends with the place that is shown, for the cursor to go to; None where nothing was looked for or found."""

    DEFAULT_CSS = """
    FindReplace {
        & > .box { max-width: 110; height: 80%; max-height: 26; }
        & > .box.-full { width: 100%; height: 100%; }
        & Horizontal { height: 1; }
        & .label { width: 9; color: $text-muted; }
        & Input, & Input:focus { width: 1fr; }
        & #how { height: auto; layout: horizontal; padding-left: 9; }
        & > .box.-full #how { layout: vertical; padding-left: 0; }
        & ChoiceLine { max-width: 31; }
        & #case { margin-right: 2; }
        & #line { height: auto; }
        & #found { width: 1fr; height: auto; max-height: 3; color: $text-muted; }
        & #actions { width: auto; link-color: $text-accent; link-style: none; link-background: $surface; }
        & > .box.-full #actions { display: none; }
        & #found.-wrong { color: $text-error; }
        & MatchRows { height: 1fr; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Next", show=False),
        Binding("down", "go(1)", "Next", show=False),
        Binding("up", "go(-1)", "Previous", show=False),
        Binding("pagedown", "go(10)", "Ten on", show=False),
        Binding("pageup", "go(-10)", "Ten back", show=False),
        # By the app itself: what is typed in one burst with tab is for the field after it.
        Binding("tab", "app.focus_next", "Next field", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "Field before", show=False, priority=True),
        Binding("ctrl+r", "replace", "Replace", priority=True),
        Binding("ctrl+s", "replace_all", "Replace all", priority=True),
        Binding("ctrl+z", "undo", "Undo", show=False),
        Binding("escape", "leave", "Leave", key_display="esc", priority=True),
    ]

    def __init__(self, messages: Messages, at: tuple[int, int], *, needle: str = "") -> None:
        """`at` is the message and the character of the cursor, `needle` what is looked for at first."""
        super().__init__()
        self._prompt = messages
        self._anchor = at
        self._first = needle
        self._searched: tuple[Search, tuple[Message, ...]] | None = None
        """What `_found` is the result of."""
        self._found: tuple[Place, ...] = ()
        self._at = 0
        self._replaced = 0
        """Replacements that can be taken back here."""
        self._timer: Timer | None = None
        self._turn = asyncio.Lock()
        """Keys are answered one after the other, as they were pressed: a search takes time."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Find and replace in all messages"
            box.border_subtitle = "enter next · ^R replaces · ^S replaces all · esc leaves"
            yield from field_row("find", self._first, "a text, or a pattern", label="find")
            yield from field_row("by", "", "nothing: what is found is taken out", label="replace")
            with Horizontal(id="how"):
                yield ChoiceLine(_CASE, "any", id="case")
                yield ChoiceLine(_AS, "text", id="as")
            with Horizontal(id="line"):
                yield Static(id="found")
                yield Static(_ACTIONS, id="actions")
            yield MatchRows()

    def on_mount(self) -> None:
        self._lay_out()
        field = self.query_one("#find", Input)
        field.focus()
        field.select_all()
        self._do(self._look)

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.app.size
        self.query_one(".box").set_class(width < 60 or height < 16, "-full")

    @property
    def _search(self) -> Search:
        return Search(
            self.query_one("#find", Input).value,
            self.query_one("#case", ChoiceLine).chosen == "exact",
            self.query_one("#as", ChoiceLine).chosen == "regex",
        )

    # -- what is typed -----------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.id == "find":
            self._look_soon()

    def on_choice_line_changed(self, event: ChoiceLine.Changed) -> None:
        event.stop()
        self._look_soon()

    def _look_soon(self) -> None:
        if self._timer is None:
            self._timer = self.set_timer(PAUSE, self._look_now)
        else:
            self._timer.reset()

    def _look_now(self) -> None:
        self._timer = None
        self._do(self._look)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_next()

    # -- keys --------------------------------------------------------------------------------------------------

    def action_next(self) -> None:
        self._do(partial(self._step, 1))

    def action_go(self, by: int) -> None:
        self._do(partial(self._step, by))

    def action_replace(self) -> None:
        self.after_typing(lambda: self._do(partial(self._replace, only=True)))

    def action_replace_all(self) -> None:
        self.after_typing(lambda: self._do(partial(self._replace, only=False)))

    def action_undo(self) -> None:
        self._do(self._undo)

    def action_leave(self) -> None:
        self.dismiss(self._found[self._at] if self._found else None)

    def on_match_rows_picked(self, event: MatchRows.Picked) -> None:
        event.stop()
        self._go_to(event.row)

    @work
    async def _do(self, act: Callable[[], Awaitable[object]]) -> None:
        async with self._turn:
            try:
                await act()
            except BadPattern as error:
                self._show(str(error), wrong=True)
            except InputError as error:
                self._show(error.line, wrong=True)

    # -- searching ---------------------------------------------------------------------------------------------

    async def _look(self) -> bool:
        """Look for what stands in the field, unless that was done. Whether it had to be."""
        search, messages = self._search, self._prompt.get()
        if self._searched == (search, messages):
            return False
        self._searched, self._found = None, ()
        if search.needle:
            self._found = await asyncio.to_thread(places, messages, search, _deadline())
        self._searched = search, messages
        self._at = bisect_left(self._found, self._anchor, key=lambda place: (place.message, place.start))
        self._at %= max(1, len(self._found))
        self._show(_words(self._found, self._at, search))
        return True

    async def _step(self, by: int) -> None:
        """The next place; the first after the cursor, where it was not looked for yet."""
        if not await self._look() and self._found:
            self._go_to((self._at + by) % len(self._found))

    def _go_to(self, at: int) -> None:
        self._at = at
        self._anchor = self._found[at][:2]
        self._show(_words(self._found, self._at, self._search))

    async def _replace(self, *, only: bool) -> None:
        """Replace the place that is shown, or all; what comes next is shown."""
        await self._look()
        if not self._found:
            return
        search, messages = self._search, self._prompt.get()
        by = self.query_one("#by", Input).value
        place = self._found[self._at] if only else None
        done = await asyncio.to_thread(replaced, messages, search, by, _deadline(), only=place)
        if self._prompt.get() != messages:
            self._show("the messages were changed meanwhile: nothing was replaced", wrong=True)
            return
        if done.messages != messages:
            self._prompt.put(done.messages)
            self._replaced += 1
        self._anchor = done.behind
        await self._look()
        if not only:
            self._show(f"{done.many:,} replaced · ^Z takes it back", wrong=False)

    async def _undo(self) -> None:
        """Take the last replacement back; what was done before is not this dialog's to undo."""
        said = "nothing was replaced here yet"
        if self._replaced:
            self._replaced -= 1
            said = self._prompt.undo()
        await self._look()
        self._show(said)

    def _show(self, words: str, *, wrong: bool = False) -> None:
        if self not in self.app.screen_stack:
            return  # left while a search was under way
        line = self.query_one("#found", Static)
        line.set_class(wrong, "-wrong")
        line.update(literal(words))
        self.query_one(MatchRows).show(self._prompt.get(), self._found, self._at)


def _deadline() -> Callable[[], float]:
    end = time.monotonic() + PATIENCE
    return lambda: end - time.monotonic()


def _words(found: tuple[Place, ...], at: int, search: Search) -> str:
    if not search.needle:
        return "↑ and ↓ go from place to place; nothing is changed before ^R or ^S"
    if not found:
        return "not found"
    inside = len({place.message for place in found})
    return f"{at + 1:,} of {len(found):,}, in {counted(inside, 'message')}"
