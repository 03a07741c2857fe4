"""The conversation about how much of a conversation is sent, and the request for a summary of its older turns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.turns import sent_words
from workbench.core.usage import money_text, tokens_text
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.core.outcome import Outcome
    from workbench.core.prompt import Prompt
    from workbench.runner import Job
    from workbench.tui.desk import Desk


class _Wanted(NamedTuple):
    """A summary that was asked for: of which messages of which prompt, and the job that makes it."""

    prompt: Prompt
    indexes: tuple[int, ...]
    job: Job


class Sending:
    """Chooses what is sent. `run` executes a job in the output pane; `changed` shows the prompt anew."""

    def __init__(
        self, desk: Desk, *, ask: Ask, say: Say, changed: Callable[[], None], run: Callable[[Job], None]
    ) -> None:
        self._desk = desk
        self._ask = ask
        self._say = say
        self._changed = changed
        self._run = run
        self._wanted: _Wanted | None = None

    async def choose(self) -> None:
        """Let the person choose, with what each choice saves."""
        from workbench.tui.derived import count_messages
        from workbench.tui.screens.send_choice import SendChooser, send_options

        desk = self._desk
        options = send_options(desk.prompt.messages, [count.value for count in count_messages(desk)])
        if len(options) == 1:
            self._say("there is one turn only: all of it is sent", "info")
            return
        choice = await self._ask(SendChooser(options, desk.prompt.send))
        if choice is None:
            return
        if choice.summarise is not None:
            await self._ask_for_summary(choice.summarise)
            return
        desk.edit(replace(desk.prompt, send=choice.limit))
        self._changed()
        self._say(f"from now on {sent_words(choice.limit)}", "success")

    async def _ask_for_summary(self, keep: int) -> None:
        from workbench.core.summary import older_turns, summary_request_prompt
        from workbench.tui.widgets.chooser import yes_or_no

        desk, services = self._desk, self._desk.services
        indexes = older_turns(desk.prompt, keep)
        job = services.job(summary_request_prompt(desk.prompt, keep), desk.connection, source="tui")
        tokens = desk.count_request(job.request)
        cost = services.price_estimate(desk.model, tokens, 0, desk.connection)
        price = (
            "free"
            if services.costs_nothing(desk.connection, desk.model)
            else f"{money_text(cost, exact=False)} and the answer"
        )
        text = (
            f"One request goes to {desk.model} at {desk.connection.name}, with about {tokens_text(tokens)} tokens "
            f"({price}). The {len(indexes)} messages that it stands for are switched off, not deleted."
        )
        question = yes_or_no("A summary of the older turns", text, yes="Ask for the summary", no="No")
        if await self._ask(question) == "yes":
            self._wanted = _Wanted(desk.prompt, indexes, job)
            self._run(job)

    def take_summary(self, outcome: Outcome) -> None:
        """Put the summary in the place of the turns that it stands for, once its run has ended."""
        from workbench.core.events import State
        from workbench.core.summary import with_summary

        wanted, self._wanted = self._wanted, None
        if wanted is None or self._desk.shown is not wanted.job or outcome.state is not State.COMPLETE:
            return
        text = outcome.answer.choices[0].text if outcome.answer.choices else ""
        if not text.strip():
            self._say("the summary came back empty: the messages stay as they are", "warning")
        elif self._desk.prompt.messages != wanted.prompt.messages:
            self._say("the messages were changed meanwhile: the summary stands in the output only", "warning")
        else:
            self._desk.edit(with_summary(self._desk.prompt, wanted.indexes, text))
            self._changed()
            many = len(wanted.indexes)
            self._say(f"the summary is a message now; the {many} that it stands for are off", "success")
