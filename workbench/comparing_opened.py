"""An experiment from history, with what came of its cells: to be looked at, exported, judged, and gone on with.

The command line and the compare screen both use this one.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields
from typing import TYPE_CHECKING, NamedTuple

from workbench.comparing import Comparing
from workbench.core.errors import InputError, Refused, StorageError
from workbench.core.events import State
from workbench.core.grid_values import GridLimits
from workbench.core.outcome import Choice, Outcome
from workbench.core.request import Request
from workbench.core.visible import escaped

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from workbench.adapters.experiments import RunBody, StoredCell, StoredExperiment
    from workbench.adapters.history_rows import RunSummary
    from workbench.core.experiment import Cell
    from workbench.core.json_value import JSON
    from workbench.services import Services

LAST = "last"
"""Means the newest experiment, where an id is asked for."""
CUT_OFF = "the program ended while this one was on its way"
ELSEWHERE = "on its way in another window"


class Opened(NamedTuple):
    """An experiment as it was read. `limits` are those that it was begun with."""

    comparing: Comparing
    stored: StoredExperiment
    runs: Mapping[Cell, Mapping[str, JSON]]
    """What came of its cells, as the objects of `run --json`: of those in `stored.ended`, and what had come of those
    that were cut off."""
    limits: GridLimits
    put_together: bool = False
    """Of runs that were made one by one: history has no such experiment, and `runs` has all that is kept of them."""

    @property
    def open_words(self) -> Mapping[Cell, str]:
        """Of the cells that began and have not ended: why."""
        why = ELSEWHERE if self.stored.summary.running else CUT_OFF
        return {each.cell: why for each in self.stored.cells if each.state is None}


def open_experiment(services: Services, experiment: str, *, whole: bool = False) -> Opened:
    """The experiment of that id, or the `last` one. InputError, StorageError. It may be long: call it in a thread.

    Unless it is read `whole`, the requests, the logprobs and the notes of its runs are left where they are, and the
    memory that it takes is that of its answers.
    """
    if experiment == LAST:
        newest = services.experiments.recent(1)
        if not newest:
            raise InputError("no comparison is in history yet", "run one first")
        experiment = newest[0].id
    stored = services.experiments.get(experiment)
    if stored is None:
        raise InputError(f"there is no comparison {experiment} in history", f"name another, or {LAST}")
    comparing = Comparing(
        services,
        stored.experiment,
        connection=_base_of(stored),
        anyway=stored.plan.get("anyway") is True,
        preset=stored.summary.preset,
        stored=stored,
    )
    return Opened(comparing, stored, _runs(services, stored, whole=whole), _limits_of(stored))


def whole_runs(services: Services, stored: StoredExperiment) -> Mapping[Cell, Mapping[str, JSON]]:
    """What came of its cells, with all that is kept of them. StorageError. It may be long: call it in a thread."""
    return _runs(services, stored, whole=True)


def judged_outcomes(opened: Opened) -> dict[Cell, Outcome]:
    """The answers that have ended, as far as they are judged: with the format that was asked for. For a thread."""
    if opened.put_together:
        return {cell: Outcome.from_json(run) for cell, run in opened.runs.items()}
    formats: Mapping[Cell, JSON] = {}
    with suppress(StorageError):  # history tells its own trouble; the answers are there, and only not judged as JSON
        formats = opened.comparing.services.experiments.response_formats(opened.stored.id)
    return {
        cell: Outcome.from_json({**opened.runs[cell], "request": {"response_format": formats.get(cell)}})
        for cell in opened.stored.ended
    }


def moved(opened: Opened, cells: Collection[Cell]) -> tuple[str, ...]:
    """Where these cells would be asked elsewhere, or of another model, than the answers beside them came from."""
    comparing, columns = opened.comparing, opened.stored.experiment.columns()
    came: dict[int, dict[str, None]] = {}
    for each in opened.stored.cells:
        if each.run is not None and each.state is not None:
            came.setdefault(each.cell.column, {})[f"{each.run.model} at {each.run.host}"] = None
    told: dict[str, None] = {}
    for index in dict.fromkeys(cell.column for cell in cells):
        with suppress(InputError):  # its connection is not there: that is a problem of its own
            connection = comparing.connection_of(columns[index])
            now = f"{comparing.services.asked_model(columns[index].prompt, connection)} at {connection.host}"
            if index in came and now not in came[index]:
                told[f"{now} is asked now; the answers that are there are from {', '.join(came[index])}"] = None
    return tuple(escaped(text) for text in told)


def _base_of(stored: StoredExperiment) -> str | None:
    """What the base's connection was called; None where nothing says it."""
    if name := stored.plan.get("connection"):
        return str(name)
    columns = stored.experiment.columns()
    used = (each.run.connection for each in stored.cells if each.run and not columns[each.cell.column].connection)
    return next(used, None)


def _limits_of(stored: StoredExperiment) -> GridLimits:
    known = {each.name: stored.plan[each.name] for each in fields(GridLimits) if each.name in stored.plan}
    with suppress(TypeError, ValueError):  # written by another version
        return GridLimits(**known)  # type: ignore[arg-type]  # what this one wrote has the right types
    return GridLimits()


def _runs(services: Services, stored: StoredExperiment, *, whole: bool) -> dict[Cell, Mapping[str, JSON]]:
    experiments = services.experiments
    answers = experiments.answers(stored.id, logprobs=whole)
    errors = experiments.errors(stored.id)
    bodies = experiments.bodies(stored.id) if whole else {}
    return {
        each.cell: run_json(each, each.run, answers.get(each.cell, ()), errors.get(each.cell), bodies.get(each.cell))
        if each.run is not None
        else _refused(each)
        for each in stored.cells
    }


def _refused(cell: StoredCell) -> dict[str, JSON]:
    """A cell that ended before it had a run."""
    return Outcome(cell.state or State.ERROR, Request({}), error=Refused(cell.note), cost_usd=0.0).to_json()


def run_json(
    cell: StoredCell, run: RunSummary, choices: Sequence[Choice], error: JSON, body: RunBody | None
) -> dict[str, JSON]:
    """A cell's run as the object of `run --json`; without `body` what is wide of it is left out."""
    state = cell.state or run.state or State.TRUNCATED
    return {
        "state": state.value,
        "choices": [choice.to_json() for choice in choices],
        "model": run.answered_by or run.model,
        "usage": body.usage if body is not None else _usage(run),
        "cost_usd": run.cost_usd,
        "timings": {"first_byte_s": run.first_byte_s, "first_token_s": run.first_token_s, "total_s": run.total_s},
        "attempts": run.attempts,
        "request_id": run.request_id or None,
        "connection": run.connection,
        "request": body.request if body is not None else {},
        "notes": body.notes if body is not None else [],
        "error": error,
    }


def _usage(run: RunSummary) -> JSON:
    """The token counts, as the API names them; None where the endpoint reported none."""
    counts = {"prompt_tokens": run.prompt_tokens, "completion_tokens": run.completion_tokens}
    known: dict[str, JSON] = {name: count for name, count in counts.items() if count is not None}
    if run.total_tokens is not None:
        known["total_tokens"] = run.total_tokens
    return known or None
