"""The runner over an endpoint made of values: gate, retries, stop, record, and the one end that every run has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import pytest

from workbench.core.connection import Connection
from workbench.core.errors import (
    AuthenticationError,
    BadRequest,
    BrokenStream,
    ConnectionFailed,
    ErrorKind,
    QuotaExceeded,
    RateLimited,
    Refused,
    RunError,
    ServerError,
    StorageError,
    TimedOut,
)
from workbench.core.events import Ended, Event, FirstByte, Retrying, Sent, State, TextDelta
from workbench.core.json_value import JSON
from workbench.core.outcome import Outcome
from workbench.core.prompt import Message, Prompt, Role
from workbench.core.request import Problem, Request
from workbench.core.wire import Chunks, Limits, Opened, Received
from workbench.runner import Emit, Job, RetryPolicy, Run

pytestmark = pytest.mark.usefixtures("task_start")

CONNECTION = Connection("test", "endpoint", "http://127.0.0.1:1/v1", "127.0.0.1:1")
PROMPT = Prompt(messages=(Message(Role.USER, "hi"),))
REQUEST = Request({"model": "m", "messages": [], "stream": True, "stream_options": {"include_usage": True}})
NO_WAIT = RetryPolicy(retries=2, first_wait=0.0, longest_wait=0.0)


def text(content: str, finish: str | None = None) -> JSON:
    return {"choices": [{"index": 0, "delta": {"content": content}, "finish_reason": finish}]}


GOOD: list[Received] = [Opened(200, "req-1"), Chunks((text("a"), text("b", "stop")), done=True)]


class Endpoint:
    """Plays one script for each attempt; an exception in a script is raised there, a future is waited for."""

    def __init__(self, *scripts: Sequence[Received | RunError | asyncio.Future[None]]) -> None:
        self.scripts = list(scripts)
        self.requests: list[Request] = []
        self.limits: list[Limits] = []
        self.closed = 0
        self.asked = asyncio.Event()

    async def send(self, request: Request, limits: Limits) -> AsyncGenerator[Received, None]:
        self.requests.append(request)
        self.limits.append(limits)
        self.asked.set()
        try:
            for step in self.scripts.pop(0):
                if isinstance(step, RunError):
                    raise step
                if isinstance(step, asyncio.Future):
                    await step
                else:
                    yield step
        finally:
            self.closed += 1


class Record:
    id = "run-1"

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.attempts: list[int] = []
        self.reserved: list[int] = []
        self.failures: list[tuple[int, ErrorKind]] = []
        self.outcome: Outcome | None = None

    def append(self, events: Sequence[Event]) -> None:
        self.events.extend(events)

    def attempt(self, number: int) -> None:
        self.attempts.append(number)

    async def reserve(self, number: int) -> None:
        self.reserved.append(number)

    def withdraw(self, number: int) -> None:
        self.reserved.remove(number)

    def failed(self, number: int, error: RunError) -> None:
        self.failures.append((number, error.kind))

    async def end(self, outcome: Outcome) -> None:
        self.outcome = outcome


class History:
    def __init__(self) -> None:
        self.records: list[Record] = []

    async def begin(self, **_: Any) -> Record:
        self.records.append(Record())
        return self.records[-1]


class NoDisk(History):
    async def begin(self, **_: Any) -> Record:
        raise StorageError("the disk is full")


class SlowDisk(History):
    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def begin(self, **values: Any) -> Record:
        self.asked.set()
        await self.may.wait()
        return await super().begin(**values)


class Bench:
    def __init__(self, *scripts: Sequence[Received | RunError | asyncio.Future[None]], history: History | None = None):
        self.endpoint = Endpoint(*scripts)
        self.history = history or History()
        self.events: list[Event] = []
        self.learned: list[str] = []

    def run(self, request: Request = REQUEST, emit: Emit | None = None, **job: Any) -> Run:
        job.setdefault("retry", NO_WAIT)
        return Run(
            Job(PROMPT, request, CONNECTION, **job),
            self.endpoint,
            self.history,
            self.price,
            emit or self.events.extend,
            on_no_stream_usage=self.learned.append,
        )

    def price(self, model: str, usage: Mapping[str, JSON] | None, connection: Connection, tier: str) -> float | None:
        return 0.25 if usage else None

    @property
    def ends(self) -> list[Ended]:
        return [event for event in self.events if isinstance(event, Ended)]


async def test_a_good_run_is_complete_and_recorded() -> None:
    bench = Bench(GOOD)
    outcome = await bench.run().execute()
    assert outcome.state is State.COMPLETE
    assert outcome.answer.choices[0].text == "ab"
    assert outcome.request_id == "req-1"
    assert outcome.attempts == 1
    assert bench.events[0] == Sent(1)
    assert bench.events[1] == FirstByte("req-1", 200, {})
    assert bench.events[2] == TextDelta(0, "ab")
    assert bench.ends == [Ended(State.COMPLETE, ("stop",))]
    record = bench.history.records[0]
    assert record.outcome == outcome
    assert record.attempts == [1]
    assert [event for event in record.events if isinstance(event, TextDelta)] == [TextDelta(0, "ab")]


async def test_the_row_is_there_before_the_request_goes_out() -> None:
    bench = Bench(GOOD)
    seen: list[int] = []
    original = bench.endpoint.send

    def send(request: Request, limits: Limits) -> AsyncGenerator[Received, None]:
        seen.append(len(bench.history.records))
        return original(request, limits)

    bench.endpoint.send = send  # type: ignore[method-assign]
    await bench.run().execute()
    assert seen == [1]


async def test_problems_stop_it_before_anything_is_sent_or_stored() -> None:
    bench = Bench(GOOD)
    request = Request(
        REQUEST.body, problems=(Problem("temperature", "temperature is 9: 0 to 2"), Problem("n", "n is 0"))
    )
    outcome = await bench.run(request).execute()
    assert outcome.state is State.ERROR
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.REFUSED
    assert outcome.attempts == 0
    assert outcome.cost_usd == 0.0
    assert bench.endpoint.requests == []
    assert bench.history.records == []
    assert outcome.to_json()["error"]["problems"] == [  # type: ignore[index, call-overload]
        {"field": "temperature", "text": "temperature is 9: 0 to 2"},
        {"field": "n", "text": "n is 0"},
    ]


async def test_anyway_sends_what_can_be_sent_and_nothing_else() -> None:
    soft, hard = Problem("temperature", "9"), Problem("temperature", "NaN", can_send=False)
    sent = await Bench(GOOD).run(Request(REQUEST.body, problems=(soft,)), anyway=True).execute()
    assert sent.state is State.COMPLETE
    kept = await Bench(GOOD).run(Request(REQUEST.body, problems=(soft, hard)), anyway=True).execute()
    assert kept.error is not None
    assert kept.error.kind is ErrorKind.REFUSED


RETRIED = [
    RateLimited("slow down", status=429),
    ServerError("down", status=503),
    TimedOut("408", status=408, code="server"),
    ConnectionFailed("no host", code="dns", not_sent=True),
]
NOT_RETRIED = [
    QuotaExceeded("no money", status=429),
    RateLimited("come back tomorrow", status=429, retry_after=86400.0),
    AuthenticationError("key", status=401),
    ConnectionFailed("closed before an answer", code="closed"),
    ConnectionFailed("certificate", code="tls"),
    TimedOut("no first byte", code="first_byte"),
]


@pytest.mark.parametrize("error", RETRIED, ids=lambda e: e.message)
async def test_retried_before_any_byte_and_counted(error: RunError) -> None:
    bench = Bench([error], [error], GOOD)
    outcome = await bench.run().execute()
    assert outcome.state is State.COMPLETE
    assert outcome.attempts == 3
    assert [e.attempt for e in bench.events if isinstance(e, Retrying)] == [2, 3]
    assert bench.history.records[0].attempts == [1, 2, 3]


@pytest.mark.parametrize("error", RETRIED, ids=lambda e: e.message)
async def test_gives_up_with_the_last_error(error: RunError) -> None:
    bench = Bench([error], [error], [error])
    outcome = await bench.run().execute()
    assert outcome.state is State.ERROR
    assert outcome.error is error
    assert outcome.attempts == 3
    assert len(bench.ends) == 1


@pytest.mark.parametrize("error", NOT_RETRIED, ids=lambda e: e.message)
async def test_never_retried(error: RunError) -> None:
    bench = Bench([error], GOOD)
    outcome = await bench.run().execute()
    assert outcome.error is error
    assert outcome.attempts == 1


@pytest.mark.parametrize("error", RETRIED, ids=lambda e: e.message)
async def test_never_retried_once_the_answer_began(error: RunError) -> None:
    bench = Bench([Opened(200), error], GOOD)
    outcome = await bench.run().execute()
    assert outcome.attempts == 1
    assert outcome.state is not State.COMPLETE


async def test_no_retries_when_set_to_none() -> None:
    bench = Bench([RateLimited("slow down", status=429)], GOOD)
    outcome = await bench.run(retry=RetryPolicy(retries=0)).execute()
    assert outcome.attempts == 1


async def test_waits_as_long_as_asked_and_stop_ends_the_wait() -> None:
    bench = Bench([RateLimited("slow down", status=429, retry_after=30.0)], GOOD)
    run = bench.run(retry=RetryPolicy(retries=1, first_wait=0.01, longest_wait=0.02))
    waiting: asyncio.Future[Retrying] = asyncio.get_running_loop().create_future()

    def take(events: Sequence[Event]) -> None:
        bench.events.extend(events)
        for event in events:
            if isinstance(event, Retrying):
                waiting.set_result(event)

    run._emit_out = take
    task = asyncio.create_task(run.execute())
    announced = await waiting
    assert announced.after >= 30.0
    run.stop()
    outcome = await task
    assert outcome.state is State.CANCELLED
    assert outcome.attempts == 1
    assert len(bench.ends) == 1


async def test_stop_keeps_the_text_and_closes_the_stream() -> None:
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    bench = Bench([Opened(200), Chunks((text("kept"),)), never])
    run = bench.run()
    arrived = asyncio.Event()

    def take(events: Sequence[Event]) -> None:
        bench.events.extend(events)
        if any(isinstance(event, TextDelta) for event in events):
            arrived.set()

    run._emit_out = take
    task = asyncio.create_task(run.execute())
    await arrived.wait()
    run.stop()
    outcome = await task
    assert outcome.state is State.CANCELLED
    assert outcome.answer.choices[0].text == "kept"
    assert bench.endpoint.closed == 1
    assert bench.history.records[0].outcome == outcome


async def test_a_cancelled_caller_ends_the_row_too() -> None:
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    bench = Bench([Opened(200), never])
    task = asyncio.create_task(bench.run().execute())
    await bench.endpoint.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    stored = bench.history.records[0].outcome
    assert stored is not None
    assert stored.state is State.CANCELLED
    assert bench.endpoint.closed == 1


async def test_stop_before_it_began_sends_nothing() -> None:
    bench = Bench(GOOD)
    run = bench.run()
    run.stop()
    outcome = await run.execute()
    assert outcome.state is State.CANCELLED
    assert bench.endpoint.requests == []


async def test_stop_on_its_own_first_event_ends_it() -> None:
    bench = Bench([Opened(200), asyncio.Future()])

    def stop_when_sent(events: Sequence[Event]) -> None:
        if any(isinstance(event, Sent) for event in events):
            run.stop()

    run = bench.run(emit=stop_when_sent)
    async with asyncio.timeout(5):
        outcome = await run.execute()
    assert outcome.state is State.CANCELLED
    assert bench.endpoint.closed == len(bench.endpoint.requests)


async def test_a_cut_keeps_the_text_as_truncated() -> None:
    cut = BrokenStream("the stream was cut")
    bench = Bench([Opened(200), Chunks((text("half"),)), cut])
    outcome = await bench.run().execute()
    assert outcome.state is State.TRUNCATED
    assert outcome.error is cut
    assert outcome.answer.choices[0].text == "half"


async def test_include_usage_refused_is_asked_once_without_it_and_learned() -> None:
    refusal = BadRequest("Unrecognized request argument supplied: stream_options", status=400, field="stream_options")
    bench = Bench([refusal], GOOD)
    outcome = await bench.run().execute()
    assert outcome.state is State.COMPLETE
    assert "stream_options" in bench.endpoint.requests[0].body
    assert "stream_options" not in bench.endpoint.requests[1].body
    assert bench.learned == [CONNECTION.host]
    assert outcome.attempts == 2
    assert any("include_usage" in note for note in outcome.notes)
    assert outcome.request.body == bench.endpoint.requests[1].body


async def test_another_bad_request_is_not_sent_again() -> None:
    bench = Bench([BadRequest("bad value", status=400, field="temperature")], GOOD)
    outcome = await bench.run().execute()
    assert outcome.attempts == 1
    assert bench.learned == []


async def test_a_full_disk_does_not_stop_the_run() -> None:
    bench = Bench(GOOD, history=NoDisk())
    outcome = await bench.run().execute()
    assert outcome.state is State.COMPLETE
    assert outcome.answer.choices[0].text == "ab"


async def test_a_fault_of_ours_is_named_by_its_type_only() -> None:
    class Broken(Endpoint):
        async def send(self, request: Request, limits: Limits) -> AsyncGenerator[Received, None]:
            yield self._nothing["sk-secret"]

        _nothing: dict[str, Received] = {}  # noqa: RUF012

    bench = Bench()
    bench.endpoint = Broken()
    outcome = await bench.run().execute()
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.INTERNAL
    assert "sk-secret" not in outcome.error.message
    assert "KeyError" in outcome.error.message


class Pace:
    """Lets through so many requests, and keeps what it was told."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.refused: list[RunError] = []

    async def before_request(self) -> None:
        if not self.left:
            raise Refused("the cap is reached")
        self.left -= 1

    def was_refused(self, error: RunError) -> None:
        self.refused.append(error)


async def test_each_request_is_asked_for_and_each_refusal_told() -> None:
    slow_down, cut = RateLimited("slow down", status=429), BrokenStream("the stream was cut")
    pace = Pace(2)
    outcome = await Bench([slow_down], [Opened(200), cut]).run(pace=pace).execute()
    assert outcome.attempts == 2
    assert pace.refused == [slow_down]  # what breaks after its beginning is no refusal


async def test_a_retry_that_is_not_let_through_ends_the_run() -> None:
    bench = Bench([RateLimited("slow down", status=429)], GOOD)
    outcome = await bench.run(pace=Pace(1)).execute()
    assert outcome.error is not None
    assert outcome.error.message == "the cap is reached"
    assert outcome.attempts == len(bench.endpoint.requests) == 1


def test_the_wait_that_a_host_s_requests_share() -> None:
    policy = RetryPolicy(first_wait=0.5, longest_wait=8.0, longest_asked_wait=60.0)
    slow_down = RateLimited("slow down", status=429)
    assert [policy.shared_wait(slow_down, refusals) for refusals in (1, 2, 3, 9, 9999)] == [0.5, 1.0, 2.0, 8.0, 8.0]
    assert policy.shared_wait(RateLimited("slow down", retry_after=20.0), 1) == 20.0
    assert policy.shared_wait(RateLimited("tomorrow", retry_after=86400.0), 1) is None
    assert policy.shared_wait(ServerError("down", status=503), 1) is None


async def test_a_run_that_is_stopped_while_its_row_is_written_ends_in_its_row() -> None:
    disk = SlowDisk()
    bench = Bench([], history=disk)
    run = bench.run()
    task = asyncio.create_task(run.execute())
    await disk.asked.wait()
    run.stop()
    await asyncio.sleep(0)
    disk.may.set()
    outcome = await task
    assert outcome.state is State.CANCELLED
    assert bench.endpoint.requests == []
    assert [record.outcome for record in disk.records] == [outcome]
