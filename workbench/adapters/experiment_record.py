"""The row of one experiment while it runs: what is written of it and of its cells. Nothing here waits for the disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workbench.adapters.history import settled
from workbench.adapters.row_text import moment, to_json
from workbench.adapters.write import Statement, Write
from workbench.core.connection import PRACTICE
from workbench.core.json_clean import clean_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from workbench.adapters.database import Database
    from workbench.adapters.row_text import Clean
    from workbench.core.events import State
    from workbench.core.experiment import Cell, Experiment
    from workbench.core.grid_values import GridState
    from workbench.core.json_value import JSON
    from workbench.core.judging import Judgement
    from workbench.core.secret import Secret

BEFORE = "before"
"""Where in an experiment's plan the sum of what its cells' earlier runs took stands."""
UNPRICED = f"CASE WHEN runs.cost_usd IS NULL AND runs.connection != '{PRACTICE}' THEN runs.attempts ELSE 0 END"
"""The requests of a run whose price is not known."""
_BEGIN = """
INSERT INTO experiments (id, session, began_at, name, preset, cells, experiment, plan) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET session = excluded.session, ended_at = NULL, state = NULL, cells = excluded.cells,
  experiment = excluded.experiment, plan = json_patch(plan, excluded.plan)
"""
# A cell has its last run; what its runs before took is added up beside what the gate showed. Done twice it adds once.
_BEFORE = ("requests", "known_usd", "unpriced", "tokens")
_SUPERSEDED = f"""
WITH old AS (
  SELECT runs.attempts AS requests, ifnull(runs.cost_usd, 0) AS known_usd, {UNPRICED} AS unpriced,
    ifnull(runs.total_tokens, 0) AS tokens
  FROM cells JOIN runs ON runs.id = cells.run WHERE cells.experiment = ?1 AND cells.column_index = ?2
    AND cells.case_index = ?3 AND cells.repeat_index = ?4 AND cells.run != ?5
)
UPDATE experiments SET plan = json_set(plan, '$.{BEFORE}', json_object({
    ", ".join(
        f"'{name}', ifnull(json_extract(plan, '$.{BEFORE}.{name}'), 0) + (SELECT {name} FROM old)" for name in _BEFORE
    )
})) WHERE id = ?1 AND EXISTS (SELECT 1 FROM old)
"""
_CELL = """
INSERT OR REPLACE INTO cells (experiment, column_index, case_index, repeat_index, run, state, note)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
# Not where history has no such experiment: runs that were made one by one can be judged side by side too.
_JUDGED = """
INSERT OR REPLACE INTO judgements (experiment, case_index, repeat_index, judged_at, judgement)
SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM experiments WHERE id = ?1)
"""
_UNJUDGED = "DELETE FROM judgements WHERE experiment = ? AND case_index = ? AND repeat_index = ?"
_END = "UPDATE experiments SET ended_at = ?, state = ? WHERE id = ?"


def masking(keys: Iterable[Secret | None]) -> Clean:
    """What every text of an experiment goes through: these keys, wherever they stand, are masked."""
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
        if state is None:
            statements.insert(0, (_SUPERSEDED, values[:5]))
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
