"""What a run says, beside the list of runs: the first megabyte of it, and the rest as one scrolls there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.containers import Vertical
from textual.widgets import Static

from workbench.core.errors import StorageError
from workbench.own_thread import in_own_thread
from workbench.past_runs import RunSummary
from workbench.tui.display import literal
from workbench.tui.history_words import facts, texts
from workbench.tui.widgets.stream_view import StreamView

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from workbench.past_runs import PastRuns, Row

_MOST_FACTS = 6
_NEAR = 200
"""Rows before the end of what is laid out at which more is."""
_AT_ONCE = 100_000
"""Characters that are laid out at once: a key waits for it."""


class RunPreview(Vertical):
    """`show` says of which row; the texts follow once they are read."""

    DEFAULT_CSS = """
    RunPreview {
        & #facts { height: auto; max-height: 6; color: $text-muted; }
        & StreamView { height: 1fr; margin-top: 1; }
    }
    """

    def __init__(self, past: PastRuns) -> None:
        super().__init__()
        self._past = past
        self._row: Row | None = None
        self._needle = ""
        self._timer: Timer | None = None
        self._unseen = ""
        """What was read and is not laid out yet."""
        self._rest: tuple[int, int, int] | None = None
        """Of the last answer: which it is, how much of it was read, how long it is; None where it is all there."""
        self._reading = False

    def compose(self) -> ComposeResult:
        yield Static(id="facts")
        yield StreamView(kind="plain", follow=False)

    def on_mount(self) -> None:
        self.watch(self._view, "scroll_y", self._read_rest_if_near, init=False)

    @property
    def _view(self) -> StreamView:
        return self.query_one(StreamView)

    def show(self, row: Row | None, needle: str, *, after: float) -> None:
        """Show this row with the places of `needle` marked; its texts once it was `after` seconds the one to show."""
        self._row, self._needle = row, needle
        lines = facts(row)[:_MOST_FACTS] if row is not None else []
        self.query_one("#facts", Static).update(literal("\n".join(lines)))
        if self._timer is None:
            self._timer = self.set_timer(after, self._show_texts)
        else:
            self._timer.reset()

    @work(exclusive=True, group="preview")
    async def _show_texts(self) -> None:
        self._timer = None
        row = self._row
        if not isinstance(row, RunSummary):
            self._put("", None)
            return
        try:
            read = await in_own_thread(self._past.preview, row.id)
        except StorageError as error:
            self._put(error.line, None)
            return
        if read is None:
            self._put("it is not in history any more", None)
            return
        last = read.answers[-1] if read.answers else None
        cut = last is not None and last.length > len(last.text) and not (last.calls or read.error)
        self._put(texts(read), (last.choice, len(last.text), last.length) if last is not None and cut else None)

    def _put(self, text: str, rest: tuple[int, int, int] | None) -> None:
        self._rest, self._unseen = rest, text[_AT_ONCE:]
        view = self._view
        view.set_text(text[:_AT_ONCE])
        view.finish()
        view.scroll_home(animate=False)
        if self._needle and view.mark(self._needle):
            view.show_match(0)

    def read_on(self, direction: int) -> None:
        """Scroll half a page down (1) or up (-1)."""
        view = self._view
        view.scroll_relative(y=direction * max(1, view.size.height // 2), animate=False)

    def _read_rest_if_near(self) -> None:
        view = self._view
        if view.scroll_y + view.size.height + _NEAR <= view.max_scroll_y:
            return
        if self._unseen:
            text, self._unseen = self._unseen[:_AT_ONCE], self._unseen[_AT_ONCE:]
            view.append(text)
        elif self._rest is not None and not self._reading:
            self._reading = True
            self._read_rest()

    @work(group="rest")
    async def _read_rest(self) -> None:
        row, rest = self._row, self._rest
        try:
            if row is not None and rest is not None:
                choice, read, length = rest
                text = await in_own_thread(self._past.more_of, row.id, choice, read)
                if row is self._row and rest == self._rest:
                    self._rest = (choice, read + len(text), length) if text and read + len(text) < length else None
                    self._unseen = text
        except StorageError:
            self._rest = None  # the workbench tells of the disk's trouble; what was read stays
        finally:
            self._reading = False
        self._read_rest_if_near()
