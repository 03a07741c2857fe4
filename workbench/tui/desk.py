"""What lies on the workbench: the prompt being edited, where it would go, and what was run. No widget in here."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.draft import DraftState
from workbench.core.errors import InputError
from workbench.core.message_parts import function_calls, has_parts, open_calls
from workbench.core.parts import NO_PARTS
from workbench.core.prompt import Prompt, Variable
from workbench.core.prompt_change import Spot, change_words, spot_of
from workbench.core.prompt_history import PromptHistory
from workbench.core.prompt_json import prompt_from_json, prompt_to_json
from workbench.core.saved import as_saved
from workbench.core.title import title_of
from workbench.own_thread import in_own_thread
from workbench.tui.conversation import Taken, before_answer, starting_prompt, with_answer
from workbench.tui.draft_view import DraftView
from workbench.tui.keys import own_key
from workbench.tui.part_lines import image_files
from workbench.tui.preset_source import PresetSource

if TYPE_CHECKING:
    from workbench.adapters.history_rows import StoredRun
    from workbench.adapters.tokens import TokenCount
    from workbench.core.connection import Connection
    from workbench.core.draft import DraftContent
    from workbench.core.models import ModelRules
    from workbench.core.outcome import Outcome
    from workbench.core.parts import Parts
    from workbench.core.preset import OpenedPreset
    from workbench.core.prompt import CannedReply, ToolCall
    from workbench.core.request import Problem, Request
    from workbench.core.usage import SessionCost
    from workbench.runner import Job
    from workbench.tui.session import Session


class Step(NamedTuple):
    """A step of the history that was taken: where it changed the messages, if it did, and a line that says it."""

    spot: Spot | None
    words: str


class Desk:
    """The state behind the workbench's screen. Every edit is journalled as it is made."""

    def __init__(
        self, session: Session, draft_id: str, prompt: Prompt | None = None, *, beside: Desk | None = None
    ) -> None:
        """A new draft. It goes where the one `beside` goes."""
        self.services = session.services
        self.draft_id = draft_id
        self._session = session
        self.is_open = True
        """Whether it has a tab. What comes late for one that was closed does not open it again."""
        self.prompt = prompt or starting_prompt()
        self.source: PresetSource | None = None
        """The preset file that the prompt is from, where it is from one."""
        self.history = PromptHistory()
        """What can be undone and redone of this draft."""
        self.opened = self.prompt
        """The prompt as it was opened: what "changed" is measured against."""
        self._file_read = True
        """Whether `opened` is what the file has. Until then the prompt may have more than its file."""
        self.parts: Parts = NO_PARTS
        """The persona and the format that the prompt names, once they were read."""
        self.parts_trouble: tuple[Problem, ...] = ()
        """Why a part that is named can't be used."""
        self._connection = beside.connection if beside is not None else self._first_connection()
        self._connection_chosen: bool = beside is not None and beside._connection_chosen
        self.last: Job | None = None
        """The last job of the prompt: what "run again" sends."""
        self.last_run = ""
        """The id of its run in history, once it has one."""
        self.shown: Job | None = None
        """The job whose answer is shown: the last one, or one that asked for a summary."""
        self.taken: Taken | None = None
        self._journalled = False
        self.prompt_tokens: int | None = None
        """What the messages would take, once it was worked out."""
        self.prompt_is_exact = False
        """Whether `prompt_tokens` is no estimate."""
        self.unsent_tokens = 0
        """The tokens of the earlier turns that the prompt's limit keeps from being sent."""
        self.window: int | None = None
        """The model's context window in tokens, where it is known."""

    @classmethod
    def restored(cls, session: Session, draft_id: str, content: DraftContent, *, changed: bool) -> Desk:
        """A draft as it was kept; InputError where it can't be read. What its file has is not known before
        `recall_source`; until then it counts as `changed` or not, as it did."""
        view = DraftView.from_json(content.view)
        desk = cls(session, draft_id, prompt_from_json(content.prompt_json))
        desk.source, desk.last_run = view.source, view.run
        desk._file_read = desk.source is None
        if changed:
            desk.opened = starting_prompt()
        if view.connection:
            desk._go_on_with(view.connection)
        return desk

    def _first_connection(self) -> Connection:
        try:
            return self.services.connection(None, self.prompt.model)
        except InputError as error:
            self._session.notes.append(error.line)
            return self.services.connection("practice")

    def _go_on_with(self, name: str) -> None:
        try:
            self._connection = self.services.connection(name, self.prompt.model)
        except InputError as error:
            why = error.message.removeprefix("connection: ")
            told = f"a draft went to {name} and goes to {self._connection.name} now: {why} · {own_key('connection')}"
            self._session.notes.append(f"{told} connects")
        else:
            self._connection_chosen = True

    @property
    def connection(self) -> Connection:
        """Where its requests go."""
        return self._connection

    @connection.setter
    def connection(self, connection: Connection) -> None:
        self._connection_chosen = self._connection_chosen or connection.name != self._connection.name
        self._connection = connection
        self.journal()

    def connect_by_default(self) -> None:
        """Send to where a prompt goes that nobody has chosen a connection for."""
        self._connection, self._connection_chosen = self._first_connection(), False

    def refresh_connection(self) -> None:
        """Its key may be another one now: it was given while another draft was in front."""
        self._connection = self.services.refreshed(self._connection)

    @property
    def session(self) -> SessionCost:
        """What all drafts have cost in this session."""
        return self._session.cost

    @session.setter
    def session(self, cost: SessionCost) -> None:
        self._session.cost = cost

    # -- editing -----------------------------------------------------------------------------------------------

    @property
    def changed(self) -> bool:
        return as_saved(self.prompt) != as_saved(self.opened)

    @property
    def model(self) -> str:
        """The model that would be asked."""
        return self.services.asked_model(self.prompt, self.connection)

    @property
    def replaced_model(self) -> str:
        """What the prompt names where the connection has no such model, and its default is asked; else ""."""
        return self.prompt.model if self.prompt.model not in ("", self.model) else ""

    def edit(self, prompt: Prompt) -> None:
        """Put this prompt on the workbench, as a step that can be undone, and into the journal."""
        self.history.record(self.prompt, prompt, time.monotonic())
        self._hold(prompt)

    def step(self, *, back: bool) -> Step | None:
        """Go one step of the history back, or on again; None where there is none."""
        before, to = self.prompt, (self.history.undo if back else self.history.redo)(self.prompt)
        if to is None:
            return None
        self._hold(to)
        if (before.persona, before.format) != (to.persona, to.format):
            self.read_parts(to)
        words = change_words(to, before) if back else change_words(before, to)
        return Step(spot_of(before, to), f"{'undone' if back else 'redone'}: {words}")

    def _hold(self, prompt: Prompt) -> None:
        same = prompt == self.prompt
        self.prompt = prompt
        if not same:
            self.journal()

    def journal(self) -> None:
        """Keep the draft as it stands. One with nothing in it leaves nothing behind where the program is killed."""
        if self.is_open and (not self.blank or self._journalled):
            self._journalled = True
            self.services.drafts.journal(self.draft_id, self.state())

    def state(self) -> DraftState:
        """The draft as it is kept."""
        connection = self._connection.name if self._connection_chosen else ""
        view = DraftView(self.source, connection, self.last_run).to_json()
        return DraftState(prompt_to_json(self.prompt), view, title_of(self.prompt), self.changed)

    @property
    def blank(self) -> bool:
        """Whether it is as a new one: another prompt may take its place."""
        return self.prompt == starting_prompt() and self.source is None and not self.last_run

    @property
    def unsaved(self) -> bool:
        """Whether something is written here that no file has."""
        written = any(message.content.strip() or has_parts(message) for message in self.prompt.messages)
        return written and (self.source is None or self.changed or not self._file_read)

    def open(self, prompt: Prompt, source: PresetSource | None = None) -> None:
        """Put a prompt on the workbench as a new start; `source` is the file that it was read from."""
        self.opened = self.prompt = prompt
        self.source = source
        self._file_read = True
        self.taken = None
        self.history = PromptHistory()
        self.read_parts(prompt)
        self.journal()

    def replace_with(self, prompt: Prompt, source: PresetSource | None) -> bool:
        """As `open`, in place of the present prompt. Whether that was put aside, to be opened again: it is where
        something was written that no file has."""
        aside = self.unsaved
        if aside:
            self.services.drafts.keep(self.services.drafts.new(), self.state())
        self.open(prompt, source)
        return aside

    def saved(self, kept: OpenedPreset, prompt: Prompt) -> None:
        """This prompt, the one here or what it was a moment ago, is in this file now."""
        self.source = PresetSource.of(kept)
        self.opened = prompt
        self._file_read = True
        self.journal()

    async def recall_source(self) -> str:
        """Read the file that a draft is from, in a thread, so that "changed" is measured against it. A line for the
        person, or "". Not before the first paint."""
        source = self.source
        if source is None or self._file_read:
            return ""
        try:
            kept = await in_own_thread(source.read, self.services.presets)
        except InputError as error:
            if self.source is not source:
                return ""
            self.source = None
            return f"{source.slug}: its file can't be read any more: {error.message}; saving asks for a name"
        if self.source is not source:
            return ""  # another prompt was opened, or this one saved, while the file was read
        self._file_read = True
        if isinstance(kept.value, Prompt):
            self.opened = kept.value
        if kept.digest != source.digest:
            return f"{source.slug} was changed on the disk since it was opened: saving asks which one to keep"
        return ""

    def warm(self) -> None:
        """Load what the first run needs, and what reads the parts where the prompt names some. For a thread."""
        self.services.warm()
        self.services.parts(self.prompt)

    def read_parts(self, prompt: Prompt) -> None:
        """Find the persona and the format that the prompt names."""
        self.parts, trouble = self.services.parts(prompt)
        self.parts_trouble = tuple(trouble)

    def set_part(self, kind: str, slug: str) -> None:
        """Name another persona or format, or with "" none. The person's own text stays as it is."""
        prompt = replace(self.prompt, persona=slug) if kind == "persona" else replace(self.prompt, format=slug)
        self.read_parts(prompt)
        self.edit(prompt)

    def set_variable(self, name: str, value: str | None) -> None:
        """Give `{{name}}` a value, or None for none."""
        known = {variable.name: variable for variable in self.prompt.variables}
        known[name] = replace(known.get(name, Variable(name)), value=value)
        self.edit(replace(self.prompt, variables=tuple(known.values())))

    def set_default(self, name: str, default: str) -> None:
        """Give `{{name}}` another default."""
        variables = (replace(v, default=default) if v.name == name else v for v in self.prompt.variables)
        self.edit(replace(self.prompt, variables=tuple(variables)))

    def with_text_variable(self, text: str, *, path: str = "") -> tuple[Prompt, str]:
        """The prompt with a long text as a variable, and the variable's name; not edited yet. The text is its default,
        since that is literal, also with an @; where it is in the file `path`, that is the variable's value."""
        taken = {variable.name for variable in self.prompt.variables} | {v.name for v in self.variables()}
        name = next(name for i in range(1, len(taken) + 2) if (name := "text" if i == 1 else f"text{i}") not in taken)
        variable = Variable(name, value=f"@{path}") if path else Variable(name, default=text)
        return replace(self.prompt, variables=(*self.prompt.variables, variable)), name

    def variables(self) -> tuple[Variable, ...]:
        """The variables that the messages name, in the order of their first place."""
        from workbench.core.merge import variable_names

        known = {variable.name: variable for variable in self.prompt.variables}
        return tuple(known.get(name, Variable(name)) for name in variable_names(self.prompt, self.parts))

    # -- what follows from it ------------------------------------------------------------------------------------

    def rules(self) -> ModelRules | None:
        return self.services.rules(self.model, self.connection)

    @property
    def has_image_files(self) -> bool:
        """Whether working out what follows needs the files of images."""
        return any(True for _ in image_files(self.prompt, self.parts))

    def read_images(self, prompt: Prompt, parts: Parts) -> None:
        """Read the files of its images, so that `derive` and `job` find them read. For a thread."""
        for image in image_files(prompt, parts):
            with contextlib.suppress(InputError):  # the request says it
                self.services.image_files.read(image.source)

    def count_text(self, text: str) -> TokenCount:
        """The tokens of a text, as the model counts them that is asked."""
        connection = self.connection
        return self.services.tokens.count(text, self.model, connection.is_practice, connection.host)

    def count_request(self, request: Request) -> int:
        """The tokens that a request's messages take."""
        return self.services.prompt_tokens(request, self.connection).value

    # -- running -----------------------------------------------------------------------------------------------

    def job(self, *, anyway: bool = False) -> Job:
        """The prompt as it stands, as a job; it becomes the last one."""
        self.taken = None  # what is taken next is the answer to this one
        preset = self.source.slug if self.source is not None else ""
        self.connection = self.services.refreshed(self.connection)  # a key that was changed meanwhile counts
        self.last = self.services.job(self.prompt, self.connection, source="tui", anyway=anyway, preset=preset)
        return self.last

    def job_again(self, last: Job) -> Job:
        """The last job once more. An answer that was taken into the messages since is taken out again."""
        if (back := before_answer(self.prompt, self.taken)) is not None:
            self.taken = None
            self.edit(back)
        sent = last.request.body
        self.last = self.services.job(
            last.prompt, last.connection, source="tui", anyway=last.anyway, preset=last.preset, sent=sent
        )
        return self.last

    def ran(self, run: str) -> None:
        """The last job is this run in history."""
        if run != self.last_run:
            self.last_run = run
            self.journal()

    def recall_run(self, stored: StoredRun) -> None:
        """Go on from the run of an earlier session, as after one of this."""
        if self.last is None:
            preset, sent = stored.summary.preset, stored.request
            self.last = self.services.job(stored.prompt, self.connection, source="tui", preset=preset, sent=sent)
        self.shown = self.last
        first = stored.choices[0] if stored.choices else None
        calls = function_calls(first.tool_calls) if first is not None else ()
        taken = with_answer(stored.prompt, first.text if first is not None else "", calls)
        if self.prompt.messages == taken.after.messages:
            self.taken = taken

    def take_answer(
        self,
        answer: str,
        calls: tuple[ToolCall, ...] = (),
        answers: tuple[str, ...] = (),
        replies: tuple[CannedReply, ...] | None = None,
    ) -> None:
        """The answer becomes an assistant message, with an empty user message after it, or `answers` to its calls, and
        with these canned replies in place of those that are there."""
        prompt = self.prompt if replies is None else replace(self.prompt, replies=replies)
        self.taken = with_answer(prompt, answer, calls, answers)
        self.edit(self.taken.after)

    @property
    def waits_for_calls(self) -> bool:
        """Whether the messages end with calls that have no answer yet."""
        return bool(open_calls(self.prompt.messages))

    def learn(self, parameter: str) -> None:
        """Remember for this host and model that the endpoint refused the parameter."""
        lessons, host = self.services.lessons, self.connection.host
        if parameter == "max_completion_tokens":
            lessons.learn_wants_max_tokens(host)
        else:
            lessons.learn_refused(host, self.model, parameter)

    def account(self, outcome: Outcome) -> None:
        """Add a run to the session's cost."""
        cost, exact = self.cost_of(outcome)
        self.session = self.session.plus(cost, exact=exact)

    def cost_of(self, outcome: Outcome) -> tuple[float | None, bool]:
        """What a run cost, in US dollars, and whether that is exact and no estimate."""
        if outcome.cost_usd is not None:
            return outcome.cost_usd, True
        from workbench.core.money import Certainty, dollars  # a run's

        asked = self.shown.connection if self.shown is not None else self.connection
        charge = self.services.spending.charge(outcome, asked)
        return dollars(charge.cost), charge.certainty is not Certainty.ESTIMATED

    def estimate_of(self, outcome: Outcome) -> int:
        """About how many tokens an answer has whose endpoint reported none."""
        count = self.services.tokens.count
        asked = self.shown.connection if self.shown is not None else self.connection
        choices = outcome.answer.choices
        texts = [text for choice in choices for text in (choice.text, choice.reasoning)]
        texts += [f"{call.name}{call.arguments}" for choice in choices for call in function_calls(choice.tool_calls)]
        return sum(count(text, outcome.request.model, asked.is_practice, asked.host).value for text in texts)
