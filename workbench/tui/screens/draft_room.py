"""What the screen has for one draft: its desk, its output pane, its run, and the conversations about it.

Each conversation keeps to its own draft: an answer that comes late, when another draft is in front, goes where it was
asked for.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from workbench.core.errors import WorkbenchError
from workbench.core.preset import Kind
from workbench.own_thread import in_own_thread
from workbench.tui.screens.begin_compare import BeginCompare
from workbench.tui.screens.budget_moves import BudgetMoves
from workbench.tui.screens.call_moves import CallMoves
from workbench.tui.screens.cleaning import CleaningMoves
from workbench.tui.screens.copying import Copying
from workbench.tui.screens.finding import Finding
from workbench.tui.screens.image_moves import ImageMoves
from workbench.tui.screens.open_compare import OpenCompare
from workbench.tui.screens.open_history import OpenHistory
from workbench.tui.screens.outside import Outside
from workbench.tui.screens.preset_moves import PresetMoves
from workbench.tui.screens.running import Running
from workbench.tui.screens.sending import Sending
from workbench.tui.screens.show_compare import ShowCompare
from workbench.tui.screens.show_economy import ShowEconomy
from workbench.tui.screens.where import Answer, Where

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractContextManager

    from textual.screen import Screen

    from workbench.adapters.history_rows import StoredRun
    from workbench.core.outcome import Outcome
    from workbench.core.prompt import Prompt
    from workbench.tui.derived import Derived
    from workbench.tui.desk import Desk
    from workbench.tui.preset_source import PresetSource
    from workbench.tui.run_progress import PastRun
    from workbench.tui.widgets.draft_tab import Mark
    from workbench.tui.widgets.message_cards import Held
    from workbench.tui.widgets.notice import Kind as NoticeKind
    from workbench.tui.widgets.output_pane import OutputPane


class RoomHost(Protocol):
    """The screen that shows the draft. What it is told of a draft that is not in front changes nothing in sight."""

    @property
    def warmed(self) -> asyncio.Event:
        """Set once the program has loaded what a request needs."""

    async def ask(self, question: Screen[Answer], /) -> Answer:
        """Show a question and wait for what it ends with."""

    def say(self, text: str, kind: NoticeKind = "info") -> None:
        """One line for the person; `text` may be foreign."""

    def copy(self, text: str, what: str) -> None:
        """Copy a text, or write it into a file where the terminal can't, and say so; `what` names it."""

    def outside(self) -> AbstractContextManager[None]:
        """Hand the terminal to another program for as long as it is entered. InputError where that can't be."""

    def changed(self, desk: Desk) -> None:
        """The prompt, or where it goes, has changed otherwise than by a key in a panel."""

    def opened(self, desk: Desk) -> None:
        """Another prompt lies on the desk."""

    async def put(self, prompt: Prompt, source: PresetSource | None) -> Opened | None:
        """Open a prompt in a draft of its own, or in the one in front where that is blank. None where that can't be, as
        was said."""

    def room_of(self, desk: Desk) -> DraftRoom | None:
        """What the screen has for a draft that is open."""

    def began(self, desk: Desk) -> None:
        """A run has begun."""


class Opened(NamedTuple):
    """Where a prompt was opened; `said` is what is to be said of that, behind what was opened, or ""."""

    desk: Desk
    said: str


class DraftRoom:
    """One draft on the screen."""

    def __init__(self, desk: Desk, host: RoomHost) -> None:
        self.desk = desk
        self._pane: OutputPane | None = None
        self._past: PastRun | None = None
        """What the pane showed that was taken away."""
        self.derived: Derived | None = None
        """What was shown last of what follows from the prompt."""
        self.held: Held | None = None
        """Its messages as they were left."""
        self.was_editing = False
        """Whether the cursor was in one of them."""
        self.unseen: Mark = ""
        """How a run ended that nobody has looked at yet."""
        self._recalled = False
        ask, say, changed = host.ask, host.say, partial(host.changed, desk)
        self.budget = BudgetMoves(desk.services, ask=ask, say=say)
        self.running = Running(
            desk,
            lambda: self.pane,
            warmed=host.warmed,
            say=say,
            began=partial(host.began, desk),
            changed=changed,
            budget=self.budget,
        )
        self.where = Where(desk, warmed=host.warmed, ask=ask, say=say, changed=changed)
        self.sending = Sending(desk, ask=ask, say=say, changed=changed, run=self.running.other)
        opened = partial(host.opened, desk)
        self.presets = PresetMoves(desk, ask=ask, say=say, changed=changed, opened=opened, put=host.put)
        self.cleaning = CleaningMoves(desk, ask=ask, say=say, changed=changed)
        self.images = ImageMoves(desk, ask=ask, say=say, changed=changed)
        self.calls = CallMoves(desk, ask=ask, say=say, changed=changed)
        self.finding = Finding(desk, ask=ask, changed=changed)
        self.outside = Outside(desk, outside=host.outside, ask=ask, say=say, changed=changed)
        comparison = ShowCompare(
            desk,
            ask=ask,
            say=say,
            changed=host.changed,
            put=host.put,
            room_of=host.room_of,
            save=self.presets.save,
        )
        self.comparing = BeginCompare(desk, ask=ask, say=say, show=comparison.show)
        opening = OpenCompare(desk.services, ask=ask, show=comparison.show)
        economy = ShowEconomy(desk, ask=ask, say=say, changed=changed)
        past = OpenHistory(
            desk.services,
            ask=ask,
            say=say,
            put=host.put,
            room_of=host.room_of,
            changed=host.changed,
            compare=opening.open,
            show=comparison.show,
        )
        self.copying = Copying(desk, say=say, take=host.copy)
        self.conversations: dict[str, Callable[[], Coroutine[None, None, None]]] = {
            "connection": self.where.choose_connection,
            "open": self.presets.open,
            "save": self.presets.save,
            "save-as": self.presets.save_as,
            "persona": partial(self.presets.choose_part, Kind.PERSONA),
            "format": partial(self.presets.choose_part, Kind.FORMAT),
            "save-persona": partial(self.presets.save_part, Kind.PERSONA),
            "save-format": partial(self.presets.save_part, Kind.FORMAT),
            "import": self.presets.import_prompt,
            "export": partial(self.copying.choose_export, ask),
            "sending": self.sending.choose,
            "replies": self.calls.choose_replies,
            "economy": partial(economy.show, host.warmed),
            "usage": partial(self.budget.show, host.warmed),
            "comparison": partial(opening.choose, host.warmed),
            "recorded": partial(_check_recorded, desk, host, comparison),
            "history": partial(past.choose, host.warmed),
        }
        """What the action `ask` begins, by name."""

    async def recall(self) -> str:
        """Bring back what belongs to a draft of an earlier session: what its file has, and its last output. A line for
        the person, or "". The program is warm."""
        if self._recalled:
            return ""
        self._recalled = True
        return await self.desk.recall_source() or await self._recall_run()

    async def _recall_run(self) -> str:
        """Show the last run again, where nothing was run since."""
        desk = self.desk
        if not desk.last_run or self.has_output:
            return ""
        try:
            stored = await in_own_thread(desk.services.history.get, desk.last_run)
        except WorkbenchError as error:
            return error.line
        if stored is not None and not self.has_output:
            self._show_past(stored)
        return ""

    def show_run(self, stored: StoredRun) -> None:
        """Show a run of before, as what was run last here. Its prompt is on the desk."""
        self.desk.last = None
        self.desk.ran(stored.id)
        self._show_past(stored)

    def _show_past(self, stored: StoredRun) -> None:
        outcome = stored.outcome()
        if outcome is None:
            return  # it goes on in another window
        from workbench.tui.run_progress import past_run

        self.desk.recall_run(stored)
        self._past = past_run(outcome)
        if self._pane is not None:
            self._pane.show_past(self._past)

    # -- its pane ----------------------------------------------------------------------------------------------

    @property
    def pane(self) -> OutputPane:
        """Where its output is shown. Of a draft that is in front, or runs."""
        assert self._pane is not None
        return self._pane

    @property
    def has_pane(self) -> bool:
        return self._pane is not None

    @property
    def runs(self) -> bool:
        """Whether a run goes on."""
        return self._pane is not None and self._pane.running

    @property
    def has_output(self) -> bool:
        """Whether there is a run to be shown, or one that goes on."""
        return self.runs or self._past is not None or (self._pane is not None and self._pane.outcome is not None)

    def give(self, pane: OutputPane) -> None:
        """Show the output in this pane from now on."""
        self._pane = pane
        if self._past is not None:
            pane.show_past(self._past)

    def take_pane(self) -> OutputPane | None:
        """Do without a pane until the next `give`; a run of it is to be stopped."""
        pane, self._pane = self._pane, None
        if pane is not None:
            self._past = pane.past() or self._past
        return pane

    def ended(self, outcome: Outcome) -> None:
        """The run in the pane has ended."""
        self.desk.account(outcome)
        self.sending.take_summary(outcome)


async def _check_recorded(desk: Desk, host: RoomHost, comparison: ShowCompare) -> None:
    # Imported here: the first paint does without.
    from workbench.tui.screens.check_recorded import CheckRecorded

    await CheckRecorded(desk, ask=host.ask, say=host.say, show=comparison.show).begin(host.warmed)
