"""The messages of a prompt, as cards in a list, with one editor that goes where the focus goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.containers import VerticalScroll
from textual.document._document import Selection
from textual.message import Message as TextualMessage
from textual.widgets import TextArea

from workbench.core.prompt import Message, Role
from workbench.tui.commands import bindings
from workbench.tui.widgets.card_editor import CardEditor
from workbench.tui.widgets.message_card import HINTS, NEXT_ROLE
from workbench.tui.widgets.message_document import location_of, offset_of
from workbench.tui.widgets.message_drawing import DrawnMessages, Slice
from workbench.tui.widgets.message_entries import Entries, TokenCount

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from workbench.core.prompt_change import Spot


class MessageList(VerticalScroll, can_focus=True):
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

    class StepWanted(TextualMessage):
        """The prompt, of which the messages are a part, is to go back a step of its history, or on again."""

        def __init__(self, back: bool) -> None:
            super().__init__()
            self.back = back

    def __init__(
        self, messages: tuple[Message, ...] = (), *, current: int | None = None, id: str | None = None
    ) -> None:
        """`current` is the message that is open at the start; None is the first one of a user."""
        super().__init__(id=id)
        self._entries = Entries(messages)
        self._reported = messages
        self._current = self._entries.first_user() if current is None else self._clamp(current)
        self._open = False
        self._above = DrawnMessages(self._entries)
        self._editor = CardEditor()
        self._below = DrawnMessages(self._entries)
        self._editor.display = self._below.display = False
        self.border_title = "Prompt"
        self._place()

    def compose(self) -> ComposeResult:
        yield self._above
        yield self._editor
        yield self._below

    def on_mount(self) -> None:
        """Be ready for a key at once, unless something else has the focus."""
        # Textual's own choice at the start is the first widget that can have the focus: this list, not the editor.
        if self.screen.focused in (None, self):
            self.focus_message(self._current, edit=True)

    # -- what the screen asks ----------------------------------------------------------------------------------

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages as they are now, with everything that was typed."""
        if self._take_text():
            self._place()
        return self._entries.messages

    @property
    def current(self) -> int:
        """The message that the actions are about; 0 in an empty list."""
        return self._current

    @property
    def editing(self) -> bool:
        """True when the cursor is in a message."""
        return self._open and self._editor.has_focus

    @property
    def cursor(self) -> tuple[int, int]:
        """The current message and, where it is open, the character at which the cursor or the selection begins."""
        at = offset_of(self._editor.text, min(self._editor.selection)) if self._open else 0
        return self._current, at

    @property
    def selected_line(self) -> str:
        """The selected text, where it is a part of one line; else ""."""
        selected = self._editor.selected_text if self._open else ""
        return "" if "\n" in selected else selected

    def select_text(self, message: int, start: int, end: int) -> None:
        """Put the cursor into a message and select characters `start` to `end` of it."""
        self.focus_message(message, edit=True)
        if self._open:
            text = self._editor.text
            self._editor.selection = Selection(location_of(text, start), location_of(text, end))
            self._editor.scroll_cursor_visible()

    @property
    def editor(self) -> CardEditor:
        """The editor; on display only while a message is open in it."""
        return self._editor

    def show(self, messages: tuple[Message, ...], focus: int | None = None) -> None:
        """Hold other messages (a prompt was opened). `focus` opens that message; equal messages keep their state."""
        if messages != self.messages:
            reopen = self._open
            self._replace(messages)
            if reopen:
                self.focus_message(self._current, edit=True)
        if focus is not None:
            self.focus_message(focus, edit=True)

    def restore(self, messages: tuple[Message, ...], spot: Spot) -> None:
        """Hold the messages of another step of the prompt's history; what changed, at `spot`, comes into sight. An
        editor that was open is open there, with its cursor behind what is new in the text; the focus stays where it is.
        """
        reopen, focused = self._open, self._editor.has_focus
        if messages != self.messages:
            self._replace(messages)
        if reopen and len(self._entries):
            offset = spot.end if spot.start is not None else None
            self._open_editor(self._clamp(spot.message), offset, focus=focused)
        else:
            self._select(spot.message)
            if focused:
                self.screen.set_focus(self)

    def show_tokens(self, counts: tuple[TokenCount | None, ...]) -> None:
        """Show a count on each card; counts for another number of messages are out of date and left out."""
        if self._entries.show_tokens(counts):
            self._place()

    def focus_message(self, index: int, edit: bool) -> None:
        """Make message `index` (the nearest there is) the current one and take the focus, with the cursor in it."""
        if edit and len(self._entries):
            self._open_editor(self._clamp(index))
        else:
            self._select(index)
            self.screen.set_focus(self)

    def append_message(self, message: Message, edit: bool = True) -> None:
        """Put `message` after the last one; `edit` puts the cursor into it."""
        self._insert(len(self._entries), message, edit)

    def leave_editor(self) -> None:
        """From the text back to the card: the list has the focus and letters are commands."""
        self._close_editor()
        self.screen.set_focus(self)

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

    def action_undo(self) -> None:
        self.post_message(self.StepWanted(back=True))

    def action_redo(self) -> None:
        self.post_message(self.StepWanted(back=False))

    def action_duplicate(self) -> None:
        if len(self._entries):
            reopen = self._open
            self._close_editor()
            self._entries.duplicate(self._current)
            self._after_edit(self._current + 1, reopen)

    def action_next_role(self) -> None:
        if len(self._entries):
            self._entries.change(self._current, role=NEXT_ROLE[self._entries[self._current].message.role])
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

    # -- the editor --------------------------------------------------------------------------------------------

    def _open_editor(self, index: int, offset: int | None = None, *, focus: bool = True) -> None:
        """Put the cursor into message `index`, at character `offset` or where it was."""
        entry = self._entries[index]
        if entry.too_large:
            self._close_editor()
            self._select(index)
            if focus:
                self.screen.set_focus(self)
            return
        if not (self._open and index == self._current):
            self._close_editor()
            self._current, self._open, entry.folded = index, True, False
            self._dress_editor()
            self._editor.open(entry.message.content, entry.selection, HINTS[entry.message.role])
            self._editor.display = self._below.display = True
            self._place()
        if offset is not None:
            self._editor.selection = Selection.cursor(location_of(entry.message.content, offset))
        if focus:
            self.screen.set_focus(self._editor, scroll_visible=False)
        self._editor.scroll_cursor_visible()

    def _close_editor(self) -> None:
        """Draw the message that was open; its text and cursor are kept with it."""
        if not self._open:
            return
        self._take_text()
        self._entries[self._current].selection = self._editor.selection
        self._open = False
        self._editor.display = self._below.display = False
        self._place()

    def _take_text(self) -> bool:
        """Take what was typed into the message. True when its token count has become out of date by that."""
        if not self._open:
            return False
        entry = self._entries[self._current]
        was_stale = entry.tokens_stale
        self._entries.change(self._current, content=self._editor.text)
        return entry.tokens_stale and not was_stale

    def _dress_editor(self) -> None:
        if self._open:
            message = self._entries[self._current].message
            self._editor.set_class(not message.on, "-off")
            self._editor.hint = HINTS[message.role]
            self._editor.refresh()

    # -- the list ----------------------------------------------------------------------------------------------

    def _replace(self, messages: tuple[Message, ...]) -> None:
        was_at = self._entries[self._current] if len(self._entries) else None
        self._close_editor()
        self._entries.replace_all(messages)
        self._reported = messages
        kept = was_at is not None and was_at in list(self._entries)
        self._current = self._entries.index(was_at) if kept and was_at is not None else self._entries.first_user()
        self._place()

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

    def _select(self, index: int) -> None:
        self._current = self._clamp(index)
        self._place()
        self._reveal_card()

    def _clamp(self, index: int) -> int:
        return max(0, min(index, len(self._entries) - 1))

    def _next_role_at_end(self) -> Role:
        last = self._entries[len(self._entries) - 1].message.role if len(self._entries) else None
        return Role.ASSISTANT if last is Role.USER else Role.USER

    def _place(self) -> None:
        """Give the drawings above and below the editor their cards."""
        count = len(self._entries)
        if self._open:
            self._above.show(Slice(0, self._current, gap=False, end="heading"), None)
            self._below.show(Slice(self._current + 1, count, gap=True, end="add"), None)
        else:
            # has_focus is set after on_focus has run.
            focused = self.is_attached and self.screen.focused is self
            marked = self._current if focused else None
            self._above.show(Slice(0, count, gap=False, end="add"), marked)
        self.border_subtitle = self._entries.summary()

    def _reveal_card(self) -> None:
        """Scroll to the current card, once what has changed is laid out."""
        self.call_after_refresh(self._scroll_to_card)

    def _scroll_to_card(self) -> None:
        if not self._open and len(self._entries):
            region = self._above.card_region(self._current)
            self.scroll_to_region(region, animate=False, force=True, immediate=True)
