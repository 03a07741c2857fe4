"""Taking things out of the workbench: to the clipboard, or into a file of the exports folder."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from workbench.core.counted import counted
from workbench.core.errors import StorageError
from workbench.own_thread import in_own_thread
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.tui.desk import Desk


class Copying:
    """Copies texts and exports the prompt. `say` says a line, `take` copies a text and says what became of it."""

    def __init__(self, desk: Desk, *, say: Say, take: Callable[[str, str], None]) -> None:
        self._desk = desk
        self._say = say
        self._take = take

    def copy(self, text: str, what: str) -> None:
        """Copy a text and say so; `what` names it."""
        if not text:
            self._say("there is nothing to copy yet", "info")
            return
        self._take(text, what)

    async def copy_code(self, markdown: str, ask: Ask) -> None:
        """Copy a code block of an answer; of several the one that the person chooses."""
        from workbench.tui.code_blocks import code_blocks
        from workbench.tui.widgets.chooser import Chooser
        from workbench.tui.widgets.pick_list import Choice

        blocks = code_blocks(markdown)
        if not blocks:
            self._say("there is no code block in this answer", "info")
            return
        chosen: str | None = "0"
        if len(blocks) > 1:
            rows = [
                Choice(
                    str(place),
                    next(line for line in block.code.split("\n") if line.strip()).strip(),
                    f"{block.language or 'no language'}, {counted(block.lines, 'line')}",
                )
                for place, block in enumerate(blocks)
            ]
            chosen = await ask(Chooser("Copy a code block", rows))
        if chosen is not None:
            what = "the code block" if len(blocks) == 1 else f"code block {int(chosen) + 1}"
            self.copy(blocks[int(chosen)].code, what)

    async def copy_prompt(self, shape: str, ask: Ask) -> None:
        """Copy the prompt in one of the shapes of `core.exchange.exports`."""
        from workbench.core.exchange.exports import SHAPES

        text = await self._exported(shape, ask)
        if text is not None:
            self.copy(text, f"the prompt as {SHAPES[shape].title}")

    async def _exported(self, shape: str, ask: Ask) -> str | None:
        """The prompt in that shape; of one that holds what looks like a key, what the person wants, or None."""
        from workbench.core.keys import holds_key, without_keys
        from workbench.exchanging import exported
        from workbench.tui.screens.questions import key_question

        connection = self._desk.connection
        # In threads: with its images it may be many megabytes.
        text = await in_own_thread(exported, self._desk.services, self._desk.prompt, connection, shape)
        if not await in_own_thread(holds_key, text, connection.key):
            return text
        answer = await ask(key_question())
        return without_keys(text, connection.key) if answer == "masked" else text if answer == "as-it-is" else None

    async def choose_export(self, ask: Ask) -> None:
        """Let the person choose a shape, write the prompt into a file, and say where."""
        from workbench.core.exchange.exports import SHAPES
        from workbench.exchanging import export_prompt
        from workbench.tui.widgets.chooser import Chooser
        from workbench.tui.widgets.pick_list import Choice

        rows = [Choice(name, shape.title, f"a .{shape.ending} file") for name, shape in SHAPES.items()]
        text = "The prompt as it would be sent now, in the exports folder. The connection's key is not in it."
        chosen = await ask(Chooser("Export to a file", rows, text=text))
        exported = await self._exported(chosen, ask) if chosen is not None else None
        if chosen is None or exported is None:
            return
        try:
            path = await asyncio.to_thread(export_prompt, self._desk.services, self._desk.prompt, chosen, exported)
        except StorageError as error:
            self._say(error.line, "error")
        else:
            self._say(f"saved {path}", "success")
