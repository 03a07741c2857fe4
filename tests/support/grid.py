"""Grids against the tests' own server, with the real runner, endpoint and history, and all that they say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from tests.support.fault_server import Seen, sse, text_chunk
from workbench.adapters.database import Database
from workbench.adapters.endpoint import Endpoint
from workbench.adapters.experiments import Experiments
from workbench.adapters.history import History
from workbench.core.axes import Axis
from workbench.core.connection import Connection
from workbench.core.events import TextDelta
from workbench.core.experiment import Case, Cell, Column, Experiment, with_case
from workbench.core.prompt import Message, Prompt, Role, Variable
from workbench.core.request import build_request
from workbench.core.wire import Limits
from workbench.grid.events import CellEnded, CellEvents, GridEvent
from workbench.grid.grid import Grid
from workbench.runner import Emit, Job, RetryPolicy, Run

PROMPT = Prompt(model="m-1", messages=(Message(Role.USER, "hi {{who}}"),), variables=(Variable("who", default="you"),))
QUICK = RetryPolicy(retries=2, first_wait=0.01, longest_wait=0.02)
LIMITS = Limits(first_byte=20, idle=1.5)
GOOD = sse(text_chunk("fine"), text_chunk(finish="stop"))


def an_experiment(columns: int = 4, cases: int = 1, repeats: int = 1) -> Experiment:
    """Seeds count the columns, `{{who}}` the cases."""
    rows = tuple({"who": str(n)} for n in range(cases)) if cases > 1 else ()
    return Experiment(PROMPT, (Axis("seed", tuple(range(columns))),), repeats, rows)


def seed_of(seen: Seen) -> int:
    return int(seen.json["seed"])


class GridBench:
    """Grids whose requests go to a server; everything they say is kept."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self.history = History(database)
        self.experiments = Experiments(database)
        self.events: list[GridEvent] = []
        self.told = asyncio.Event()
        self.price: Callable[[], float | None] = lambda: 0.01
        self.retry = QUICK
        self.limits = LIMITS
        self.endpoints: dict[str, Endpoint] = {}
        self.connections: dict[str, Connection] = {"": connection}
        self.record = self.experiments.new()

    def grid(self, experiment: Experiment, **more: Any) -> Grid:
        self.record = more.setdefault("record", self.experiments.new())
        return Grid(experiment, **{"jobs": self.job, "start": self.start, "emit": self.take, **more})

    def job(self, column: Column, case: Case) -> Job:
        prompt = with_case(column.prompt, case)
        return Job(prompt, build_request(prompt), self.connections[column.connection], self.limits, self.retry)

    def start(self, job: Job, emit: Emit) -> Run:
        endpoint = self.endpoints.setdefault(job.connection.host, Endpoint(job.connection))
        return Run(job, endpoint, self.history, lambda *_: self.price(), emit, on_no_stream_usage=lambda _: None)

    def take(self, events: Sequence[GridEvent]) -> None:
        self.events.extend(events)
        self.told.set()

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def ended(self) -> dict[Cell, CellEnded]:
        return {event.cell: event for event in self.of(CellEnded)}

    @property
    def with_text(self) -> set[Cell]:
        """The cells of which some text has come."""
        return {event.cell for event in self.of(CellEvents) if any(isinstance(e, TextDelta) for e in event.events)}

    async def close(self) -> None:
        for endpoint in self.endpoints.values():
            await endpoint.close()

    async def until(self, reached: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not reached():
                self.told.clear()
                await self.told.wait()
