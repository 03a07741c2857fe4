"""F1: every key and what it does, from the list of commands; what holds where the focus is comes first."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen

from workbench.tui.commands import COMMANDS, SCOPES, commands_of
from workbench.tui.keys import key_name, key_text
from workbench.tui.screens.reading import ReadingScreen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.tui.commands import Scope

_KEYS_WIDTH = 14
_LEAST_WORDS = 24
"""Cells for the words, below which they begin under their keys."""
_FIXED = "The keys of a window stay as they are; the settings change those below, by the name behind each."
_ALSO = (
    ("tab", "The next panel; shift+tab the one before"),
    ("enter", "A new line in a message; it never sends"),
    ("esc", "Out of a message's text, when nothing runs"),
    ("^C", "Copy what is selected"),
    ("mouse", "A click goes there; the wheel scrolls; a key in the lowest line is pressed by a click"),
)


def help_screen(screen: Screen[Any], keymap: Mapping[str, str]) -> ReadingScreen:
    """The keys, those of the focus on `screen` first, with the user's own in place of the declared ones."""
    here, own = scopes_here(screen), _keys_of_dialog(screen)

    def lines(width: int) -> Content:
        return help_text(here, own, keymap, width)

    return ReadingScreen("Keys", lines)


def scopes_here(screen: Screen[Any]) -> tuple[Scope, ...]:
    """The scopes whose keys hold where the focus is, the innermost first; those of the whole program are the last."""
    scopes = {command.id: command.scope for command in COMMANDS}
    found: dict[Scope, None] = {}
    for node in (screen.focused or screen).ancestors_with_self:
        for binding in node._bindings:
            scope = scopes.get(binding[1].id or "")
            if scope is not None and scope != "app":
                found[scope] = None
    return (*found, "app")


def _keys_of_dialog(screen: Screen[Any]) -> tuple[tuple[str, str], ...]:
    """The keys of a dialog, and what each does: they have no place in the list of commands."""
    if not screen.is_modal:
        return ()
    known = {command.id for command in COMMANDS}
    rows: dict[str, list[str]] = {}
    for key, binding in screen._bindings:
        if binding.description and binding.id not in known:
            rows.setdefault(binding.description, []).append(key_name(key))
    # What every screen of Textual has comes behind what this one does.
    common = {binding.description for binding in Screen.BINDINGS if isinstance(binding, Binding)}
    return tuple((" ".join(rows[words]), words) for words in sorted(rows, key=common.__contains__))


def help_text(here: Sequence[Scope], own: Sequence[tuple[str, str]], keymap: Mapping[str, str], width: int) -> Content:
    """All lines, `width` cells wide: the keys of a dialog, the scopes of `here`, and the others in their own order."""
    lines: list[Content] = []
    if own:
        lines += [_heading("In this window", here=True)]
        lines += [line for keys, words in own for line in _row(keys, words, width)]
        lines += [Content.styled(f"  {part}", "$text-muted") for part in wrap(_FIXED, max(8, width - 2))]
        lines.append(Content(""))
    for scope in (*here, *(scope for scope in SCOPES if scope not in here)):
        lines.append(_heading(SCOPES[scope], here=scope in here and scope != "app"))
        for command in commands_of(scope):
            keys = key_text(command, dict(keymap)) or "(palette)"
            lines += _row(keys, f"{command.title}: {command.help}", width, command.id)
        lines.append(Content(""))
    lines.append(_heading("Also"))
    lines += [line for keys, words in _ALSO for line in _row(keys, words, width)]
    return Content("\n").join(lines)


def _heading(title: str, *, here: bool = False) -> Content:
    return Content.assemble((title, "bold"), (" · here" if here else "", "$text-accent"))


def _row(keys: str, words: str, width: int, id: str = "") -> list[Content]:
    """A row with what it says under itself where that takes more than one line. `id` is what the settings file calls
    the command."""
    indent = _KEYS_WIDTH + 3
    below = len(keys) > _KEYS_WIDTH or width - indent < _LEAST_WORDS
    if width - indent < _LEAST_WORDS:
        indent = 4
    # An id is not cut in two where there is another way.
    parts = wrap(f"{words}  {id}" if id else words, max(8, width - indent), break_on_hyphens=False)
    lines = [Content.assemble("  ", (keys, "$text-accent"))] if below else []
    for number, part in enumerate(parts):
        lead = "  " + keys.ljust(indent - 2) if number == 0 and not below else " " * indent
        said, shown_id = (part[: -len(id)], id) if id and part.endswith(id) else (part, "")
        lines.append(Content.assemble((lead, "$text-accent"), said, (shown_id, "$text-muted")))
    return lines
