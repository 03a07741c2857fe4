"""Budgets over several processes: what goes out at the same time can't pass one together."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from workbench.adapters.accounts import Accounts
from workbench.adapters.database import Database
from workbench.adapters.files import Paths
from workbench.adapters.history import History
from workbench.adapters.ledger import Ledger
from workbench.adapters.prices import Prices
from workbench.adapters.settings import Settings
from workbench.adapters.settings_prices import OwnPrice
from workbench.core.connection import Connection
from workbench.core.errors import OverBudget
from workbench.core.prompt import Message, Prompt, Role
from workbench.core.request import Request
from workbench.spending import Spending

THERE = Connection("there", "endpoint", "https://there.example/v1", "there.example")
REQUEST = Request({"model": "m", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 100})
PROMPT = Prompt(messages=(Message(Role.USER, "hi"),), model="m")
ACCOUNTS = Accounts(lambda: Prices({"m": OwnPrice(0, 1000)}))
"""A request is expected to cost $0.10: its answer of 100 tokens."""


class Process:
    """A process of its own, as far as the database knows."""

    def __init__(self, home: Path, day: float) -> None:
        self.database = Database.open(Paths.find({"WORKBENCH_HOME": str(home)}))
        self.history = History(self.database, ACCOUNTS)
        settings = Settings(budget_day=day)
        self.spending = Spending(Ledger(self.database), ACCOUNTS, lambda: settings, home / "settings.toml")

    async def may_send(self) -> bool:
        """Whether another request may go out, which then stays under way."""
        record = await self.history.begin(prompt=PROMPT, request=REQUEST, connection=THERE)
        try:
            await self.spending.before_request(record, 1, REQUEST, THERE)
        except OverBudget:
            record.withdraw(1)
            return False
        record.attempt(1)
        return True


async def test_what_begins_at_once_in_two_processes_stays_within_the_budget(tmp_path: Path) -> None:
    one, other = Process(tmp_path, 0.55), Process(tmp_path, 0.55)
    try:
        sent = await asyncio.gather(*(process.may_send() for process in (one, other) for _ in range(6)))
        assert sum(sent) == 5
        assert one.database.flush()
        assert other.database.flush()
        (use,) = one.spending.uses()
        assert (use.spent, use.is_estimate) == (500_000_000, True)
        assert not await other.may_send()
    finally:
        one.database.close()
        other.database.close()


async def test_what_nobody_would_count_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.adapters.history.RESERVE_SECONDS", 0.1)
    process = Process(tmp_path, 0.55)
    try:
        record = await process.history.begin(prompt=PROMPT, request=REQUEST, connection=THERE)
        with sqlite3.connect(process.database.paths.database, isolation_level=None) as holder:
            holder.execute("BEGIN IMMEDIATE")
            with pytest.raises(OverBudget, match="the budget can't be kept: history is not being saved"):
                await process.spending.before_request(record, 1, REQUEST, THERE)
            record.withdraw(1)
            holder.execute("ROLLBACK")
        free = Connection("practice", "practice", "http://practice.invalid/v1", "practice.invalid")
        await process.spending.before_request(None, 1, REQUEST, free)
        with pytest.raises(OverBudget):
            await process.spending.before_request(None, 1, REQUEST, THERE)
    finally:
        process.database.close()


async def test_each_thing_is_said_once(tmp_path: Path) -> None:
    process = Process(tmp_path, 0.21)
    try:
        assert process.spending.news() == ()
        assert [await process.may_send(), await process.may_send()] == [True, True]
        assert process.database.flush()
        assert process.spending.news() == ("95 % of the day's budget of $0.21 is used",)
        assert process.spending.news() == ()
        assert process.spending.near_words == "day 95 % of $0.21"
    finally:
        process.database.close()
