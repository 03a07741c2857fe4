"""Attaching an image: its path or address, how closely the model looks, and what the file is, before it is taken."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from workbench.core.errors import InputError
from workbench.core.images import DETAILS, path_in
from workbench.core.prompt import Image
from workbench.own_thread import in_own_thread
from workbench.tui.display import literal
from workbench.tui.part_lines import file_facts
from workbench.tui.widgets.choice_line import ChoiceLine, Option
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.form_row import field_row, labelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from workbench.core.images import ImageData

LOOK_AFTER = 0.25
"""Seconds without a key before the file is looked at."""


class AttachImage(Dialog[Image | None]):
    """Ends with the image, or with None on escape. A file that is none is refused here. No address is fetched."""

    DEFAULT_CSS = """
    AttachImage {
        & > .box { max-width: 92; height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
        & Horizontal { height: 1; }
        & .label { width: 8; color: $text-muted; }
        & #image, & #image:focus { width: 1fr; }
        & #facts { height: auto; margin-top: 1; color: $text-muted; }
        & #fault { height: auto; color: $text-error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "save", "Attach", priority=True),
        Binding("up", "app.focus_previous", "Field above", show=False),
        Binding("down", "app.focus_next", "Field below", show=False),
    ]

    def __init__(self, read: Callable[[str], ImageData], model: str, image: Image | None = None) -> None:
        """`read` gives a file's image, or InputError; `model` is whose tokens are estimated; `image` is one that is to
        be attached again."""
        super().__init__()
        self._start = image or Image("")
        self._read = read
        self._model = model

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False, classes="box") as box:
            box.border_title = "Attach an image"
            box.border_subtitle = "enter attaches · tab the next field · esc leaves"
            yield from field_row("image", self._start.source, "a file's path, or an https address")
            details = (Option("", "not sent"), *(Option(detail, detail) for detail in DETAILS))
            yield from labelled("detail", ChoiceLine(details, self._start.detail, id="detail"))
            yield Static("A file is read when the prompt is sent; an address is sent as it is.", id="facts")
            yield Static(id="fault")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @property
    def _image(self) -> Image:
        """As it is typed; an address has no digest, and a file gets one when it is read."""
        return Image(path_in(self.query_one(Input).value), self.query_one(ChoiceLine).chosen)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._look_soon()

    def on_choice_line_changed(self, event: ChoiceLine.Changed) -> None:
        event.stop()
        self._look_soon()

    def _look_soon(self) -> None:
        self._tell("", "")
        self.run_worker(self._look(LOOK_AFTER), group="look", exclusive=True)

    async def _look(self, after: float) -> None:
        await asyncio.sleep(after)
        image = self._image
        if image.source:
            await self._looked_at(image)

    async def _looked_at(self, image: Image) -> Image | None:
        """The image with its file's digest, its facts on the screen; None where it is none."""
        if not image.is_file:
            self._tell("The endpoint fetches it; nothing is known of it here.", "")
            return image
        try:
            data = await in_own_thread(self._read, image.source)
        except InputError as error:
            self._tell("", error.line)
            return None
        self._tell(file_facts(data, self._model, image.detail), "")
        return image._replace(digest=data.digest)

    def _tell(self, facts: str, fault: str) -> None:
        self.query_one("#facts", Static).update(literal(facts))
        self.query_one("#fault", Static).update(literal(fault))

    def action_save(self) -> None:
        self.after_typing(lambda: self.run_worker(self._save(), group="look", exclusive=True))

    async def _save(self) -> None:
        image = self._image
        if not image.source:
            self._tell("", "there is no image yet: type a path, or paste one")
            return
        found = await self._looked_at(image)
        if found is not None and self.is_current:
            self.dismiss(found)
