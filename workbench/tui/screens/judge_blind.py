"""Judging blind: answers side by side without a word on whose they are; a digit picks the best of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from workbench.core.judging import MOST_CARDS, Judgement, Round, judged
from workbench.tui.border_keys import key_in, press
from workbench.tui.compare_state import CellView, ColumnHead
from workbench.tui.display import literal, one_line
from workbench.tui.widgets.compare_columns import CompareColumns
from workbench.tui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

_CASE_LINES = 3


class JudgeBlind(Dialog[None]):
    """Goes through the rounds and gives each judgement to `keep` as it is made. Ends after the last, or on escape.

    Its keys are priority bindings, which the app runs in the order in which they were pressed: of a burst such as
    `n`, `2 good`, Enter, `2` the first 2 is a letter of the note and the second a pick, however late the note takes
    its letters.
    """

    DEFAULT_CSS = """
    JudgeBlind {
        & > Vertical {
            border: round $accent; border-title-color: $text-accent; border-subtitle-color: $text-muted;
            background: $surface;
        }
        & #judge-case { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
        & #judge-note, & #judge-note:focus { height: 1; border: none; padding: 0 1; background: $boost; }
        & #judge-keys { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "End", show=False, priority=True),
        *[Binding(str(n), f"pick({n - 1})", f"Pick {n}", show=False, priority=True) for n in range(1, MOST_CARDS + 1)],
        Binding("space", "pick(None)", "Neither", show=False, priority=True),
        Binding("n", "note", "Note", show=False, priority=True),
        Binding("u", "back", "One back", show=False, priority=True),
        Binding("enter", "end_note", "End the note", show=False, priority=True),
    ]
    AUTO_FOCUS = "CompareColumns"

    def __init__(
        self,
        rounds: Sequence[Round],
        keep: Callable[[Judgement], None],
        take_back: Callable[[int, int], None],
        *,
        cases: Sequence[Mapping[str, str]] = (),
    ) -> None:
        """`rounds` are one or more. `take_back` is given the case and the repeat of a judgement that the person takes
        back. `cases` has the values of each case, where there are any."""
        super().__init__()
        self._rounds = tuple(rounds)
        self._keep = keep
        self._take_back = take_back
        self._cases = cases
        self._at = 0
        self._columns = CompareColumns()
        self._columns.blind = True
        self._note = Input(
            placeholder="a note on this round; enter goes back to the answers", id="judge-note", compact=True
        )
        self._note.display = False

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Judge blind"
            yield Static(id="judge-case", markup=False)
            yield self._columns
            yield self._note
            yield Static(id="judge-keys", markup=False)

    def on_mount(self) -> None:
        self._show()

    @property
    def round(self) -> Round:
        """The one that is shown."""
        return self._rounds[self._at]

    def _show(self) -> None:
        cards = self.round.cards
        self._columns.show_columns(tuple(ColumnHead(str(n), (), 0, "", False, "") for n in range(1, len(cards) + 1)))
        for place, card in enumerate(cards):
            self._columns.show_cell(place, CellView(card.text, "complete", "", "", None))
        self._columns.current = 0
        self._columns.action_scroll_to(False)
        self._note.value = ""
        self._note.display = self._noting  # a note on this round may have been begun already
        self.query_one(Vertical).border_subtitle = f"round {self._at + 1:,} of {len(self._rounds):,}"
        self._show_case()
        self.query_one("#judge-keys", Static).update(literal(self._keys))

    @property
    def _keys(self) -> str:
        """Words that a click presses the key of."""
        numbers = " ".join(str(number) for number in range(1, len(self.round.cards) + 1))
        return f"{numbers} picks the better answer · space none · n note · u one back · esc ends"

    def on_click(self, event: events.Click) -> None:
        line = self.query_one("#judge-keys", Static)
        if event.widget is line and event.screen_y == line.content_region.y:
            event.stop()
            if key := key_in(self._keys, event.screen_x - line.content_region.x):
                press(self.app, key)

    def _show_case(self) -> None:
        """What was asked: without it nobody can tell which answer is better."""
        shown = self.query_one("#judge-case", Static)
        shown.display = bool(self._cases)
        if self._cases:
            values = "  ".join(f"{name}: {text}" for name, text in self._cases[self.round.case].items())
            shown.update(literal(one_line(values, max(20, (self.app.size.width - 6) * _CASE_LINES - 10))))

    # -- what the person does ------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the note is written, what would judge is a letter of it."""
        if action in ("pick", "note", "back"):
            return not self._noting
        return self._noting if action == "end_note" else True

    @property
    def _noting(self) -> bool:
        return self.focused is self._note

    def action_pick(self, picked: int | None) -> None:
        """This card is the best of the round; None: none of them is."""
        self.after_typing(lambda: self._pick(picked))

    def _pick(self, picked: int | None) -> None:
        if picked is not None and picked >= len(self.round.cards):
            return
        self._keep(judged(self.round, picked, self._note.value.strip()))
        if self._at + 1 == len(self._rounds):
            self.dismiss()
            return
        self._at += 1
        self._show()

    def action_back(self) -> None:
        """The round before is to be judged anew."""
        self.after_typing(self._go_back)

    def _go_back(self) -> None:
        if self._at:
            self._at -= 1
            self._take_back(self.round.case, self.round.repeat)
            self._show()

    # The focus is moved at once, and not by a message as `focus()` does: the next key of a burst goes where it is.

    def action_note(self) -> None:
        self._note.display = True
        self.set_focus(self._note)

    def action_end_note(self) -> None:
        self.set_focus(self._columns)

    def action_leave(self) -> None:
        """Out of the note first, then out of the judging; what was judged is kept."""
        if self._noting:
            self.set_focus(self._columns)
        else:
            self.after_typing(self.dismiss)
