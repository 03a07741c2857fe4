"""A text that is too large for an editor of one message: put into a variable or a file, after one question."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.errors import StorageError
from workbench.core.usage import size_text
from workbench.tui.screens.questions import large_text_question
from workbench.tui.screens.where import Ask, Say
from workbench.tui.widgets.message_editor import PASTE_LIMIT

if TYPE_CHECKING:
    from workbench.core.prompt import Prompt
    from workbench.tui.desk import Desk


class Folded(NamedTuple):
    """Where a large text went: `prompt` has the variable for it, and `place` stands for it in a message."""

    prompt: Prompt
    place: str
    said: str


def is_large(text: str) -> bool:
    """Whether it is offered a place of its own, typed in here or brought by an editor outside."""
    return len(text.encode("utf-8", "replace")) > PASTE_LIMIT


async def fold(desk: Desk, text: str, *, ask: Ask, say: Say, otherwise: str) -> Folded | None:
    """Ask where the text is to be; nothing is edited yet. None for what `otherwise` says, and for no answer."""
    size = len(text.encode("utf-8", "replace"))
    question = large_text_question(size_text(size), file=desk.services.fits_variable(size), otherwise=otherwise)
    match await ask(question):
        case "variable":
            prompt, name = desk.with_text_variable(text)
            return Folded(prompt, f"{{{{{name}}}}}", f"{size_text(size)} are in the variable {{{{{name}}}}}")
        case "file":
            from workbench.exchanging import export_new

            try:
                path = await asyncio.to_thread(export_new, desk.services, "text", "txt", text)
            except StorageError as error:
                say(error.line, "error")
                return None
            prompt, name = desk.with_text_variable(text, path=str(path))
            return Folded(prompt, f"{{{{{name}}}}}", f"{{{{{name}}}}} reads {size_text(size)} from {path}")
    return None
