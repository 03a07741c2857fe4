"""What one physical request used and cost, as far as it is known: what was reported, else what is counted here.

Used in the writer thread, so that counting a long prompt holds up nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.prices import Prices
from workbench.core.errors import ErrorKind
from workbench.core.ledger import Counted
from workbench.core.money import NOTHING, Certainty, Charge
from workbench.core.plan import figures_for
from workbench.core.usage import UsageFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from workbench.adapters.tokens import TokenCounter
    from workbench.core.connection import Connection
    from workbench.core.errors import RunError
    from workbench.core.json_value import JSON
    from workbench.core.outcome import Choice, Outcome
    from workbench.core.request import Request

_NOT_BILLED = frozenset(
    {
        ErrorKind.AUTHENTICATION,
        ErrorKind.PERMISSION,
        ErrorKind.NOT_FOUND,
        ErrorKind.RATE_LIMIT,
        ErrorKind.QUOTA,
        ErrorKind.BAD_REQUEST,
        ErrorKind.CONTEXT_LENGTH,
        ErrorKind.REFUSED,
        ErrorKind.BUDGET,
    }
)
"""The endpoint said no before it did anything. Of a 5xx, a time limit or a cut the request may have been read and
billed: those count as an estimate."""


class Figures(NamedTuple):
    """Of one request: its tokens, whether they were reported or counted here, and what it costs."""

    facts: UsageFacts
    counted: Counted
    charge: Charge


class Accounts:
    """Counts and prices requests by the prices that hold at that moment."""

    def __init__(self, prices: Callable[[], Prices] = Prices, tokens: Callable[[], TokenCounter] | None = None) -> None:
        self._prices = prices
        self._tokens = tokens or _estimating

    def expected_now(self, request: Request, connection: Connection) -> Figures:
        """As `expected`, but that nothing waits for the list of prices: the first request of a command would go out
        later for it. What the request costs is written once that is known."""
        if self._prices().is_ready(request.model, connection):
            return self.expected(request, connection)
        return Figures(self._expected_tokens(request, connection), Counted.HERE, Charge(None, Certainty.UNKNOWN))

    def expected(self, request: Request, connection: Connection) -> Figures:
        """Of a request that is about to go out: its prompt and a typical answer (core/plan.py), as an estimate."""
        return self._estimated(request, connection, self._expected_tokens(request, connection))

    def _expected_tokens(self, request: Request, connection: Connection) -> UsageFacts:
        prompt = self._prompt(request, connection)
        known = figures_for([request], [prompt], lambda *_: None)
        answer = known.typical_answer if known.most_answer is None else min(known.typical_answer, known.most_answer)
        return UsageFacts(prompt=prompt, completion=answer * known.answers)

    def failed(self, request: Request, connection: Connection, error: RunError) -> Figures:
        """Of a request that ended before its answer began."""
        if error.not_sent or error.kind in _NOT_BILLED:
            return Figures(UsageFacts(), Counted.NOT, self._unless_free(request.model, connection))
        return self._unanswered(request, connection)

    def ended(self, outcome: Outcome, connection: Connection) -> Figures:
        """Of the last request of a run, which has ended."""
        request, answer = outcome.request, outcome.answer
        facts = UsageFacts.from_usage(answer.usage)
        if facts.prompt is not None and facts.completion is not None:
            charge = self._charge(request, connection, facts, answer.model)
            return Figures(facts, Counted.REPORTED, charge)
        if outcome.error is not None and not answer.choices:
            return self.failed(request, connection, outcome.error)
        counted = facts._replace(
            prompt=self._prompt(request, connection) if facts.prompt is None else facts.prompt,
            completion=self.answer_tokens(answer.choices, request.model, connection),
        )
        return self._estimated(request, connection, counted, answer.model)

    def cut_off(
        self,
        model: str,
        connection: Connection,
        prompt: int | None,
        choices: Iterable[Choice],
        usage: Mapping[str, JSON] | None,
    ) -> Figures:
        """Of the last request of a run whose process is gone, from what had come; `prompt` was counted as it began."""
        facts = UsageFacts.from_usage(usage)
        if facts.prompt is not None and facts.completion is not None:
            return Figures(facts, Counted.REPORTED, self._prices().charge(model, facts, connection))
        facts = UsageFacts(prompt=prompt, completion=self.answer_tokens(choices, model, connection))
        return Figures(facts, Counted.HERE, self._prices().charge(model, facts, connection).estimated())

    def answer_tokens(self, choices: Iterable[Choice], model: str, connection: Connection) -> int:
        """The tokens of what has come of an answer, counted here."""
        texts = [text for each in choices for text in (each.text, each.reasoning, each.refusal, *_calls(each)) if text]
        tokens = self._tokens()
        return sum(tokens.count(text, model, connection.is_practice, connection.host).value for text in texts)

    def _unanswered(self, request: Request, connection: Connection) -> Figures:
        facts = UsageFacts(prompt=self._prompt(request, connection), completion=0)
        return self._estimated(request, connection, facts)

    def _estimated(self, request: Request, connection: Connection, facts: UsageFacts, answered_by: str = "") -> Figures:
        charge = self._charge(request, connection, facts, answered_by)
        return Figures(facts, Counted.HERE, charge.estimated())

    def _charge(self, request: Request, connection: Connection, facts: UsageFacts, answered_by: str = "") -> Charge:
        tier = request.body.get("service_tier")
        return self._prices().charge(
            request.model or answered_by, facts, connection, tier if isinstance(tier, str) else ""
        )

    def _unless_free(self, model: str, connection: Connection) -> Charge:
        free = self._prices().costs_nothing(connection, model)
        return Charge(0, Certainty.FREE) if free else NOTHING

    def _prompt(self, request: Request, connection: Connection) -> int:
        """Of the request as a whole, that of its images about."""
        counted = self._tokens().count_request(request, connection.is_practice, connection.host)
        return counted.value + request.image_tokens


def _calls(choice: Choice) -> Iterable[str]:
    for call in choice.tool_calls:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            yield from (str(function.get(part) or "") for part in ("name", "arguments"))


def _estimating() -> TokenCounter:
    """A counter without ranks: it estimates."""
    from workbench.adapters.tokens import TokenCounter

    return TokenCounter({})
