"""Experiments, kept: what was run and which run each cell is, so that one can be opened again and gone on with.

The answers are those of the runs in history. A cell whose process ended before it did has no state of its own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workbench.adapters.history import settled
from workbench.adapters.history_rows import SUMMARY_COLUMNS, RunSummary, choice_of, summary_of
from workbench.adapters.ids import new_id
from workbench.adapters.row_text import moment, to_json
from workbench.adapters.write import Statement, Write
from workbench.core.errors import InputError
from workbench.core.events import State
from workbench.core.experiment import Cell, Experiment
from workbench.core.grid_values import GridState
from workbench.core.json_clean import clean_text
from workbench.core.judging import Judgement

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from workbench.adapters.database import Database
    from workbench.adapters.row_text import Clean
    from workbench.core.json_value import JSON
    from workbench.core.outcome import Choice
    from workbench.core.secret import Secret

_BEGIN = """
INSERT INTO experiments (id, session, began_at, name, preset, cells, experiment, plan) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET session = excluded.session, ended_at = NULL, state = NULL, cells = excluded.cells,
  experiment = excluded.experiment, plan = excluded.plan
"""
_CELL = """
INSERT OR REPLACE INTO cells (experiment, column_index, case_index, repeat_index, run, state, note)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_JUDGED = """
INSERT OR REPLACE INTO judgements (experiment, case_index, repeat_index, judged_at, judgement) VALUES (?, ?, ?, ?, ?)
"""
_UNJUDGED = "DELETE FROM judgements WHERE experiment = ? AND case_index = ? AND repeat_index = ?"
_END = "UPDATE experiments SET ended_at = ?, state = ? WHERE id = ?"
_SUMMARY = """
SELECT id, began_at, ended_at, state, name, preset, cells, session,
  (SELECT count(*) FROM cells WHERE cells.experiment = experiments.id AND cells.state = 'complete')
FROM experiments
"""
_PLACE = "column_index, case_index, repeat_index"


@dataclass(frozen=True, slots=True)
class ExperimentSummary:
    """An experiment as a list shows it. Times are aware, in UTC."""

    id: str
    began_at: datetime
    ended_at: datetime | None
    state: GridState | None
    """None while it runs, and where its process ended before it did."""
    name: str
    preset: str
    cells: int
    """How many it has."""
    complete: int
    """How many of them are complete."""
    running: bool


@dataclass(frozen=True, slots=True)
class StoredCell:
    """A cell that was sent, or refused before it was. The answer is the run's: `answers`, or `History.get`."""

    cell: Cell
    state: State | None
    """None while it runs, and where its process ended before it did."""
    run: RunSummary | None
    """None where it was refused before it had a run."""
    note: str
    """Why it has no run, or ""."""


@dataclass(frozen=True, slots=True)
class StoredExperiment:
    """An experiment with its cells, without their answers."""

    summary: ExperimentSummary
    experiment: Experiment
    plan: Mapping[str, JSON]
    """What the gate showed."""
    cells: tuple[StoredCell, ...]
    """Those that were sent or refused, breadth first."""
    judgements: tuple[Judgement, ...] = ()
    """What was picked blind, in the order in which it was."""

    @property
    def id(self) -> str:
        return self.summary.id

    @property
    def ended(self) -> dict[Cell, State]:
        """The cells that have ended, for a grid that goes on with the rest."""
        return {each.cell: each.state for each in self.cells if each.state is not None}


class Experiments:
    """The experiments in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def new(
        self, *, preset: str = "", plan: Mapping[str, JSON] | None = None, keys: Iterable[Secret | None] = ()
    ) -> ExperimentRecord:
        """The record of an experiment that begins; it is stored when the grid begins it.

        `plan` is what the gate showed, `preset` the slug of the prompt's file; `keys` are masked wherever they stand.
        """
        return ExperimentRecord(self._database, new_id(), preset, dict(plan or {}), _mask(keys))

    def again(
        self,
        stored: StoredExperiment,
        *,
        plan: Mapping[str, JSON] | None = None,
        keys: Iterable[Secret | None] = (),
    ) -> ExperimentRecord:
        """The record of one that goes on; its new end takes the place of the old one. InputError while it runs."""
        if stored.summary.running:
            raise InputError("this experiment is still running", "stop it where it runs, then go on with it")
        kept = dict(stored.plan if plan is None else plan)
        return ExperimentRecord(self._database, stored.id, stored.summary.preset, kept, _mask(keys))

    def recent(self, limit: int = 100) -> tuple[ExperimentSummary, ...]:
        """The newest experiments, newest first. Raises StorageError."""
        with self._database.read() as connection:
            rows = connection.execute(f"{_SUMMARY} ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
        return tuple(self._summary(row) for row in rows)

    def get(self, experiment: str) -> StoredExperiment | None:
        """An experiment with its cells; None where there is none. Raises StorageError, and InputError where what is
        kept can't be read any more."""
        columns = ", ".join(f"runs.{name}" for name in SUMMARY_COLUMNS.split(", "))
        places = ", ".join(f"cells.{name}" for name in _PLACE.split(", "))
        with self._database.read() as connection:
            row = connection.execute(f"{_SUMMARY} WHERE id = ?", (experiment,)).fetchone()
            if row is None:
                return None
            kept = connection.execute("SELECT experiment, plan FROM experiments WHERE id = ?", (experiment,)).fetchone()
            cells = connection.execute(
                f"SELECT {places}, cells.state, cells.note, runs.session, {columns} "
                "FROM cells LEFT JOIN runs ON runs.id = cells.run "
                "WHERE cells.experiment = ? ORDER BY repeat_index, case_index, column_index",
                (experiment,),
            ).fetchall()
            judged = connection.execute(
                "SELECT judgement FROM judgements WHERE experiment = ? ORDER BY judged_at", (experiment,)
            ).fetchall()
        sessions = {session for _, _, _, state, _, session, *_ in cells if state is None and session is not None}
        alive = {session for session in sessions if self._database.is_alive(session)}
        return StoredExperiment(
            self._summary(row),
            Experiment.from_json(json.loads(kept[0])),
            json.loads(kept[1]),
            tuple(_stored_cell(cell, alive) for cell in cells),
            tuple(Judgement.from_json(json.loads(text)) for (text,) in judged),
        )

    def answers(self, experiment: str, cells: Collection[Cell] | None = None) -> dict[Cell, tuple[Choice, ...]]:
        """The answers of all cells, or of these, as far as their runs have ended. Raises StorageError.

        They may be long: call it in a thread.
        """
        answers: dict[Cell, tuple[Choice, ...]] = {}
        query = (
            f"SELECT {_PLACE}, choice, text, finish_reason, reasoning, refusal, tool_calls, logprobs "
            "FROM cells JOIN answers ON answers.run = cells.run WHERE experiment = ?"
        )
        with self._database.read() as connection:
            if cells is None:
                rows = connection.execute(f"{query} ORDER BY {_PLACE}, choice", (experiment,)).fetchall()
            else:
                of_one = f"{query} AND column_index = ? AND case_index = ? AND repeat_index = ? ORDER BY choice"
                rows = [row for cell in cells for row in connection.execute(of_one, (experiment, *cell))]
        for column, case, repeat, *choice in rows:
            cell = Cell(column, case, repeat)
            answers[cell] = (*answers.get(cell, ()), choice_of(*choice))
        return answers

    def _summary(self, row: tuple[object, ...]) -> ExperimentSummary:
        id, began_at, ended_at, state, name, preset, cells, session, complete = row
        return ExperimentSummary(
            str(id),
            datetime.fromisoformat(str(began_at)),
            datetime.fromisoformat(str(ended_at)) if ended_at is not None else None,
            GridState(str(state)) if state is not None else None,
            str(name),
            str(preset),
            int(str(cells)),
            int(str(complete)),
            running=state is None and self._database.is_alive(str(session)),
        )


def _stored_cell(row: tuple[object, ...], alive: Collection[str]) -> StoredCell:
    column, case, repeat, state, note, session, *run = row
    summary = summary_of(tuple(run), alive=session in alive) if run[0] is not None else None
    if state is None and summary is not None and summary.ended_at is not None:
        state = summary.state  # the process ended between the two writes
    return StoredCell(
        Cell(int(str(column)), int(str(case)), int(str(repeat))),
        State(str(state)) if state is not None else None,
        summary,
        str(note),
    )


def _mask(keys: Iterable[Secret | None]) -> Clean:
    hidden = tuple(key for key in keys if key is not None and not key.is_guessable)

    def clean(text: str) -> str:
        for key in hidden:
            text = key.mask(text)
        return clean_text(text)

    return clean


@dataclass(slots=True)
class ExperimentRecord:
    """The row of one experiment (`grid.KeepsExperiment`)."""

    _database: Database
    id: str
    _preset: str
    _plan: dict[str, JSON]
    _clean: Clean
    _began_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def begin(self, experiment: Experiment) -> Awaitable[None]:
        """Store it as running. Waits 0.3 s at most. Raises StorageError where it can't ever be stored."""
        return settled(self._database.submit(Write(lambda: [self._row(experiment)])))

    def changed(self, experiment: Experiment) -> None:
        """It has become larger; never waits."""
        self._database.submit(Write(lambda: [self._row(experiment)]))

    def cell(self, cell: Cell, run: str, state: State | None = None, note: str = "") -> None:
        """A cell's run begins, or has ended with this state; never waits."""
        values = (self.id, *cell, run, state.value if state is not None else None, self._clean(note))
        statements: list[Statement] = [(_CELL, values)]
        self._database.submit(Write(lambda: statements))

    def judged(self, judgement: Judgement) -> None:
        """What was picked in a round, in place of what was before; never waits."""
        values = (
            self.id,
            judgement.case,
            judgement.repeat,
            moment(datetime.now(UTC)),
            to_json(judgement.to_json(), self._clean),
        )
        statements: list[Statement] = [(_JUDGED, values)]
        self._database.submit(Write(lambda: statements))

    def unjudged(self, case: int, repeat: int) -> None:
        """The judgement of a round is taken back; never waits."""
        statements: list[Statement] = [(_UNJUDGED, (self.id, case, repeat))]
        self._database.submit(Write(lambda: statements))

    def end(self, state: GridState) -> Awaitable[None]:
        """Store how it ended, synced through to the disk. It is queued at once; awaiting it waits 0.3 s at most."""
        statements: list[Statement] = [(_END, (moment(datetime.now(UTC)), state.value, self.id))]
        return settled(self._database.submit(Write(lambda: statements, durable=True)))

    def _row(self, experiment: Experiment) -> Statement:
        return _BEGIN, (
            self.id,
            self._database.session,
            moment(self._began_at),
            self._clean(experiment.prompt.name),
            self._clean(self._preset),
            experiment.cell_count,
            to_json(experiment.to_json(), self._clean),
            to_json(self._plan, self._clean),
        )
