"""The cards of a prompt's messages with the one editor that goes among them: what is open, shown and in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.containers import VerticalScroll
from textual.document._document import Selection

from workbench.core.invisible import blanks_before
from workbench.core.prompt import Message
from workbench.tui.widgets.card_editor import CardEditor
from workbench.tui.widgets.message_card import hint_of
from workbench.tui.widgets.message_document import location_of, offset_of
from workbench.tui.widgets.message_drawing import DrawnMessages, Slice
from workbench.tui.widgets.message_entries import Entries, Entry, TokenCount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from workbench.core.prompt import Image
    from workbench.core.prompt_change import Spot


class Held(NamedTuple):
    """The cards of one draft as they were left."""

    entries: list[Entry]
    current: int
    scroll: float


class MessageCards(VerticalScroll, can_focus=True):
    """Cards are drawn; the message with the cursor is in the editor. What edits the list is in `MessageList`."""

    def __init__(
        self, messages: tuple[Message, ...] = (), *, current: int | None = None, id: str | None = None
    ) -> None:
        """`current` is the message that is open at the start; None is the first one of a user."""
        super().__init__(id=id)
        self._entries = Entries(messages)
        self._reported = messages
        """What the screen knows of."""
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
    def marks(self) -> bool:
        """Whether the editor marks tabs, unusual spaces and blanks at the ends of lines."""
        return self._editor.marks

    @marks.setter
    def marks(self, marks: bool) -> None:
        self._editor.marks = marks
        self._editor.refresh()

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

    def leave(self) -> Held:
        """Close the editor, for another draft's messages to come here with `enter`."""
        self._close_editor()
        return Held(self._entries.exchange([]), self._current, self.scroll_y)

    def enter(self, held: Held | None, messages: tuple[Message, ...], current: int) -> None:
        """Hold a draft's messages as they were left, or those that are shown for the first time, with the `current`."""
        entries, current, scroll = held or Held([Entry(message) for message in messages], current, 0)
        self._entries.exchange(entries)
        self._entries.replace_all(messages)
        self._reported = messages
        self._current = self._clamp(current)
        self._place()
        self.scroll_to(y=scroll, animate=False, immediate=True)

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

    def show_images(self, facts: Mapping[Image, str]) -> None:
        """Say on the cards what is known of the images' files: type, size, tokens."""
        if self._entries.show_images(facts):
            self._place()

    def focus_message(self, index: int, edit: bool) -> None:
        """Make message `index` (the nearest there is) the current one and take the focus, with the cursor in it."""
        if edit and len(self._entries):
            self._open_editor(self._clamp(index))
        else:
            self._select(index)
            self.screen.set_focus(self)

    def leave_editor(self) -> None:
        """From the text back to the card: the list has the focus and letters are commands."""
        self._close_editor()
        self.screen.set_focus(self)

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
            self._editor.open(entry.message.content, entry.selection, hint_of(entry.message.role))
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
        entry = self._entries[self._current]
        entry.selection, entry.being_typed = self._editor.selection, 0
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
            self._editor.hint = hint_of(message.role)
            self._editor.refresh()

    # -- cards ----------------------------------------------------------------------------------------------------

    def _replace(self, messages: tuple[Message, ...]) -> None:
        was_at = self._entries[self._current] if len(self._entries) else None
        self._close_editor()
        self._entries.replace_all(messages)
        self._reported = messages
        kept = was_at is not None and was_at in list(self._entries)
        self._current = self._entries.index(was_at) if kept and was_at is not None else self._entries.first_user()
        self._place()

    def _select(self, index: int) -> None:
        self._current = self._clamp(index)
        self._place()
        self._reveal_card()

    def _clamp(self, index: int) -> int:
        return max(0, min(index, len(self._entries) - 1))

    def _place(self) -> None:
        """Give the drawings above and below the editor their cards."""
        count = len(self._entries)
        if self._open:
            entry = self._entries[self._current]
            entry.being_typed = blanks_before(entry.message.content, self.cursor[1])
            self._above.show(Slice(0, self._current, tail=None, end="heading"), None)
            self._below.show(Slice(self._current + 1, count, tail=self._current, end="add"), None)
        else:
            # has_focus is set after on_focus has run.
            focused = self.is_attached and self.screen.focused is self
            marked = self._current if focused else None
            self._above.show(Slice(0, count, tail=None, end="add"), marked)
        self.border_subtitle = self._entries.summary()

    def _reveal_card(self) -> None:
        """Scroll to the current card, once what has changed is laid out."""
        self.call_after_refresh(self._scroll_to_card)

    def _scroll_to_card(self) -> None:
        if not self._open and len(self._entries):
            region = self._above.card_region(self._current)
            self.scroll_to_region(region, animate=False, force=True, immediate=True)
