"""Choosing a comparison from history: a few letters of its prompt, its axes or its day find it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from workbench.core.counted import counted
from workbench.core.errors import WorkbenchError
from workbench.core.matching import Searchable, folded, ranked
from workbench.core.usage import SessionCost
from workbench.tui.compare_board import vary_words
from workbench.tui.compare_state import COMPLETE, FAILED, STOPPED, STREAMING
from workbench.tui.display import literal
from workbench.tui.keys import own_key
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.pick_list import Choice, PickList

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.geometry import Size

    from workbench.adapters.experiments import ExperimentSummary
    from workbench.comparing_opened import Opened

LATE = 0.3
"""Seconds after which a reading that still goes on is said so."""
REST = 0.1
"""Seconds that the cursor stays on a comparison before it is read ahead."""
ROOMY = (60, 20)
"""Columns and rows below which the picker takes the whole screen."""


class _Row(NamedTuple):
    choice: Choice
    words: Searchable
    told: str
    """All that there is to say of it."""
    at_rest: bool
    """Whether nothing more is written to it now."""


class ExperimentPicker(Dialog["Opened | None"]):
    """Ends with an experiment as it was read, or with None on escape. They arrive when they arrive: `set_experiments`
    shows them, and what was typed stays.

    It stays until the experiment is read: what lies below it need not be drawn for that moment, and why one can't be
    read is said where another can be chosen. The one that the cursor rests on is read ahead: its reading is a third of
    what opening a thousand cells takes.
    """

    DEFAULT_CSS = """
    ExperimentPicker {
        & > .box { max-width: 130; height: 80%; max-height: 36; }
        & > .box.-full { width: 100%; height: 100%; }
        & Static { height: auto; max-height: 3; color: $text-muted; }
        & Static.-wrong { color: $text-error; }
        & PickList { height: 1fr; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
    ]

    def __init__(self, read: Callable[[str], Awaitable[Opened]]) -> None:
        """`read` reads the experiment of an id; it may raise a WorkbenchError."""
        super().__init__()
        self._read = read
        self._rows: list[_Row] | None = None
        """None until they have arrived."""
        self._trouble = ""
        self._filtered = ""
        """What was typed when the rows were filtered last."""
        self._ahead: tuple[str, Opened] | None = None
        """The experiment that was read ahead, and its id."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Open a comparison"
            box.border_subtitle = "enter opens it · esc leaves"
            field = Input(placeholder="a part of its name, of what was varied, or of its day")
            field.cursor_blink = False
            yield field
            yield PickList()
            yield Static()

    def on_mount(self) -> None:
        self._lay_out(self.app.size)
        self.query_one(Input).focus()
        self._filter()

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out(event.size)

    def _lay_out(self, size: Size) -> None:
        self.query_one(".box").set_class(size.width < ROOMY[0] or size.height < ROOMY[1], "-full")

    def set_experiments(self, found: Sequence[ExperimentSummary], trouble: str = "") -> None:
        """Show these, in this order; `trouble` is why there are none."""
        self._rows = [_row(each) for each in found]
        self._trouble = trouble
        if self.is_mounted and self.is_current:
            self._filter()

    def _filter(self) -> None:
        picks, kept = self.query_one(PickList), self._highlighted
        typed = self._filtered = self.query_one(Input).value
        rows = self._rows or []
        shown = [rows[at] for at in ranked(typed, [row.words for row in rows])]
        place = shown.index(kept) if kept in shown and not typed else 0
        picks.set_choices([row.choice for row in shown], place if shown else None)
        self._highlight()

    @property
    def _highlighted(self) -> _Row | None:
        choice = self.query_one(PickList).highlighted
        return next((row for row in self._rows or () if choice is not None and row.choice.id == choice.id), None)

    def _highlight(self) -> None:
        self._tell()
        row = self._highlighted
        if row is not None and row.at_rest:
            self._read_ahead(row.choice.id)

    def _tell(self) -> None:
        row = self._highlighted
        if row is not None:
            text = row.told
        elif self._rows is None:
            text = "reading history ..."
        elif self._rows:
            text = "nothing here has that in it"
        else:
            text = self._trouble or f"no comparison is in history yet: {own_key('compare')} begins one"
        self._say(text)

    def _say(self, text: str, *, wrong: bool = False) -> None:
        line = self.query_one(Static)
        line.set_class(wrong, "-wrong")
        line.update(literal(text))

    @work(exclusive=True, group="ahead")
    async def _read_ahead(self, experiment: str) -> None:
        if self._ahead is not None and self._ahead[0] == experiment:
            return
        await asyncio.sleep(REST)
        with contextlib.suppress(WorkbenchError):  # opening it reads it anew, and says what is wrong
            self._ahead = experiment, await self._read(experiment)

    @work(exclusive=True, group="open")
    async def _open(self, experiment: str) -> None:
        late = self.set_timer(LATE, lambda: self._say("reading it ..."))
        self.workers.cancel_group(self, "ahead")
        try:
            ahead = self._ahead
            opened = ahead[1] if ahead is not None and ahead[0] == experiment else await self._read(experiment)
        except WorkbenchError as error:
            self._say(error.line, wrong=True)
        else:
            self.dismiss(opened)
        finally:
            late.stop()

    # -- keys ----------------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._filter()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value != self._filtered:
            self._filter()  # what the field says of its change is still on its way
        row = self._highlighted
        if row is not None:
            self._open(row.choice.id)

    def action_move(self, delta: int) -> None:
        self.query_one(PickList).move(delta)
        self._highlight()

    def action_page(self, pages: int) -> None:
        self.action_move(pages * max(1, self.query_one(PickList).size.height - 1))

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        event.stop()
        self._open(event.choice.id)


def _row(each: ExperimentSummary) -> _Row:
    varied = vary_words(each.axes, each.repeats)
    cases = f" · {counted(each.cases, 'case')}" if each.cases else ""
    spent = SessionCost(each.spent.known_usd, each.spent.unpriced).text
    began = each.began_at.astimezone()
    name, state = each.name or "untitled", _state_words(each)
    cells = f"{each.open:,} of {each.cells:,} open" if each.open else f"{each.cells:,} cells"
    requests = counted(each.spent.requests, "request")
    preset = f" · preset {each.preset}" if each.preset else ""
    choice = Choice(
        each.id, name, f"{cells} · {spent} · {varied}{cases}", mark=_mark(each), note=f"{began:%d %b %H:%M}"
    )
    words = Searchable((folded(name), folded(each.preset)), folded(f"{varied} {state} {began:%d %B %Y %H:%M}"))
    told = f"{varied}{cases}\n{state} · {requests} · {spent}{preset} · {began:%A, %d %B %Y, %H:%M}"
    return _Row(choice, words, told, not each.running)


def _mark(each: ExperimentSummary) -> str:
    if each.running:
        return STREAMING
    if each.open:
        return STOPPED
    return FAILED if each.failed else COMPLETE


def _state_words(each: ExperimentSummary) -> str:
    """`complete: 12 cells`, `stopped: 4 of 12 cells are open`, `cut off by the end of the program: ...`."""
    if each.running:
        word = "running in another window"
    else:
        word = each.state.value if each.state is not None else "cut off by the end of the program"
    parts = [f"{each.open:,} of {each.cells:,} cells are open"] if each.open else [f"{each.cells:,} cells"]
    if each.failed:
        parts.append(f"{each.failed:,} failed")
    return f"{word}: {', '.join(parts)}"
