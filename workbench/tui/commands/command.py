"""What a command of the screen is, and where there are some."""

from __future__ import annotations

from typing import Literal, NamedTuple

Scope = Literal[
    "app",
    "workbench",
    "parts",
    "messages",
    "variables",
    "parameters",
    "output",
    "json",
    "tokens",
    "raw",
    "timing",
    "compare",
    "columns",
    "connect",
    "usage",
    "settings",
    "history",
    "past",
]

SCOPES: dict[Scope, str] = {
    "app": "Everywhere",
    "workbench": "Workbench",
    "parts": "Persona and format",
    "messages": "Messages (a card has the focus)",
    "variables": "Variables",
    "parameters": "Parameters",
    "output": "Output",
    "json": "JSON (the tree has the focus)",
    "tokens": "Tokens (the text has the focus)",
    "raw": "Raw (the events have the focus)",
    "timing": "Timing (the figures have the focus)",
    "compare": "Compare",
    "columns": "Compare: the columns",
    "connect": "Connect",
    "usage": "Usage and cost",
    "settings": "Settings",
    "history": "History",
    "past": "History: the list",
}


class Command(NamedTuple):
    """`keys` are Textual key names, comma separated, "" for palette only; `action` is an action with its arguments."""

    id: str
    keys: str
    title: str
    help: str
    action: str
    scope: Scope
    footer: bool = False
    show_key: str = ""
    priority: bool = False
    """Whether its keys come before what the focused field makes of them."""
    numbered: bool = False
    """Whether each of its keys has its number, from 1 on, as the action's argument; without a key it is 0."""
