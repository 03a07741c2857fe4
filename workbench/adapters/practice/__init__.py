"""The practice model: an endpoint inside the program, so that every control works with no account and no network.

`practice_transport()` sits where the network sits, under the same SDK client, and answers as api.openai.com would:
GET /v1/models, GET /v1/models/{id} and POST /v1/chat/completions. Behind it is a word n-gram model.

    tokens -> corpus -> ngram -> sampling -> writer ----------\
                                     `-> schema_instance ------+-> generation -> answer -> transport
                                checks, schema_checks (400s) -/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.adapters.practice.models import ABOUT, BASE_URL
from workbench.adapters.practice.tokens import END_OF_TEXT, count_tokens, split_tokens, token_id

if TYPE_CHECKING:
    import httpx2

__all__ = ["ABOUT", "BASE_URL", "END_OF_TEXT", "count_tokens", "practice_transport", "split_tokens", "token_id"]


def practice_transport() -> httpx2.AsyncBaseTransport:
    """The endpoint, for `openai.DefaultAsyncHttpxClient(transport=...)`. It reads no file and opens no socket."""
    # httpx2 is no part of the first paint, and a token count does not need it.
    from workbench.adapters.practice.transport import PracticeTransport

    return PracticeTransport()
