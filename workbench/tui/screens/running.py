"""Running the prompt of one draft in its output pane: sending it, once more, and without what was refused."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.message_parts import function_calls
from workbench.own_thread import in_own_thread
from workbench.tui.keys import own_key
from workbench.tui.widgets.trouble import droppable

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from workbench.core.events import Event
    from workbench.core.prompt import ToolCall
    from workbench.runner import Emit, Job
    from workbench.tui.desk import Desk
    from workbench.tui.screens.budget_moves import BudgetMoves
    from workbench.tui.screens.where import Say
    from workbench.tui.widgets.output_pane import OutputPane


class Untaken(NamedTuple):
    """An answer that can be taken into the messages."""

    text: str
    calls: tuple[ToolCall, ...]


class Running:
    """`pane` is the one that shows its output now, `say` says a line, `began` follows a run that has begun, `changed`
    shows the prompt anew. Jobs are made once `warmed` is set."""

    def __init__(
        self,
        desk: Desk,
        pane: Callable[[], OutputPane],
        *,
        warmed: asyncio.Event,
        say: Say,
        began: Callable[[], None],
        changed: Callable[[], None],
        budget: BudgetMoves,
    ) -> None:
        self._desk = desk
        self._find_pane = pane
        self._warmed = warmed
        self._say = say
        self._began = began
        self._changed = changed
        self._budget = budget

    @property
    def _pane(self) -> OutputPane:
        return self._find_pane()

    def run(self, *, anyway: bool = False) -> None:
        """Send the prompt as it stands."""
        if not self.busy():
            self._execute(partial(self._desk.job, anyway=anyway))

    def again(self) -> None:
        """Send the last request once more."""
        if self.busy():
            return
        if self._desk.last is None:
            self._say(f"nothing was run yet: {own_key('run')} runs the prompt", "info")
            return
        self._execute(partial(self._desk.job_again, self._desk.last))

    def without_refused(self) -> None:
        """Leave out the parameter that the endpoint refused, from now on, and run again."""
        desk, outcome = self._desk, self._pane.outcome
        if self.busy() or outcome is None or outcome.error is None or not droppable(outcome.error):
            return
        desk.learn(outcome.error.field)
        told = f"{outcome.error.field} is left out for {desk.model} at {desk.connection.host} from now on"
        self._say(told, "info")
        self._changed()
        self._execute(desk.job)

    def other(self, job: Job) -> None:
        """Run a job that is not the prompt itself, such as the request for a summary."""
        if not self.busy():
            self._execute(lambda: job)

    def busy(self) -> bool:
        """Whether a run goes on; says so."""
        if self._pane.running:
            self._say("it is still running: esc stops it", "info")
        return self._pane.running

    def untaken_answer(self) -> Untaken | None:
        """The answer to the prompt's own run, where it can be taken into the messages; else None and a line why."""
        desk, pane = self._desk, self._pane
        answer = Untaken(pane.answer_source, function_calls(pane.answer_calls))
        if pane.running or not (answer.text or answer.calls) or desk.shown is not desk.last:
            self._say("there is no finished answer to take into the messages", "info")
            return None
        if desk.taken is not None and desk.prompt.messages == desk.taken.after.messages:
            self._say("this answer is in the messages already", "info")
            return None
        if len(answer.calls) < len(pane.answer_calls):
            self._say("a call that is no function's can't be answered here and is left out", "warning")
        return answer

    def _execute(self, make: Callable[[], Job]) -> None:
        """Run the job that `make` makes, once the program is warm."""
        pane = self._pane
        progress = pane.begin()
        self._began()
        pane.run_worker(self._start(pane, progress.take, make), group="launch", exclusive=True)

    async def _start(self, pane: OutputPane, take: Emit, make: Callable[[], Job]) -> None:
        await self._warmed.wait()
        desk = self._desk
        if desk.has_image_files:
            await in_own_thread(desk.read_images, desk.prompt, desk.parts)
        before = desk.prompt
        job = desk.shown = make()
        if desk.prompt is not before:
            self._changed()  # an answer that was taken is taken out again for "run again"
        pane.show_request(job.request, job.prompt.parameters)

        def emit(events: Sequence[Event]) -> None:
            if job is desk.last and run.id:
                desk.ran(run.id)
            take(events)

        run = desk.services.start(await self._budget.allowed(job), emit)
        pane.start(run)
