"""Where the time of a run went, in lines: a bar of its parts, how fast the answer came, and each attempt."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from workbench.core.counted import counted
from workbench.core.outcome import Timings
from workbench.core.usage import rate_text, size_text, tokens_text
from workbench.tui.display import one_line
from workbench.tui.raw_chart import time_text
from workbench.tui.widgets.drawing import Piece, shortened, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.trace import Attempt, Trace

WAITING, THINKING, ANSWERING, PAUSING = "░", "▒", "█", "·"
_LABEL = 16
_TIME = 11
_MOST_BAR = 72
_MOST_PLOT = 40
_MOST_WORDS = 4
"""Lines of what an attempt came to."""
_FIGURES = 34
"""Cells for the figures beside an attempt's bar."""
_PROCESSING = "openai-processing-ms"
"""The header in which OpenAI's servers say how long they worked on a request."""

Line = list[Piece]


class TimingShown(NamedTuple):
    """What is known of one run. Seconds since its last request was sent; `timings.total_s` is the time so far while it
    runs."""

    timings: Timings = Timings()
    attempts: int = 0
    trace: Trace | None = None
    """None for a run of another session."""
    tokens_per_s: float | None = None
    tokens: int | None = None
    estimated: bool = False
    """The tokens were counted here."""
    running: bool = False
    ended: str = ""
    """How it ended, in a word."""


def timing_lines(shown: TimingShown, width: int) -> list[Line]:
    """All of it, in lines of at most `width` cells."""
    total = shown.timings.total_s
    if total is None or not shown.attempts:
        words = "nothing was sent" if shown.ended else "no answer yet: where its time goes is shown here"
        return [[shortened(words, width, "dim")]]
    parts = _parts(shown.timings, total)
    lines: list[Line] = [_bar_line(parts, total, min(width, _MOST_BAR)), []]
    lines += [_part_line(mark, words, seconds, total, width) for mark, words, seconds in parts if seconds is not None]
    now = "so far" if shown.running else "total"
    lines.append(_fact(f"  {now}", f"{time_text(total):>{_TIME}}  {shown.ended}", width, "number"))
    lines += _facts(shown, width)
    if shown.trace is not None and len(shown.trace.attempts) > 1:
        lines += _attempt_lines(shown.trace, total, shown, width)
    elif shown.attempts > 1:
        lines += [[], _fact("attempts", str(shown.attempts), width)]
    if shown.trace is None:
        lines += [[], [shortened("an earlier run: no times of its pieces are kept", width, "dim")]]
    return lines


_Part = tuple[str, str, "float | None"]


def _parts(timings: Timings, total: float) -> list[_Part]:
    """The stretches that the time is made of: mark, name, seconds; None for one that was not reached."""
    byte, token = timings.first_byte_s, timings.first_token_s
    parts: list[_Part] = [(WAITING, "first byte", total if byte is None else byte)]
    if byte is not None:
        parts.append((THINKING, "first token", max(0.0, (total if token is None else token) - byte)))
    if token is not None:
        parts.append((ANSWERING, "answer", max(0.0, total - token)))
    return parts


def _bar_line(parts: Sequence[_Part], total: float, width: int) -> Line:
    """The parts side by side; one that is not nothing takes a cell at least."""
    line: Line = []
    at = done = 0.0
    for mark, _, seconds in parts:
        at += seconds or 0.0
        end = round(at / total * width) if total > 0 else 0
        if seconds and end <= done:
            end = int(done) + 1
        line.append(Piece(mark * int(min(end, width) - done), _STYLES[mark]))
        done = min(end, width)
    return line


_STYLES = {WAITING: "dim", THINKING: "number", ANSWERING: "key", PAUSING: "dim"}


def _part_line(mark: str, words: str, seconds: float | None, total: float, width: int) -> Line:
    share = f"{100 * (seconds or 0.0) / total:3.0f} %" if total > 0 else ""
    said = {
        WAITING: "until the headers were here",
        THINKING: "from then until the first token",
        ANSWERING: "from then until the end",
    }[mark]
    figures = f"{time_text(seconds or 0.0):>{_TIME}}  {share}"
    line = [Piece(f"{mark} ", _STYLES[mark]), Piece(f"{words:<{_LABEL - 2}}"), Piece(figures, "number")]
    rest = width - _LABEL - cell_len(figures) - 2
    return [*line, shortened(f"  {said}", rest + 2, "dim")] if rest >= cell_len(said) else line


def _facts(shown: TimingShown, width: int) -> list[Line]:
    lines: list[Line] = [[]]
    if shown.tokens:
        count = f"{tokens_text(shown.tokens, exact=not shown.estimated)} token{'s' * (shown.tokens != 1)}"
        lines.append(_fact("rate", f"{rate_text(shown.tokens_per_s)} after the first · {count}", width))
    trace = shown.trace
    if trace is not None and trace.raw.read_at:
        reads = len(trace.raw.read_at)
        size = size_text(len(trace.raw.data) + trace.raw.left_out)
        lines.append(_fact("received", f"{size} in {counted(reads, 'read')}", width))
        wait, before = max((now - then, now) for then, now in _steps(trace.raw.read_at))
        if reads > 1:
            lines.append(_fact("longest wait", f"{time_text(wait)}, until {time_text(before)}", width))
    if trace is not None and (worked := trace.headers.get(_PROCESSING)):
        lines.append(_fact("endpoint worked", f"{one_line(worked, 20)} ms, as it says itself", width))
    return lines if len(lines) > 1 else []


def _steps(times: Sequence[float]) -> list[tuple[float, float]]:
    """Each wait between two reads; a single read has waited for nothing."""
    return list(pairwise(times)) or [(times[0], times[0])]


def _fact(label: str, text: str, width: int, style: str = "") -> Line:
    return [Piece(f"{label:<{_LABEL}}", "dim"), shortened(text, width - _LABEL, style)]


def _attempt_lines(trace: Trace, total: float, shown: TimingShown, width: int) -> list[Line]:
    """A line for each attempt, all on one scale, and what it came to below."""
    attempts = trace.attempts
    whole = attempts[-1].sent_s + total
    plot = max(0, min(_MOST_PLOT, width - _LABEL - _FIGURES))
    lines: list[Line] = [[], [Piece(f"{len(attempts)} attempts in {time_text(whole)}", "")]]
    for place, attempt in enumerate(attempts):
        following = attempts[place + 1] if place + 1 < len(attempts) else None
        end = whole if following is None else following.sent_s - (following.waited_s or 0.0)
        start, stop = (round(each / whole * plot) if whole > 0 else 0 for each in (attempt.sent_s, end))
        bar = PAUSING * start + (ANSWERING if following is None else WAITING) * max(1, stop - start)
        figures = f"sent at {time_text(attempt.sent_s)}, took {time_text(end - attempt.sent_s)}"
        drawn = f"{bar[: plot + 1]:<{plot + 1}}  " if plot >= 8 else ""
        label = Piece(f"attempt {attempt.number:<{_LABEL - 8}}", "dim")
        lines.append([label, Piece(drawn, "key"), shortened(figures, width - _LABEL - cell_len(drawn), "number")])
        words = _came_to(following, shown)
        lines += [[Piece(" " * _LABEL), Piece(line, "dim")] for line in wrapped(words, width - _LABEL, _MOST_WORDS)]
    return lines


def _came_to(following: Attempt | None, shown: TimingShown) -> str:
    if following is None:
        return shown.ended or "under way"
    return f"waited {time_text(following.waited_s or 0.0)} then: {following.why or 'it was asked again at once'}"
