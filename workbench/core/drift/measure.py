"""A recording of what came: the answers of an experiment with their figures, put beside what was asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.checks import tally
from workbench.core.compare.answers import DistanceCache, columns_of
from workbench.core.compare.sample import sampled
from workbench.core.compare.spread import spread
from workbench.core.drift.recording import Noise, RecordedCheck, Took

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from workbench.core.drift.recording import RecordedCase, RecordedColumn, Recording
    from workbench.core.experiment import Cell
    from workbench.core.experiment_report import CellReport, ColumnReport, ExperimentReport
    from workbench.core.outcome import Outcome


class Backend(NamedTuple):
    """Who answered, as the endpoint says it; "" where it does not."""

    model: str = ""
    fingerprint: str = ""


def backend_of(outcome: Outcome) -> Backend:
    """Who gave this answer."""
    response = outcome.answer.response or {}
    fingerprint = response.get("system_fingerprint")
    return Backend(outcome.answer.model, fingerprint if isinstance(fingerprint, str) else "")


def recorded(asked: Recording, report: ExperimentReport, backends: Mapping[Cell, Backend]) -> Recording:
    """What was asked, with the complete answers of the report. Takes a second with many: for a thread.

    `report` is of the very experiment that `asked` was made of; it need not be tested.
    """
    pairs = zip(asked.columns, report.columns, strict=True)
    return replace(asked, columns=tuple(_column(column, came, report, backends) for column, came in pairs))


def _column(
    asked: RecordedColumn, came: ColumnReport, report: ExperimentReport, backends: Mapping[Cell, Backend]
) -> RecordedColumn:
    whole = [cell for cell in came.cells if counts(cell)]
    cases = tuple(
        _case(case, [cell for cell in report.cells_of(came, index) if counts(cell)])
        for index, case in enumerate(asked.cases)
    )
    by = [backends.get(cell.cell, Backend()) for cell in whole]
    return replace(
        asked,
        cases=cases,
        models=_counted(each.model for each in by),
        fingerprints=_counted(each.fingerprint for each in by),
        noise=noise_of([case.answers for case in cases]),
        took=Took(
            completion_tokens=_mean([cell.usage.completion for cell in whole]),
            cost_usd=_mean([cell.cost_usd for cell in whole]),
            seconds=_mean([cell.total_s for cell in whole]),
        ),
        checks=tuple(_checks(came, whole)),
    )


def counts(cell: CellReport) -> bool:
    """Whether its answer is one to compare: whole, and not cut by a content filter."""
    return cell.is_complete and not cell.failed


def noise_of(answers: Sequence[Sequence[str]]) -> Noise:
    """How much the answers of a column, by case, differ among themselves."""
    cache = DistanceCache()
    within = sampled([answers], cache).within
    found = spread(answers, columns_of(within, cache)[0])
    share, distance = _rounded(found.identical_share), _rounded(found.distance_within)
    return Noise(found.runs, found.distinct if found.runs else None, share, distance)


def _case(asked: RecordedCase, cells: Sequence[CellReport]) -> RecordedCase:
    tokens = {cell.usage.prompt for cell in cells}
    return replace(
        asked,
        prompt_tokens=tokens.pop() if len(tokens) == 1 else None,
        answers=tuple(cell.text for cell in cells),
    )


def _checks(came: ColumnReport, whole: Sequence[CellReport]) -> Iterable[RecordedCheck]:
    for place, count in enumerate(came.checks):
        passed, failed, not_judged = tally(cell.checks[place].result for cell in whole if cell.checks)
        yield RecordedCheck(count.check.type, count.check.value, passed, failed, not_judged)


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(name for name in names if name).items()))


def _mean(values: Sequence[float | None]) -> float | None:
    """None where one of them is not known."""
    known = [value for value in values if value is not None]
    return _rounded(sum(known) / len(known)) if known and len(known) == len(values) else None


def _rounded(value: float | None) -> float | None:
    """With four digits that count: more of them only make two files differ."""
    return None if value is None else float(f"{value:.4g}")
