"""What the compare screen shows of an experiment, as plain values: a head for each column, and the answer in it.

The desk makes them (``compare_desk``), the columns and the figures draw them. None of them knows a grid, a service
or a widget.
"""

from __future__ import annotations

from typing import Final, NamedTuple

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
    """

    label: str
    dots: tuple[str, ...]
    shown: int
    aggregate: str
    baseline: bool
    footer: str


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
