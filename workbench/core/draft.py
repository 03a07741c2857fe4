"""A draft: a prompt that is being written, as it is kept from one start to the next."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from workbench.core.json_value import JSON

MOST_KEPT = 100
"""Drafts that stay among those that were put aside: with one more the oldest goes."""


class DraftState(NamedTuple):
    """A draft as it is to be written. Neither dict may be changed afterwards."""

    prompt_json: dict[str, JSON]
    view: dict[str, JSON] | None = None
    """What belongs to the draft and is no part of the prompt."""
    title: str = ""
    """What its tab says; "" where nothing was written yet."""
    changed: bool = False
    """Whether it differs from what was opened."""


class DraftContent(NamedTuple):
    """What is in a draft."""

    prompt_json: dict[str, JSON]
    view: dict[str, JSON] | None


class FoundDraft(NamedTuple):
    """A draft of an earlier session as its tab shows it: the content is read when it is looked at."""

    draft_id: str
    title: str
    changed: bool
    saved_at: datetime


class KeptDraft(NamedTuple):
    """A draft that was put aside: closed, offered and declined, or in the way of a start."""

    draft_id: str
    saved_at: datetime
    title: str
    content: DraftContent
