"""The history of runs."""

from __future__ import annotations

from workbench.tui.commands.command import Command

PAST: tuple[Command, ...] = (
    Command(
        "history.run-again",
        "ctrl+j,ctrl+enter",
        "Run again",
        "Open the run in the workbench and send it once more",
        "run_again",
        "history",
        True,
        "^J",
    ),
    Command(
        "history.compare",
        "ctrl+t",
        "Compare",
        "Put the marked runs side by side; space in the list marks one",
        "compare",
        "history",
        True,
        "^T",
    ),
    Command("history.filter", "f3", "Filter", "Choose a filter: starred, failed, a model", "filter", "history", True),
    Command("history.leave", "escape", "Back", "To the workbench, as it was", "leave", "history", True, "esc"),
    Command("history.previous", "up", "Previous", "The row above", "move(-1)", "history"),
    Command("history.next", "down", "Next", "The row below", "move(1)", "history"),
    Command("history.page-up", "pageup", "Page up", "A page of rows up", "page(-1)", "history"),
    Command("history.page-down", "pagedown", "Page down", "A page of rows down", "page(1)", "history"),
    Command("history.text-down", "shift+down", "Text down", "Scroll the run's texts down", "read_on(1)", "history"),
    Command("history.text-up", "shift+up", "Text up", "Scroll the run's texts up", "read_on(-1)", "history"),
    Command("past.open", "enter", "Open", "Open it in the workbench, as it was", "screen.open", "past", True),
    Command("past.mark", "space", "Mark", "Mark the run for comparing", "screen.mark", "past", True),
    Command("past.star", "s", "Star", "Put a star on the run, or take it off", "screen.star", "past", True),
    Command("past.name", "n", "Name", "Give the run a name", "screen.rename", "past", True),
    Command("past.note", "t", "Note", "Write a note about the run", "screen.note", "past", True),
    Command("past.delete", "delete,d", "Delete", "Delete it, for good once you leave", "screen.delete", "past", True),
    Command("past.undelete", "u", "Bring back", "Bring back what was deleted", "screen.undelete", "past", True),
    Command(
        "past.comparison",
        "c",
        "Its comparison",
        "Open the comparison that the run is a cell of",
        "screen.comparison",
        "past",
    ),
    Command("past.find", "slash", "Search", "To the search field", "screen.find", "past", True, "/"),
    # The list's own: what scrolls would take these keys before the screen's.
    Command("past.previous", "up", "Previous", "The row above", "select(-1)", "past"),
    Command("past.next", "down", "Next", "The row below", "select(1)", "past"),
    Command("past.page-up", "pageup", "Page up", "A page of rows up", "page(-1)", "past"),
    Command("past.page-down", "pagedown", "Page down", "A page of rows down", "page(1)", "past"),
    Command("past.first", "home", "First", "The newest row", "first", "past"),
    Command("past.last", "end", "Last", "The oldest row that was read", "last", "past"),
)
