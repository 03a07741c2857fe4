"""Judging blind: answers side by side without a word on whose they are; a digit picks the best of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from workbench.core.judging import MOST_CARDS, Judgement, Round, judged
from workbench.tui.compare_state import CellView, ColumnHead
from workbench.tui.display import literal, one_line
from workbench.tui.widgets.compare_columns import CompareColumns

if TYPE_CHECKING:
    from textual.app import ComposeResult

_CASE_LINES = 3


class JudgeBlind(ModalScreen[None]):
    """Goes through the rounds and gives each judgement to `keep` as it is made. Ends after the last, or on escape."""

    DEFAULT_CSS = """
    JudgeBlind {
        & > Vertical {
            border: round $accent; border-title-color: $text-accent; border-subtitle-color: $text-muted;
            background: $surface;
        }
        & #judge-case { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
        & #judge-note { display: none; height: 1; border: none; padding: 0 1; background: $boost; }
        & #judge-note.-some { display: block; }
        & #judge-keys { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "End", show=False, priority=True),
        *[Binding(str(n), f"pick({n - 1})", f"Pick {n}", show=False, priority=True) for n in range(1, MOST_CARDS + 1)],
        Binding("space", "pick(None)", "Neither", show=False, priority=True),
        Binding("n", "note", "Note", show=False),
        Binding("u", "back", "One back", show=False),
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
        self._note.remove_class("-some")
        self.query_one(Vertical).border_subtitle = f"round {self._at + 1:,} of {len(self._rounds):,}"
        self._show_case()
        keys = f"1 to {len(cards)} picks the better answer · space none · n note · u one back · esc ends"
        self.query_one("#judge-keys", Static).update(literal(keys))
        self._columns.focus()

    def _show_case(self) -> None:
        """What was asked: without it nobody can tell which answer is better."""
        shown = self.query_one("#judge-case", Static)
        shown.display = bool(self._cases)
        if self._cases:
            values = "  ".join(f"{name}: {text}" for name, text in self._cases[self.round.case].items())
            shown.update(literal(one_line(values, max(20, (self.app.size.width - 6) * _CASE_LINES - 10))))

    # -- what the person does ------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "pick":
            return True
        wanted = parameters[0]
        in_range = wanted is None or (isinstance(wanted, int) and wanted < len(self.round.cards))
        return in_range and not self._note.has_focus

    def action_pick(self, picked: int | None) -> None:
        """This card is the best of the round; None: none of them is."""
        self._keep(judged(self.round, picked, self._note.value.strip()))
        if self._at + 1 == len(self._rounds):
            self.dismiss()
            return
        self._at += 1
        self._show()

    def action_back(self) -> None:
        """The round before is to be judged anew."""
        if self._at:
            self._at -= 1
            self._take_back(self.round.case, self.round.repeat)
            self._show()

    def action_note(self) -> None:
        self._note.add_class("-some")
        self._note.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._columns.focus()

    def action_leave(self) -> None:
        """Out of the note first, then out of the judging; what was judged is kept."""
        if self._note.has_focus:
            self._columns.focus()
        else:
            self.dismiss()
