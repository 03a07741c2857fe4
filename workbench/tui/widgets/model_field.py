"""Choosing the model: any name may be typed, and the endpoint's own list completes it, with what is known of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from workbench.core.matching import Searchable, folded, ranked
from workbench.core.model_card import ModelCard, about, model_columns
from workbench.tui.display import literal, one_line
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.pick_list import Choice, PickList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from textual.app import ComposeResult
    from textual.events import Resize

_MOST_NAME = 40
"""Cells of a name from which it is cut where the columns need the room."""
_LEAST_NAME = 20
_LEAST_FACTS = 22
"""Cells for window and price, which a long name leaves them."""
_SCROLLBAR = 1
_LEAD = 4
"""Cells before a name: the cursor and the mark."""
_BESIDE = 2
RECENT, CURRENT = "↺", "●"


class _Table(NamedTuple):
    """The columns for one width of the list, the same whatever is typed, so that nothing moves while one looks on."""

    heading: str
    facts: dict[str, str]
    name: int
    width: int


def _table(cards: dict[str, ModelCard], width: int) -> _Table:
    longest = max((cell_len(one_line(name, _MOST_NAME)) for name in cards), default=0)
    room = max(0, width - _SCROLLBAR - _LEAD - _BESIDE)
    name = min(longest, max(_LEAST_NAME, room - _LEAST_FACTS))
    heading, rows = model_columns(list(cards.values()), room - name)
    facts = dict(zip(cards, rows, strict=True))
    return _Table(f"{' ' * (_LEAD + name + _BESIDE)}{heading}" if heading else "", facts, name, width)


class ModelPicker(Dialog[str | None]):
    """Ends with the model's name, exactly as typed or as the endpoint spells it, or with None on escape.

    The endpoint's list arrives when it arrives: `set_models` shows it, and what was typed stays.
    """

    DEFAULT_CSS = """
    ModelPicker {
        & > .box {
            max-width: 112;
            height: 90%;
            max-height: 34;
        }
        & Static { height: auto; color: $text-muted; }
        & #note { max-height: 3; margin-bottom: 1; }
        & #note.-wrong { color: $text-error; }
        & #heading { height: 1; text-style: bold; }
        & #about { height: 3; margin-top: 1; color: $foreground; }
        & PickList { height: 1fr; }
        &.-low #about { height: 2; margin-top: 0; }
        &.-low #note { height: 1; margin-bottom: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "move(-10)", "Page up", show=False),
        Binding("pagedown", "move(10)", "Page down", show=False),
        Binding("tab", "complete", "Complete", priority=True),
    ]

    def __init__(
        self,
        current: str,
        note: str = "",
        *,
        today: date,
        card_of: Callable[[str], ModelCard] = ModelCard,
        cards: Sequence[ModelCard] = (),
    ) -> None:
        """`current` stands in the field; `note` says where the list comes from or why there is none yet; `card_of` is
        asked about a name that is in no list."""
        super().__init__()
        self._current = current
        self._today = today
        self._card_of = card_of
        self._note = note
        self._typed = False
        self._take(cards)

    def _take(self, cards: Sequence[ModelCard]) -> None:
        self._cards = {card.id: card for card in cards}
        self._words = [Searchable((folded(card.id),), folded("")) for card in cards]
        self._ids = list(self._cards)
        self._table = _Table("", {}, 0, -1)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Model"
            box.border_subtitle = "enter takes it · tab completes · esc leaves"
            field = Input(self._current, placeholder="the model's name")
            field.cursor_blink = False
            yield field
            yield Static(literal(self._note), id="note")
            yield Static("", id="heading")
            yield PickList()
            yield Static("", id="about")

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._lay_out(self.app.size.height)
        self._filter()

    def on_resize(self, event: Resize) -> None:
        self._lay_out(event.size.height)
        self.call_after_refresh(self._filter)  # the list has its new width then

    def _lay_out(self, height: int) -> None:
        self.set_class(height < 20, "-low")

    def set_models(self, cards: Sequence[ModelCard], note: str) -> None:
        """Show these models, and `note` above them."""
        self._note = note
        self._take(cards)
        if self.is_mounted:
            self._tell(note, wrong=False)
            self._filter()

    def _tell(self, text: str, *, wrong: bool) -> None:
        line = self.query_one("#note", Static)
        line.set_class(wrong, "-wrong")
        line.update(literal(text))

    # -- the rows ----------------------------------------------------------------------------------------------

    def _filter(self) -> None:
        picks = self.query_one(PickList)
        kept = picks.highlighted
        # Until something is typed the field holds the present model, which is no search.
        order = ranked(self.query_one(Input).value, self._words) if self._typed else range(len(self._ids))
        cards = [self._cards[self._ids[at]] for at in order]
        row = next((at for at, card in enumerate(cards) if kept is not None and card.id == kept.id), None)
        self._show(picks, cards, row)
        self._tell_about()

    def _show(self, picks: PickList, cards: Sequence[ModelCard], row: int | None) -> None:
        width = picks.size.width or self.app.size.width
        if self._table.width != width:
            self._table = _table(self._cards, width)
        _, facts, name, _ = table = self._table
        choices = [Choice(card.id, card.id, facts[card.id], self._mark(card)) for card in cards]
        picks.set_choices(choices, row, label_width=name)
        self.query_one("#heading", Static).update(literal(table.heading))

    def _mark(self, card: ModelCard) -> str:
        return CURRENT if card.id == self._current else RECENT if card.recent else " "

    def _tell_about(self) -> None:
        """What is known of the highlighted model, or of the name as it is typed."""
        picked = self.query_one(PickList).highlighted
        name = self.query_one(Input).value if picked is None else picked.id
        card = self._cards.get(name)
        if card is None and name.strip():
            card = self._card_of(name)
        text = about(card, self._today) if card is not None else ""
        self.query_one("#about", Static).update(literal(f"{name}: {text}" if text else ""))

    # -- keys and mouse ----------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        # The field also says so when it is first filled.
        self._typed = self._typed or event.value != self._current
        self._tell(self._note, wrong=False)
        self.query_one(PickList).set_choices((), None)
        self._filter()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        picked = self.query_one(PickList).highlighted
        name = event.value if picked is None else picked.id
        if name.strip():
            self.dismiss(name)
        else:
            self._tell("A request needs a model's name: type one or choose one below", wrong=True)

    def action_move(self, delta: int) -> None:
        self.query_one(PickList).move(delta, leave=True)
        self._tell_about()

    def action_complete(self) -> None:
        """Put the highlighted name, or else the best match, into the field."""
        picks = self.query_one(PickList)
        choice = picks.highlighted or next(iter(picks.choices), None)
        if choice is not None:
            field = self.query_one(Input)
            field.value = choice.id
            field.cursor_position = len(choice.id)

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        event.stop()
        self.dismiss(event.choice.id)
