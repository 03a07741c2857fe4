"""The footer: the keys of what is focused, drawn on one line. Textual's own makes a widget for each key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from textual.app import App
from textual.widget import Widget

from workbench.tui.commands import COMMANDS
from workbench.tui.keys import key_name
from workbench.tui.widgets.drawing import Piece, strip_of, styles_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.binding import ActiveBinding
    from textual.screen import Screen
    from textual.strip import Strip

_GAP = 2
_FUNCTION_KEY = re.compile(r"f\d+")


class Key(NamedTuple):
    """One entry: `key` is Textual's name of it, `shown` how it stands in the line."""

    key: str
    shown: str
    title: str
    enabled: bool = True

    @property
    def width(self) -> int:
        return cell_len(self.shown) + 1 + cell_len(self.title)


class KeyLine(Widget):
    """Shows the bindings that have `show` set, those of the focused widget first; a click presses the key.

    The app's own keys (help, palette, quit) stand on the right and are the last to go where the line is narrow.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--plain", "keys--key", "keys--title", "keys--off"}
    DEFAULT_CSS = """
    KeyLine {
        dock: bottom;
        height: 1;
        background: $panel;
        & > .keys--key { color: $text-accent; text-style: bold; }
        & > .keys--title { color: $foreground; }
        & > .keys--off { color: $text-disabled; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._left: tuple[Key, ...] = ()
        self._right: tuple[Key, ...] = ()
        self._placed: list[tuple[int, Key]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._update)

    def _update(self, screen: Screen[object]) -> None:
        # Without the terminal's focus nothing is focused, and the line would change for nothing.
        if screen is not self.screen or not self.app.app_focus:
            return
        left, right = keys_of(screen)
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        self._placed = placed(self._left, self._right, width)
        pieces: list[Piece] = []
        at = 0
        for x, key in self._placed:
            off = "" if key.enabled else "off"
            pieces += [Piece(" " * (x - at)), Piece(key.shown, off or "key"), Piece(f" {key.title}", off or "title")]
            at = x + key.width
        return strip_of(pieces, width, styles_of(self, "keys"))

    def on_click(self, event: events.Click) -> None:
        for x, key in self._placed:
            if x <= event.x < x + key.width:
                event.stop()
                if key.enabled:
                    self.app.simulate_key(key.key)
                return


def keys_of(screen: Screen[object]) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """The keys to show now: of the focus and the screen, and of the app. One key for each action, the first of it."""
    app = screen.app
    own: dict[str, Key] = {}
    everywhere: dict[str, Key] = {}
    for active in sorted(screen.active_bindings.values(), key=_in_declared_order(screen)):
        binding = active.binding
        if not binding.show or not binding.description or binding.action in own or binding.action in everywhere:
            continue
        # Textual's own has ^r where F1 and the palette have ^R.
        own_name = not binding.key_display and binding.key.startswith("ctrl+")
        shown = key_name(binding.key) if own_name else app.get_key_display(binding)
        key = Key(
            binding.key, shown.upper() if _FUNCTION_KEY.fullmatch(shown) else shown, binding.description, active.enabled
        )
        keys = everywhere if isinstance(active.node, App) else own
        keys[binding.action] = key
    # Textual's own quit binding comes first of the app's; the person who is lost needs help.
    help_first = sorted(everywhere, key=lambda action: action != "help")
    return tuple(own.values()), tuple(everywhere[action] for action in help_first)


def _in_declared_order(screen: Screen[object]) -> Callable[[ActiveBinding], tuple[int, int]]:
    """The nodes in their order, from the focus outwards, and what each declares in its own: a key of the person's comes
    last in what Textual gives."""
    nodes = {id(node): rank for rank, (node, _) in enumerate(screen._modal_binding_chain)}

    def rank(active: ActiveBinding) -> tuple[int, int]:
        return nodes.get(id(active.node), len(nodes)), _DECLARED.get(active.binding.id or "", 0)

    return rank


_DECLARED = {command.id: number for number, command in enumerate(COMMANDS, 1)}


def placed(left: tuple[Key, ...], right: tuple[Key, ...], width: int) -> list[tuple[int, Key]]:
    """Each key that fits with its place, in cells. The first on the right stays longest, then those on the left."""
    pinned = right[:1]
    out: list[tuple[int, Key]] = []
    end = width - 1 - sum(key.width + _GAP for key in pinned)
    at = 1
    for key in left:
        if at + key.width > end:
            break
        out.append((at, key))
        at += key.width + _GAP
    kept = list(pinned)
    if len(out) == len(left):
        free = end - at
        for key in right[1:]:
            if key.width + _GAP > free:
                break
            kept.append(key)
            free -= key.width + _GAP
    x = width - 1 - sum(key.width + _GAP for key in kept) + _GAP
    if x == 0:
        x = 1  # the key alone, with a cell before it and none after
    for key in kept:
        if x > 0:
            out.append((x, key))
        x += key.width + _GAP
    return out
