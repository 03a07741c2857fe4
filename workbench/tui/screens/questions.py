"""The questions that the workbench asks, as choosers: where requests go, a draft to open, a link to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.tui.widgets.chooser import Chooser, yes_or_no
from workbench.tui.widgets.pick_list import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.adapters.connections import Question
    from workbench.adapters.drafts import KeptDraft, Restored


def question_chooser(question: Question) -> Chooser:
    """Ends with "yes" or "no"; Enter alone is no."""
    return yes_or_no("Before anything is sent", question.text, yes=f"Yes, use {question.host}", no="No, not this time")


def draft_question(restored: Restored) -> Chooser:
    """Ends with "open" or "empty"."""
    when = restored.saved_at.astimezone().strftime("%d %b, %H:%M") if restored.saved_at else "earlier"
    rows = [
        Choice("open", "Open it", "as it was last saved"),
        Choice("empty", "Start empty", "it is kept in the database"),
    ]
    return Chooser("A draft is left", rows, text=f"The workbench ended without closing. Its draft is from {when}.")


def draft_chooser(kept: Sequence[KeptDraft]) -> Chooser:
    """Ends with a draft's id."""
    rows = [
        Choice(draft.draft_id, _first_words(draft), f"{draft.saved_at.astimezone():%d %b, %H:%M}") for draft in kept
    ]
    return Chooser("Drafts put aside", rows)


def _first_words(draft: KeptDraft) -> str:
    messages = draft.prompt_json.get("messages")
    texts = [m.get("content") for m in messages if isinstance(m, dict)] if isinstance(messages, list) else []
    words = next((text.strip() for text in texts if isinstance(text, str) and text.strip()), "empty")
    return " ".join(words[:200].split())[:60]


def large_text_question(size: str, *, file: bool, otherwise: str) -> Chooser:
    """Ends with "variable", "file" or "otherwise"; `file` says that a variable may read so much from one."""
    rows = [Choice("variable", "Put it into a variable", "and its name into the message")]
    if file:
        rows.append(Choice("file", "Put it into a file", "that a variable reads, and its name into the message"))
    rows.append(Choice("otherwise", otherwise))
    return Chooser("A large text", rows, text=f"{size} are more than an editor shows well.")


def key_question() -> Chooser:
    """Ends with "masked" or "as-it-is"."""
    rows = [
        Choice("masked", "With [key] in its place", "what you wrote stays as it is"),
        Choice("as-it-is", "As it is", "with the key"),
    ]
    return Chooser("A key in the prompt", rows, text="The prompt holds what looks like a key. How is it to leave?")


def link_question(url: str) -> Chooser:
    """Ends with "yes" or "no"; shows the whole address."""
    return yes_or_no("Open this link in the browser?", url, yes="Open it", no="No")
