"""The drafts on the screen: going from one to another, more and fewer of them, and those that were left aside.

One move at a time, and each shows the next draft only when all that belongs to it is there: a key never lands between
two of them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal, Protocol, cast

from workbench.core.errors import InputError, WorkbenchError
from workbench.own_thread import in_own_thread
from workbench.tui.screens.draft_room import DraftRoom, Opened, RoomHost
from workbench.tui.screens.questions import draft_chooser, draft_question, tab_chooser
from workbench.tui.widgets.draft_tab import DraftTab, Mark
from workbench.tui.widgets.output_pane import OutputPane

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.core.outcome import Outcome
    from workbench.core.prompt import Prompt
    from workbench.tui.desk import Desk
    from workbench.tui.open_drafts import OpenDrafts, Tab
    from workbench.tui.preset_source import PresetSource
    from workbench.tui.screens.draft_stage import DraftStage
    from workbench.tui.widgets.output_views import View


class TabsHost(RoomHost, Protocol):
    """The screen."""

    def entered(self) -> None:
        """Another draft is in front: show what hangs on it."""

    def go_on(self, *, write: bool = False) -> None:
        """Bring the place where one goes on writing into sight."""

    def recall(self, room: DraftRoom) -> object:
        """Begin to bring back what belongs to a draft of an earlier session."""


_MOST_PANES = 4
"""Panes of drafts that are not in front."""

Focus = Literal["same", "messages", "write"]
"""Where it is when another draft is shown: in the same panel, on its messages, or in one of them."""


class DraftTabs:
    """What the commands about drafts do."""

    def __init__(self, drafts: OpenDrafts, host: TabsHost, stage: DraftStage) -> None:
        self._drafts = drafts
        self._host = host
        self._stage = stage
        self._rooms: dict[str, DraftRoom] = {}
        """By the id of the draft, in the order in which they were looked at."""
        self._spare: OutputPane | None = OutputPane(self._first_view)
        """A pane for the next draft that needs one."""
        self._moving = asyncio.Lock()
        self.room = self._room_of(drafts.front)
        """The draft in front."""

    # -- going from one to another -----------------------------------------------------------------------------

    async def step(self, by: int) -> None:
        """To the draft so many tabs on, round and round."""
        await self._go(lambda: self._drafts.neighbour(by))

    async def number(self, number: int) -> None:
        """To a draft by its number, from 1 on."""
        if number > len(self._drafts.tabs):
            self._host.say(f"there is no draft {number}", "info")
            return
        await self._go(lambda: self._drafts.tabs[number - 1])

    async def choose(self) -> None:
        """Let the person choose where to go."""
        tabs = list(self._drafts.tabs)
        chosen = await self._host.ask(tab_chooser(self.all(), self.front))
        if chosen is not None:
            await self._go(lambda: tabs[int(chosen)])

    async def move(self, by: int) -> None:
        """Move the tab in front so many places on in the line."""
        async with self._moving:
            place = self.front + by
            if 0 <= place < len(self._drafts.tabs):
                self._drafts.move(self._drafts.front, place)
                self._show_bar()
            else:
                self._host.say("there is no other draft on that side", "info")

    async def put_at(self, tab: int, place: int) -> None:
        """Move a tab, counted from 0 on, to another place of the line."""
        async with self._moving:
            if max(tab, place) < len(self._drafts.tabs):
                self._drafts.move(self._drafts.tabs[tab], place)
                self._show_bar()

    async def _go(self, find: Callable[[], Tab]) -> None:
        async with self._moving:
            tab = find()
            if tab is not self._drafts.front and await self._load(tab):
                await self._change(lambda: self._drafts.bring(tab))

    async def _load(self, tab: Tab) -> bool:
        """Read a draft that is looked at for the first time. One that can't be read is left aside."""
        try:
            await self._drafts.load(tab)
        except InputError as error:
            self._drafts.leave_aside(tab)
            self._host.say(f"this draft can't be read: {error.message}; it is kept in the database", "error")
        except WorkbenchError as error:
            self._host.say(error.line, "error")
        for note in self._drafts.session.told():
            self._host.say(note, "warning")
        self._show_bar()
        return tab.desk is not None

    async def _change(self, change: Callable[[], object], *, focus: Focus = "same") -> bool:
        """Leave the draft in front, change which one that is, and show it."""
        self._spare = self._spare or await self._free_pane()
        before = self.room
        if not self._stage.leave(before):
            self._host.say("the parameter that is being typed can't be read: mend it or leave it with esc", "warning")
            return False
        change()
        self.room = self._room_of(self._drafts.front)
        self.room.unseen = ""
        self.room.desk.refresh_connection()
        self._stage.enter(self.room, before, focus=focus == "same")
        self._forget_closed()
        self._show_bar()
        self._host.entered()
        if focus != "same":
            self._host.go_on(write=focus == "write" or before.was_editing)
        self._host.recall(self.room)
        return True

    def _room_of(self, tab: Tab) -> DraftRoom:
        """With a pane, and the last of the rooms: they are in the order in which they were looked at."""
        room = self._rooms.pop(tab.draft_id, None)
        if room is None or not room.has_pane:
            pane, self._spare = self._spare, None
            assert pane is not None
            assert tab.desk is not None
            room = room or DraftRoom(tab.desk, self._host)
            room.give(pane)
        self._rooms[tab.draft_id] = room
        return room

    # -- more and fewer ----------------------------------------------------------------------------------------

    async def new(self) -> None:
        async with self._moving:
            await self._change(self._drafts.new, focus="write")

    async def duplicate(self, index: int | None = None) -> None:
        """A copy of the draft in front, or of its conversation up to message `index`."""
        async with self._moving:
            await self._change(lambda: self._drafts.duplicate(index), focus="write")

    async def put(self, prompt: Prompt, source: PresetSource | None) -> Opened | None:
        """Open a prompt, in a new draft unless the one in front is blank; where the file lies open as it is on the
        disk, go there. None where the one in front can't be left, as was said."""
        async with self._moving:
            there = await self._drafts.tab_with(source) if source is not None else None
            if there is not None:
                if there is not self._drafts.front and await self._load(there):
                    await self._change(lambda: self._drafts.bring(there))
                return Opened(self._drafts.desk, " · it was open already") if there is self._drafts.front else None
            before = self._drafts.front
            if not await self._change(lambda: self._drafts.put(prompt, source), focus="messages"):
                return None
            return Opened(self._drafts.desk, " · in a draft of its own" if self._drafts.front is not before else "")

    async def close(self, index: int | None = None) -> None:
        """Close a draft, the one in front where none is named; a run of it is stopped."""
        async with self._moving:
            tabs = self._drafts.tabs
            tab = self._drafts.front if index is None else tabs[index]
            if len(tabs) == 1 and self._drafts.desk.blank:
                self._host.say("there is nothing to close: this draft is empty", "info")
                return
            while (following := self._drafts.after(tab)) is not None and not await self._load(following):
                if following in self._drafts.tabs:
                    return  # it can't be read now, as was said
            title = tab.title or "a draft with nothing in it"
            if tab is self._drafts.front:
                if not await self._change(lambda: self._drafts.close(tab)):
                    return
            else:
                self._drafts.close(tab)
                self._forget_closed()
                self._show_bar()
            self._host.say(f"closed: {title} · “Reopen the closed draft” brings it back", "success")

    async def reopen(self) -> None:
        """Bring back the draft that was closed last."""
        async with self._moving:
            tab = self._drafts.closed
            if tab is None:
                self._host.say("no draft was closed", "info")
            elif await self._load(tab):
                await self._change(self._drafts.reopen)

    def _forget_closed(self) -> None:
        """Take away what the screen had for drafts that are closed; a run that goes on is stopped, its text kept."""
        open_ones = {tab.draft_id for tab in self._drafts.tabs}
        for draft_id in [each for each in self._rooms if each not in open_ones]:
            pane = self._rooms.pop(draft_id).take_pane()
            if pane is not None:
                pane.stop()
                pane.remove()

    async def _free_pane(self) -> OutputPane:
        """A pane for the next draft. Only the drafts that were looked at last keep theirs, and those that run: each
        widget costs something whenever the screen is laid out anew, and a new one costs more."""
        resting = [room for room in self._rooms.values() if room.has_pane and room is not self.room and not room.runs]
        pane = resting[0].take_pane() if len(resting) >= _MOST_PANES else None
        if pane is None:
            return await self._stage.add_pane(self._first_view)
        pane.empty(self._first_view)
        return pane

    @property
    def _first_view(self) -> View:
        """The view of an answer that the person wants to see first."""
        return cast("View", self._drafts.session.services.settings.view)

    # -- those that were left aside ----------------------------------------------------------------------------

    async def offer(self) -> None:
        """Offer the drafts of a session that ended without closing, where there are any."""
        if self._drafts.offered is None:
            return
        if await self._host.ask(draft_question(self._drafts.offered)) != "open":
            self._drafts.decline_offered()
            return
        async with self._moving:
            await self._change(self._drafts.accept_offered)
        for note in self._drafts.session.told():
            self._host.say(note, "warning")

    async def choose_kept(self) -> None:
        """Let the person open one that was put aside."""
        try:
            kept = await in_own_thread(self._drafts.kept)
        except WorkbenchError as error:
            self._host.say(error.line, "error")
            return
        if not kept:
            self._host.say("no draft was put aside", "info")
            return
        chosen = await self._host.ask(draft_chooser(kept))
        draft = next((draft for draft in kept if draft.draft_id == chosen), None)
        if draft is None:
            return
        async with self._moving:
            try:
                tab = self._drafts.readable(draft)
            except InputError:
                self._host.say("this draft can't be read; it is kept in the database", "error")
                return
            await self._change(lambda: self._drafts.take_up(draft, tab))

    # -- what the tabs show ------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Something has come or gone in a draft that may not be in front."""
        self._show_bar()

    def ended(self, pane: OutputPane, outcome: Outcome) -> None:
        """The run in a pane has ended; one that nobody looks at is marked."""
        for room in self._rooms.values():
            if room.has_pane and room.pane is pane:
                room.ended(outcome)
                if room is not self.room:
                    room.unseen = "answered" if outcome.state in ("complete", "cancelled") else "failed"
        self._show_bar()

    def edited(self) -> None:
        """The draft in front has changed."""
        self._stage.show_front(self._tab(self._drafts.front))

    @property
    def front(self) -> int:
        """Which tab is in front, from 0 on."""
        return self._drafts.tabs.index(self._drafts.front)

    def all(self) -> list[DraftTab]:
        """What each tab says."""
        return [self._tab(tab) for tab in self._drafts.tabs]

    def desk_of(self, draft_id: str) -> Desk | None:
        """The desk of a draft that is open on the screen."""
        room = self._rooms.get(draft_id)
        return room.desk if room is not None else None

    def room_of(self, desk: Desk) -> DraftRoom | None:
        """The room of a draft that is open on the screen."""
        return self._rooms.get(desk.draft_id)

    def stop_all(self) -> None:
        """End every run and keep its text."""
        for room in self._rooms.values():
            if room.runs:
                room.pane.stop()

    def _show_bar(self) -> None:
        self._stage.show_bar(self.all(), self.front)

    def _tab(self, tab: Tab) -> DraftTab:
        room = self._rooms.get(tab.draft_id)
        mark: Mark = ""
        if room is not None:
            mark = "running" if room.runs else room.unseen
        return DraftTab(tab.title, tab.changed, mark)
