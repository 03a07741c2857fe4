"""The editor of the message list: what is typed in it is undone with the rest of the prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.document._history import EditHistory
from textual.message import Message

from workbench.core.images import image_path, image_paths
from workbench.tui.widgets.message_editor import MessageEditor

if TYPE_CHECKING:
    from textual.binding import BindingType


class CardEditor(MessageEditor, inherit_bindings=False):
    """Keeps no history of its own: its undo and redo keys go on to the screen, which has one of the whole prompt."""

    class ImagePasted(Message):
        """What was put in before the cursor may be the path of an image's file, or ("") those of several."""

        def __init__(self, path: str, text: str) -> None:
            super().__init__()
            self.path = path
            self.text = text

    BINDINGS: ClassVar[list[BindingType]] = [
        b for b in MessageEditor.BINDINGS if isinstance(b, Binding) and b.action not in ("undo", "redo")
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.history = EditHistory(max_checkpoints=0, checkpoint_timer=0.0, checkpoint_max_characters=0)
        self.marks = True

    def paste(self, text: str) -> None:
        """As in any editor; the path of an image is put in too, and said."""
        super().paste(text)
        path = image_path(text)
        if path or image_paths(text):
            self.post_message(self.ImagePasted(path, text.replace("\r\n", "\n").replace("\r", "\n")))
