"""The messages as the list holds them, each with what belongs to its card."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from workbench.core.invisible import count_invisible
from workbench.core.prompt import Message, Role
from workbench.tui.part_lines import answer_line, answered_call, call_line, image_line
from workbench.tui.widgets.message_card import CardBody, lay_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from textual.document._document import Selection

    from workbench.core.prompt import Image

EDIT_LIMIT = 250_000
"""Bytes of UTF-8. A larger message is shown folded and cannot be opened: beyond it a key takes too long."""


class TokenCount(Protocol):
    """How many tokens a text has, and whether that is counted or estimated."""

    @property
    def value(self) -> int: ...

    @property
    def exact(self) -> bool: ...


class Entry:
    """One message and the state of its card: folded or not, its token count, what was selected in its text."""

    __slots__ = (
        "_body",
        "_body_key",
        "_invisible",
        "_size",
        "being_typed",
        "folded",
        "message",
        "selection",
        "tokens",
        "tokens_stale",
    )

    def __init__(self, message: Message) -> None:
        self.message = message
        self.folded = False
        self.selection: Selection | None = None
        self.tokens: TokenCount | None = None
        self.tokens_stale = False
        self.being_typed = 0
        """Blanks before the cursor that are no blanks at the end of a line yet."""
        self._invisible: tuple[str, int] | None = None
        self._body: CardBody | None = None
        self._body_key: tuple[str, bool, int, str] | None = None
        self._size: tuple[str, int] | None = None

    @property
    def size(self) -> int:
        """Bytes of the content as UTF-8."""
        content = self.message.content
        if self._size is None or self._size[0] is not content:
            self._size = (content, len(content.encode("utf-8", "replace")))
        return self._size[1]

    @property
    def too_large(self) -> bool:
        """True when the message cannot be opened in the editor."""
        # Four bytes a character at most, so the encoding is made only where it can matter.
        return 4 * len(self.message.content) > EDIT_LIMIT and self.size > EDIT_LIMIT

    def body(self, width: int) -> CardBody:
        """What is drawn of the content at `width` cells; kept until one of them changes."""
        empty = "(no text)" if self.message.images or self.message.calls else "(empty)"
        key = (self.message.content, self.folded, width, empty)
        if self._body is None or self._body_key != key:
            self._body_key = key
            size = self.size if self.too_large else 0
            self._body = lay_out(self.message.content, width, self.folded, size, empty)
        return self._body

    @property
    def invisible(self) -> int:
        """How many characters of the text can't be seen or look like others."""
        content = self.message.content
        if self._invisible is None or self._invisible[0] is not content:
            self._invisible = (content, sum(count_invisible(content).values()))
        return max(0, self._invisible[1] - self.being_typed)

    def count_text(self) -> str:
        """The token count for the card: "47 tok", or "~47 tok" where it is estimated or out of date."""
        if self.tokens is None:
            return ""
        return f"{'' if self.tokens.exact and not self.tokens_stale else '~'}{self.tokens.value:,} tok"


class Entries:
    """The list of entries, with every edit of it."""

    def __init__(self, messages: tuple[Message, ...] = ()) -> None:
        self._entries = [Entry(message) for message in messages]
        self._facts: Mapping[Image, str] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> Entry:
        return self._entries[index]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def index(self, entry: Entry) -> int:
        """Where `entry` stands. ValueError when it is not in the list."""
        return self._entries.index(entry)

    @property
    def messages(self) -> tuple[Message, ...]:
        return tuple(entry.message for entry in self._entries)

    def show_images(self, facts: Mapping[Image, str]) -> bool:
        """Take what is known of the images' files; whether that is news."""
        news, self._facts = facts != self._facts, facts
        return news

    def part_lines(self, index: int) -> tuple[str, ...]:
        """What message `index` has beside its text, a line each: images, calls, the call that it answers."""
        message = self._entries[index].message
        if not (message.images or message.calls or message.role is Role.TOOL):
            return ()
        lines = [image_line(image, self._facts.get(image, "")) for image in message.images]
        lines += [call_line(call) for call in message.calls]
        if message.role is Role.TOOL:
            lines.append(answer_line(message.call_id, answered_call(self.messages, index)))
        return tuple(lines)

    def exchange(self, entries: list[Entry]) -> list[Entry]:
        """Hold the entries of another draft; those that were held come back, to be held again later."""
        held, self._entries = self._entries, entries
        return held

    def replace_all(self, messages: tuple[Message, ...]) -> None:
        """Hold these messages. Equal ones keep their cards wherever they stand now; of the others those that are as
        many as they were keep them too, as messages that were edited."""
        old, head, tail = self._entries, 0, 0
        most = min(len(old), len(messages))
        while head < most and old[head].message == messages[head]:
            head += 1
        while tail < most - head and old[-1 - tail].message == messages[-1 - tail]:
            tail += 1
        middle = _rejoined(old[head : len(old) - tail], messages[head : len(messages) - tail])
        self._entries = [*old[:head], *middle, *old[len(old) - tail :]]

    def change(
        self,
        index: int,
        *,
        role: Role | None = None,
        content: str | None = None,
        on: bool | None = None,
        images: tuple[Image, ...] | None = None,
    ) -> None:
        """Put the given fields into the message at `index`."""
        entry = self._entries[index]
        message = entry.message
        if content is not None and content != message.content:
            message = replace(message, content=content)
            entry.tokens_stale = True
        if role is not None:
            message = replace(message, role=role)
        if on is not None:
            message = replace(message, on=on)
        if images is not None:
            message = replace(message, images=images)
        entry.message = message

    def insert(self, index: int, message: Message) -> None:
        self._entries.insert(index, Entry(message))

    def delete(self, index: int) -> None:
        del self._entries[index]

    def duplicate(self, index: int) -> None:
        """A copy right after the message at `index`, folded as it is."""
        copy = Entry(self._entries[index].message)
        copy.folded = self._entries[index].folded
        copy.tokens, copy.tokens_stale = self._entries[index].tokens, self._entries[index].tokens_stale
        self._entries.insert(index + 1, copy)

    def move(self, index: int, to: int) -> None:
        self._entries.insert(to, self._entries.pop(index))

    def show_tokens(self, counts: tuple[TokenCount | None, ...]) -> bool:
        """Take counts, one for each message; False when they belong to another list (they are left out then)."""
        if len(counts) != len(self._entries):
            return False
        for entry, count in zip(self._entries, counts, strict=True):
            entry.tokens, entry.tokens_stale = count, False
        return True

    def first_user(self) -> int:
        """The first user message, or the first message; 0 in an empty list."""
        return next((i for i, entry in enumerate(self._entries) if entry.message.role is Role.USER), 0)

    def summary(self) -> str:
        """The list in one line: "3 messages, 1 off · ~871 tokens"."""
        if not self._entries:
            return "no messages"
        sent = [entry for entry in self._entries if entry.message.on]
        words = "1 message" if len(self._entries) == 1 else f"{len(self._entries):,} messages"
        off = len(self._entries) - len(sent)
        words += f", {off:,} off" if off else ""
        counts = [entry.tokens.value for entry in sent if entry.tokens is not None]
        # The sum is always an estimate: each message costs the endpoint a few tokens more than its text.
        return f"{words} · ~{sum(counts):,} tokens" if counts else words


def _rejoined(old: list[Entry], messages: tuple[Message, ...]) -> list[Entry]:
    """An entry for each message, out of the old ones where there is one for it."""
    by_text: defaultdict[tuple[Role, str], list[Entry]] = defaultdict(list)
    for entry in reversed(old):
        by_text[entry.message.role, entry.message.content].append(entry)
    found = [by_text[m.role, m.content].pop() if by_text.get((m.role, m.content)) else None for m in messages]
    kept = {id(entry) for entry in found}
    left = [entry for entry in old if id(entry) not in kept]
    if len(left) != found.count(None):
        left = []
    entries: list[Entry] = []
    for message, same in zip(messages, found, strict=True):
        entry = same or (left.pop(0) if left else Entry(message))
        entry.tokens_stale = entry.tokens_stale or same is None
        entry.message = message
        entries.append(entry)
    return entries
