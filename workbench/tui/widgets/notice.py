"""One line for what the program has to say; it covers nothing, and what it said before can be read again."""

from __future__ import annotations

from typing import Literal, NamedTuple

from textual.content import Content
from textual.widget import Widget

from workbench.tui.display import literal

Kind = Literal["info", "success", "warning", "error"]

_SYMBOLS: dict[Kind, str] = {"info": "i", "success": "✓", "warning": "!", "error": "✗"}
_MOST_KEPT = 200


class Notice(NamedTuple):
    """Something that was said; `text` may be foreign and is shown literally."""

    text: str
    kind: Kind = "info"

    @property
    def line(self) -> str:
        """As it is shown, its mark in front."""
        return f"{_SYMBOLS[self.kind]} {self.text}"


class NoticeBar(Widget):
    """Shows the last notice until it is closed or another takes its place; `past` keeps the last 200.

    The line is there also when it is empty, so that nothing jumps. A text longer than the line wraps, to three at most.
    """

    DEFAULT_CSS = """
    NoticeBar {
        height: auto;
        min-height: 1;
        max-height: 3;
        padding: 0 1;
        color: $text-muted;
        &.-success { color: $text-success; }
        &.-warning { color: $text-warning; }
        &.-error { color: $text-error; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._notice: Notice | None = None
        self._past: list[Notice] = []

    @property
    def notice(self) -> Notice | None:
        """What is shown, or None."""
        return self._notice

    @property
    def past(self) -> tuple[Notice, ...]:
        """Everything said so far, the newest last, the shown one included."""
        return tuple(self._past)

    def show(self, text: str, kind: Kind = "info") -> None:
        """Say `text`. Saying the same again keeps it once."""
        notice = Notice(text, kind)
        if not self._past or self._past[-1] != notice:
            self._past.append(notice)
            del self._past[:-_MOST_KEPT]
        self._set(notice)

    def dismiss(self) -> bool:
        """Close the notice; False where there was none, so that the key can do its other work."""
        if self._notice is None:
            return False
        self._set(None)
        return True

    def _set(self, notice: Notice | None) -> None:
        if notice == self._notice:
            return
        self._notice = notice
        for kind in _SYMBOLS:
            self.set_class(notice is not None and notice.kind == kind, f"-{kind}")
        self.refresh(layout=True)

    def render(self) -> Content:
        if self._notice is None:
            return Content("")
        return Content(f"{_SYMBOLS[self._notice.kind]} ") + literal(self._notice.text)

    def on_click(self) -> None:
        self.dismiss()
