"""The drafts that are open, each in a tab, and the one in front. No widget in here."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.errors import InputError, StorageError
from workbench.core.preset import Kind
from workbench.core.title import title_of
from workbench.own_thread import in_own_thread
from workbench.tui.conversation import branched, copied_name, starting_prompt
from workbench.tui.desk import Desk
from workbench.tui.draft_view import DraftView
from workbench.tui.preset_source import PresetSource
from workbench.tui.session import Session

if TYPE_CHECKING:
    from workbench.adapters.drafts import Restored
    from workbench.core.draft import DraftContent, FoundDraft, KeptDraft
    from workbench.core.preset import OpenedPreset
    from workbench.core.prompt import Prompt
    from workbench.services import Services


_MOST_CLOSED = 50
"""Closed tabs that can be reopened as they were, with what can be undone in them."""


class Tab:
    """One open draft. One of an earlier session has no desk before it is looked at."""

    __slots__ = ("_found", "desk", "draft_id")

    def __init__(self, draft_id: str, *, desk: Desk | None = None, found: FoundDraft | None = None) -> None:
        self.draft_id = draft_id
        self.desk = desk
        self._found = found

    @property
    def title(self) -> str:
        """Its prompt's name, or the words that it begins with; "" where nothing is written."""
        if self.desk is not None:
            return title_of(self.desk.prompt)
        return self._found.title if self._found is not None else ""

    @property
    def changed(self) -> bool:
        """Whether it differs from what was opened."""
        if self.desk is not None:
            return self.desk.changed
        return self._found is not None and self._found.changed


class _Closed(NamedTuple):
    place: int
    tab: Tab


class OpenDrafts:
    """There is always one in front, and its desk is there. Whatever is changed here is journalled."""

    def __init__(self, services: Services) -> None:
        self.session = Session(services)
        self._drafts = services.drafts
        self._closed: deque[_Closed] = deque(maxlen=_MOST_CLOSED)
        self.offered: Restored | None = None
        """Drafts of a session that ended without closing, to be offered back."""
        self.tabs: list[Tab] = []
        restored = self._drafts.restore()
        if restored.note:
            self.session.notes.append(restored.note)
        if restored.kind == "crashed":
            self.offered = restored
        elif restored.kind == "reopened":
            self._take(restored, 0)
        if not self.tabs:
            self.tabs = [self._blank()]
            self.front = self.tabs[0]

    @property
    def desk(self) -> Desk:
        """What lies in front."""
        assert self.front.desk is not None
        return self.front.desk

    @property
    def desks(self) -> list[Desk]:
        """Those that were looked at."""
        return [tab.desk for tab in self.tabs if tab.desk is not None]

    async def tab_with(self, source: PresetSource) -> Tab | None:
        """The tab in which that file lies as it is on the disk, if one does."""
        unread = [tab.draft_id for tab in self.tabs if tab.desk is None and not tab.changed]
        try:
            views = await in_own_thread(self._drafts.views, unread) if unread else {}
        except StorageError:
            views = {}  # of the disk's trouble the person is told; at worst the file lies open twice
        kept = {draft_id: DraftView.from_json(view).source for draft_id, view in views.items()}
        return next((tab for tab in self.tabs if _has(tab, kept.get(tab.draft_id), source)), None)

    # -- which is in front -------------------------------------------------------------------------------------

    async def load(self, tab: Tab) -> None:
        """Read a draft that is looked at for the first time. InputError or StorageError where it can't be read."""
        if tab.desk is None:
            content = await in_own_thread(self._drafts.load, tab.draft_id)
            if tab.desk is None:  # else it was loaded meanwhile
                tab.desk = Desk.restored(self.session, tab.draft_id, content, changed=tab.changed)

    def bring(self, tab: Tab) -> None:
        """Put a tab in front. It is loaded."""
        self.front = tab
        self._arrange()

    def neighbour(self, step: int) -> Tab:
        """The tab so many places on, round and round."""
        return self.tabs[(self.tabs.index(self.front) + step) % len(self.tabs)]

    def move(self, tab: Tab, place: int) -> None:
        """Put a tab in another place of the line; the one in front stays that."""
        self.tabs.remove(tab)
        self.tabs.insert(place, tab)
        self._arrange()

    # -- more and fewer ----------------------------------------------------------------------------------------

    def new(self, prompt: Prompt | None = None) -> Tab:
        """Another draft behind the one in front, which goes where that goes; it is in front then."""
        tab = self._blank(prompt, beside=self.desk)
        self.tabs.insert(self.tabs.index(self.front) + 1, tab)
        self.bring(tab)
        self.desk.journal()
        return tab

    def put(self, prompt: Prompt, source: PresetSource | None = None) -> Tab:
        """Open a prompt: in the draft in front where that is blank, else in a new one."""
        if not self.desk.blank:
            self.new()
        self.desk.open(prompt, source)
        return self.front

    def duplicate(self, index: int | None = None) -> Tab:
        """A copy of the draft in front, or of its conversation up to message `index`. It has no file of its own."""
        prompt = self.desk.prompt
        name = copied_name(prompt.name, {tab.title for tab in self.tabs})
        copy = replace(prompt, name=name)
        return self.new(copy if index is None else branched(copy, index))

    def begin_with(self, prompt: Prompt, opened: OpenedPreset) -> None:
        """Start on this prompt, made of that preset; before anything is shown."""
        if not prompt.messages:
            prompt = replace(prompt, messages=starting_prompt().messages)
        source = PresetSource.of(opened) if opened.kind is Kind.PROMPT else None
        if not _has(self.front, None, source):
            self.put(prompt, source)
            self.desk.connect_by_default()
        self.session.notes.extend(opened.warnings)

    def kept(self) -> tuple[KeptDraft, ...]:
        """The drafts that were put aside, the newest first. For a thread. StorageError."""
        return self._drafts.kept()

    def readable(self, kept: KeptDraft) -> Tab:
        """A draft that was put aside, as a tab that `take_up` opens. InputError where it can't be read."""
        return self._restored(self._drafts.new(), kept.content, changed=True)

    def take_up(self, kept: KeptDraft, tab: Tab) -> None:
        """Go on with a draft that was put aside: in the place of the one in front where that is blank, else beside."""
        assert tab.desk is not None
        self._drafts.take_up(kept.draft_id, tab.draft_id, tab.desk.state())
        if self.desk.blank:
            self._drop(self.front, tab)
        else:
            self.tabs.insert(self.tabs.index(self.front) + 1, tab)
        self.bring(tab)

    def after(self, tab: Tab) -> Tab | None:
        """The one that is in front when this one is closed; it is to be loaded before. None: a blank one."""
        if tab is not self.front:
            return self.front
        place = self.tabs.index(tab)
        left = [*self.tabs[:place], *self.tabs[place + 1 :]]
        return left[min(place, len(left) - 1)] if left else None

    def close(self, tab: Tab) -> None:
        """Close a tab; `reopen` brings it back. `after` tells which one is in front then."""
        following = self.after(tab) or self._blank(beside=self.desk)
        self._closed.append(_Closed(self.tabs.index(tab), tab))
        self.tabs.remove(tab)
        if tab.desk is None:
            self._drafts.keep(tab.draft_id)
        else:
            tab.desk.is_open = False
            self._put_away(tab.desk)
        if not self.tabs:
            self.tabs.append(following)
        self.bring(following)

    @property
    def closed(self) -> Tab | None:
        """The tab that was closed last, to be loaded before `reopen` brings it back."""
        return self._closed[-1].tab if self._closed else None

    def reopen(self) -> Tab:
        """Bring back the tab that was closed last, where it stood."""
        place, tab = self._closed.pop()
        if self.desk.blank and len(self.tabs) == 1:
            self._drop(self.front, tab)
        else:
            self.tabs.insert(min(place, len(self.tabs)), tab)
        self._drafts.reopen(tab.draft_id)
        self.bring(tab)
        self.desk.is_open = True
        self.desk.journal()
        return tab

    def _put_away(self, desk: Desk) -> None:
        if desk.unsaved:
            self._drafts.keep(desk.draft_id, desk.state())
        else:
            self._drafts.remove(desk.draft_id)

    def leave_aside(self, tab: Tab) -> None:
        """Close a tab that can't be read: it is kept in the database."""
        self.tabs.remove(tab)
        self._drafts.keep(tab.draft_id)
        self._arrange()

    def _drop(self, tab: Tab, replacement: Tab) -> None:
        """Put another tab in the place of one with nothing in it."""
        self.tabs[self.tabs.index(tab)] = replacement
        self._drafts.remove(tab.draft_id)

    # -- from one start to the next ----------------------------------------------------------------------------

    def accept_offered(self) -> None:
        """Open the drafts that were offered back, beside the one in front if that has anything in it."""
        offered, self.offered = self.offered, None
        if offered is None:
            return
        blank = self.front if self.desk.blank else None
        self._drafts.accept(offered)
        self._take(offered, len(self.tabs))
        if blank is not None and len(self.tabs) > 1:
            self.tabs.remove(blank)
            self._drafts.remove(blank.draft_id)
        self._arrange()

    def decline_offered(self) -> None:
        """Leave the offered drafts aside."""
        offered, self.offered = self.offered, None
        for found in offered.drafts if offered is not None else ():
            self._drafts.keep(found.draft_id)

    def save(self) -> None:
        """The last state of everything, at a normal end: the next start reopens it."""
        states = {desk.draft_id: desk.state() for desk in self.desks}
        self._arrange()
        self._drafts.close(states, [tab.draft_id for tab in self.tabs if tab.desk is None])

    def _take(self, restored: Restored, place: int) -> None:
        """Take the drafts of an earlier session into the tabs, with the one that was in front there."""
        taken = [Tab(found.draft_id, found=found) for found in restored.drafts]
        front = next(tab for tab in taken if tab.draft_id == restored.front)
        try:
            if restored.content is None:
                raise InputError("it is not in the database any more")
            front.desk = self._restored(front.draft_id, restored.content, changed=front.changed).desk
        except InputError as error:
            self.session.notes.append(f"the last draft can't be read: {error.message}; it is kept in the database")
            self._drafts.keep(front.draft_id)
            blank = self._blank()
            taken[taken.index(front)] = blank
            front = blank
        self.tabs[place:place] = taken
        self.front = front
        self._arrange()

    def _restored(self, draft_id: str, content: DraftContent, *, changed: bool) -> Tab:
        return Tab(draft_id, desk=Desk.restored(self.session, draft_id, content, changed=changed))

    def _blank(self, prompt: Prompt | None = None, *, beside: Desk | None = None) -> Tab:
        draft_id = self._drafts.new()
        return Tab(draft_id, desk=Desk(self.session, draft_id, prompt, beside=beside))

    def _arrange(self) -> None:
        self._drafts.arrange([tab.draft_id for tab in self.tabs], self.front.draft_id)


def _has(tab: Tab, kept: PresetSource | None, source: PresetSource | None) -> bool:
    """Whether the file lies unchanged in the tab; `kept` is the file of one that was not looked at."""
    if tab.desk is not None:
        kept = tab.desk.source if not tab.desk.changed else None
    return kept is not None and source is not None and kept[:3] == source[:3]
