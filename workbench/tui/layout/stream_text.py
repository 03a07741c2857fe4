"""The text of one pane and its layout: which part of the text the document has, and when it is laid out anew."""

from __future__ import annotations

from typing import NamedTuple

from workbench.core.pieces import Pieces
from workbench.tui.layout.document import Document, Kind

SLICE = 200_000
"""Code points of Markdown laid out in one call; more go on in the next, so that a key never waits for a whole book."""


class Laid(NamedTuple):
    """What a call of `lay` did.

    `changed` is the first row that may differ; `replaced` the document that was shown before, where another one took
    its place; `more` is True when the rest waits for the next call.
    """

    changed: int
    replaced: Document | None
    more: bool


class StreamText:
    """Text that grows, or is replaced, and the document that shows it."""

    def __init__(self, text: str, kind: Kind) -> None:
        self._whole = Pieces(text)
        self._fresh = [text]
        """What the document in the making has not taken yet."""
        self._kind: Kind = kind
        self._stale = False
        self._coming: Document | None = None
        """A document that is laid out anew, and takes the place of the shown one when it has caught up."""
        self.document: Document | None = None
        self.finished = False

    @property
    def kind(self) -> Kind:
        return self._kind

    @kind.setter
    def kind(self, kind: Kind) -> None:
        self._kind = kind
        self._start_again()

    @property
    def source(self) -> str:
        """The whole text, as it was received."""
        return self._whole.whole()

    def append(self, text: str) -> None:
        """More text. Costs the same however much there is."""
        self._whole.append(text)
        self._fresh.append(text)
        if self.finished:
            self.finished = False
            self._start_again()

    def replace(self, text: str) -> None:
        """Another text, whole."""
        self._whole = Pieces(text)
        self.finished = True
        self._start_again()

    def clear(self) -> None:
        """No text, and nothing shown."""
        self._whole, self._fresh = Pieces(), []
        self.document = self._coming = None
        self.finished = self._stale = False

    def lay(self, width: int) -> Laid:
        """Lay out what is new, or everything when the width or the kind is another."""
        document = self._target(width)
        text, more = self._next_slice()
        changed = document.feed(text) if text else len(document)
        if self.finished and not more:
            changed = min(changed, len(document.settled))
            document.finish()
        if document is not self._coming:
            return Laid(changed, None, more)
        if more:
            return Laid(changed, None, True)
        old, self.document, self._coming = self.document, document, None
        return Laid(0, old, False)

    def _start_again(self) -> None:
        self._fresh = [self._whole.whole()]
        self._coming = None
        self._stale = True

    def _target(self, width: int) -> Document:
        current = self._coming or self.document
        if current is not None and current.width == max(1, width) and not self._stale:
            return current
        self._start_again()
        self._stale = False
        document = Document(width, self._kind)
        if self.document is None:
            self.document = document
        else:
            self._coming = document
        return document

    def _next_slice(self) -> tuple[str, bool]:
        text = "".join(self._fresh)
        if len(text) <= SLICE or self._kind != "markdown":
            self._fresh = []
            return text, False
        self._fresh = [text[SLICE:]]
        return text[:SLICE], True
