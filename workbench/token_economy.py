"""The token economy of the prompt as it stands: read from history and priced, for the screen that shows it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.base_url import OPENAI_HOST
from workbench.adapters.recent_runs import recent_runs
from workbench.adapters.stored_images import taken_out
from workbench.core.beside_messages import counted_beside, spoken
from workbench.core.data_url import image_urls
from workbench.core.economy import OPENAI_THRESHOLD, Economy, Origin, PastRun, economy, is_of
from workbench.core.economy_words import (
    CacheFacts,
    count_sentence,
    part_sentences,
    prefix_sentences,
    seen_sentence,
    uncounted_words,
)
from workbench.core.errors import InputError, StorageError
from workbench.core.image_tokens import image_tokens
from workbench.core.model_costs import ModelCost, model_cost
from workbench.core.plan import TYPICAL_ANSWER, figures_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.connection import Connection
    from workbench.core.images import ImageData
    from workbench.core.model_card import ModelCard
    from workbench.core.prompt import Prompt
    from workbench.core.request import Request
    from workbench.services import Services

_RUNS = 50
"""The newest runs at the host that are looked at for those of the prompt."""


class TokenEconomy(NamedTuple):
    """What is known of one prompt before it is sent."""

    economy: Economy
    exact: bool
    sentences: tuple[str, ...]
    request: Request
    connection: Connection
    images: tuple[ImageData, ...] = ()

    @property
    def typical_answer(self) -> int:
        """Tokens: the median of its answers, else what is taken for one of which nothing is known."""
        return self.economy.typical_answer or TYPICAL_ANSWER


def read_economy(services: Services, prompt: Prompt, connection: Connection, preset: str) -> TokenEconomy:
    """The economy of a prompt that goes to this connection; `preset` is the slug of its file, or "". Reads history:
    for a thread."""
    request = services.build(prompt, connection)
    model, practice, host = request.model, connection.is_practice, connection.host
    counter = services.tokens
    total = services.prompt_tokens(request, connection)
    # As history keeps it: what an image holds stands elsewhere there.
    body = taken_out(dict(request.body), {})
    messages = spoken(body if isinstance(body, dict) else {})
    origin = Origin(preset, prompt.name, messages[0] if messages else None)
    past, unread = _past(services, host, origin)
    found = economy(
        messages,
        past,
        lambda text: counter.count(text, model, practice, host).value,
        total.value,
        {} if practice else _beside(services, request, connection),
    )
    cache = _cache_facts(services, connection, model, found.prefix.tokens)
    images = _read_images(services, prompt)
    sentences = (
        unread,
        *part_sentences(found),
        *prefix_sentences(found.prefix, cache, exact=total.exact),
        seen_sentence(found.seen, found.runs),
        uncounted_words(_image_figures(request, model, images)[1]),
        count_sentence(
            exact=total.exact,
            practice=practice,
            calibration=counter.calibration(host, model),
            has_ranks=counter.has_ranks(model),
        ),
    )
    return TokenEconomy(found, total.exact, tuple(each for each in sentences if each), request, connection, images)


def _beside(services: Services, request: Request, connection: Connection) -> dict[str, int]:
    """The tokens of what is sent besides texts, by what it is."""
    counter = services.tokens
    found = {
        name: counter.count(text, request.model, False, connection.host).value
        for name, text in counted_beside(request.body).items()
    }
    return {**found, "images": request.image_tokens}


def _read_images(services: Services, prompt: Prompt) -> tuple[ImageData, ...]:
    """The files that the messages name as images, as far as they can be read."""
    found: list[ImageData] = []
    for image in (image for message in prompt.messages for image in message.images if image.is_file):
        with suppress(InputError):
            found.append(services.image_files.read(image.source))
    return tuple(found)


def _image_figures(request: Request, model: str, images: Sequence[ImageData]) -> tuple[int, int]:
    """About how many tokens the images of a request take on a model, and of how many that is not known."""
    by_url = {data.url: data for data in images}
    total, unknown = 0, 0
    for url, detail in image_urls(request.body):
        data = by_url.get(url)
        tokens = image_tokens(model, data.width, data.height, detail) if data is not None else None
        total, unknown = total + (tokens or 0), unknown + (tokens is None)
    return total, unknown


def _past(services: Services, host: str, origin: Origin) -> tuple[list[PastRun], str]:
    """The last runs of the prompt at this host, newest first; and why they can't be read, or ""."""
    try:
        runs = recent_runs(services.database, host, _RUNS)
    except StorageError as error:
        return [], f"{error.line}."
    return [
        PastRun(said, run.prompt_tokens, run.cached_tokens, run.completion_tokens)
        for run in runs
        if is_of(origin, run.preset, run.prompt_name, said := spoken(run.request))
    ], ""


def _cache_facts(services: Services, connection: Connection, model: str, prefix: int) -> CacheFacts:
    if services.costs_nothing(connection, model):
        return CacheFacts(connection.host, free=True)
    threshold = OPENAI_THRESHOLD if connection.host == OPENAI_HOST else None
    usage = {"prompt_tokens": prefix, "completion_tokens": 0}
    cached = services.prices.price(model, {**usage, "prompt_tokens_details": {"cached_tokens": prefix}}, connection)
    plain = services.prices.price(model, usage, connection)
    if plain == cached:
        plain = cached = None  # the price list knows of no cache here
    return CacheFacts(connection.host, threshold, plain, cached)


def costs(services: Services, known: TokenEconomy, cards: Sequence[ModelCard]) -> tuple[ModelCost, ...]:
    """What the same prompt takes on each of these models of the same connection."""
    return tuple(_cost(services, known, card) for card in cards)


def _cost(services: Services, known: TokenEconomy, card: ModelCard) -> ModelCost:
    connection = known.connection
    body = {**known.request.body, "model": card.id}
    images, uncounted = _image_figures(known.request, card.id, known.images)
    request = replace(known.request, body=body, image_tokens=images)
    tokens = services.prompt_tokens(request, connection)

    def priced(prompt: int, completion: int) -> float | None:
        # A model without a price per token has one by the minute or the image, which says nothing here.
        return None if card.price is None else services.price_estimate(card.id, prompt, completion, connection)

    figures = figures_for([request], [tokens.value], priced, model_limit=card.max_output)
    return model_cost(
        card.id,
        tokens.value,
        tokens.exact,
        lambda prompt, completion: priced(prompt, completion * figures.answers),
        typical_answer=known.typical_answer,
        most_answer=figures.most_answer,
        window=card.window,
        recent=card.recent,
        uncounted=uncounted,
    )
