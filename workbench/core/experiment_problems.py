"""What must be mended before an experiment is sent: nobody pays for columns that make one and the same request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from workbench.core.axes import CONNECTION, FORMAT, MODEL, OFF, PERSONA, message_index
from workbench.core.column_labels import column_labels, setting_words
from workbench.core.errors import InputError
from workbench.core.experiment import Cell, Experiment
from workbench.core.findings import Note, Problem
from workbench.core.parameters import BY_NAME
from workbench.core.prompt import Prompt
from workbench.core.request import Request
from workbench.core.request_rules import TOKEN_LIMITS
from workbench.core.visible import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.core.experiment import Column
    from workbench.core.json_value import JSON

Build: TypeAlias = Callable[[Prompt, str], Request]
"""The request of a prompt at the connection of that name; "" is the base's. InputError where there is none."""
Place: TypeAlias = Callable[[Prompt, str], Hashable]
"""Where that request goes: the same for two names of one endpoint."""
_MOST_NAMES = 5


class _Built(NamedTuple):
    column: Column
    request: Request
    key: str
    """The same for two columns that make the same request at the same place."""

    def differs(self, other: _Built) -> list[str]:
        """The axes on which the two settings are not the same."""
        mine, theirs = self.column.setting, other.column.setting
        return [name for name in mine if _canonical(mine[name]) != _canonical(theirs[name])]


def by_name(prompt: Prompt, connection: str) -> str:
    """A `Place` for whom each connection is one of its own."""
    return connection


def axis_problems(experiment: Experiment, build: Build, place: Place = by_name) -> tuple[Problem, ...]:
    """What is wrong with the requests of an experiment, each line once; () where all can be sent.

    An axis that is not sent, two settings that make the same request, cases that change none, and what the requests
    themselves would be refused for. `build` is asked for every column with the first case, and for every case in the
    first column. A value that is asked for twice is no problem.
    """
    problems: list[Problem] = []
    built = _built_columns(experiment, build, place, problems)
    told = [problem for each in built for problem in _not_sent(each, experiment)]
    problems += told
    problems += _alike(built, {problem.field for problem in told})
    problems += _case_problems(experiment, build, built)
    labels = column_labels(experiment)
    problems += _refused([_Labelled(labels[each.column.index], each.request.problems) for each in built])
    return tuple(dict.fromkeys(problems))


def _built_columns(experiment: Experiment, build: Build, place: Place, problems: list[Problem]) -> list[_Built]:
    built: list[_Built] = []
    places: dict[Hashable, int] = {}
    for column in experiment.columns():
        try:
            request = build(experiment.prompt_of(Cell(column.index, 0, 0)), column.connection)
            where = places.setdefault(place(column.prompt, column.connection), len(places))
        except InputError as error:
            problems.append(Problem(CONNECTION, error.line, can_send=False))
            continue
        built.append(_Built(column, request, _key([where, dict(request.body)])))
    return built


def _key(value: JSON) -> str:
    """As `_canonical`, but short: a body may be large, and there may be thousands."""
    return hashlib.sha256(_canonical(value).encode()).hexdigest()


def _canonical(value: JSON) -> str:
    """The same text for values that are equal as JSON; lone surrogates are escaped, NaN stays NaN."""
    return json.dumps(value, sort_keys=True)


# -- axes ------------------------------------------------------------------------------------------------------------


def _not_sent(built: _Built, experiment: Experiment) -> Iterable[Problem]:
    """A parameter that is varied and left out of the request, with the reason that the builder gives."""
    for axis in experiment.axes:
        if axis.name not in BY_NAME or BY_NAME[axis.name].where != "body":
            continue
        if _holds(built.request, axis.name):
            continue
        if _refuses(axis.name, built):
            continue  # that says why it could not be put in
        why = _said(built.request, (axis.name,)) or f"{axis.name} is not sent"
        hint = "vary something else" if len(axis.values) > 1 else "take it away"
        yield Problem(axis.name, f"{why}: {hint}", can_send=False)


def _alike(built: Sequence[_Built], told: set[str]) -> Iterable[Problem]:
    """Two settings that make the same request, for each axis once."""
    first: dict[str, _Built] = {}
    named: set[str] = set()
    for each in built:
        other = first.setdefault(each.key, each)
        differing = [name for name in other.differs(each) if name not in told and not _refuses(name, other, each)]
        if differing and not named.intersection(differing):
            named.update(differing)
            name = differing[0]
            one, two = (setting_words(name, side.column.setting[name]) for side in (other, each))
            text = f"{one} and {two} make the same request: {_why_alike(name, other, each)}"
            yield Problem(escaped(name), escaped(text), can_send=False)


def _refuses(name: str, *sides: _Built) -> bool:
    """Whether a request has a problem of its own with this setting, such as a persona that is not there."""
    return any(problem.field.split(".")[0] == name for side in sides for problem in side.request.problems)


def _why_alike(name: str, one: _Built, two: _Built) -> str:
    said = _said(two.request, (name, f"extra.{name}")) or _said(one.request, (name, f"extra.{name}"))
    if said:
        return said
    index = message_index(name)
    if name == OFF:
        off = two.column.setting[name] if two.column.setting[name] is not None else one.column.setting[name]
        index = off if isinstance(off, int) else None
    if index is not None:
        if name != OFF and not two.column.prompt.messages[index].on:
            return f"messages[{index}] is off: turn it on"
        return _said(two.request, ("messages",)) or f"messages[{index}] is off already, or not sent"
    if name == MODEL:
        return "both ask the same model"
    if name == CONNECTION:
        return "both lead to one endpoint"
    if name in (PERSONA, FORMAT):
        return f"the {name} changes nothing that is sent"
    return "the value changes nothing that is sent"


def _said(request: Request, fields: tuple[str, ...]) -> str:
    return next((note.text for note in request.notes if note.field in fields), "")


# -- cases -----------------------------------------------------------------------------------------------------------


def _case_problems(experiment: Experiment, build: Build, built: Sequence[_Built]) -> Iterable[Problem]:
    """Cases that no message uses, and what the request of a case would be refused for."""
    if len(experiment.cases) < 2 or not built:
        return
    column = built[0].column
    bodies: set[str] = set()
    found: list[_Labelled] = []
    for number in range(len(experiment.cases)):
        # Requests are not kept: 10,000 rows of a large file would fill the memory.
        request = build(experiment.prompt_of(Cell(column.index, number, 0)), column.connection)
        bodies.add(_key(dict(request.body)))
        found.append(_Labelled(f"case {number + 1:,}", request.problems))
    if len(bodies) == 1 and len({_canonical(dict(case)) for case in experiment.cases}) > 1:
        names = list(dict.fromkeys(name for case in experiment.cases for name in case))
        shown = ", ".join(f"{{{{{escaped(name)}}}}}" for name in names[:_MOST_NAMES])
        text = f"all {len(found):,} cases make the same request: no message that is sent has {shown or 'a variable'}"
        yield Problem("cases", text, can_send=False)
    yield from _refused(found)


# -- requests --------------------------------------------------------------------------------------------------------


class _Labelled(NamedTuple):
    label: str
    problems: tuple[Problem, ...]


def _refused(requests: Sequence[_Labelled]) -> Iterable[Problem]:
    """The problems of the requests; one that not all of them have is told with the first that has it."""
    seen: dict[Problem, list[str]] = {}
    for label, problems in requests:
        for problem in dict.fromkeys(problems):
            seen.setdefault(problem, []).append(label)
    for problem, labels in seen.items():
        if len(labels) == len(requests):
            yield problem
        else:
            more = f" and {len(labels) - 1:,} more" if len(labels) > 1 else ""
            yield Problem(problem.field, f"{escaped(labels[0])}{more}: {problem.text}", problem.can_send)


def cell_problems(experiment: Experiment, build: Build, cells: Iterable[Cell]) -> tuple[Problem, ...]:
    """What the requests of these cells would be refused for, or can't be made for; each line once."""
    labels = column_labels(experiment)
    problems: list[Problem] = []
    found: list[_Labelled] = []
    for column, case in dict.fromkeys((cell.column, cell.case) for cell in cells):
        label = f"{labels[column]}, case {case + 1:,}" if experiment.cases else labels[column]
        try:
            request = build(experiment.prompt_of(Cell(column, case, 0)), experiment.columns()[column].connection)
        except InputError as error:
            problems.append(Problem(CONNECTION, error.line, can_send=False))
        else:
            found.append(_Labelled(label, request.problems))
    return tuple(dict.fromkeys([*problems, *_refused(found)]))


def axis_notes(experiment: Experiment, build: Build) -> tuple[Note, ...]:
    """Where columns differ in more than their setting: a parameter that is sent in some and left out in others.

    With `reasoning_effort` varied, a model may take the prompt's temperature in one column alone.
    """
    built = _built_columns(experiment, build, by_name, [])
    labels = column_labels(experiment)
    notes: list[Note] = []
    for name in experiment.prompt.parameters:
        if name not in BY_NAME or BY_NAME[name].where != "body" or any(axis.name == name for axis in experiment.axes):
            continue
        without = [each for each in built if not _holds(each.request, name)]
        if 0 < len(without) < len(built):
            more = f" and {len(without) - 1:,} more" if len(without) > 1 else ""
            why = _said(without[0].request, (name,)) or f"{name} is not sent"
            notes.append(Note(name, f"{escaped(labels[without[0].column.index])}{more}: {why}"))
    return tuple(notes)


def _holds(request: Request, name: str) -> bool:
    return name in request.body or TOKEN_LIMITS.get(name, "") in request.body
