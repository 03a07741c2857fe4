"""The messages of a prompt, as cards in a list, with one editor that goes where the focus goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.message import Message as TextualMessage
from textual.widgets import TextArea

from workbench.core.prompt import Message, Role
from workbench.tui.commands import bindings
from workbench.tui.part_lines import next_detail
from workbench.tui.widgets.message_card import next_role
from workbench.tui.widgets.message_cards import MessageCards
from workbench.tui.widgets.message_drawing import DrawnMessages

if TYPE_CHECKING:
    from textual.binding import BindingType


class MessageList(MessageCards, can_focus=True):
    """Shows and edits messages. Cards are drawn; the message with the cursor is in the one editor.

    With the focus on the list, single letters act on the current card; with the cursor in the editor they are text.
    The actions work in both. `show` puts messages in, `Changed` reports every edit, and `messages` is always up to
    date, also with a key whose `Changed` has not been handled yet.
    """

    FOCUS_ON_CLICK = False
    """A click on a card means that card's text, which takes the focus itself."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("messages")

    DEFAULT_CSS = """
    MessageList {
        border: round $foreground 25%;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        scrollbar-color: $foreground 25%;
        scrollbar-color-hover: $foreground 40%;
        scrollbar-color-active: $accent;
        scrollbar-background: $background;
        scrollbar-background-hover: $background;
        scrollbar-background-active: $background;
        &:focus, &:focus-within { border: round $accent; border-title-color: $text-accent; }
    }
    """

    class Changed(TextualMessage):
        """The messages were edited. Not an answer to `show`; do not call `show` in answer to it."""

        def __init__(self, messages: tuple[Message, ...]) -> None:
            super().__init__()
            self.messages = messages

    class BranchWanted(TextualMessage):
        """The conversation up to message `index` is to go on in a draft of its own."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    class InvisibleWanted(TextualMessage):
        """The invisible characters are to be shown by kind, and cleaned away where the person wants it."""

    class CopyWanted(TextualMessage):
        """A message's text is to be copied; `what` names it."""

        def __init__(self, text: str, what: str) -> None:
            super().__init__()
            self.text = text
            self.what = what

    class ImageWanted(TextualMessage):
        """An image is to be attached to the current message, or one of its images taken off."""

        def __init__(self, attach: bool) -> None:
            super().__init__()
            self.attach = attach

    class StepWanted(TextualMessage):
        """The prompt, of which the messages are a part, is to go back a step of its history, or on again."""

        def __init__(self, back: bool) -> None:
            super().__init__()
            self.back = back

    def append_message(self, message: Message, edit: bool = True) -> None:
        """Put `message` after the last one; `edit` puts the cursor into it."""
        self._insert(len(self._entries), message, edit)

    # -- actions (keys of the "messages" scope, and the palette) -----------------------------------------------

    def action_edit(self) -> None:
        if len(self._entries):
            self._open_editor(self._current)
        else:
            self.action_add()

    def action_add(self) -> None:
        at = self._current + 1 if len(self._entries) else 0
        before = self._entries[self._current].message.role if len(self._entries) else None
        self._insert(at, Message(Role.ASSISTANT if before is Role.USER else Role.USER), edit=True)

    def action_delete(self) -> None:
        if not len(self._entries):
            return
        reopen = self._open
        self._close_editor()
        self._entries.delete(self._current)
        self._after_edit(self._current, reopen)

    def action_branch(self) -> None:
        self.post_message(self.BranchWanted(self._current))

    def action_undo(self) -> None:
        self.post_message(self.StepWanted(back=True))

    def action_redo(self) -> None:
        self.post_message(self.StepWanted(back=False))

    def action_invisible(self) -> None:
        self.post_message(self.InvisibleWanted())

    def action_attach(self) -> None:
        self.post_message(self.ImageWanted(attach=True))

    def action_take_image_off(self) -> None:
        self.post_message(self.ImageWanted(attach=False))

    def action_duplicate(self) -> None:
        if len(self._entries):
            reopen = self._open
            self._close_editor()
            self._entries.duplicate(self._current)
            self._after_edit(self._current + 1, reopen)

    def action_copy_message(self) -> None:
        """The whole text of the message under the cursor, as it is written."""
        if len(self._entries):
            message = self._entries[self._current].message
            self.post_message(self.CopyWanted(message.content, f"the {message.role.value} message"))

    def action_image_detail(self) -> None:
        """How closely the model looks at the images of the message under the cursor: the next of what there is."""
        images = self._entries[self._current].message.images if len(self._entries) else ()
        if images:
            details = next_detail(images[0].detail)
            self._entries.change(self._current, images=tuple(image._replace(detail=details) for image in images))
            self._redraw_and_report()

    def action_next_role(self) -> None:
        if len(self._entries):
            self._entries.change(self._current, role=next_role(self._entries[self._current].message))
            self._dress_editor()
            self._redraw_and_report()

    def action_toggle(self) -> None:  # type: ignore[override] # DOMNode's own, for attributes, is not used here
        if len(self._entries):
            self._entries.change(self._current, on=not self._entries[self._current].message.on)
            self._dress_editor()
            self._redraw_and_report()

    def action_fold(self) -> None:
        if not len(self._entries):
            return
        if self._open:
            self.leave_editor()
        entry = self._entries[self._current]
        entry.folded = not entry.folded
        self._place()
        self._reveal_card()

    def action_move(self, step: int) -> None:
        to = self._current + step
        if not (len(self._entries) and 0 <= to < len(self._entries)):
            return
        reopen = self._open
        self._close_editor()
        self._entries.move(self._current, to)
        self._after_edit(to, reopen)

    def action_select(self, step: int) -> None:
        if self._open:
            self.action_edit_neighbour(step)
        else:
            self._select(self._current + step)

    def action_select_end(self, last: bool) -> None:
        self._select(len(self._entries) - 1 if last else 0)

    def action_edit_neighbour(self, step: int) -> None:
        """Put the cursor into the message `step` away; nothing happens past the ends."""
        index = self._current + step
        if 0 <= index < len(self._entries):
            self._open_editor(index)

    # -- events ------------------------------------------------------------------------------------------------

    @on(TextArea.Changed)
    def _text_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        # The cards stay as they are, but for the count in the heading, which is out of date from the first key on.
        if self._take_text():
            self._place()
        self._report()

    @on(TextArea.SelectionChanged)
    def _selection_changed(self, event: TextArea.SelectionChanged) -> None:
        event.stop()

    @on(DrawnMessages.Pressed)
    def _card_pressed(self, event: DrawnMessages.Pressed) -> None:
        event.stop()
        if event.part == "add":
            self.append_message(Message(self._next_role_at_end()), edit=True)
        elif event.part == "nothing":
            self.leave_editor()
        elif event.part == "card":
            self._open_editor(event.index, event.offset)
        else:
            if event.index != self._current:
                self._close_editor()
                self._select(event.index)
            if not self._open:
                self.screen.set_focus(self)
            if event.part == "role":
                self.action_next_role()
            else:
                self.action_toggle()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._editor.place_terminal_cursor()

    def on_click(self, event: events.Click) -> None:
        """On the empty space below the cards the list takes the focus; a click in the editor is the editor's."""
        if event.widget is self:
            self.leave_editor()

    def on_paste(self, event: events.Paste) -> None:
        """A paste on a card goes into its text: it is never taken for commands."""
        event.stop()
        self.action_edit()
        if self._open:
            self._editor.paste(event.text)

    def on_focus(self) -> None:
        # The event may come late, when the focus has gone on to the editor.
        if self.screen.focused is not self:
            return
        self._close_editor()
        self._place()
        self._reveal_card()

    def on_blur(self) -> None:
        self._place()

    # -- the list ----------------------------------------------------------------------------------------------

    def _insert(self, index: int, message: Message, edit: bool) -> None:
        reopen, current = self._open, self._current
        self._close_editor()
        self._entries.insert(index, message)
        if edit:
            self._after_edit(index, reopen=True)
        else:
            self._after_edit(current + (index <= current and len(self._entries) > 1), reopen)

    def _after_edit(self, current: int, reopen: bool) -> None:
        self._current = self._clamp(current)
        if reopen and len(self._entries):
            self._open_editor(self._current)
        elif reopen:
            self.screen.set_focus(self)
        self._redraw_and_report()
        if not self._open:
            self._reveal_card()

    def _redraw_and_report(self) -> None:
        self._place()
        self._report()

    def _report(self) -> None:
        messages = self.messages
        # A late Changed of the editor may come when its text has been reported already.
        if messages != self._reported:
            self._reported = messages
            self.post_message(self.Changed(messages))

    def _next_role_at_end(self) -> Role:
        last = self._entries[len(self._entries) - 1].message.role if len(self._entries) else None
        return Role.ASSISTANT if last is Role.USER else Role.USER
