"""Runs a request: gate, send, retry, accumulate, record. The screen, the grid and the command line all use this one.

A `Run` tells what happens by calling `emit` with a batch of events for each read of the network: a call, not a queue,
because at 20,000 chunks a hop between tasks for each one would cost more than everything else here.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from workbench.core.accumulate import Accumulator
from workbench.core.errors import (
    BadRequest,
    ConnectionFailed,
    InternalFault,
    RateLimited,
    Refused,
    RunError,
    ServerError,
    StorageError,
    TimedOut,
    WorkbenchError,
)
from workbench.core.events import Event, FirstByte, Noted, Retrying, Sent, State
from workbench.core.outcome import Outcome, Timings
from workbench.core.request import Request, without_stream_usage
from workbench.core.wire import Chunks, Limits, Opened, RawPiece, Received, Whole

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from workbench.core.connection import Connection
    from workbench.core.json_value import JSON
    from workbench.core.prompt import Prompt

Emit = Callable[[Sequence[Event]], None]


class SendsRequests(Protocol):
    """An endpoint: one physical attempt for each call."""

    def send(self, request: Request, limits: Limits) -> AsyncGenerator[Received, None]: ...


class RunRecord(Protocol):
    """The row of one run in history."""

    @property
    def id(self) -> str: ...
    def append(self, events: Sequence[Event]) -> None: ...
    def attempt(self, number: int) -> None: ...
    def failed(self, number: int, error: RunError) -> None: ...
    def reserve(self, number: int) -> Awaitable[None]: ...
    def withdraw(self, number: int) -> None: ...
    def end(self, outcome: Outcome) -> Awaitable[None]: ...


class KeepsRuns(Protocol):
    """History: the row is stored before `begin` returns, so before the request goes out."""

    async def begin(
        self, *, prompt: Prompt, request: Request, connection: Connection, source: str, preset: str
    ) -> RunRecord: ...


class KnowsPrices(Protocol):
    """US dollars of a usage object; None where the price is unknown, 0.0 where there is nothing to pay."""

    def __call__(
        self, model: str, usage: Mapping[str, JSON] | None, connection: Connection, service_tier: str, /
    ) -> float | None: ...


class GuardsBudget(Protocol):
    """The person's budgets, over all processes."""

    async def before_request(
        self, record: RunRecord | None, attempt: int, request: Request, connection: Connection
    ) -> None:
        """Keep room for a request that is about to go out. OverBudget where there is none."""


class PacesRequests(Protocol):
    """What several runs share that are under way together: the pauses that their host asks for, their budget."""

    async def before_request(self) -> None:
        """Returns once the next physical request may go out. RunError where it may not, now or ever."""

    def was_refused(self, error: RunError) -> None:
        """A request ended in `error` before its answer began."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The one retry policy. Seconds; `retries` counts the attempts after the first."""

    retries: int = 2
    first_wait: float = 0.5
    longest_wait: float = 8.0
    longest_asked_wait: float = 60.0
    """The longest Retry-After that is obeyed; an endpoint that asks for more is not asked again."""

    def retries_after(self, error: BaseException) -> bool:
        """Whether an attempt that ended in `error` before its answer began may be made again.

        Never where the request may have been read and billed without an answer: only what the endpoint said
        itself (408, 429, 5xx), and connections that could not be made.
        """
        match error:
            case RateLimited() | ServerError():
                return error.retry_after is None or error.retry_after <= self.longest_asked_wait
            case TimedOut():
                return error.status == 408 or error.not_sent
            case ConnectionFailed():
                return error.not_sent
        return False

    def shared_wait(self, error: RunError, refusals: int) -> float | None:
        """How long nothing else should be sent to a host that refused with `error`, the `refusals`-th time in a row.

        None where the refusal says nothing of other requests, or asks for more than is obeyed.
        """
        if not isinstance(error, RateLimited) or not self.retries_after(error):
            return None
        grown: float = min(self.first_wait * 2 ** min(refusals - 1, 30), self.longest_wait)
        return max(error.retry_after or 0.0, grown)


@dataclass(frozen=True, slots=True)
class Job:
    """What is run. `anyway` sends in spite of the problems that a request can be sent with; `preset` is the slug of the
    file that the prompt is from, or ""; `pace` and `budget` are asked before each physical request, and no budget where
    the person has said that this is sent in spite of it."""

    prompt: Prompt
    request: Request
    connection: Connection
    limits: Limits = field(default_factory=Limits)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    source: str = "tui"
    anyway: bool = False
    preset: str = ""
    pace: PacesRequests | None = None
    budget: GuardsBudget | None = None


def refusal(job: Job) -> Refused | None:
    """The gate: why this job is not sent, or None."""
    stopping = [p for p in job.request.problems if not (job.anyway and p.can_send)]
    if not stopping:
        return None
    first, more = stopping[0], len(stopping) - 1
    rest = f" (and {more} more)" if more else ""
    return Refused(f"not sent: {first.text}{rest}", "nothing was sent; mend the prompt", problems=tuple(stopping))


class Run:
    """One run of one job. Call `execute()` once; `stop()` ends it early and keeps its text."""

    def __init__(
        self,
        job: Job,
        endpoint: SendsRequests,
        history: KeepsRuns,
        price: KnowsPrices,
        emit: Emit,
        *,
        on_no_stream_usage: Callable[[str], None],
    ) -> None:
        self.job = job
        self._endpoint = endpoint
        self._history = history
        self._price = price
        self._emit_out = emit
        self._on_no_stream_usage = on_no_stream_usage
        self._request = job.request
        self._accumulator = Accumulator(_choices(job.request), job.connection.host)
        self._record: RunRecord | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self._opened = False
        self._attempts = 0
        self._request_id = ""
        self._notes: list[str] = [note.text for note in job.request.notes]
        self._sent_at = 0.0
        self._began_at = 0.0
        self._first_byte: float | None = None
        self._first_token: float | None = None

    @property
    def attempts(self) -> int:
        """Physical requests so far."""
        return self._attempts

    @property
    def id(self) -> str:
        """The id of its row in history; "" before there is one, and where the disk took none."""
        return self._record.id if self._record is not None else ""

    def stop(self) -> None:
        """End the run now; its text is kept and its state is `cancelled`. Safe to call at any time."""
        self._stopped = True
        if self._task is not None:
            self._task.cancel()

    async def execute(self) -> Outcome:
        """Run to the end and return how it went; failures are in the outcome, not raised.

        A cancelled caller cancels the run: the row is ended as `cancelled`, then CancelledError goes on up.
        """
        self._began_at = time.monotonic()
        refused = refusal(self.job)
        if refused is not None:
            return await self._finish(error=refused)
        self._task = asyncio.create_task(self._work(), name="run")
        # Stopped before, or by the work's own first events: Textual begins tasks at once (Python 3.12 on).
        if self._stopped:
            self._task.cancel()
        try:
            await self._task
        except asyncio.CancelledError:
            if self._task.done() and self._stopped:
                return await self._finish(cancelled=True)
            self._task.cancel()
            await asyncio.wait([self._task])
            await self._finish(cancelled=True)
            raise
        except RunError as error:
            return await self._finish(error=error)
        return await self._finish()

    async def _work(self) -> None:
        if self._stopped:  # an eager task gets here before it can be cancelled
            raise asyncio.CancelledError
        try:
            await self._begin_record()
            await self._attempts_with_retries()
        except WorkbenchError:
            raise
        except Exception as error:
            # The text of an unknown exception may hold anything, a key too: only its type is said.
            raise InternalFault(
                f"the run failed inside the program ({type(error).__name__})", "please report this"
            ) from error

    async def _begin_record(self) -> None:
        job = self.job
        begun = asyncio.ensure_future(
            self._history.begin(
                prompt=job.prompt,
                request=job.request,
                connection=job.connection,
                source=job.source,
                preset=job.preset,
            )
        )
        with contextlib.suppress(StorageError):  # history reports its own trouble; the run goes on unsaved
            try:
                self._record = await asyncio.shield(begun)
            except asyncio.CancelledError:
                # The row is there or will be, and without its record nobody would give it its end.
                self._record = await begun
                raise

    async def _attempts_with_retries(self) -> None:
        # Imported here: tenacity is not needed for the first paint.
        from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

        policy = self.job.retry
        retrying = AsyncRetrying(
            stop=stop_after_attempt(policy.retries + 1),
            wait=self._wait,
            retry=retry_if_exception(lambda error: not self._opened and policy.retries_after(error)),
            before_sleep=self._announce,
            sleep=asyncio.sleep,
            reraise=True,
        )
        await retrying(self._attempt_or_without_usage)

    def _wait(self, state: RetryCallState) -> float:
        from tenacity import wait_random_exponential

        error = state.outcome.exception() if state.outcome else None
        policy = self.job.retry
        grown = wait_random_exponential(multiplier=policy.first_wait, max=policy.longest_wait)(state)
        asked = error.retry_after if isinstance(error, RunError) else None
        # Retry-After: 0 must not make a storm, so our own back-off is the least.
        return max(asked or 0.0, policy.first_wait, grown)

    def _announce(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        after = state.next_action.sleep if state.next_action else 0.0
        self._emit([Retrying(after, self._attempts + 1, error.message if isinstance(error, RunError) else "")])

    async def _attempt_or_without_usage(self) -> None:
        try:
            await self._attempt()
        except BadRequest as error:
            if not _refuses_stream_usage(error, self._request):
                raise
            host = self.job.connection.host
            self._on_no_stream_usage(host)
            self._request = without_stream_usage(self._request)
            self._note(f"{host} refuses stream_options.include_usage: asked again without it")
            await self._attempt()

    async def _attempt(self) -> None:
        await self._may_send()
        try:
            await self._send_once()
        except RunError as error:
            if not self._opened and self.job.pace is not None:
                self.job.pace.was_refused(error)
            raise

    async def _may_send(self) -> None:
        """Returns once the next physical request may go out."""
        job, number, record = self.job, self._attempts + 1, self._record
        try:
            if job.budget is not None:
                await job.budget.before_request(record, number, self._request, job.connection)
            if job.pace is not None:
                await job.pace.before_request()
        except BaseException:  # a stop meanwhile too: the room that was kept is given back
            if record is not None and job.budget is not None:
                record.withdraw(number)
            raise

    async def _send_once(self) -> None:
        self._attempts += 1
        self._sent_at = time.monotonic()
        if self._record is not None:
            self._record.attempt(self._attempts)
        self._emit([Sent(self._attempts)])
        try:
            async with contextlib.aclosing(self._endpoint.send(self._request, self.job.limits)) as received:
                async for item in received:
                    self._take(item)
        except RunError as error:
            if self._record is not None and not self._opened:
                self._record.failed(self._attempts, error)
            raise

    def _take(self, item: Received) -> None:
        if isinstance(item, RawPiece):
            self._emit_out([item])  # for who watches: history keeps what it says, not its bytes
            return
        accumulator = self._accumulator
        match item:
            case Chunks():
                events: list[Event] = list(accumulator.feed(item.items))
                events.extend(Noted(fault) for fault in item.faults)
                accumulator.done = accumulator.done or item.done
            case Whole():
                events = list(accumulator.take_whole(item.response))
            case Opened():
                self._opened = True
                self._first_byte = time.monotonic() - self._sent_at
                self._request_id = item.request_id
                events = [FirstByte(item.request_id, item.status, item.headers)]
        if self._first_token is None and accumulator.has_content:
            self._first_token = time.monotonic() - self._sent_at
        self._emit_noting(events)

    def _emit_noting(self, events: Sequence[Event]) -> None:
        self._notes.extend(event.text for event in events if isinstance(event, Noted))
        self._emit(events)

    def _note(self, text: str) -> None:
        self._emit_noting([Noted(text)])

    def _emit(self, events: Sequence[Event]) -> None:
        if not events:
            return
        if self._record is not None:
            self._record.append(events)
        self._emit_out(events)

    async def _finish(self, *, error: RunError | None = None, cancelled: bool = False) -> Outcome:
        self._emit_noting(self._accumulator.flush())
        ended = self._accumulator.end(error=error, cancelled=cancelled)
        answer = self._accumulator.answer()
        total = time.monotonic() - (self._sent_at or self._began_at)
        outcome = Outcome(
            state=ended.state,
            request=replace(self._request, problems=self.job.request.problems),
            answer=answer,
            error=ended.error,
            timings=Timings(self._first_byte, self._first_token, total),
            attempts=self._attempts,
            request_id=self._request_id,
            connection=self.job.connection.name,
            cost_usd=self._cost(answer.usage, answer.model),
            notes=tuple(self._notes),
        )
        if self._record is not None:
            with contextlib.suppress(StorageError):  # history reports its own trouble
                await asyncio.shield(asyncio.ensure_future(self._record.end(outcome)))
        self._emit_out([ended])
        return outcome

    def _cost(self, usage: Mapping[str, JSON] | None, answered_by: str) -> float | None:
        if self._attempts == 0:
            return 0.0
        tier = self._request.body.get("service_tier")
        model = self._request.model or answered_by
        return self._price(model, usage, self.job.connection, tier if isinstance(tier, str) else "")


def _choices(request: Request) -> int:
    n = request.body.get("n")
    return n if isinstance(n, int) and not isinstance(n, bool) and n > 0 else 1


def _refuses_stream_usage(error: BadRequest, request: Request) -> bool:
    # Only what the builder added is taken out again; stream_options of the person's own are theirs to change.
    ours = request.body.get("stream_options") == {"include_usage": True}
    said = f"{error.field} {error.message} {error.details}"
    return ours and ("stream_options" in said or "include_usage" in said)


def failed(state: State, finish_reasons: Sequence[str | None]) -> bool:
    """Whether a run counts as failed for an exit code: not complete, or filtered."""
    return state is not State.COMPLETE or "content_filter" in finish_reasons
