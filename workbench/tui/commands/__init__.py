"""Every command, declared once: its id, keys, words and action. Footer, palette, F1 and the user's keymap read this.

A widget or screen takes the commands of its scope with `BINDINGS = bindings("messages")` and has an `action_...`
method for each. The palette runs a command on the widget of its scope.

Keys that are never bound: ctrl+i, ctrl+m, ctrl+h (Tab, Enter and Backspace on older terminals) and what a text
editor needs (ctrl+a c d e k u v w x); ctrl+z and ctrl+y are undo and redo, as in any editor, wherever the focus is.
"""

from __future__ import annotations

from textual.binding import Binding, BindingType

from workbench.tui.commands.command import SCOPES, Command, Scope
from workbench.tui.commands.comparing import COMPARING
from workbench.tui.commands.drafts import DRAFTS
from workbench.tui.commands.elsewhere import ELSEWHERE
from workbench.tui.commands.output import OUTPUT
from workbench.tui.commands.panels import PANELS
from workbench.tui.commands.past import PAST
from workbench.tui.commands.workbench import WORKBENCH

__all__ = ["COMMANDS", "SCOPES", "Command", "Scope", "bindings", "commands_of"]

COMMANDS: tuple[Command, ...] = (*WORKBENCH, *DRAFTS, *PANELS, *OUTPUT, *COMPARING, *ELSEWHERE, *PAST)

_UNBOUND = "unbound"
"""No terminal sends it: the place of a key that the settings file may give."""


def commands_of(scope: Scope) -> tuple[Command, ...]:
    return tuple(command for command in COMMANDS if command.scope == scope)


def bindings(scope: Scope) -> list[BindingType]:
    """The scope's commands as Textual bindings, with ids so that the settings file can rebind them."""
    return [binding for command in commands_of(scope) for binding in _bindings(command)]


def _bindings(c: Command) -> list[Binding]:
    if not c.numbered:
        return [_binding(c, c.keys or _UNBOUND, c.action, c.id)]
    keys = c.keys.split(",")
    return [_binding(c, key, f"{c.action}({number})", f"{c.id}.{number}") for number, key in enumerate(keys, 1)]


def _binding(c: Command, keys: str, action: str, id: str) -> Binding:
    return Binding(
        keys,
        action,
        c.title,
        show=c.footer,
        key_display=c.show_key or None,
        priority=c.priority,
        tooltip=c.help,
        id=id,
    )
