"""What the compare screen shows of an experiment, as plain values: a head for each column, and the answer in it.

The desk makes them (``compare_desk``), the columns and the figures draw them. None of them knows a grid, a service
or a widget.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from workbench.core.prompt import Prompt, ToolCall
    from workbench.core.setting_difference import Difference

COMPLETE: Final = "●"
STREAMING: Final = "◐"
WAITING: Final = "○"
FAILED: Final = "✗"
STOPPED: Final = "■"


class ColumnHead(NamedTuple):
    """The top and the bottom of one column, for the case that is shown.

    Attributes:
        label: What differs in this column, ``temperature 0.5``; foreign text, shown literally.
        dots: One sign for each repeat, in order: COMPLETE, STREAMING, WAITING, FAILED or STOPPED.
        shown: The place in ``dots`` of the repeat whose answer stands in the column.
        aggregate: What the complete answers have in common: ``all the same``, ``3 distinct``; empty before two.
        baseline: Whether the others are compared with this column.
        footer: Tokens, time, cost and JSON validity of the shown answer; the same words as ``CellView.footer``.
        differs: In what the setting differs from the baseline's, a difference for each axis; foreign text.
        brief: The label where there is little room, ``0.5``; empty where it has no other form.
    """

    label: str
    dots: tuple[str, ...]
    shown: int
    aggregate: str
    baseline: bool
    footer: str
    differs: tuple[Difference, ...] = ()
    brief: str = ""


class CellView(NamedTuple):
    """The shown answer of one column.

    Attributes:
        text: The answer so far, raw; what is drawn goes through ``tui.display``.
        state: ``not_sent``, ``waiting``, ``streaming``, ``complete``, ``truncated``, ``error`` or ``cancelled``.
        error: Why it ended as it did, in one line; empty while all is well.
        footer: Tokens, time, cost and JSON validity; what runs shows what is known so far.
        diff_base: The text that this answer is compared with; None for the baseline itself, and where there is none.
    """

    text: str
    state: str
    error: str
    footer: str
    diff_base: str | None


class Baseline(NamedTuple):
    """What the others are compared with: a repeat of a column; None is the one that the column shows."""

    column: int
    repeat: int | None


# -- what the desk tells the screen, in batches (`CompareDesk.start`) --------------------------------------------------


class TextCame(NamedTuple):
    """A piece of the answer that this column shows: to be added to what stands there."""

    column: int
    text: str


class CellChanged(NamedTuple):
    """The answer that this column shows is another one, or has ended: `cell_view` has it whole."""

    column: int


class HeadsChanged(NamedTuple):
    """Some head, or the state line, is to be drawn again; what runs changes with the clock too."""


class VerdictChanged(NamedTuple):
    """There is a new verdict."""


class GridDone(NamedTuple):
    """Nothing runs or waits any more. `why` is what kept it from being complete, or ""."""

    why: str


Change: TypeAlias = TextCame | CellChanged | HeadsChanged | VerdictChanged | GridDone
Changes: TypeAlias = Sequence[Change]


class Taken(NamedTuple):
    """What the person takes from a comparison to the workbench: what `CompareScreen` is dismissed with.

    Attributes:
        prompt: The base with a column's setting in it; None where only the answer is taken.
        connection: The name of that column's connection; "" for the one that the workbench has.
        answer: The answer that becomes the next assistant message; "" where only the setting is taken.
        calls: What that answer asks for.
    """

    prompt: Prompt | None = None
    connection: str = ""
    answer: str = ""
    calls: tuple[ToolCall, ...] = ()
