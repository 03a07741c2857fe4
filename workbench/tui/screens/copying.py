"""Taking things out of the workbench: to the clipboard, or into a file of the exports folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.errors import StorageError
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.tui.desk import Desk

EXPORTS = {
    "json": ("JSON", "json"),
    "curl": ("curl", "sh"),
    "python": ("Python", "py"),
    "markdown": ("Markdown", "md"),
    "promptfoo": ("a promptfoo config", "yaml"),
}
"""By name: what it is called, and how its file ends."""


class Copying:
    """Copies texts and exports the prompt. `say` says a line, `to_clipboard` copies."""

    def __init__(self, desk: Desk, *, say: Say, to_clipboard: Callable[[str], None]) -> None:
        self._desk = desk
        self._say = say
        self._to_clipboard = to_clipboard

    def copy(self, text: str, what: str) -> None:
        """Copy a text and say so; `what` names it."""
        if not text:
            self._say("there is nothing to copy yet", "info")
            return
        self._to_clipboard(text)
        self._say(f"copied {what}: {len(text)} characters", "success")

    def copy_request(self, what: str) -> None:
        """Copy the prompt as one of EXPORTS."""
        self.copy(self.exported(what), f"the prompt as {EXPORTS[what][0]}")

    def save_request(self, what: str) -> None:
        """Write the prompt as one of EXPORTS into the exports folder, and say where."""
        name = self._desk.services.export_name(self._desk.prompt.name or "prompt", EXPORTS[what][1])
        try:
            path = self._desk.services.export(name, self.exported(what))
        except StorageError as error:
            self._say(error.line, "error")
        else:
            self._say(f"saved {path}", "success")

    async def choose_export(self, ask: Ask) -> None:
        """Let the person choose what to write into a file."""
        from workbench.tui.widgets.chooser import Chooser
        from workbench.tui.widgets.pick_list import Choice

        rows = [Choice(what, title, f"a .{ending} file") for what, (title, ending) in EXPORTS.items()]
        text = "The prompt as it would be sent now, in the exports folder. No key is ever in it."
        if (what := await ask(Chooser("Export to a file", rows, text=text))) is not None:
            self.save_request(what)

    def exported(self, what: str) -> str:
        """The prompt as one of EXPORTS, never with a key."""
        return self._desk.services.exported(self._desk.prompt, self._desk.connection, what)
