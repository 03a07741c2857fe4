"""What the columns of a comparison show: which repeat of which case, compared with what, and how far each cell is.

The desk (``compare_desk``) tells it what comes; here it is kept and put into words. No widget here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.axis_text import axis_text
from workbench.core.column_labels import brief_labels, column_labels
from workbench.core.experiment import Cell
from workbench.core.setting_difference import setting_differences
from workbench.tui.compare_cells import CellProgress, in_common
from workbench.tui.compare_state import Baseline, CellChanged, CellView, Changes, ColumnHead, HeadsChanged, TextCame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.core.axes import Axis
    from workbench.core.events import Event
    from workbench.core.experiment import Experiment
    from workbench.core.experiment_report import CellReport
    from workbench.core.prompt import Prompt
    from workbench.core.setting_difference import Difference
    from workbench.tui.compare_state import Change


class CompareBoard:
    """The cells, and what is looked at of them. What changes on the screen is given to `_emit`."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self.labels = column_labels(experiment)
        """Of the columns, in order. Foreign text."""
        self._briefs = brief_labels(experiment)
        self.baseline = Baseline(0, None)
        self.case = 0
        """The case that is shown, from 0."""
        self._shown = [0] * experiment.column_count
        self._cells: dict[Cell, CellProgress] = {}
        self._unheard = CellProgress()
        """What stands for a cell that nothing was heard of yet."""
        self._ended = self._failed = 0
        self._summaries: dict[tuple[int, int], tuple[tuple[str, ...], str]] = {}
        """The dots of a column and case and what its answers have in common, until a cell of it moves on."""
        self._differences: dict[tuple[int, int], tuple[Difference, ...]] = {}
        """In what the setting of a column differs from that of a baseline, once it was worked out."""
        self._emit: Callable[[Changes], None] = lambda changes: None

    # -- all of it -----------------------------------------------------------------------------------------------

    @property
    def experiment(self) -> Experiment:
        """As it is now: it may grow by a repeat."""
        return self._experiment

    @property
    def total(self) -> int:
        """Cells, in all."""
        return self.experiment.cell_count

    @property
    def ended(self) -> int:
        """Cells that have come to an end by themselves, be it with an error."""
        return self._ended

    @property
    def failed(self) -> int:
        """Cells that failed by themselves."""
        return self._failed

    @property
    def title(self) -> str:
        """What is compared: the prompt's name. Foreign text."""
        return self.experiment.prompt.name or "untitled"

    @property
    def vary_words(self) -> str:
        """`temperature 0 · 0.5 · 1 · 1.5 × 5`. Foreign text."""
        return vary_words(self.experiment.axes, self.experiment.repeats)

    @property
    def case_words(self) -> str:
        """`case 2 of 20  text: Good morning`; "" without cases. Foreign text."""
        cases = self.experiment.cases
        if not cases:
            return ""
        values = "  ".join(f"{name}: {text[:200]}" for name, text in cases[self.case].items())
        return f"case {self.case + 1:,} of {len(cases):,}  {values}"

    def complete_answers(self) -> dict[Cell, str]:
        """The answers that can be judged."""
        texts = {cell: self._cells[cell].complete_text for cell in sorted(self._cells)}
        return {cell: text for cell, text in texts.items() if text is not None}

    # -- a column ------------------------------------------------------------------------------------------------

    def heads(self) -> tuple[ColumnHead, ...]:
        """The columns for the case that is shown."""
        return tuple(self._head(column) for column in range(len(self.labels)))

    def _head(self, column: int) -> ColumnHead:
        dots, common = self._summary(column)
        return ColumnHead(
            self.labels[column],
            dots,
            self._shown[column],
            common,
            column == self.baseline.column,
            self._at(self.shown_cell(column)).footer,
            self._differs(column),
            self._briefs[column],
        )

    def _differs(self, column: int) -> tuple[Difference, ...]:
        base = self.baseline.column
        if (base, column) not in self._differences:
            columns = self.experiment.columns()
            self._differences[base, column] = setting_differences(columns[base].setting, columns[column].setting)
        return self._differences[base, column]

    def _summary(self, column: int) -> tuple[tuple[str, ...], str]:
        known = self._summaries.get((column, self.case))
        if known is None:
            cells = [self._at(Cell(column, self.case, repeat)) for repeat in range(self.experiment.repeats)]
            known = tuple(cell.dot for cell in cells), in_common(cell.complete_text for cell in cells)
            self._summaries[column, self.case] = known
        return known

    def cell_view(self, column: int) -> CellView:
        """The answer that a column shows."""
        cell = self._at(self.shown_cell(column))
        return CellView(cell.text, cell.state, cell.error, cell.footer, self._diff_base(column))

    def _diff_base(self, column: int) -> str | None:
        base = self.baseline_cell
        if self.shown_cell(column) == base:
            return None
        cell = self._at(base)
        return cell.text if cell.ended and cell.text else None

    def shown_cell(self, column: int) -> Cell:
        """Which cell a column shows."""
        return Cell(column, self.case, self._shown[column])

    @property
    def baseline_cell(self) -> Cell:
        """Which cell the others are compared with."""
        column, repeat = self.baseline
        return Cell(column, self.case, self._shown[column] if repeat is None else repeat)

    def report_of(self, cell: Cell) -> CellReport | None:
        """All that came of a cell; None before it has ended."""
        return self._at(cell).report

    def prompt_of(self, column: int) -> Prompt:
        """The base with the setting of a column."""
        return self.experiment.columns()[column].prompt

    def _at(self, cell: Cell) -> CellProgress:
        return self._cells.get(cell, self._unheard)

    # -- what is chosen ------------------------------------------------------------------------------------------

    def show_repeat(self, column: int, repeat: int) -> None:
        """Show another repeat in a column; one that is not there changes nothing."""
        if 0 <= repeat < self.experiment.repeats and repeat != self._shown[column]:
            self._shown[column] = repeat
            follows = self.baseline == Baseline(column, None)
            self._emit([*(self._all_cells() if follows else [CellChanged(column)]), HeadsChanged()])

    def show_case(self, case: int) -> None:
        """Show another case in all columns; the nearest where there is none of that number."""
        case = max(0, min(self.experiment.case_count - 1, case))
        if case != self.case:
            self.case = case
            self._emit([*self._all_cells(), HeadsChanged()])

    def set_baseline(self, column: int) -> None:
        """Compare the others, and the other repeats of this column, with the repeat that the column shows now."""
        self.baseline = Baseline(column, self._shown[column])
        self._emit([*self._all_cells(), HeadsChanged()])

    def _all_cells(self) -> list[Change]:
        return [CellChanged(column) for column in range(len(self.labels))]

    # -- what comes ----------------------------------------------------------------------------------------------

    def _grown(self, experiment: Experiment) -> None:
        """It has more repeats now."""
        self._experiment = experiment
        self._summaries.clear()

    def _take_events(self, cell: Cell, events: Sequence[Event]) -> list[Change]:
        """What one read of the network brought to a cell."""
        brought = self._cells[cell].take(events)
        column = cell.column
        shown = cell == self.shown_cell(column)
        if brought.other:
            return [CellChanged(column), HeadsChanged()] if shown else [HeadsChanged()]
        return [TextCame(column, brought.text)] if shown and brought.text else []

    def _step(self, cell: Cell, step: Callable[[CellProgress], None]) -> list[Change]:
        """A cell moves on: `step` is what happens to it."""
        progress = self._cells.setdefault(cell, CellProgress())
        self._count(progress, -1)
        step(progress)
        self._count(progress, 1)
        self._summaries.pop((cell.column, cell.case), None)
        shown: list[Change] = []
        if cell == self.baseline_cell:
            shown = self._all_cells()
        elif cell == self.shown_cell(cell.column):
            shown = [CellChanged(cell.column)]
        return [*shown, HeadsChanged()]

    def _count(self, progress: CellProgress, by: int) -> None:
        self._ended += by * progress.done
        self._failed += by * progress.failed


def merged(changes: list[Change]) -> Changes:
    """Each change once. A cell that is shown anew has its pieces of text already."""
    if len(changes) == 1:
        return changes
    anew = {change.column for change in changes if isinstance(change, CellChanged)}
    pieces = [change for change in changes if isinstance(change, TextCame) and change.column not in anew]
    return [*pieces, *dict.fromkeys(change for change in changes if not isinstance(change, TextCame))]


def vary_words(axes: Sequence[Axis], repeats: int) -> str:
    """`temperature 0 · 0.5 · 1 · 1.5 × 5`. Foreign text."""
    words = " and ".join(f"{axis.name} {_values(axis)}" for axis in axes) or "nothing varied"
    return f"{words} × {repeats}" if repeats > 1 else words


def _values(axis: Axis) -> str:
    return " · ".join(axis_text(axis._replace(values=(value,))) for value in axis.values)
