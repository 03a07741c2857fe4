"""The usage screen: what was sent and what it cost, by day, model, preset and connection, over all runs there were."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Vertical

from workbench.core.errors import StorageError
from workbench.core.ledger import By
from workbench.own_thread import in_own_thread
from workbench.tui.commands import bindings
from workbench.tui.display import literal
from workbench.tui.screens.framed_screen import FramedScreen
from workbench.tui.usage_lines import Measure
from workbench.tui.widgets.key_line import KeyLine
from workbench.tui.widgets.tab_line import TabLine
from workbench.tui.widgets.usage_view import UsageView

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.dom import DOMNode

    from workbench.spending import Spending, UsageLook

PERIODS: tuple[tuple[str, int | None], ...] = (
    ("today", 1),
    ("7 days", 7),
    ("30 days", 30),
    ("365 days", 365),
    ("all time", None),
)
"""The name and how many days, today the last of them; None is all there are."""
_FIRST = 2
_TITLE = "Usage and cost"
LATE = 0.3
"""Seconds after which a reading that still goes on is said so."""


class UsageScreen(FramedScreen[None]):
    """Escape leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("usage")
    AUTO_FOCUS = "UsageView"

    def __init__(self, spending: Spending, warmed: asyncio.Event) -> None:
        """`warmed` is set once what a killed process left open is in order."""
        super().__init__()
        self._spending = spending
        self._warmed = warmed
        self._by = By.DAY
        self._period = _FIRST
        self._seen: UsageLook | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = _TITLE
            yield TabLine(tuple(by.value for by in By))
            yield UsageView()
        yield KeyLine()

    def on_mount(self) -> None:
        self._read()

    def command_nodes(self) -> Mapping[str, DOMNode]:
        return {"app": self.app, "usage": self}

    @property
    def _view(self) -> UsageView:
        return self.query_one(UsageView)

    def _read(self, known: UsageLook | None = None) -> None:
        self.query_one(TabLine).current = self._by.value
        self.run_worker(self._look(known), group="look", exclusive=True)

    async def _look(self, known: UsageLook | None) -> None:
        await self._warmed.wait()
        when, days = PERIODS[self._period]
        box = self.query_one(".box")
        late = self.set_timer(LATE, lambda: setattr(box, "border_title", f"{_TITLE} · reading {when} ..."))
        try:
            look = self._seen = await in_own_thread(self._spending.look, self._by, days, known)
            self._view.show(look, when)
            box.border_subtitle = literal(look.prices.words)
        except StorageError as error:
            self._view.say(error.line)
        finally:
            late.stop()
            box.border_title = _TITLE

    # -- commands ----------------------------------------------------------------------------------------------------

    def action_by(self, delta: int) -> None:
        """The next or the previous of what it is summed up by."""
        order = list(By)
        self._turn_to(order[(order.index(self._by) + delta) % len(order)])

    def _turn_to(self, by: By) -> None:
        self._by = by
        # By day is the chart itself: what is read for it anew belongs above the others too.
        self._read(self._seen if by is not By.DAY else None)

    def action_period(self, delta: int) -> None:
        """A longer time, or a shorter one."""
        period = min(max(self._period + delta, 0), len(PERIODS) - 1)
        if period != self._period:
            self._period = period
            self._read()

    def action_measure(self) -> None:
        """The next of what the bars are."""
        order = list(Measure)
        self._view.show_measure(order[(order.index(self._view.measure) + 1) % len(order)])

    def action_reload(self) -> None:
        self._read()

    def action_more(self) -> None:
        """More room for what is said below the rows, or less again."""
        self._view.action_unfold_foot()

    def action_select(self, delta: int) -> None:
        self._view.action_select(delta)

    def action_page(self, pages: int) -> None:
        self._view.action_page(pages)

    def action_first(self) -> None:
        self._view.action_first()

    def action_last(self) -> None:
        self._view.action_last()

    @on(TabLine.Chosen)
    def _tab_chosen(self, event: TabLine.Chosen) -> None:
        self._turn_to(By(event.name))
