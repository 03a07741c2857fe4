"""An experiment with the objects of the program: what it would send, what that may cost, and the grid that sends it.

The command line and the compare screen both use this one.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.errors import InputError
from workbench.core.experiment import Cell, with_case
from workbench.core.experiment_problems import axis_notes, axis_problems, cell_problems
from workbench.core.plan import ColumnFigures, figures_for, plan
from workbench.core.usage import PRICE_UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Sequence

    from workbench.adapters.cases import CaseFile
    from workbench.adapters.experiment_record import ExperimentRecord
    from workbench.adapters.experiments import StoredExperiment
    from workbench.adapters.new_file import NewFile
    from workbench.core.connection import Connection
    from workbench.core.experiment import Case, Column, Experiment
    from workbench.core.findings import Problem
    from workbench.core.grid_values import GridLimits
    from workbench.core.json_value import JSON
    from workbench.core.ladder import Ladder
    from workbench.core.plan import Plan
    from workbench.core.prompt import Prompt
    from workbench.core.request import Request
    from workbench.core.secret import Secret
    from workbench.grid.grid import EmitGrid, Grid, KeepsExperiment
    from workbench.runner import Job
    from workbench.services import Services

_EXACT = 500
"""Requests that are built to count their tokens; of more than that the columns are taken to differ by the same."""
_ALWAYS_SAID = ("stream_options",)
"""What the builder notes on nearly every request: of no use before a comparison, and seen in the Request view."""


class Payment(NamedTuple):
    """Who is paid for an experiment."""

    free: tuple[str, ...] = ()
    """The connections that cost nothing."""
    unpriced: tuple[str, ...] = ()
    """The models whose price is not known."""
    own: tuple[str, ...] = ()
    """The models that have a price of the person's own."""

    def cost_text(self, plan: Plan) -> str:
        """What the gate says of money: `~$0.017 to $0.051`, `practice costs nothing`, `the price of x is not known`."""
        # Where no price is known, the models are named and that is all there is to say.
        parts = [] if plan.free or plan.cost_text == PRICE_UNKNOWN else [plan.cost_text]
        if self.free:
            parts.append(f"{', '.join(self.free)} cost{'s' * (len(self.free) == 1)} nothing")
        if self.own:
            parts.append(f"own price for {', '.join(self.own)}")
        if self.unpriced:
            parts.append(f"the price of {', '.join(self.unpriced)} is not known")
        return " · ".join(parts)

    def without_cap(self, limits: GridLimits) -> tuple[str, ...]:
        """The models for which a cap in dollars is all there is, and can't be kept."""
        return self.unpriced if limits.max_cost_usd is not None and limits.max_requests is None else ()


class Comparing:
    """One experiment, before and while it runs. Connections are chosen once: a key that is gone later must not send
    the rest of it somewhere else."""

    def __init__(
        self,
        services: Services,
        experiment: Experiment,
        *,
        connection: str | None = None,
        anyway: bool = False,
        preset: str = "",
        stored: StoredExperiment | None = None,
    ) -> None:
        """`connection` is the base's name, None for the one that its model means; `preset` the slug that it is from;
        `stored` the one in history that this goes on with."""
        self.services = services
        self.experiment = experiment
        self._base = connection
        self.anyway = anyway
        self.over_budget = False
        """Whether it is sent in spite of the person's budgets."""
        """In spite of problems that do not keep it from being sent."""
        self._preset = preset
        self.stored = stored
        self._first_tokens: list[int] | None = None
        """Of the prompts of all cases in the column that was counted first."""
        self._chosen: dict[tuple[str, str], Connection] = {}

    def connection(self, name: str, model: str) -> Connection:
        """The connection of a column; "" is the base's. InputError."""
        key = (name, model)
        if key not in self._chosen:
            self._chosen[key] = self._choose(name, model)
        return self._chosen[key]

    def _choose(self, name: str, model: str) -> Connection:
        chosen = self.services.connection(name or self._base, model)
        if name and chosen.name != name:
            # A practice model means practice, whatever the base: but a column named by another would tell an untruth.
            self.services.connection(name)
            raise InputError(f"{model} is a model of {chosen.name} and of no other connection", f"take {name} away")
        return chosen

    def place(self, prompt: Prompt, connection: str) -> Hashable:
        """Where that request goes, whatever the connection is called. InputError."""
        found = self.connection(connection, prompt.model)
        return found.base_url, found.key, found.organization, found.project

    def connection_of(self, column: Column) -> Connection:
        return self.connection(column.connection, column.prompt.model)

    def request(self, cell: Cell) -> Request:
        """The request that a cell would send now. InputError."""
        column = self.experiment.columns()[cell.column]
        return self.built(self.experiment.prompt_of(cell), column.connection)

    def built(self, prompt: Prompt, connection: str) -> Request:
        """The request that a prompt would be now at the connection of that name; "" is the base's. InputError."""
        return self.services.build(prompt, self.connection(connection, prompt.model), anyway=self.anyway)

    def problems(self) -> tuple[Problem, ...]:
        """What must be mended before it is sent; with `anyway`, only what can't be sent at all."""
        return self._to_mend(axis_problems(self.experiment, self.built, self.place))

    def problems_of(self, cells: Collection[Cell]) -> tuple[Problem, ...]:
        """As `problems`, of these cells alone; what else the experiment has was looked at when it was begun."""
        return self._to_mend(cell_problems(self.experiment, self.built, cells))

    def _to_mend(self, found: Sequence[Problem]) -> tuple[Problem, ...]:
        return tuple(problem for problem in found if not (self.anyway and problem.can_send))

    def notes(self) -> tuple[str, ...]:
        """What the request builder changed in any column, and in what columns differ besides their setting, each once.

        InputError where a column's connection is not there.
        """
        columns = self.experiment.columns()
        built = [note for column in columns for note in self.request(Cell(column.index, 0, 0)).notes]
        told = [note.text for note in built if note.field not in _ALWAYS_SAID]
        apart = [note.text for note in axis_notes(self.experiment, self.built)]
        return tuple(dict.fromkeys([*apart, *(text for text in told if not any(text in each for each in apart))]))

    # -- the gate ------------------------------------------------------------------------------------------------

    def plan(self, cells: Collection[Cell] | None = None) -> Plan:
        """The figures of the gate, for all of it or for these cells. Loads the token ranks and the prices: for a
        thread on a screen. InputError where a column's connection is not there."""
        for model in {self.services.asked_model(e.prompt, self.connection_of(e)) for e in self._columns(cells)}:
            self.services.tokens.load(model)
        asked = {column.index for column in self._columns(cells)}
        nothing = ColumnFigures((0,) * self.experiment.case_count, lambda *_: 0.0)
        figures = [self._figures(each) if each.index in asked else nothing for each in self.experiment.columns()]
        return plan(self.experiment, figures, retries=self.services.settings.retries, cells=cells)

    def payment(self, cells: Collection[Cell] | None = None) -> Payment:
        """Which connections cost nothing, and of which models nobody knows what they cost. InputError."""
        free: dict[str, None] = {}
        unpriced: dict[str, None] = {}
        own: dict[str, None] = {}
        for column in self._columns(cells):
            connection = self.connection_of(column)
            model = self.services.asked_model(column.prompt, connection)
            if self.services.costs_nothing(connection, model):
                free[connection.name] = None
            elif self.services.price_estimate(model, 1000, 1000, connection) is None:
                unpriced[model] = None
            elif self.services.prices.is_own(model, connection):
                own[model] = None
        return Payment(tuple(free), tuple(unpriced), tuple(own))

    def _columns(self, cells: Collection[Cell] | None) -> list[Column]:
        """The columns of these cells; of None, all."""
        asked = None if cells is None else {cell.column for cell in cells}
        return [each for each in self.experiment.columns() if asked is None or each.index in asked]

    def _figures(self, column: Column) -> ColumnFigures:
        connection = self.connection_of(column)
        first = self.request(Cell(column.index, 0, 0))

        def price(prompt_tokens: int, completion_tokens: int) -> float | None:
            return self.services.price_estimate(first.model, prompt_tokens, completion_tokens, connection)

        return figures_for(
            [first], self._tokens(column, first), price, model_limit=self._output_limit(first.model, connection)
        )

    def _tokens(self, column: Column, first: Request) -> list[int]:
        """The prompt tokens of a column's request, for each case."""
        experiment = self.experiment
        own = self._count(column, first)
        if experiment.column_count * experiment.case_count <= _EXACT or self._first_tokens is None:
            rest = (Cell(column.index, case, 0) for case in range(1, experiment.case_count))
            counted = [own, *(self._count(column, self.request(cell)) for cell in rest)]
            self._first_tokens = self._first_tokens or counted
            return counted
        return [max(1, own + tokens - self._first_tokens[0]) for tokens in self._first_tokens]

    def _count(self, column: Column, request: Request) -> int:
        return self.services.prompt_tokens(request, self.connection_of(column)).value

    def _output_limit(self, model: str, connection: Connection) -> int | None:
        if connection.is_practice:
            from workbench.adapters.practice.models import MODELS

            return MODELS[model].max_output if model in MODELS else None
        rules = self.services.rules(model, connection)
        return rules.max_output if rules is not None else None

    def record(self, plan: Plan | None = None, limits: GridLimits | None = None) -> ExperimentRecord:
        """The row of this experiment in history, stored once the grid begins it; `plan` and `limits` are what the gate
        showed. InputError where a column's connection is not there.

        Of one that goes on: the row that it has, whether or not its connections are there still.
        """
        experiments, columns = self.services.experiments, self.experiment.columns()
        if self.stored is None:
            keys = [self.connection_of(column).key for column in columns]
            return experiments.new(preset=self._preset, plan=self._shown(plan, limits), keys=keys)
        known: list[Secret | None] = []
        for column in columns:
            with suppress(InputError):
                known.append(self.connection_of(column).key)
        return experiments.again(self.stored, keys=known)

    def _shown(self, plan: Plan | None, limits: GridLimits | None) -> dict[str, JSON]:
        """What the gate showed, for history: what it is gone on with is to be the same."""
        return {
            **(plan._asdict() if plan is not None else {}),
            **(asdict(limits) if limits is not None else {}),
            "connection": self._base_name(),
            "anyway": self.anyway,
        }

    def _base_name(self) -> str:
        """What the base's connection is called; "" where there is none."""
        if self._base is not None:
            return self._base
        with suppress(InputError):
            return self.services.connection(None).name
        return ""

    # -- running -------------------------------------------------------------------------------------------------

    def grid(
        self,
        emit: EmitGrid,
        record: KeepsExperiment,
        *,
        limits: GridLimits | None = None,
        cells: Collection[Cell] | None = None,
    ) -> Grid:
        """The grid that sends all of it, or these `cells`, not yet executed; of one that is stored nothing is queued
        yet."""
        from workbench.grid.grid import Grid

        ended = self.stored.ended if self.stored is not None else {} if cells is not None else None
        grid = Grid(
            self.experiment,
            jobs=self._job,
            start=self.services.start,
            emit=emit,
            record=record,
            limits=limits,
            ended=ended,
        )
        grid.run_again(cells or ())
        return grid

    def _job(self, column: Column, case: Case) -> Job:
        from workbench.grid.grid import SOURCE

        prompt = with_case(column.prompt, case) if case else column.prompt
        job = self.services.job(
            prompt, self.connection_of(column), source=SOURCE, anyway=self.anyway, preset=self._preset
        )
        return replace(job, budget=None) if self.over_budget else job


def proposal(services: Services, prompt: Prompt, connection: Connection) -> Ladder:
    """What is varied where nothing is said: temperatures that the model takes, and what else there is."""
    from workbench.core.ladder import ladder

    model = services.asked_model(prompt, connection)
    return ladder(
        prompt,
        services.rules(model, connection),
        services.lessons.get(connection.host),
        model,
        models=services.known_models(connection),
    )


def read_cases(services: Services, path: str) -> CaseFile:
    """The cases in a file that the person named. InputError."""
    from workbench.adapters.cases import read_case_file

    return read_case_file(path, services.folder)


def new_file(services: Services, path: str, *, over: bool) -> NewFile:
    """A file that is to be written when the grid has ended; that it can be is looked at now. InputError."""
    from workbench.adapters.new_file import NewFile

    return NewFile.at(path, services.folder, over=over)
