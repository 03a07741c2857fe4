"""The questions that the workbench asks, as choosers: where requests go, a draft to open, a link to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.draft import MOST_KEPT
from workbench.tui.widgets.chooser import Chooser, yes_or_no
from workbench.tui.widgets.pick_list import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.adapters.connections import Question
    from workbench.adapters.drafts import Restored
    from workbench.core.draft import KeptDraft
    from workbench.tui.widgets.draft_tab import DraftTab


def question_chooser(question: Question) -> Chooser:
    """Ends with "yes" or "no"; Enter alone is no."""
    return yes_or_no("Before anything is sent", question.text, yes=f"Yes, use {question.host}", no="No, not this time")


def draft_question(restored: Restored) -> Chooser:
    """Ends with "open" or "empty"."""
    when = restored.saved_at.astimezone().strftime("%d %b, %H:%M") if restored.saved_at else "earlier"
    many = len(restored.drafts)
    what, its, them = (f"{many} drafts are left", f"Its {many} drafts are", "them") if many > 1 else _ONE_DRAFT
    rows = [
        Choice("open", f"Open {them}", "as it was last saved" if many == 1 else "each in its tab, as they were saved"),
        Choice("empty", "Start empty", "kept under “Drafts put aside”"),
    ]
    return Chooser(what, rows, text=f"The workbench ended without closing. {its} from {when}.")


_ONE_DRAFT = ("A draft is left", "Its draft is", "it")


def draft_chooser(kept: Sequence[KeptDraft]) -> Chooser:
    """Ends with a draft's id."""
    rows = [
        Choice(draft.draft_id, draft.title or _first_words(draft), f"{draft.saved_at.astimezone():%d %b, %H:%M}")
        for draft in kept
    ]
    return Chooser("Drafts put aside", rows, text=f"The newest {MOST_KEPT} stay; with one more the oldest goes.")


def _first_words(draft: KeptDraft) -> str:
    """Of one that an older version kept, without a title."""
    messages = draft.content.prompt_json.get("messages")
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


def tab_chooser(tabs: Sequence[DraftTab], front: int) -> Chooser:
    """Ends with the index of a tab."""
    marks = {"": "", "running": "runs", "answered": "has an answer", "failed": "failed"}
    rows = [
        Choice(
            str(index),
            tab.title or "unnamed",
            " · ".join(word for word in ("changed" if tab.changed else "", marks[tab.mark]) if word),
        )
        for index, tab in enumerate(tabs)
    ]
    return Chooser("Go to a draft", rows, chosen=str(front))


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


def image_question(name: str, facts: str) -> Chooser:
    """Ends with "attach" or "text"; without `facts` there are several."""
    rows = [Choice("attach", "Attach", "it is sent with the message"), Choice("text", "Keep the path as text")]
    return Chooser("An image", rows, text=f"{name}: {facts}" if facts else name)


def image_off_question(lines: Sequence[str]) -> Chooser:
    """Ends with the index of the image."""
    return Chooser("Take an image off", [Choice(str(index), line) for index, line in enumerate(lines)])
