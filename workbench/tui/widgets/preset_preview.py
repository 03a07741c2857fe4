"""What the highlighted preset holds, beside or below the list it is chosen from."""

from __future__ import annotations

from textual.content import Content

from workbench.tui.display import one_line
from workbench.tui.widgets.stream_view import StreamView


class PresetPreview(StreamView, can_focus=False):
    """A name in the border and a text as it is written; long ones scroll."""

    DEFAULT_CSS = """
    PresetPreview {
        border: round $foreground 25%;
        border-title-color: $text-muted;
        padding: 0 0 0 1;
        &.-wrong { border-title-color: $text-warning; }
    }
    """

    def __init__(self) -> None:
        super().__init__(kind="plain", follow=False)
        self._heading = ""

    def show(self, heading: str, text: str, *, wrong: bool = False) -> None:
        """Show another preset from its start: name and text together, so that neither is ever another's."""
        self._heading = heading
        self.set_class(wrong, "-wrong")
        self._place_heading()
        if text != self.source:
            self.clear()
            self.append(text)
            self.finish()

    def _place_heading(self) -> None:
        self.border_title = Content(one_line(self._heading, max(1, self.outer_size.width - 4)))

    def on_resize(self) -> None:
        super().on_resize()
        self._place_heading()
