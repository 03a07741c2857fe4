"""Runs of before as one experiment: what they differ in becomes its axes, what is the same its prompt.

Nothing is sent for it; it is how runs that were made one by one come to stand beside each other.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from workbench.core.axes import CONNECTION, FORMAT, MODEL, PERSONA, Axis, can_vary
from workbench.core.errors import InputError
from workbench.core.experiment import MOST_AXES, Cell, Experiment
from workbench.core.parameters import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.json_value import JSON
    from workbench.core.prompt import Prompt

T = TypeVar("T")
_MOST_CELLS = 400


class PastRequest(NamedTuple):
    """What one of the runs sent, and where: the model that was asked, the name of the connection."""

    prompt: Prompt
    model: str
    connection: str


class Together(NamedTuple):
    """The experiment, and which cell of it each run is, in their order."""

    experiment: Experiment
    cells: tuple[Cell, ...]


def together(runs: Sequence[PastRequest]) -> Together:
    """Raises InputError where they are no versions of one prompt, or differ in too much to be read side by side."""
    base = replace(runs[0].prompt, model=runs[0].model, compare=None)
    if len({_shape(run.prompt) for run in runs}) > 1:
        raise InputError(
            "these runs have different messages, and a comparison shows versions of one prompt",
            "mark runs whose messages have the same roles",
        )
    settings = [_setting(run) for run in runs]
    names = [name for name in settings[0] if len({repr(setting[name]) for setting in settings}) > 1]
    if len(names) > MOST_AXES:
        raise InputError(
            f"these runs differ in {', '.join(names)}, and a comparison shows {MOST_AXES} differences at most",
            "mark fewer of them",
        )
    for name in names:
        if any(setting[name] is None for setting in settings):
            raise InputError(
                f"{name} is set in one of these runs and not in another, and a column needs a value",
                "mark runs that all have it, or none",
            )
    axes = tuple(Axis(name, _distinct([setting[name] for setting in settings])) for name in names)
    values = [_values(run.prompt) for run in runs]
    cases = _distinct(values) if len({repr(value) for value in values}) > 1 else ()
    table = list(product(*(axis.values for axis in axes)))
    places = [table.index(tuple(setting[name] for name in names)) for setting in settings]
    columns = sorted(set(places))  # two runs that differ in two things are two columns, and not four
    cells: list[Cell] = []
    for place, value in zip(places, values, strict=True):
        column = columns.index(place)
        case = cases.index(value) if cases else 0
        cells.append(Cell(column, case, sum(each[:2] == (column, case) for each in cells)))
    repeats = max(cell.repeat for cell in cells) + 1
    only = tuple(columns) if len(columns) < len(table) else ()
    experiment = Experiment(base, axes, repeats, tuple(dict(case) for case in cases), only)
    if experiment.cell_count > _MOST_CELLS:
        raise InputError("these runs differ in too much to stand beside each other", "mark fewer of them")
    return Together(experiment, tuple(cells))


def _shape(prompt: Prompt) -> tuple[object, ...]:
    """What no axis varies."""
    return tuple((each.role, each.on, each.images, each.calls, each.call_id) for each in prompt.messages)


def _setting(run: PastRequest) -> dict[str, JSON]:
    """By the name of the axis, what it has; a parameter that is not sent has its default."""
    prompt = run.prompt
    setting: dict[str, JSON] = {
        MODEL: run.model,
        CONNECTION: run.connection,
        PERSONA: prompt.persona,
        FORMAT: prompt.format,
        **{f"messages[{index}]": message.content for index, message in enumerate(prompt.messages)},
    }
    for name, parameter in BY_NAME.items():
        if can_vary(name):
            setting[name] = prompt.parameters.get(name, parameter.default)
    return setting


def _values(prompt: Prompt) -> tuple[tuple[str, str], ...]:
    """What its variables were filled with."""
    return tuple(sorted((each.name, each.value or each.default or "") for each in prompt.variables))


def _distinct(values: Sequence[T]) -> tuple[T, ...]:
    found: list[T] = []
    for value in values:
        if value not in found:
            found.append(value)
    return tuple(found)
