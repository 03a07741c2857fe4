"""The record of a run: attempts with their waits, and when each byte came."""

from __future__ import annotations

import pytest

from workbench.core.trace import KEPT, Attempt, RawLog, Trace


def test_a_run_of_two_attempts() -> None:
    trace = Trace(90.0)
    trace.sent(1, 100.0)
    trace.opened(200, {"a": "b"}, 100.4)
    trace.retrying("429 slow down", 100.5)
    trace.sent(2, 101.75)
    assert trace.attempts == [Attempt(1, 0.0), Attempt(2, 1.75, "429 slow down", 1.25)]
    assert (trace.status, trace.first_byte_s, len(trace.raw.data)) == (None, None, 0), "of the last attempt only"
    trace.opened(200, {}, 102.0)
    trace.received(b"ab", 102.25)
    trace.token(102.25)
    trace.token(105.0)
    assert trace.elapsed(102.75) == pytest.approx(1.0)
    trace.ended(103.75)
    assert trace.elapsed(999.0) == pytest.approx(2.0)
    assert (trace.first_byte_s, trace.first_token_s) == (0.25, 0.5)
    assert trace.raw.read_at == [0.5]


def test_a_run_that_was_never_sent_has_no_times() -> None:
    trace = Trace(5.0)
    trace.ended(9.0)
    assert (trace.elapsed(10.0), trace.ended_s) == (0.0, None)


def test_each_byte_has_the_time_of_its_read() -> None:
    log = RawLog()
    log.add(b"abc", 1.0)
    log.add(b"d", 2.0)
    assert [log.time_of(end) for end in (1, 3, 4, 9)] == [1.0, 1.0, 2.0, 2.0]


def test_what_is_kept_is_limited_and_what_is_not_is_counted() -> None:
    log = RawLog()
    log.add(bytes(KEPT - 1), 1.0)
    log.add(b"abc", 2.0)
    log.add(b"def", 3.0)
    assert (len(log.data), log.left_out, log.read_at) == (KEPT, 5, [1.0, 2.0])
