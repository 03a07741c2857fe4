"""The Answer view: the reasoning above, the text, refusal and tool calls below; each part has a pane of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.tui.keys import own_key
from workbench.tui.widgets.stream_view import StreamView

if TYPE_CHECKING:
    from textual.containers import Vertical

    from workbench.tui.answer_text import AnswerText


class AnswerParts:
    """Three panes that are shown, hidden and searched together. `text` is there from the first paint on."""

    def __init__(self) -> None:
        self.reasoning = StreamView(id="reasoning", kind="plain")
        self.text = StreamView(id="answer")
        self.calls = StreamView(id="calls", kind="plain", follow=False)
        self._needle = ""
        self._match = 0
        """The current match, counted through all parts."""

    def mount_rest(self, pane: Vertical) -> None:
        """What the first paint does not show: styling it would hold that up."""
        self._title_reasoning()
        pane.mount(self.reasoning, before=self.text)
        pane.mount(self.calls, after=self.text)

    @property
    def _parts(self) -> tuple[StreamView, ...]:
        """From top to bottom."""
        return self.reasoning, self.text, self.calls

    # -- what stands in them -----------------------------------------------------------------------------------

    def clear(self) -> None:
        for part in self._parts:
            part.clear()
            part.remove_class("-some", "-alone", "-none")

    def add_reasoning(self, text: str) -> None:
        self.reasoning.add_class("-some")
        self.reasoning.append(text)

    def show_others(self, text: str) -> None:
        """Refusal and tool calls in words; "" for none. An answer of them alone has the room of its text."""
        self.calls.set_class(bool(text), "-some")
        self.calls.border_title = (
            f"calls · {own_key('continue')} answers them" if text.startswith("→ ") else "refusal and calls"
        )
        self.calls.set_text(text)
        self._make_room()

    def add_text(self, text: str) -> None:
        self.text.append(text)
        if self.calls.has_class("-alone"):
            self._make_room()

    def _make_room(self) -> None:
        alone = self.calls.has_class("-some") and not self.text.source.strip()
        self.calls.set_class(alone, "-alone")
        self.text.set_class(alone, "-none")

    def show_choice(self, answer: AnswerText, choice: int) -> None:
        """Another of the n answers."""
        self.text.set_text(answer.text(choice))
        reasoning = answer.reasoning(choice)
        self.reasoning.set_class(bool(reasoning), "-some")
        self.reasoning.set_text(reasoning)
        self.show_others(answer.others(choice))

    def finish(self) -> None:
        for part in self._parts:
            part.finish()

    # -- looking at them ---------------------------------------------------------------------------------------

    def show(self, shown: bool) -> None:
        for part in self._parts:
            part.set_class(not shown, "-hidden")

    def toggle_markdown(self) -> None:
        self.text.markdown = not self.text.markdown

    def toggle_reasoning(self) -> None:
        self.reasoning.toggle_class("-folded")
        self._title_reasoning()

    def _title_reasoning(self) -> None:
        folded = self.reasoning.has_class("-folded")
        self.reasoning.border_title = "reasoning · t unfolds it" if folded else "reasoning · t folds it"

    @property
    def main(self) -> StreamView:
        """The part that has the most room."""
        return self.calls if self.calls.has_class("-alone") else self.text

    @property
    def has_focus(self) -> bool:
        return any(part.has_focus for part in self._parts)

    def selected_text(self) -> str:
        """What is selected in any of the parts."""
        return next((selected for part in self._parts if (selected := part.selected_text())), "")

    @property
    def source(self) -> str:
        """The answer's text, as it was received."""
        return self.text.source

    # -- finding -----------------------------------------------------------------------------------------------

    def find(self, needle: str, direction: int = 1) -> tuple[int, int]:
        """As StreamView.find, through all parts that are to be seen; what is folded is not."""
        parts = [
            part
            for part in self._parts
            if part is self.text or (part.has_class("-some") and not part.has_class("-folded"))
        ]
        counts = [part.mark(needle) for part in parts]
        total = sum(counts)
        if not total:
            self._needle = needle
            return 0, 0
        if needle != self._needle:
            self._needle = needle
            # What one searches is the answer; where it has none, the first part that has.
            at = parts.index(self.text)
            at = at if counts[at] else next(place for place, count in enumerate(counts) if count)
            self._match = sum(counts[:at]) + parts[at].nearest_match(direction)
        else:
            self._match = (self._match + direction) % total
        left = self._match
        for part, count in zip(parts, counts, strict=True):
            if count:
                part.show_match(left if 0 <= left < count else -1)
            left -= count
        return self._match + 1, total

    def clear_find(self) -> None:
        self._needle = ""
        for part in self._parts:
            part.clear_find()
