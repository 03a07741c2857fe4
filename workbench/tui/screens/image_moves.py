"""The conversations about the images of one draft's messages: attaching one, taking one off, a pasted path."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.core.images import image_paths
from workbench.core.prompt import Image, Message, Role
from workbench.own_thread import in_own_thread
from workbench.tui.keys import own_key
from workbench.tui.part_lines import file_facts, image_line, image_name
from workbench.tui.screens.questions import image_off_question, image_question
from workbench.tui.screens.where import Ask, Say

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.core.images import ImageData
    from workbench.tui.desk import Desk


class ImageMoves:
    """`ask` shows a question, `say` a line, `changed` shows the prompt anew."""

    def __init__(self, desk: Desk, *, ask: Ask, say: Say, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._ask = ask
        self._say = say
        self._changed = changed

    async def attach(self, index: int) -> None:
        """Ask for an image and attach it to message `index`."""
        from workbench.tui.screens.attach_image import AttachImage

        message = self._message(index)
        if message is None or message.role is not Role.USER:
            self._say("images go into user messages: choose one", "info")
            return
        read = self._desk.services.image_files.read
        stale = await in_own_thread(self._stale, message)
        image = await self._ask(AttachImage(read, self._desk.model, stale))
        if image is not None:
            self._attach(index, message, image)

    def _stale(self, message: Message) -> Image | None:
        """The first image whose file is another one than was attached: that is asked for again. For a thread."""
        for image in message.images:
            with contextlib.suppress(InputError):
                if image.is_file and self._desk.services.image_files.read(image.source).digest != image.digest:
                    return image
        return None

    async def take_off(self, index: int) -> None:
        """Take an image off message `index`; which one is asked where there are several."""
        message = self._message(index)
        if message is None or not message.images:
            self._say("this message has no image", "info")
            return
        place = 0
        if len(message.images) > 1:
            chosen = await self._ask(image_off_question([image_line(image, "") for image in message.images]))
            if chosen is None:
                return
            place = int(chosen)
        if self._message(index) is not message:
            return  # edited while the question was open
        left = (*message.images[:place], *message.images[place + 1 :])
        self._put(index, replace(message, images=left))
        self._say(f"{image_name(message.images[place])} is taken off · {own_key('undo')} brings it back", "success")

    async def offer(self, path: str, text: str, at: tuple[int, int], take_typed: Callable[[], None]) -> None:
        """Offer to attach the file `path`, where it is an image, or all files that `text` names; that was pasted before
        the cursor, which is `at` a message and a character, and goes where the images come."""
        index, end = at
        take_typed()
        message = self._message(index)
        if message is None or message.role is not Role.USER:
            return
        found = await in_own_thread(self._pasted, path, text)
        if not found:
            return  # then it is a text like any other, and is in the message as that
        names = ", ".join(image_name(image) for image in found)
        facts = file_facts(next(iter(found.values())), self._desk.model, "") if len(found) == 1 else ""
        if await self._ask(image_question(names, facts)) != "attach":
            return
        take_typed()
        message = self._message(index)
        if message is None or message.role is not Role.USER:
            return
        start = end - len(text)
        if start >= 0 and message.content[start:end] == text:
            message = replace(message, content=message.content[:start] + message.content[end:])
        self._attach(index, message, *found)

    def _pasted(self, path: str, text: str) -> dict[Image, ImageData]:
        """The images that a pasted text names; empty where one of them is none. For a thread."""
        read = self._desk.services.image_files.read
        for paths in ((path,) if path else (), image_paths(text)):
            with contextlib.suppress(InputError):
                files = [(each, read(each)) for each in paths]
                if files:
                    return {Image(each, "", data.digest): data for each, data in files}
        return {}

    def _attach(self, index: int, message: Message, *images: Image) -> None:
        if self._message(index) is None:
            return
        # One that is attached again replaces itself: its file, or the detail, is another one now.
        sources = {image.source for image in images}
        kept = tuple(each for each in message.images if each.source not in sources)
        self._put(index, replace(message, images=(*kept, *images)))
        what = f"{image_name(images[0])} is" if len(images) == 1 else f"{len(images)} images are"
        self._say(f"{what} attached · {own_key('message.image-off')} takes one off", "success")

    def _message(self, index: int) -> Message | None:
        messages = self._desk.prompt.messages
        return messages[index] if index < len(messages) else None

    def _put(self, index: int, message: Message) -> None:
        messages = self._desk.prompt.messages
        self._desk.edit(replace(self._desk.prompt, messages=(*messages[:index], message, *messages[index + 1 :])))
        self._changed()
