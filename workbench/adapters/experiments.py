"""Experiments, kept: what was run and which run each cell is, so that one can be opened again and gone on with.

The answers are those of the runs in history. A cell whose process ended before it did has no state of its own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.deletions import VISIBLE
from workbench.adapters.experiment_record import BEFORE, UNPRICED, ExperimentRecord, masking
from workbench.adapters.history_rows import SUMMARY_COLUMNS, RunSummary, choice_of, summary_of
from workbench.adapters.ids import new_id
from workbench.core.axes import Axis
from workbench.core.errors import InputError
from workbench.core.events import State
from workbench.core.experiment import Cell, Experiment, axes_from_json
from workbench.core.grid_values import GridState, Spent
from workbench.core.judging import Judgement

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from workbench.adapters.database import Database
    from workbench.core.json_value import JSON
    from workbench.core.outcome import Choice
    from workbench.core.secret import Secret

_SUMMARY = f"""
SELECT id, began_at, ended_at, state, name, preset, cells, session,
  json_extract(experiment, '$.axes'), json_extract(experiment, '$.repeats'), json_array_length(experiment, '$.cases'),
  json_extract(plan, '$.{BEFORE}')
FROM experiments
"""
# A process that was killed may have written the end of a run and not that of its cell.
_ENDED = "coalesce(cells.state, CASE WHEN runs.ended_at IS NOT NULL THEN runs.state END)"
_COUNTS = f"""
SELECT cells.experiment, total({_ENDED} = 'complete'), total({_ENDED} IN ('error', 'truncated')),
  total(runs.attempts), total(runs.cost_usd),
  total({UNPRICED}), total(runs.total_tokens)
FROM cells LEFT JOIN runs ON runs.id = cells.run WHERE cells.experiment IN ({{}}) GROUP BY cells.experiment
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
    axes: tuple[Axis, ...]
    repeats: int
    cases: int
    """How many rows of variable values; 0 where the prompt runs with the values that it has."""
    failed: int
    """How many of the cells failed, or were cut."""
    spent: Spent
    """What all runs of its cells took, those that were sent again too."""

    @property
    def open(self) -> int:
        """How many cells have not ended: never sent, stopped, or cut off by the end of the program."""
        return max(0, self.cells - self.complete - self.failed)


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


class RunBody(NamedTuple):
    """What is wide of a run. `usage` is None where the endpoint reported none."""

    request: JSON
    usage: JSON
    notes: JSON


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
        return ExperimentRecord(self._database, new_id(), preset, dict(plan or {}), masking(keys))

    def again(
        self,
        stored: StoredExperiment,
        *,
        plan: Mapping[str, JSON] | None = None,
        keys: Iterable[Secret | None] = (),
    ) -> ExperimentRecord:
        """The record of one that goes on; its new end takes the place of the old one. Before anything is sent,
        `check_free` is to be asked."""
        kept = dict(stored.plan if plan is None else plan)
        return ExperimentRecord(self._database, stored.id, stored.summary.preset, kept, masking(keys))

    def check_free(self, stored: StoredExperiment) -> None:
        """Raises InputError where it runs now, or has gone on since it was read: what it has would be sent twice.
        StorageError."""
        with self._database.read() as connection:
            now = self._summaries(connection, "WHERE id = ?", "?", stored.id)
        if not now:
            raise InputError("this experiment is not in history any more", "run it anew")
        if now[0].running:
            raise InputError("this experiment is still running", "stop it where it runs, then go on with it")
        if (now[0].state, now[0].ended_at) != (stored.summary.state, stored.summary.ended_at):
            raise InputError("this experiment has gone on elsewhere since it was opened", "open it again")

    def recent(self, limit: int = 100) -> tuple[ExperimentSummary, ...]:
        """The newest experiments, newest first. Raises StorageError. They may have many cells: call it in a thread."""
        newest = f"WHERE {VISIBLE} ORDER BY id DESC LIMIT ?"
        with self._database.read() as connection:
            return self._summaries(connection, newest, f"SELECT id FROM experiments {newest}", limit)

    def between(self, after: str, before: str, limit: int) -> tuple[ExperimentSummary, ...]:
        """The newest experiments whose ids are between these two, newest first. Raises StorageError."""
        with self._database.read() as connection:
            found = connection.execute(
                f"SELECT id FROM experiments WHERE id > ? AND id < ? AND {VISIBLE} ORDER BY id DESC LIMIT ?",
                (after, before, limit),
            ).fetchall()
        return self.only([id for (id,) in found])

    def only(self, ids: Sequence[str]) -> tuple[ExperimentSummary, ...]:
        """These experiments as they are now, newest first. Raises StorageError."""
        each = "SELECT value FROM json_each(?)"
        with self._database.read() as connection:
            return self._summaries(connection, f"WHERE id IN ({each}) ORDER BY id DESC", each, json.dumps(list(ids)))

    def get(self, experiment: str) -> StoredExperiment | None:
        """An experiment with its cells; None where there is none. Raises StorageError, and InputError where what is
        kept can't be read any more."""
        columns = ", ".join(f"runs.{name}" for name in SUMMARY_COLUMNS.split(", "))
        places = ", ".join(f"cells.{name}" for name in _PLACE.split(", "))
        with self._database.read() as connection:
            summaries = self._summaries(connection, "WHERE id = ?", "?", experiment)
            if not summaries:
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
            summaries[0],
            Experiment.from_json(json.loads(kept[0])),
            {name: value for name, value in json.loads(kept[1]).items() if name != BEFORE},
            tuple(_stored_cell(cell, alive) for cell in cells),
            tuple(Judgement.from_json(json.loads(text)) for (text,) in judged),
        )

    def answers(
        self, experiment: str, cells: Collection[Cell] | None = None, *, logprobs: bool = True
    ) -> dict[Cell, tuple[Choice, ...]]:
        """The answers of all cells, or of these, as far as their runs have ended. Raises StorageError.

        They may be long, and their `logprobs` a hundred times that: call it in a thread.
        """
        answers: dict[Cell, tuple[Choice, ...]] = {}
        query = (
            f"SELECT {_PLACE}, choice, text, finish_reason, reasoning, refusal, tool_calls, "
            f"{'logprobs' if logprobs else 'NULL'} "
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

    def errors(self, experiment: str) -> dict[Cell, JSON]:
        """The errors of its runs. Raises StorageError."""
        return self._of_bodies(experiment, "error", "runs.error_kind IS NOT NULL")

    def response_formats(self, experiment: str) -> dict[Cell, JSON]:
        """The `response_format` of each request that has one. Raises StorageError. For a thread."""
        asked = "json_extract(bodies.request, '$.response_format')"
        return self._of_bodies(experiment, f"json_object('it', {asked})", f"{asked} IS NOT NULL", "it")

    def _of_bodies(self, experiment: str, what: str, where: str, inside: str = "") -> dict[Cell, JSON]:
        query = (
            f"SELECT {_PLACE}, {what} FROM cells JOIN runs ON runs.id = cells.run JOIN bodies ON bodies.run = runs.id "
            f"WHERE experiment = ? AND {where}"
        )
        with self._database.read() as connection:
            rows = connection.execute(query, (experiment,)).fetchall()
        found = {Cell(column, case, repeat): json.loads(text or "null") for column, case, repeat, text in rows}
        return {cell: value[inside] for cell, value in found.items()} if inside else found

    def bodies(self, experiment: str) -> dict[Cell, RunBody]:
        """Request, usage and notes of its runs, whole. Raises StorageError. They may be long: for a thread."""
        query = (
            f"SELECT {_PLACE}, request, usage, notes FROM cells JOIN bodies ON bodies.run = cells.run "
            "WHERE experiment = ?"
        )
        with self._database.read() as connection:
            rows = connection.execute(query, (experiment,)).fetchall()
        return {
            Cell(column, case, repeat): RunBody(*(json.loads(text or "null") for text in texts))
            for column, case, repeat, *texts in rows
        }

    def _summaries(
        self, connection: sqlite3.Connection, which: str, ids: str, value: str | int
    ) -> tuple[ExperimentSummary, ...]:
        """Those that `which` finds, and whose ids `ids` gives; both take `value`."""
        counts = {id: each for id, *each in connection.execute(_COUNTS.format(ids), (value,))}
        rows = connection.execute(f"{_SUMMARY} {which}", (value,)).fetchall()
        return tuple(self._summary(row, counts.get(row[0], [0] * 6)) for row in rows)

    def _summary(self, row: tuple[object, ...], counts: Sequence[float]) -> ExperimentSummary:
        id, began_at, ended_at, state, name, preset, cells, session, axes, repeats, cases, before = row
        complete, failed, requests, known_usd, unpriced, tokens = counts
        return ExperimentSummary(
            str(id),
            datetime.fromisoformat(str(began_at)),
            datetime.fromisoformat(str(ended_at)) if ended_at is not None else None,
            GridState(str(state)) if state is not None else None,
            str(name),
            str(preset),
            int(str(cells)),
            int(complete),
            running=state is None and self._database.is_alive(str(session)),
            axes=axes_from_json(json.loads(str(axes))) if axes is not None else (),
            repeats=int(str(repeats)) if repeats is not None else 1,
            cases=int(str(cases)) if cases is not None else 0,
            failed=int(failed),
            spent=Spent(int(requests), known_usd, int(unpriced), int(tokens)).plus(_before(before)),
        )


def _before(text: object) -> Spent:
    """What the earlier runs of its cells took."""
    return Spent(**json.loads(str(text))) if text is not None else Spent()


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
