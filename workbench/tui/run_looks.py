"""What the Raw and the Timing view show of a run, from what was recorded of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from workbench.core.outcome import Timings
from workbench.core.usage import UsageFacts, tokens_per_second
from workbench.tui.timing_lines import TimingShown
from workbench.tui.widgets.raw_view import RawShown

if TYPE_CHECKING:
    from workbench.core.outcome import Outcome
    from workbench.tui.run_progress import RunProgress


def raw_shown(progress: RunProgress | None, outcome: Outcome | None) -> RawShown:
    """The bytes that have come so far."""
    if progress is None or _of_another_session(progress, outcome):
        return RawShown(past=progress is not None)
    if outcome is not None:
        return RawShown(progress.trace, total=outcome.timings.total_s or 0.0)
    return RawShown(progress.trace, running=True, total=progress.trace.elapsed(time.monotonic()))


def timing_shown(progress: RunProgress | None, outcome: Outcome | None) -> TimingShown:
    """Where the time has gone so far, or went."""
    if progress is None:
        return TimingShown()
    trace = progress.trace
    if outcome is not None:
        timings, usage = outcome.timings, outcome.answer.usage
    else:
        timings = Timings(trace.first_byte_s, trace.first_token_s, trace.elapsed(time.monotonic()))
        usage = None
    counted = UsageFacts.from_usage(usage).completion
    tokens = round(progress.answer.tokens) if counted is None else counted
    past = _of_another_session(progress, outcome)
    return TimingShown(
        timings,
        outcome.attempts if past and outcome is not None else len(trace.attempts),
        None if past else trace,
        tokens_per_second(tokens, timings.first_token_s, timings.total_s),
        tokens,
        estimated=counted is None,
        running=outcome is None,
        ended="" if outcome is None else outcome.state.value,
    )


def _of_another_session(progress: RunProgress, outcome: Outcome | None) -> bool:
    """Whether it was sent, and nobody recorded how."""
    return outcome is not None and outcome.attempts > 0 and not progress.trace.attempts
