"""What lies on the workbench: the prompt being edited, where it would go, and what was run. No widget in here."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.errors import InputError
from workbench.core.parts import NO_PARTS
from workbench.core.preset import Kind
from workbench.core.prompt import Prompt, Variable
from workbench.core.prompt_change import Spot, change_words, spot_of
from workbench.core.prompt_history import PromptHistory
from workbench.core.prompt_json import prompt_from_json, prompt_to_json
from workbench.core.saved import as_saved
from workbench.core.usage import SessionCost
from workbench.own_thread import in_own_thread
from workbench.tui.conversation import Taken, before_answer, starting_prompt, with_answer
from workbench.tui.preset_source import PresetSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.adapters.drafts import KeptDraft, Restored
    from workbench.adapters.tokens import TokenCount
    from workbench.core.connection import Connection
    from workbench.core.json_value import JSON
    from workbench.core.models import ModelRules
    from workbench.core.outcome import Outcome
    from workbench.core.parts import Parts
    from workbench.core.preset import OpenedPreset
    from workbench.core.request import Problem, Request
    from workbench.runner import Job
    from workbench.services import Services
    from workbench.tui.widgets.parameter_rows import GivenValue
    from workbench.tui.widgets.parts_panel import PartRow


class Derived(NamedTuple):
    """What follows from the prompt: worked out after an edit, never on the way of a key."""

    request: Request
    reasons: Mapping[str, str]
    """By parameter: why it is not sent for this model."""
    problems: Mapping[str, str]
    """By parameter: what the endpoint would refuse in it."""
    given: Mapping[str, GivenValue]
    """By parameter: what persona and format set where the prompt does not."""
    tokens: tuple[TokenCount, ...]
    """By message, on or off."""
    parts: tuple[PartRow, ...]
    """The persona and the format that are named."""


class Step(NamedTuple):
    """A step of the history that was taken: where it changed the messages, if it did, and a line that says it."""

    spot: Spot | None
    words: str


class Desk:
    """The state behind the workbench's screen. Every edit is journalled as it is made."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.notes: list[str] = []
        self.offered: Restored | None = None
        """A draft of a session that ended without closing, to be offered back."""
        restored = services.drafts.restore()
        if restored.note:
            self.notes.append(restored.note)
        self.prompt = starting_prompt()
        if restored.kind == "crashed":
            self.offered = restored
        self.source: PresetSource | None = None
        """The preset file that the prompt is from, where it is from one."""
        if restored.kind == "reopened":
            self.prompt = self._readable(restored) or self.prompt
            self.source = PresetSource.from_view(restored.view)
        self.history = PromptHistory()
        """What can be undone and redone of this draft."""
        self.opened = self.prompt
        """The prompt as it was opened: what "changed" is measured against."""
        self._file_read = self.source is None
        """Whether `opened` is what the file has. Until then the prompt may have more than its file."""
        self.parts: Parts = NO_PARTS
        """The persona and the format that the prompt names, once they were read."""
        self.parts_trouble: tuple[Problem, ...] = ()
        """Why a part that is named can't be used."""
        self.connection = self._first_connection()
        self.last: Job | None = None
        """The last job of the prompt: what "run again" sends."""
        self.shown: Job | None = None
        """The job whose answer is shown: the last one, or one that asked for a summary."""
        self.taken: Taken | None = None
        self.session = SessionCost()
        self.prompt_tokens: int | None = None
        """What the messages would take, once it was worked out."""
        self.unsent_tokens = 0
        """The tokens of the earlier turns that the prompt's limit keeps from being sent."""
        self.window: int | None = None
        """The model's context window in tokens, where it is known."""

    def _readable(self, restored: Restored) -> Prompt | None:
        try:
            return prompt_from_json(restored.prompt_json or {})
        except InputError as error:
            self.notes.append(f"the last draft can't be read: {error.message}; it is kept in the database")
            return None

    def _first_connection(self) -> Connection:
        try:
            return self.services.connection(None, self.prompt.model)
        except InputError as error:
            self.notes.append(error.line)
            return self.services.connection("practice")

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
        self.prompt = prompt
        self.services.drafts.journal(prompt_to_json(prompt), view=self._view())

    def _view(self) -> dict[str, JSON] | None:
        return None if self.source is None else self.source.to_view()

    def open(self, prompt: Prompt, source: PresetSource | None = None) -> None:
        """Put a prompt on the workbench as a new start; `source` is the file that it was read from."""
        self.opened = prompt
        self.source = source
        self._file_read = True
        self.taken = None
        self.history = PromptHistory()
        self.read_parts(prompt)
        self._hold(prompt)

    def begin(self, prompt: Prompt, source: PresetSource | None = None) -> bool:
        """As `open`, for another prompt in place of the present one. Whether that was put aside, to be opened again:
        it is where something was written that no file has."""
        written = any(message.content.strip() for message in self.prompt.messages)
        aside = written and (self.source is None or self.changed or not self._file_read)
        if aside:
            self.services.drafts.put_aside()
        self.open(prompt, source)
        return aside

    def begin_with(self, prompt: Prompt, opened: OpenedPreset) -> None:
        """Start on this prompt, made of that preset; the first thing that a session does with its desk."""
        if not prompt.messages:
            prompt = replace(prompt, messages=starting_prompt().messages)
        whole = opened.kind is Kind.PROMPT
        if self.begin(prompt, PresetSource.of(opened) if whole else None):
            self.notes.append("the prompt of the last session is among the drafts put aside")
        self.notes.extend(opened.warnings)
        self.connection = self._first_connection()

    def begin_new(self) -> bool:
        """Start an empty prompt; as `begin`."""
        return self.begin(starting_prompt())

    def saved(self, kept: OpenedPreset) -> None:
        """The prompt as it stands is in this file now."""
        self.source = PresetSource.of(kept)
        self.opened = self.prompt
        self._file_read = True
        self._hold(self.prompt)

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

    def accept_offered(self) -> None:
        """Open the draft that was offered back."""
        if self.offered is None:
            return
        prompt = self._readable(self.offered)
        if prompt is not None:
            self.services.drafts.accept(self.offered.draft_id)
            self._open_draft(prompt, self.offered.view)
        self.offered = None

    def take_up(self, draft: KeptDraft) -> bool:
        """Go on with a draft that was put aside; False where it can't be read. The present one is put aside. What the
        draft's file has is to be read then, with `recall_source`."""
        try:
            prompt = prompt_from_json(draft.prompt_json)
        except InputError:
            return False
        self.services.drafts.accept(draft.draft_id)
        self._open_draft(prompt, draft.view)
        return True

    def _open_draft(self, prompt: Prompt, view: dict[str, JSON] | None) -> None:
        """As `open`; what the draft's file has is not known before `recall_source`."""
        self.open(prompt, PresetSource.from_view(view))
        self._file_read = self.source is None

    def discard_offered(self) -> None:
        """Leave the offered draft where it is and start empty."""
        if self.offered is not None:
            self.services.drafts.discard(self.offered.draft_id)
            self.offered = None

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

    def close(self) -> None:
        """The last state of the draft, at a normal end: the next start reopens it."""
        self.services.drafts.close(prompt_to_json(self.prompt), view=self._view())

    # -- what follows from it ------------------------------------------------------------------------------------

    def rules(self) -> ModelRules | None:
        return self.services.rules(self.model, self.connection)

    def derive(self) -> Derived:
        """Work out what follows from the prompt as it stands."""
        from workbench.core.merge import merged_parameters
        from workbench.core.parameters import BY_NAME
        from workbench.core.request_rules import availability
        from workbench.tui.widgets.parameter_rows import GivenValue

        self.read_parts(self.prompt)
        request = self.services.build(self.prompt, self.connection)
        rules = self.rules()
        lessons = self.services.lessons.get(self.connection.host)
        values, given = merged_parameters(self.prompt, self.parts)
        prompt = replace(self.prompt, model=self.model, parameters=values)
        reasons = {name: why for name in BY_NAME if (why := availability(name, prompt, rules, lessons))}
        problems: dict[str, str] = {}
        for problem in request.problems:
            problems.setdefault(problem.field.split(".")[0].split("[")[0], problem.text)
        self.window = self.services.window(self.model, self.connection)
        return Derived(
            request,
            reasons,
            problems,
            {name: GivenValue(values[name], f"{part} {title}") for name, part, title in given},
            self._count(request),
            self._part_rows(),
        )

    def _part_rows(self) -> tuple[PartRow, ...]:
        from workbench.tui.part_rows import part_rows

        practice, counter = self.connection.is_practice, self.services.tokens
        wrong = {problem.field: problem.text for problem in self.parts_trouble}
        return part_rows(self.prompt, self.parts, wrong, lambda text: counter.count(text, self.model, practice))

    def _count(self, request: Request) -> tuple[TokenCount, ...]:
        """The tokens of each message; on the way what the request takes, and what it saves."""
        from workbench.core.turns import left_out

        tokens = self.count_messages()
        out = left_out(self.prompt.messages, self.prompt.send, lambda index: tokens[index].value)
        self.unsent_tokens = sum(tokens[index].value for index in out)
        self.prompt_tokens = self.count_request(request)
        return tokens

    def count_messages(self) -> tuple[TokenCount, ...]:
        """The tokens of each message as it is written, on or off."""
        practice, counter = self.connection.is_practice, self.services.tokens
        return tuple(counter.count(message.content, self.model, practice) for message in self.prompt.messages)

    def count_request(self, request: Request) -> int:
        """The tokens that a request's messages take."""
        return self.services.tokens.count_messages(request.messages, request.model, self.connection.is_practice).value

    # -- running -----------------------------------------------------------------------------------------------

    def job(self, *, anyway: bool = False) -> Job:
        """The prompt as it stands, as a job; it becomes the last one."""
        preset = self.source.slug if self.source is not None else ""
        self.connection = self.services.refreshed(self.connection)  # a key that was changed meanwhile counts
        self.last = self.services.job(self.prompt, self.connection, source="tui", anyway=anyway, preset=preset)
        return self.last

    def job_again(self, last: Job) -> Job:
        """The last job once more. An answer that was taken into the messages since is taken out again."""
        if (back := before_answer(self.prompt, self.taken)) is not None:
            self.taken = None
            self.edit(back)
        self.last = self.services.job(
            last.prompt, last.connection, source="tui", anyway=last.anyway, preset=last.preset
        )
        return self.last

    def take_answer(self, answer: str) -> None:
        """The answer becomes an assistant message, with an empty user message after it."""
        self.taken = with_answer(self.prompt, answer)
        self.edit(self.taken.after)

    def learn(self, parameter: str) -> None:
        """Remember for this host and model that the endpoint refused the parameter."""
        lessons, host = self.services.lessons, self.connection.host
        if parameter == "max_completion_tokens":
            lessons.learn_wants_max_tokens(host)
        else:
            lessons.learn_refused(host, self.model, parameter)

    def account(self, outcome: Outcome) -> None:
        """Add a run to the session's cost."""
        self.session = self.session.plus(outcome.cost_usd)

    def estimate_of(self, outcome: Outcome) -> int:
        """About how many tokens an answer has whose endpoint reported none."""
        count = self.services.tokens.count
        practice = self.shown is not None and self.shown.connection.is_practice
        texts = [text for choice in outcome.answer.choices for text in (choice.text, choice.reasoning)]
        return sum(count(text, outcome.request.model, practice).value for text in texts)
