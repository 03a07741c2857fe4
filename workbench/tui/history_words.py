"""What the history screen says of a run or a comparison: on its row, and above its texts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.history_query import RUNNING
from workbench.core.usage import SessionCost, money_text, seconds_text, size_text, tokens_text
from workbench.past_runs import RunSummary
from workbench.tui.compare_board import vary_words
from workbench.tui.compare_state import COMPLETE, FAILED, STOPPED, STREAMING
from workbench.tui.display import one_line
from workbench.tui.widgets.drawing import Piece, fitted, shortened, width_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.adapters.experiments import ExperimentSummary
    from workbench.adapters.history_preview import Preview
    from workbench.core.json_value import JSON
    from workbench.core.search_text import Found
    from workbench.past_runs import Row

_SIGNS = {"complete": COMPLETE, "truncated": STOPPED, "cancelled": STOPPED, "error": FAILED, RUNNING: STREAMING}
_STYLES = {"error": "wrong", "truncated": "number", "cancelled": "dim", RUNNING: "key"}
_ROOM_FOR_MODEL, _ROOM_FOR_FIGURES, _ROOM_FOR_PARAMETERS = 56, 76, 104
"""Columns of a row from which it has these."""
_LONGEST_VALUE = 40
_BEFORE = 16
"""Characters before what was found."""


class Marks(NamedTuple):
    """What this screen knows of a row."""

    marked: bool = False
    deleted: bool = False
    found: Found | None = None
    in_columns: bool = False
    """Some row has a title: all leave it the same room."""


def row_pieces(row: Row, marks: Marks, width: int, today: date) -> list[Piece]:
    """A row of so many cells: what it is, when, with what, what it cost, how it begins."""
    state = state_of(row)
    pieces = [
        Piece("✓" if marks.marked else " ", "key"),
        Piece("★" if isinstance(row, RunSummary) and row.starred else " ", "number"),
        Piece(f"{_SIGNS[state]} ", _STYLES.get(state, "good")),
        fitted(when(row, today), 12, "dim"),
        Piece(" "),
    ]
    if marks.deleted:
        return [*pieces, shortened("deleted · u brings it back", width - width_of(pieces), "dim")]
    return [
        *pieces,
        *(_run_pieces(row, marks, width) if isinstance(row, RunSummary) else _comparison_pieces(row, width)),
    ]


def _run_pieces(run: RunSummary, marks: Marks, width: int) -> list[Piece]:
    pieces: list[Piece] = []
    if width >= _ROOM_FOR_MODEL:
        pieces += [fitted(run.model, min(16, width // 5), "string"), Piece(" ")]
    # What was found is what is looked for: the rest is told beside the texts.
    if width >= _ROOM_FOR_PARAMETERS and marks.found is None:
        pieces += [fitted(parameter_words(run.parameters), 16, "dim"), Piece(" ")]
    if width >= _ROOM_FOR_FIGURES and (marks.found is None or width >= _ROOM_FOR_PARAMETERS):
        tokens = f"{tokens_text(run.total_tokens)} t" if run.total_tokens is not None else ""
        cost = money_text(run.cost_usd) if run.state is not None else ""
        pieces += [Piece(f"{tokens:>8} ", "dim"), Piece(f"{_short(cost):>9} ", "dim")]
    title = run.name or run.prompt_name
    if marks.in_columns and width >= _ROOM_FOR_FIGURES:
        pieces += [fitted(title, max(12, width // 8), "key"), Piece("  ")]
    elif title:
        pieces += [shortened(title, max(8, width // 5), "key"), Piece("  ")]
    if marks.found is not None:
        return [*pieces, *_found_pieces(marks.found, width)]
    begins = run.first_line or (f"({run.error_kind.replace('_', ' ')})" if run.error_kind else "")
    pieces.append(shortened(begins, max(0, width), "wrong" if not run.first_line else ""))
    return pieces


def _found_pieces(found: Found, width: int) -> list[Piece]:
    """The words around it; before it only as many as leave it in sight."""
    before = one_line(found.before, 1_000)[-(_BEFORE if width >= _ROOM_FOR_FIGURES else _BEFORE // 2) :]
    return [
        Piece(f"…{before}" if len(found.before) > len(before) else before, "dim"),
        shortened(found.needle, max(0, width), "match"),
        shortened(found.behind, max(0, width)),
    ]


def _comparison_pieces(each: ExperimentSummary, width: int) -> list[Piece]:
    cells = f"{each.open:,} of {each.cells:,} open" if each.open else f"{each.cells:,} cells"
    spent = SessionCost(each.spent.known_usd, each.spent.unpriced).text
    return [
        Piece("compare ", "string"),
        shortened(each.name or "untitled", max(8, width // 5), "key"),
        Piece("  "),
        shortened(f"{vary_words(each.axes, each.repeats)} · {cells} · {spent}", max(0, width), "dim"),
    ]


def has_title(row: Row) -> bool:
    """Whether it, or its prompt, has a name."""
    return isinstance(row, RunSummary) and bool(row.name or row.prompt_name)


def state_of(row: Row) -> str:
    """One of the words of `state:`; of a comparison, how it stands as a whole."""
    if isinstance(row, RunSummary):
        return row.state.value if row.state is not None else RUNNING
    if row.running:
        return RUNNING
    return "truncated" if row.open else "error" if row.failed else "complete"


def when(row: Row, today: date) -> str:
    """`14:05` today, `21 Nov 14:05` this year, `21 Nov 2025` before."""
    began = row.began_at.astimezone()
    if began.date() == today:
        return f"{began:%H:%M:%S}"
    return f"{began:%d %b %H:%M}" if began.year == today.year else f"{began:%d %b %Y}"


def parameter_words(parameters: Mapping[str, JSON]) -> str:
    """`temperature 0.7 · top_p 0.9`, those that were set. Foreign text."""
    words = []
    for name, value in parameters.items():
        text = str(value) if isinstance(value, str | int | float) else "…"
        words.append(f"{name} {text[:_LONGEST_VALUE]}")
    return " · ".join(words)


def facts(row: Row) -> list[str]:
    """Some lines about it. Foreign text."""
    began = f"{row.began_at.astimezone():%A, %d %B %Y, %H:%M:%S}"
    if not isinstance(row, RunSummary):
        spent = SessionCost(row.spent.known_usd, row.spent.unpriced).text
        return [
            f"comparison · {row.name or 'untitled'} · {vary_words(row.axes, row.repeats)}",
            f"{row.complete:,} of {row.cells:,} complete · {row.failed:,} failed · {row.open:,} open · {spent}",
            began,
        ]
    figures = [
        state_of(row) + (f" ({row.error_kind.replace('_', ' ')})" if row.error_kind else ""),
        f"in {tokens_text(row.prompt_tokens)} out {tokens_text(row.completion_tokens)}",
        money_text(row.cost_usd),
        seconds_text(row.total_s),
    ]
    where = f"{row.model} @ {row.connection}"
    if row.answered_by not in ("", row.model):
        where += f" (answered by {row.answered_by})"
    lines = [where, " · ".join(figures), f"{began} · {row.source}" + (f" · preset {row.preset}" if row.preset else "")]
    if row.parameters:
        lines.append(parameter_words(row.parameters))
    if row.name or row.note:
        lines.append(" · ".join(text for text in (row.name, row.note) if text))
    return lines


def texts(preview: Preview) -> str:
    """What was typed and what came, one under the other. Foreign text, as it is."""
    parts = [f"── {each.role}{'' if each.on else ' (off)'} ──\n{each.content}" for each in preview.messages]
    if preview.variables:
        parts.append("── variables ──\n" + "\n".join(f"{name} = {value}" for name, value in preview.variables))
    for answer in preview.answers:
        number = f" {answer.choice + 1} of {len(preview.answers)}" if len(preview.answers) > 1 else ""
        if answer.reasoning:
            parts.append(f"── reasoning{number} ──\n{answer.reasoning}")
        reason = f" · {answer.finish_reason}" if answer.finish_reason else ""
        size = f" · the first of {size_text(answer.length)}" if answer.length > len(answer.text) else ""
        parts.append(f"── answer{number}{reason}{size} ──\n{answer.refusal}{answer.text}")
        if answer.calls:
            parts.append(f"── calls{number} ──\n{answer.calls}")
    if preview.error:
        parts.append(f"── error ──\n{preview.error}")
    return "\n\n".join(parts)


def _short(cost: str) -> str:
    return "?" if cost == "unknown" else cost
