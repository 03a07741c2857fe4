"""What came of checking one preset, and how that is told: to a person, and as the object of `check --json`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.core.drift.asked import Change
    from workbench.core.drift.moved import CheckMove, ColumnMove, Moved
    from workbench.core.drift.recording import RecordedColumn, Recording
    from workbench.core.drift.retired import Retirement
    from workbench.core.experiment_report import CellReport
    from workbench.core.json_value import JSON


class DriftState(StrEnum):
    """How a check ended. The names are part of `check --json`."""

    UNCHANGED = "unchanged"
    DRIFT = "drift"
    CHANGED_HERE = "changed_here"
    """The requests are not those that were recorded: whatever moved, it is no drift of the model alone."""
    UNDECIDED = "undecided"
    """The texts are others, and so few answers can't show whether that is more than noise."""
    INCOMPLETE = "incomplete"
    """Answers are missing, and what is there shows no drift; or what should be recorded could not be."""
    RECORDED = "recorded"
    NOT_SENT = "not_sent"
    """With --dry-run."""


@dataclass(frozen=True, slots=True)
class DriftReport:
    """One preset."""

    preset: str
    file: str
    lock: str
    labels: tuple[str, ...]
    """What its columns are called now. Foreign text."""
    before: Recording | None
    """None where nothing was recorded before."""
    day: str
    """The day on which that was recorded, on this machine's clock; "" where nothing was."""
    now: Recording
    changes: tuple[Change, ...] = ()
    retirements: tuple[Retirement, ...] = ()
    moved: Moved | None = None
    """None where nothing was asked."""
    missing: tuple[CellReport, ...] = ()
    """Cells without a whole answer, but for those that a model that is gone would have answered."""
    sent_requests: int = 0
    cost_usd: float | None = 0.0
    written: bool = False
    """The recording is what came now."""
    dry: bool = False
    """Nothing was to be sent."""

    @property
    def gone(self) -> tuple[Retirement, ...]:
        return tuple(each for each in self.retirements if each.gone)

    @property
    def drifted(self) -> bool:
        """Something moved at the other end."""
        return bool(self.gone) or (self.moved is not None and self.moved.drifted)

    @property
    def state(self) -> DriftState:
        """What is certain before what is not; never `unchanged` where an answer is missing."""
        if self.written:
            return DriftState.RECORDED
        if self.drifted:
            return DriftState.DRIFT
        if self.changes:
            return DriftState.CHANGED_HERE
        if self.dry:
            return DriftState.NOT_SENT
        if self.missing or self.moved is None or self.before is None:
            return DriftState.INCOMPLETE
        return DriftState.UNCHANGED if self.moved.can_tell else DriftState.UNDECIDED

    @property
    def is_news(self) -> bool:
        """Whether anything at all differs from what is recorded."""
        if self.before is None or self.changes or self.moved is None or not self.moved.identical:
            return True
        return any(column.new_models or column.new_fingerprints or column.moved for column in self.moved.columns)

    def to_json(self, verdict: str) -> dict[str, JSON]:
        """One of the `presets` of `check --json`; its names are part of the program's interface."""
        moved = self.moved
        return {
            "preset": self.preset,
            "file": self.file,
            "lock": self.lock,
            "state": self.state.value,
            "recorded_at": self.before.recorded_at if self.before is not None else None,
            "verdict": verdict,
            "drift": self.drifted,
            "changed": [{"part": each.part, "recorded": each.recorded, "now": each.now} for each in self.changes],
            "models_ending": [each.to_json() for each in self.retirements],
            "sent_requests": self.sent_requests,
            "cost_usd": self.cost_usd,
            "test": {
                "p_value": moved.p_value if moved else None,
                "smallest_possible_p": moved.smallest_possible_p if moved else None,
                "repeats_needed": moved.repeats_needed if moved else None,
            },
            "columns": [_column(self.labels[each.place], each) for each in moved.columns] if moved else [],
            "missing": [
                {
                    "setting": dict(cell.setting),
                    "case": cell.cell.case if cell.variables else None,
                    "repeat": cell.cell.repeat,
                    "state": cell.state,
                    "error": cell.error or None,
                }
                for cell in self.missing
            ],
        }


def _column(label: str, column: ColumnMove) -> dict[str, JSON]:
    return {
        "label": label,
        "setting": dict(column.now.setting),
        "moved": list(column.moved),
        "same_text_expected": column.expects_text,
        "answers": column.runs,
        "recorded_among_them": column.known,
        "identical": column.identical,
        "distance_between": column.distance_between,
        "p_value": column.p_value,
        "checks": [_check(each) for each in column.checks],
        "recorded": _side(column.recorded),
        "now": _side(column.now),
    }


def _side(column: RecordedColumn) -> dict[str, JSON]:
    tokens = [case.prompt_tokens for case in column.cases if case.prompt_tokens is not None]
    return {
        "model": column.model,
        "models": {**column.models},
        "system_fingerprints": {**column.fingerprints},
        "runs": column.noise.runs,
        "distinct": column.noise.distinct,
        "identical_share": column.noise.identical_share,
        "distance_within": column.noise.distance_within,
        "prompt_tokens": sum(tokens) / len(tokens) if len(tokens) == len(column.cases) else None,
        "completion_tokens": column.took.completion_tokens,
        "cost_usd": column.took.cost_usd,
        "seconds": column.took.seconds,
    }


def _check(check: CheckMove) -> dict[str, JSON]:
    return {
        "type": check.now.type,
        "value": check.now.value,
        "recorded": {"passed": check.recorded.passed, "judged": check.recorded.judged},
        "now": {"passed": check.now.passed, "judged": check.now.judged},
        "p_value": check.p_value,
        "moved": check.moved,
    }
