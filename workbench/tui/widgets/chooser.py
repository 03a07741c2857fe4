"""A small question: one of a few answers, by arrows and Enter, by digit or by mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from workbench.tui.display import literal
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.pick_list import Choice, PickList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.app import ComposeResult


class Chooser(Dialog[str | None]):
    """Ends with the `id` of the chosen row, or with None on escape.

    A question with money or trust in it passes `chosen` as the answer that does nothing, so that a blind Enter is safe.
    """

    DEFAULT_CSS = """
    Chooser {
        & > .box {
            max-width: 84;
            height: auto;
            max-height: 90%;
        }
        & Static { height: auto; margin-bottom: 1; }
        & PickList { height: auto; max-height: 20; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Choose"),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "move(-10)", "Page up", show=False),
        Binding("pagedown", "move(10)", "Page down", show=False),
    ]

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        *,
        text: str = "",
        chosen: str = "",
        look: Callable[[str], None] | None = None,
    ) -> None:
        """`text` is the question or help above the rows; `chosen` the id of the row that is highlighted first; `look`
        is given the id of each row that the highlight goes to."""
        super().__init__()
        self._look = look
        self._heading = title
        self._text = text
        first = next((i for i, choice in enumerate(choices) if choice.id == chosen), 0)
        self._list = PickList(choices, highlighted=first if choices else None, numbered=True)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = literal(self._heading)
            box.border_subtitle = "enter chooses · esc leaves"
            if self._text:
                yield Static(literal(self._text))
            yield self._list

    def action_move(self, delta: int) -> None:
        self._list.move(delta)
        if self._look is not None and self._list.highlighted is not None:
            self._look(self._list.highlighted.id)

    def action_choose(self) -> None:
        if self._list.highlighted is not None:
            self.dismiss(self._list.highlighted.id)

    def on_key(self, event: events.Key) -> None:
        number = "123456789".find(event.character or " ")
        if 0 <= number < len(self._list.choices):
            event.stop()
            self.dismiss(self._list.choices[number].id)

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        event.stop()
        self.dismiss(event.choice.id)


def yes_or_no(title: str, text: str, *, yes: str, no: str) -> Chooser:
    """A question with two answers, `yes` and `no` in the caller's words; Enter alone answers no."""
    return Chooser(title, (Choice("yes", yes), Choice("no", no)), text=text, chosen="no")
