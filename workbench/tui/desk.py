"""What lies on the workbench: the prompt being edited, where it would go, and what was run. No widget in here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.errors import InputError
from workbench.core.prompt import Prompt, Variable
from workbench.core.prompt_json import prompt_from_json, prompt_to_json
from workbench.core.usage import SessionCost
from workbench.tui.conversation import Taken, before_answer, starting_prompt, with_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.adapters.drafts import KeptDraft, Restored
    from workbench.adapters.tokens import TokenCount
    from workbench.core.connection import Connection
    from workbench.core.models import ModelRules
    from workbench.core.outcome import Outcome
    from workbench.core.request import Request
    from workbench.runner import Job
    from workbench.services import Services


class Derived(NamedTuple):
    """What follows from the prompt: worked out after an edit, never on the way of a key."""

    request: Request
    reasons: Mapping[str, str]
    """By parameter: why it is not sent for this model."""
    problems: Mapping[str, str]
    """By parameter: what the endpoint would refuse in it."""
    tokens: tuple[TokenCount, ...]
    """By message, on or off."""


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
        elif restored.kind == "reopened":
            self.prompt = self._readable(restored) or self.prompt
        self.opened = self.prompt
        """The prompt as it was opened: what "changed" is measured against."""
        self.connection = self._first_connection()
        self.last: Job | None = None
        self.taken: Taken | None = None
        self.session = SessionCost()
        self.prompt_tokens: int | None = None
        """What the messages would take, once it was worked out."""
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
        return self.prompt != self.opened

    @property
    def model(self) -> str:
        """The model that would be asked."""
        return self.prompt.model_or(self.connection.default_model)

    def edit(self, prompt: Prompt) -> None:
        """Put this prompt on the workbench, and into the journal."""
        self.prompt = prompt
        self.services.drafts.journal(prompt_to_json(prompt))

    def open(self, prompt: Prompt) -> None:
        """Put a prompt on the workbench as a new start."""
        self.opened = prompt
        self.taken = None
        self.edit(prompt)

    def begin_new(self) -> None:
        """Start an empty prompt. The present one, where anything was written, is put aside and can be opened again."""
        if any(message.content.strip() for message in self.prompt.messages):
            self.services.drafts.put_aside()
        self.open(starting_prompt())

    def accept_offered(self) -> None:
        """Open the draft that was offered back."""
        if self.offered is None:
            return
        prompt = self._readable(self.offered)
        if prompt is not None:
            self.services.drafts.accept(self.offered.draft_id)
            self.open(prompt)
        self.offered = None

    def take_up(self, draft: KeptDraft) -> bool:
        """Go on with a draft that was put aside; False where it can't be read. The present one is put aside."""
        try:
            prompt = prompt_from_json(draft.prompt_json)
        except InputError:
            return False
        self.services.drafts.accept(draft.draft_id)
        self.open(prompt)
        return True

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

    def add_text_variable(self, text: str) -> str:
        """Keep a long text as a variable and return its name. As its default, since that is literal, also with an @."""
        taken = {variable.name for variable in self.prompt.variables} | {v.name for v in self.variables()}
        name = next(name for i in range(1, len(taken) + 2) if (name := "text" if i == 1 else f"text{i}") not in taken)
        self.edit(replace(self.prompt, variables=(*self.prompt.variables, Variable(name, default=text))))
        return name

    def variables(self) -> tuple[Variable, ...]:
        """The variables that the messages name, in the order of their first place."""
        from workbench.core.variables import names

        known = {variable.name: variable for variable in self.prompt.variables}
        found = dict.fromkeys(name for m in self.prompt.messages if m.on for name in names(m.content))
        return tuple(known.get(name, Variable(name)) for name in found)

    def save(self) -> None:
        """The last state of the draft, at a normal end: the next start reopens it."""
        self.services.drafts.close(prompt_to_json(self.prompt))

    # -- what follows from it ------------------------------------------------------------------------------------

    def rules(self) -> ModelRules | None:
        return self.services.rules(self.model, self.connection)

    def derive(self) -> Derived:
        """Work out what follows from the prompt as it stands."""
        from workbench.core.parameters import BY_NAME
        from workbench.core.request_rules import availability

        request = self.services.build(self.prompt, self.connection)
        rules = self.rules()
        lessons = self.services.lessons.get(self.connection.host)
        prompt = replace(self.prompt, model=self.model)
        reasons = {name: why for name in BY_NAME if (why := availability(name, prompt, rules, lessons))}
        problems: dict[str, str] = {}
        for problem in request.problems:
            problems.setdefault(problem.field.split(".")[0].split("[")[0], problem.text)
        practice = self.connection.is_practice
        counter = self.services.tokens
        tokens = tuple(counter.count(message.content, self.model, practice) for message in self.prompt.messages)
        self.prompt_tokens = counter.count_messages(self.prompt.messages, self.model, practice).value
        self.window = self.services.window(self.model, self.connection)
        return Derived(request, reasons, problems, tokens)

    # -- running -----------------------------------------------------------------------------------------------

    def job(self, *, anyway: bool = False) -> Job:
        """The prompt as it stands, as a job; it becomes the last one."""
        self.last = self.services.job(self.prompt, self.connection, source="tui", anyway=anyway)
        return self.last

    def job_again(self, last: Job) -> Job:
        """The last job once more. An answer that was taken into the messages since is taken out again."""
        if (back := before_answer(self.prompt, self.taken)) is not None:
            self.taken = None
            self.edit(back)
        self.last = self.services.job(last.prompt, last.connection, source="tui", anyway=last.anyway)
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
        practice = self.last is not None and self.last.connection.is_practice
        texts = [text for choice in outcome.answer.choices for text in (choice.text, choice.reasoning)]
        return sum(count(text, outcome.request.model, practice).value for text in texts)
