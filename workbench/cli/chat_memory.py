"""What a chat remembers: a prompt that grows by turns. Pure moves on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.money import Certainty, dollars
from workbench.core.prompt import Message, Prompt, Role
from workbench.core.usage import SessionCost, UsageFacts, tokens_text
from workbench.core.variables import literal

if TYPE_CHECKING:
    from workbench.core.money import Charge
    from workbench.core.outcome import Outcome


class Memory(NamedTuple):
    """The conversation. The first `given` messages are the preset's own and are never taken back."""

    prompt: Prompt
    given: int

    def asked(self, text: str) -> Prompt:
        """The prompt that is sent for this turn."""
        return replace(self.prompt, messages=(*self.prompt.messages, Message(Role.USER, text)))

    def answered(self, text: str, answer: str) -> Memory:
        """With the turn and its answer. Braces in an answer are braces: they name no variable of the next turn."""
        prompt = self.asked(text)
        answered = replace(prompt, messages=(*prompt.messages, Message(Role.ASSISTANT, literal(answer))))
        return self._replace(prompt=answered)

    @property
    def last_turn(self) -> str | None:
        """What was asked in the last turn of this chat; None where there is none yet."""
        return self.prompt.messages[self._last].content if self._last is not None else None

    def undone(self) -> Memory:
        """Without the last turn of this chat, where there is one."""
        return self._replace(prompt=replace(self.prompt, messages=self.prompt.messages[: self._last]))

    @property
    def _last(self) -> int | None:
        messages = self.prompt.messages
        turns = (index for index in reversed(range(self.given, len(messages))) if messages[index].role is Role.USER)
        return next(turns, None)


def begun(prompt: Prompt) -> tuple[Memory, str]:
    """The memory that a prompt begins with, and the turn that it ends with: a question that waits for its answer, or
    "". A blank last message is the place for a turn, and no turn."""
    last = next((index for index in reversed(range(len(prompt.messages))) if prompt.messages[index].on), None)
    if last is None or prompt.messages[last].role is not Role.USER:
        return Memory(prompt, len(prompt.messages)), ""
    text = prompt.messages[last].content
    return Memory(prompt.without(last), len(prompt.messages) - 1), text if text.strip() else ""


class SessionUsage(NamedTuple):
    """What a chat has used so far: runs that were sent, failed ones too, and their tokens where they are known."""

    runs: int = 0
    prompt: int = 0
    completion: int = 0
    uncounted: int = 0
    """Runs without a count of the endpoint's."""
    cost: SessionCost = SessionCost()

    def plus(self, outcome: Outcome, charge: Charge) -> SessionUsage:
        """With one more run; one that was never sent used nothing."""
        if not outcome.attempts:
            return self
        facts = UsageFacts.from_usage(outcome.answer.usage)
        return SessionUsage(
            self.runs + 1,
            self.prompt + (facts.prompt or 0),
            self.completion + (facts.completion or 0),
            self.uncounted + (facts.prompt is None or facts.completion is None),
            self.cost.plus(dollars(charge.cost), exact=charge.certainty is not Certainty.ESTIMATED),
        )

    @property
    def text(self) -> str:
        """`3 runs · in 1,234 · out 567 · $0.012`."""
        runs = f"{self.runs:,} run{'' if self.runs == 1 else 's'}"
        if self.uncounted:
            runs += f" ({self.uncounted:,} without a token count)"
        return f"{runs} · in {tokens_text(self.prompt)} · out {tokens_text(self.completion)} · {self.cost.text}"
