"""The budgets of the settings against the ledger: asked before each request, over all processes.

A request first puts its row into the ledger with what it is expected to cost, and then looks at what was spent, what is
under way and began before it included. So of two that begin at once the second sees the first, in whatever process.
What stays open is the difference between what a request was expected to cost and what it does cost: a budget can be
passed by that much for each request that is under way when it fills up.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.budget import BudgetUse
from workbench.core.errors import NOT_SENT, OverBudget, StorageError
from workbench.core.ledger import By
from workbench.core.money import nano
from workbench.own_thread import in_own_thread

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from workbench.adapters.accounts import Accounts
    from workbench.adapters.ledger import Ledger
    from workbench.adapters.settings import Settings
    from workbench.core.budget import Period
    from workbench.core.connection import Connection
    from workbench.core.ledger import LedgerSum
    from workbench.core.money import Charge
    from workbench.core.outcome import Outcome
    from workbench.core.plan import Plan
    from workbench.core.request import Request
    from workbench.runner import RunRecord

_UNSAVED = "history is not being saved, so nobody would count this request"
_NO_RUN = "-"
"""The id of a run that has no row."""


class PriceData(NamedTuple):
    """Where prices are from."""

    source: str
    """The list and its version."""
    newest_change: date | None
    """The day of the last change of a price that the list knows of; the list itself bears no date."""
    own: tuple[str, ...]
    """The models that have a price of the person's own."""

    @property
    def words(self) -> str:
        """`prices: genai-prices 0.2.3, newest change in it 2026-09-28; your own for my-model`."""
        told = f"prices: {self.source}"
        if self.newest_change is not None:
            told += f", newest change in it {self.newest_change}"
        return f"{told}; your own for {', '.join(self.own)}" if self.own else told


class UsageLook(NamedTuple):
    """What was sent in a time, summed up: what the usage screen shows."""

    by: By
    since: date | None
    """None: from the first request on."""
    until: date
    sums: tuple[LedgerSum, ...]
    days: tuple[LedgerSum, ...]
    """By day, for the chart."""
    uses: tuple[BudgetUse, ...]
    prices: PriceData


class Spending:
    """What was spent, and what may still be. `file` is where the settings are, for who wants to change a budget."""

    def __init__(self, ledger: Ledger, accounts: Accounts, settings: Callable[[], Settings], file: Path) -> None:
        self.ledger = ledger
        self._accounts = accounts
        self._settings = settings
        self._file = file
        self._near: tuple[BudgetUse, ...] = ()
        self._said: set[tuple[Period, date, bool]] = set()

    def price_data(self) -> PriceData:
        """Where prices are from. Reads the whole list: for a thread."""
        from workbench.adapters.prices import newest_change, price_list

        return PriceData(price_list(), newest_change(), tuple(self._settings().prices))

    @property
    def has_budget(self) -> bool:
        settings = self._settings()
        return bool(settings.budget_day or settings.budget_month)

    def look(self, by: By, days: int | None, known: UsageLook | None = None) -> UsageLook:
        """The last so many days (None: all there are), today among them. Of one that is `known` of the same days the
        chart stays as it is. Reads the disk: for a thread. StorageError."""
        until = self.ledger.today()
        since = None if days is None else until - timedelta(days=days - 1)
        sums = self.ledger.sums(by, since, until)
        if by is By.DAY:
            by_day, sums = sums, sums[::-1]  # who looks at days looks at today
        elif known is not None and (known.since, known.until) == (since, until):
            by_day = known.days
        else:
            by_day = self.ledger.daily(since, until)
        return UsageLook(by, since, until, sums, by_day, self.uses(), self.price_data())

    def uses(self, before: int | None = None) -> tuple[BudgetUse, ...]:
        """Each budget with what was spent of it, the day's first. `before` is the ledger's row of the request that
        asks: what began after it is left out, and so is itself.

        Reads the disk: for a thread. StorageError.
        """
        settings, ledger = self._settings(), self.ledger
        today = ledger.today()
        uses = []
        for use in (
            BudgetUse("day", nano(settings.budget_day) or 0),
            BudgetUse("month", nano(settings.budget_month) or 0),
        ):
            if use.limit:
                since = today if use.period == "day" else today.replace(day=1)
                spent = ledger.spent(since, before)
                uses.append(use._replace(spent=spent.cost, is_estimate=spent.estimated > 0, unknown=spent.unknown))
        return tuple(uses)

    def news(self) -> tuple[str, ...]:
        """What there is to say of the budgets, each thing once a day or a month. Reads the disk: for a thread."""
        try:
            uses = self.uses()
        except StorageError:
            return ()  # the trouble with history is told by itself
        self._near = tuple(use for use in uses if use.is_near)
        today = self.ledger.today()
        news = []
        for use in self._near:
            said = (use.period, today if use.period == "day" else today.replace(day=1), use.is_full)
            if said not in self._said:
                self._said.add(said)
                news.append(use.words)
        return tuple(news)

    @property
    def near_words(self) -> str:
        """The budgets that are nearly used up, for the meter, as they were read last; "" for none."""
        return " · ".join(use.short for use in self._near)

    def why_over(self, request: Request, connection: Connection, run: str = "", attempt: int = 0) -> OverBudget | None:
        """Why this request would pass a budget; None where it does not. Reads the disk: for a thread."""
        if not self.has_budget or (expected := self._accounts.expected(request, connection).charge.cost) == 0:
            return None
        return self._why_over(expected, (run, attempt) if run else None)

    def _why_over(self, expected: int | None, request: tuple[str, int] | None) -> OverBudget | None:
        """`request` is one that has its row in the ledger already."""
        try:
            row = self.ledger.row_of(*request) if request is not None else None
            if request is not None and row is None:
                raise StorageError(_UNSAVED, "free the disk, or take the budget out of the settings")
            uses = self.uses(row)
        except StorageError as error:
            return OverBudget(f"{NOT_SENT}the budget can't be kept: {error.message}", error.hint)
        for use in uses:
            if why := use.why_over(expected):
                return OverBudget(f"{NOT_SENT}{why}", f"change {use.setting} in {self._file}")
        return None

    def why_plan_over(self, plan: Plan) -> OverBudget | None:
        """Why a comparison would pass a budget by what it costs at least. Reads the disk: for a thread."""
        expected = nano(plan.cost_low) if plan.cost_low is not None else None
        return None if not self.has_budget or plan.free else self._why_over(expected, None)

    def charge(self, outcome: Outcome, connection: Connection) -> Charge:
        """What the last request of a run cost, as the ledger has it: an estimate where no tokens were reported."""
        return self._accounts.ended(outcome, connection).charge

    def is_unpriced(self, request: Request, connection: Connection) -> bool:
        """Whether there is a budget that can't count this request: its price is not known."""
        return self.has_budget and self._accounts.expected(request, connection).charge.cost is None

    async def before_request(
        self, record: RunRecord | None, attempt: int, request: Request, connection: Connection
    ) -> None:
        """Keep room for a request that is about to go out. OverBudget where there is none: it must not go out."""
        if not self.has_budget:
            return
        if record is not None:
            await record.reserve(attempt)
        run = record.id if record is not None else _NO_RUN
        over = await in_own_thread(self.why_over, request, connection, run, attempt)
        if over is not None:
            raise over
