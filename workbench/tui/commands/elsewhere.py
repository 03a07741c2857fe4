"""The screens where connections, usage and settings are looked after."""

from __future__ import annotations

from workbench.tui.commands.command import Command

ELSEWHERE: tuple[Command, ...] = (
    Command("connect.use", "enter", "Use", "Send requests there from now on", "use", "connect", True),
    Command(
        "connect.test", "t", "Test", "List its models, and say what is wrong if that fails", "test", "connect", True
    ),
    Command(
        "connect.key", "k", "Key", "Enter a key, for this session or into .env, or use llm's", "key", "connect", True
    ),
    Command("connect.add", "a", "Add", "Name an endpoint in your settings", "add", "connect", True),
    Command("connect.change", "e", "Change", "Change an endpoint of your settings", "change", "connect", True),
    Command("connect.keep", "s", "Keep", "Put a server that was found into your settings", "keep", "connect", True),
    Command("connect.start", "d", "Start with it", "Use it at every start", "start", "connect", True),
    Command(
        "connect.forget",
        "f",
        "Forget",
        "Forget what this host taught: everything is sent again",
        "forget",
        "connect",
        True,
    ),
    Command("connect.remove", "delete", "Remove", "Take the endpoint out of your settings", "remove", "connect", True),
    Command("connect.look", "r", "Look again", "Look once more for servers on this machine", "look", "connect", True),
    Command("connect.leave", "escape", "Back", "To the workbench, as it was", "leave", "connect", True, "esc"),
    Command("connect.previous", "up", "Previous", "The row above", "move(-1)", "connect"),
    Command("connect.next", "down", "Next", "The row below", "move(1)", "connect"),
    Command("connect.page-up", "pageup", "Page up", "Ten rows up", "move(-10)", "connect"),
    Command("connect.page-down", "pagedown", "Page down", "Ten rows down", "move(10)", "connect"),
    Command("connect.read-up", "shift+up", "Text up", "Scroll what is said of it up", "read_on(-1)", "connect"),
    Command("connect.read-down", "shift+down", "Text down", "Scroll what is said of it down", "read_on(1)", "connect"),
    Command("usage.by", "right,tab", "By", "By day, model, preset or connection", "by(1)", "usage", True, "→"),
    Command("usage.by-before", "left,shift+tab", "By, back", "The one before", "by(-1)", "usage"),
    Command("usage.longer", "plus", "Longer", "Of a longer time", "period(1)", "usage", True, "+"),
    Command("usage.shorter", "minus", "Shorter", "Of a shorter time", "period(-1)", "usage", True, "-"),
    Command("usage.measure", "m", "Bars", "The bars are cost, tokens or requests", "measure", "usage", True),
    Command("usage.reload", "r", "Read again", "With what was sent meanwhile", "reload", "usage", True),
    Command("usage.more", "enter,space", "Details", "More room for what is said below the rows", "more", "usage"),
    Command("usage.leave", "escape,q", "Back", "To the workbench", "leave", "usage", True, "esc"),
    Command("usage.up", "up,k", "Row above", "The row above", "select(-1)", "usage"),
    Command("usage.down", "down,j", "Row below", "The row below", "select(1)", "usage"),
    Command("usage.page-up", "pageup", "Page up", "A page up", "page(-1)", "usage"),
    Command("usage.page-down", "pagedown", "Page down", "A page down", "page(1)", "usage"),
    Command("usage.first", "home,g", "First", "The first row", "first", "usage"),
    Command("usage.last", "end,G", "Last", "The last row", "last", "usage"),
    Command("settings.change", "enter", "Change", "Another value, or other keys", "change", "settings", True),
    Command("settings.default", "f5", "Default", "Take the default back", "reset", "settings", True),
    Command("settings.file", "f4", "File", "Open settings.toml in $VISUAL or $EDITOR", "file", "settings", True),
    Command("settings.leave", "escape", "Back", "To where you came from", "leave", "settings", True, "esc"),
    Command("settings.previous", "up", "Previous", "The row above", "move(-1)", "settings"),
    Command("settings.next", "down", "Next", "The row below", "move(1)", "settings"),
    Command("settings.page-up", "pageup", "Page up", "Ten rows up", "move(-10)", "settings"),
    Command("settings.page-down", "pagedown", "Page down", "Ten rows down", "move(10)", "settings"),
    Command("settings.read-up", "shift+up", "Text up", "Scroll what is said of it up", "read_on(-1)", "settings"),
    Command(
        "settings.read-down", "shift+down", "Text down", "Scroll what is said of it down", "read_on(1)", "settings"
    ),
)
