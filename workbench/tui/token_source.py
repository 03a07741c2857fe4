"""What the Tokens view shows of a run: the probabilities that came, and why there are none; and asking for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.token_probabilities import token_entries
from workbench.tui.derived import derive
from workbench.tui.keys import own_key
from workbench.tui.widgets.tokens_view import TokensShown

if TYPE_CHECKING:
    from workbench.core.outcome import Choice, Outcome
    from workbench.core.request import Request
    from workbench.core.token_probabilities import TokenText
    from workbench.tui.desk import Desk
    from workbench.tui.run_progress import RunProgress

ALTERNATIVES = 5
"""Asked for at each place: as many as every model gives that gives any."""


def tokens_shown(
    progress: RunProgress | None, request: Request | None, outcome: Outcome | None, choice: int
) -> TokensShown:
    """Of one choice of the run: while it goes on with its `request` (None until it is built), or with its outcome."""
    if progress is None:
        return TokensShown()
    tokens = progress.answer.probabilities(choice)
    if outcome is None:
        return TokensShown(tokens, request is None or asks(request), running=True)
    given = next((each for each in outcome.answer.choices if each.index == choice), None)
    if given is not None and not tokens.tokens:
        tokens.add(token_entries(given.logprobs))  # those of a refusal come with the whole answer only
    tokens.finish()
    return TokensShown(tokens, asks(outcome.request), note=oddity(tokens, given))


def asks(request: Request) -> bool:
    """Whether the request asks for the probabilities of tokens."""
    return request.body.get("logprobs") is True


def oddity(tokens: TokenText, choice: Choice | None) -> str:
    """What does not fit between the tokens and the text; "" where they are the same."""
    if choice is None or not tokens.tokens:
        return ""
    said = choice.text or choice.refusal
    if tokens.text.encode("utf-8", "replace") == said.encode("utf-8", "replace"):
        return ""
    return "the tokens do not add up to the answer's text: they are shown as they came"


def ask_for_probabilities(desk: Desk) -> str:
    """Have the next run bring them; a line on what was set, or on why the model gives none."""
    parameters = desk.prompt.parameters.set("logprobs", True)
    if not parameters.get("top_logprobs"):
        parameters = parameters.set("top_logprobs", ALTERNATIVES)
    desk.edit(desk.prompt.with_parameters(parameters))
    reasons = derive(desk).reasons
    if why := reasons.get("logprobs") or reasons.get("top_logprobs"):
        return f"logprobs is set and will be left out: {why}"
    return (
        f"logprobs is set, with {parameters['top_logprobs']} alternatives: {own_key('run')} runs the prompt with them"
    )
