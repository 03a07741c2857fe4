"""The pane's own copy of an answer while it streams, by choice: what is shown when another choice is brought up."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from workbench.core.events import RefusalDelta, ToolCallDelta
from workbench.core.pieces import Pieces
from workbench.core.token_estimate import weigh
from workbench.core.token_probabilities import TokenText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.json_value import JSON


class AnswerText:
    """Pieces by choice; joined when asked for, so that adding one costs the same however much there is."""

    def __init__(self) -> None:
        self._text: defaultdict[int, Pieces] = defaultdict(Pieces)
        self._reasoning: defaultdict[int, Pieces] = defaultdict(Pieces)
        self._refusal: defaultdict[int, Pieces] = defaultdict(Pieces)
        self._calls: defaultdict[int, dict[int, Pieces]] = defaultdict(dict)
        self._probabilities: defaultdict[int, TokenText] = defaultdict(TokenText)
        self.tokens = 0.0
        """About how many tokens of answer and reasoning have come, over all choices."""

    @property
    def choices(self) -> int:
        """How many choices have said anything."""
        return 1 + max((*self._text, *self._reasoning, *self._refusal, *self._calls), default=-1)

    def add_text(self, choice: int, text: str) -> None:
        self._text[choice].append(text)
        self.tokens += weigh(text)

    def add_reasoning(self, choice: int, text: str) -> None:
        self._reasoning[choice].append(text)
        self.tokens += weigh(text)

    def add_other(self, event: RefusalDelta | ToolCallDelta) -> None:
        """A piece of a refusal or of a tool call."""
        if isinstance(event, RefusalDelta):
            self._refusal[event.choice].append(event.text)
            return
        pieces = self._calls[event.choice].setdefault(event.index, Pieces())
        if event.name:
            pieces.append(f"→ {event.name} ")
        pieces.append(event.arguments)
        self.tokens += weigh(event.arguments)

    def add_tokens(self, choice: int, entries: Sequence[JSON]) -> None:
        """Tokens with their probabilities, as the endpoint gives them."""
        self._probabilities[choice].add(entries)

    def probabilities(self, choice: int) -> TokenText:
        """The tokens of a choice as far as they have come."""
        return self._probabilities[choice]

    def text(self, choice: int) -> str:
        return self._text[choice].whole() if choice in self._text else ""

    def reasoning(self, choice: int) -> str:
        return self._reasoning[choice].whole() if choice in self._reasoning else ""

    def others(self, choice: int) -> str:
        """Refusal and tool calls in words, a line each; "" where there are none."""
        lines = [f"the model refused: {self._refusal[choice].whole()}"] if self._refusal.get(choice) else []
        calls = self._calls.get(choice, {})
        lines.extend(calls[index].whole() for index in sorted(calls))
        return "\n".join(lines)
