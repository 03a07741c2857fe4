"""F4: a text of the prompt in the person's own editor, and what comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.errors import WorkbenchError
from workbench.core.prompt import Message, Role
from workbench.tui.screens.large_text import fold, is_large
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from workbench.adapters.external_editor import Edited, EditorCommand
    from workbench.core.prompt import Variable
    from workbench.tui.desk import Desk


NO_EDITOR = "no editor can be opened in a browser: edit the text here, or open the workbench in a terminal"


class Outside:
    """The conversation about an editor outside. `outside` hands the terminal over for as long as it is entered, `ask`
    shows a question, `say` a line, `changed` shows the prompt anew."""

    def __init__(
        self,
        desk: Desk,
        *,
        outside: Callable[[], AbstractContextManager[None]],
        ask: Ask,
        say: Say,
        changed: Callable[[], None],
    ) -> None:
        self._desk = desk
        self._outside = outside
        self._ask = ask
        self._say = say
        self._changed = changed

    async def edit_message(self, index: int) -> None:
        """Edit a message; where there is none, a first one."""
        messages = self._desk.prompt.messages
        given = messages[index] if messages else Message(Role.USER)
        text = await self._edit(given.content)
        if text is None:
            return
        prompt, said = self._desk.prompt, ""
        if is_large(text) and not is_large(given.content):
            folded = await fold(
                self._desk, text, ask=self._ask, say=self._say, otherwise="Keep it in the message, shown folded"
            )
            if folded is not None:
                prompt, text, said = folded
        self._desk.edit(replace(prompt, messages=_with_text(prompt.messages, index, given, text)))
        self._changed()
        if said:
            self._say(said, "success")

    async def edit_variable(self, variable: Variable) -> None:
        """Edit the value of a variable: what was typed for it, or else its default."""
        given = variable.default if variable.value is None else variable.value
        if variable.value is not None and variable.value.startswith("@"):
            self._say(f"{variable.name} is read from a file: {variable.value[1:]}", "info")
            return
        text = await self._edit(given or "")
        if text is None:
            return
        if variable.value is None and variable.default is not None:
            self._desk.set_default(variable.name, text)
        else:
            self._desk.set_variable(variable.name, text)
        self._changed()

    async def _edit(self, text: str) -> str | None:
        """The text as the person's editor gives it back; None where it is to stay as it is, which is said."""
        editor = self._desk.services.editor
        try:
            command = editor.command()
            with self._outside():
                edited = await editor.edit(command, text)
        except WorkbenchError as error:
            self._say(error.line, "error")
            return None
        changed = edited.text != text
        self._say(_words(command, edited, changed), "success" if changed else "info")
        return edited.text if changed else None


def _words(command: EditorCommand, edited: Edited, changed: bool) -> str:
    if not changed and edited.at_once:
        return f"{command.name} was back at once with nothing changed: one with a window of its own needs --wait, or -w"
    if not changed:
        return f"{command.name} changed nothing"
    end = " · without the line end that editors put at the end" if edited.line_end else ""
    return f"taken back from {command.name}: {len(edited.text):,} characters{end}"


def _with_text(messages: tuple[Message, ...], index: int, given: Message, text: str) -> tuple[Message, ...]:
    """The messages with another text in the one that was given out; it is added where it has gone meanwhile."""
    places = (index, *range(len(messages)))
    at = next((place for place in places if place < len(messages) and messages[place] == given), None)
    if at is None:
        return (*messages, replace(given, content=text))
    return (*messages[:at], replace(given, content=text), *messages[at + 1 :])
