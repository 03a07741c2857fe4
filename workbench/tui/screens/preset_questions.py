"""The questions about presets, as choosers. Enter alone never loses anything."""

from __future__ import annotations

from workbench.tui.widgets.chooser import Chooser
from workbench.tui.widgets.pick_list import Choice


def changed_on_disk_question(name: str) -> Chooser:
    """Ends with "mine" (write over), "theirs" (open what is on disk) or "both" (save under another name)."""
    rows = [
        Choice("both", "Keep both", "save mine under another name"),
        Choice("mine", "Keep mine", "write over the file"),
        Choice("theirs", "Keep theirs", "open the file; mine is put aside as a draft"),
    ]
    text = f"{name} was changed on disk since it was opened here."
    return Chooser("The file has changed", rows, text=text, chosen="both")


def comments_question(count: int) -> Chooser:
    """Ends with "save" or "save-as"; `count` is how many comment lines saving would lose."""
    lines = "a comment" if count == 1 else f"{count} lines of comments"
    rows = [
        Choice("save-as", "Save as", "another file; this one stays as it is"),
        Choice("save", "Save", "the comments go"),
    ]
    return Chooser("Comments would go", rows, text=f"The file has {lines}; saving writes it anew without.")
