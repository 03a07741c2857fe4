"""What came of an experiment, as one value: what `compare --json` prints, and what every export is made of.

A cell is known by the object that `run --json` prints of it, live or from history: a report of an experiment that was
opened again is the same as the one that was made when it ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.checks import checks_to_json
from workbench.core.column_labels import brief_labels, column_labels
from workbench.core.json_text import as_text
from workbench.core.judging import WinRate, picks, win_rates
from workbench.core.message_parts import function_call, function_calls
from workbench.core.usage import UsageFacts

if TYPE_CHECKING:
    from workbench.core.checks import CheckResult, CheckTally
    from workbench.core.experiment import Case, Cell, Experiment, Setting
    from workbench.core.json_value import JSON
    from workbench.core.judging import Judgement
    from workbench.core.prompt import Check, ToolCall

NOT_SENT = "not_sent"
"""The state of a cell whose request never went out."""


class CheckRun(NamedTuple):
    """One check of the preset on one answer."""

    check: Check
    result: CheckResult


class CheckCount(NamedTuple):
    """How one check of the preset went over a column's answers."""

    check: Check
    tally: CheckTally

    def to_json(self) -> dict[str, JSON]:
        return {
            "type": self.check.type,
            "value": self.check.value,
            "passed": self.tally.passed,
            "failed": self.tally.failed,
            "not_judged": self.tally.not_judged,
            "rate": self.tally.rate,
        }


@dataclass(frozen=True, slots=True)
class CellReport:
    """A cell as it ended, or as it stood when the grid was stopped."""

    cell: Cell
    setting: Setting
    state: str
    """A `State`, or `not_sent`."""
    run: Mapping[str, JSON]
    """The object of `run --json`."""
    variables: Case = field(default_factory=dict)
    """The row of its case; empty without cases."""
    checks: tuple[CheckRun, ...] = ()

    @property
    def is_complete(self) -> bool:
        return self.state == "complete"

    @property
    def failed(self) -> bool:
        """Whether it counts as failed for an exit code, as a single run would: not complete, or filtered."""
        return not self.is_complete or "content_filter" in self.finish_reasons

    @property
    def choices(self) -> tuple[Mapping[str, JSON], ...]:
        choices = self.run.get("choices")
        return tuple(each for each in choices if isinstance(each, dict)) if isinstance(choices, list) else ()

    @property
    def finish_reasons(self) -> tuple[str, ...]:
        return tuple(str(choice.get("finish_reason") or "") for choice in self.choices)

    @property
    def text(self) -> str:
        """The first answer, as `texts` has it; "" where nothing came."""
        return self.texts[0] if self.texts else ""

    @property
    def texts(self) -> tuple[str, ...]:
        """The answers of all choices; in place of one without text what it refuses with, or calls."""
        return tuple(_answer(choice) for choice in self.choices)

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The calls of functions that the first answer asks for."""
        called = self.choices[0].get("tool_calls") if self.choices else None
        return function_calls(called) if isinstance(called, list) else ()

    @property
    def usage(self) -> UsageFacts:
        usage = self.run.get("usage")
        return UsageFacts.from_usage(usage if isinstance(usage, dict) else None)

    @property
    def cost_usd(self) -> float | None:
        """None where the price is unknown; 0.0 for what was never sent."""
        return 0.0 if self.state == NOT_SENT else number(self.run.get("cost_usd"))

    @property
    def total_s(self) -> float | None:
        timings = self.run.get("timings")
        return number(timings.get("total_s")) if isinstance(timings, dict) else None

    @property
    def first_token_s(self) -> float | None:
        timings = self.run.get("timings")
        return number(timings.get("first_token_s")) if isinstance(timings, dict) else None

    @property
    def attempts(self) -> int:
        """Physical requests."""
        return int(number(self.run.get("attempts")) or 0)

    @property
    def error(self) -> str:
        """What failed and what to do, in one line, or ""."""
        error = self.run.get("error")
        if not isinstance(error, dict):
            return ""
        message, hint = str(error.get("message") or ""), str(error.get("hint") or "")
        return f"{message}: {hint}" if hint else message

    @property
    def error_kind(self) -> str:
        """`error.kind` of `run --json`, or ""."""
        error = self.run.get("error")
        return str(error.get("kind") or "") if isinstance(error, dict) else ""

    def to_json(self) -> dict[str, JSON]:
        """One of the `cells` of `compare --json`. Cases and repeats count from 0."""
        return {
            "setting": dict(self.setting),
            "case": self.cell.case if self.variables else None,
            "repeat": self.cell.repeat,
            **self.run,
            "state": self.state,
            "checks": checks_to_json([run.check for run in self.checks], [run.result for run in self.checks]),
        }


def _answer(choice: Mapping[str, JSON]) -> str:
    if text := choice.get("text") or choice.get("refusal"):
        return as_text(text)
    calls = choice.get("tool_calls")
    # Without the ids, which are never the same twice.
    return "\n".join(_call(call) for call in calls if isinstance(call, dict)) if isinstance(calls, list) else ""


def _call(call: Mapping[str, JSON]) -> str:
    found = function_call(dict(call))
    return f"→ {found.name} {found.arguments}".rstrip() if found is not None else as_text(call.get("function"))


def number(value: JSON) -> float | None:
    """The number that a value is, or None."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """One setting: its answers summed up. What no complete answer tells is None."""

    index: int
    setting: Setting
    cells: tuple[CellReport, ...]
    """All of it, by case, then by repeat."""
    distinct: int | None = None
    identical_share: float | None = None
    distance_within: float | None = None
    """The mean word distance of its answers to the same case, 0 to 1; None for fewer than two of them."""
    checks: tuple[CheckCount, ...] = ()

    @property
    def runs(self) -> int:
        """Complete answers: only they count."""
        return sum(cell.is_complete for cell in self.cells)

    @property
    def tokens(self) -> int | None:
        """All that its runs used, in and out; None where no endpoint told."""
        known = [cell.usage.total for cell in self.cells if cell.usage.total is not None]
        return sum(known) if known else None

    @property
    def cost_usd(self) -> float | None:
        """US dollars of all its runs; None where the price of one is not known."""
        return total_cost(self.cells)

    def to_json(self) -> dict[str, JSON]:
        """One of the `columns` of `compare --json`."""
        return {
            "setting": dict(self.setting),
            "runs": self.runs,
            "distinct": self.distinct,
            "identical_share": self.identical_share,
            "distance_within": self.distance_within,
            "tokens": self.tokens,
            "cost_usd": self.cost_usd,
            "checks": [count.to_json() for count in self.checks],
        }


def total_cost(cells: tuple[CellReport, ...]) -> float | None:
    """US dollars of the cells together; None where the price of one is not known."""
    total = 0.0
    for cell in cells:
        if (cost := cell.cost_usd) is None:
            return None
        total += cost
    return total


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """All of it."""

    experiment: Experiment
    state: str
    """complete, partial (some cell failed), stopped or budget."""
    columns: tuple[ColumnReport, ...]
    sent_requests: int
    """Physical requests, retries included."""
    verdict: str
    """One or two sentences."""
    findings: Mapping[str, JSON]
    """`comparisons`, `tests` and `verdict` as `compare --json` prints them."""
    notes: tuple[str, ...] = ()
    """What else to know of the figures, a line each."""
    baseline: int = 0
    """The column that the others are compared with."""
    title: str = ""
    made: str = ""
    """When it was run, as text for a person; the core has no clock."""
    judgements: tuple[Judgement, ...] = ()
    """What was picked blind; () where nobody judged."""

    @property
    def win_rates(self) -> tuple[WinRate, ...]:
        """Of each column, by what was picked blind."""
        return win_rates(self.judgements, len(self.columns))

    @property
    def cells(self) -> tuple[CellReport, ...]:
        """By column, then by case, then by repeat."""
        return tuple(cell for column in self.columns for cell in column.cells)

    @property
    def labels(self) -> tuple[str, ...]:
        """What each column is called; no two are alike. Foreign text."""
        return column_labels(self.experiment)

    @property
    def brief_labels(self) -> tuple[str, ...]:
        """The labels without the names of what is varied. Foreign text."""
        return brief_labels(self.experiment)

    def baseline_of(self, cell: Cell) -> CellReport | None:
        """The baseline's answer to the same case, of the same repeat; None where there is none."""
        if self.baseline >= len(self.columns):
            return None
        return self.columns[self.baseline].cells[cell.case * self.experiment.repeats + cell.repeat]

    def cells_of(self, column: ColumnReport, case: int) -> tuple[CellReport, ...]:
        """The repeats of a case in a column."""
        repeats = self.experiment.repeats
        return column.cells[case * repeats : (case + 1) * repeats]

    @property
    def request(self) -> Mapping[str, JSON]:
        """What was sent, or would have been, for the first cell; empty where that is not known."""
        bodies = (cell.run.get("request") for cell in self.cells)
        return next((body for body in bodies if isinstance(body, dict) and body), {})

    @property
    def planned_requests(self) -> int:
        return self.experiment.cell_count

    @property
    def cost_usd(self) -> float | None:
        """US dollars; None where the price of a cell that was sent is not known."""
        return total_cost(self.cells)

    def cells_json(self) -> list[dict[str, JSON]]:
        """The `cells` of `compare --json`. Where answers were judged blind, `judged` says of each whether it was
        picked; null where it was not shown, or the round was skipped."""
        if not self.judgements:
            return [cell.to_json() for cell in self.cells]
        picked = picks(self.judgements)
        return [{**cell.to_json(), "judged": picked.get(cell.cell)} for cell in self.cells]

    def _columns_json(self) -> list[JSON]:
        columns = [column.to_json() for column in self.columns]
        if not self.judgements:
            return [*columns]
        return [{**each, "judged": rate.to_json()} for each, rate in zip(columns, self.win_rates, strict=True)]

    def to_json(self) -> dict[str, JSON]:
        """The object of `compare --json`; its names are part of the program's interface."""
        return {
            "axes": {axis.name: list(axis.values) for axis in self.experiment.axes},
            "planned_requests": self.planned_requests,
            "sent_requests": self.sent_requests,
            "cost_usd": self.cost_usd,
            "state": self.state,
            "cells": [*self.cells_json()],
            "columns": self._columns_json(),
            **self.findings,
            **({"judgements": [each.to_json() for each in self.judgements]} if self.judgements else {}),
        }
