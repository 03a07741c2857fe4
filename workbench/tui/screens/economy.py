"""The token economy of a prompt: its messages by size, what stays the same, and what it costs on other models."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import Input, Static

from workbench.core.matching import Searchable, folded, ranked
from workbench.core.model_costs import ModelCost, about, cost_columns, in_order
from workbench.core.usage import tokens_text
from workbench.tui.display import literal
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.economy_view import EconomyView
from workbench.tui.widgets.pick_list import Choice, PickList

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.geometry import Size

    from workbench.token_economy import TokenEconomy

CURRENT, RECENT = "●", "↺"
_BESIDE = 140
"""Columns from which the models stand beside the text."""
_LOW = 20
"""Rows below which what can be done without is left out."""
_LEAD = 4
_GAP = 2
_LEAST_NAME = 14
_MOST_NAME = 36
_SCROLLBAR = 1
_PAUSE = 0.15
"""Seconds without a key before a typed name is looked up."""


class EconomyScreen(Dialog["str | None"]):
    """Ends with the model that is to be used from now on, or with None on escape. What it shows arrives bit by bit:
    `show`, then `set_costs`; `cost_of` gives the costs of a model that is in no list."""

    DEFAULT_CSS = """
    EconomyScreen {
        & > .box { width: 96%; max-width: 170; height: 94%; }
        & > .box.-full { width: 100%; height: 100%; }
        & Container { height: 1fr; layout: vertical; }
        & EconomyView { max-height: 50%; }
        & #models { height: 1fr; border-top: solid $foreground 25%; }
        & PickList { height: 1fr; }
        & Static { height: auto; color: $text-muted; }
        & #note { max-height: 2; }
        & #heading { height: 1; text-style: bold; }
        & #about { height: 3; color: $foreground; }
        & .-beside { layout: horizontal; }
        & .-beside EconomyView { width: 1fr; max-height: 100%; }
        & .-beside #models {
            width: 1fr;
            height: 1fr;
            border-top: none;
            border-left: solid $foreground 25%;
            padding-left: 1;
        }
        &.-low #about { display: none; }
        &.-low #note { display: none; }
        &.-low #models { border-top: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "move(-10)", "Page up", show=False),
        Binding("pagedown", "move(10)", "Page down", show=False),
        Binding("shift+up", "read_on(-1)", "Text up", show=False),
        Binding("shift+down", "read_on(1)", "Text down", show=False),
    ]

    def __init__(self, title: str, current: str, cost_of: Callable[[str], Awaitable[ModelCost]]) -> None:
        super().__init__()
        self._heading = title
        self._current = current
        self._cost_of = cost_of
        self._costs: tuple[ModelCost, ...] = ()
        self._typed: ModelCost | None = None
        self._words: list[Searchable] = []
        self._typical = 0
        self._known: TokenEconomy | None = None
        self._said = ""
        self._note = ""
        self._ready = False
        """Whether the widgets are there."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = literal(f"Token economy: {self._heading}")
            with Container(id="both"):
                yield EconomyView()
                with Vertical(id="models"):
                    field = Input(placeholder="what it costs on ... (a part of a model's name, or any name)")
                    field.cursor_blink = False
                    yield field
                    yield Static("", id="note")
                    yield Static("", id="heading")
                    yield PickList()
                    yield Static("", id="about")

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._lay_out(self.app.size)
        self._ready = True
        self._show_facts()  # what has arrived by now
        self._show_costs()

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out(event.size)
        self.call_after_refresh(self._show_rows)  # the list has its new width then

    def _lay_out(self, size: Size) -> None:
        box = self.query_one(".box")
        box.set_class(size.width < 90 or size.height < 30, "-full")
        box.border_subtitle = (
            "enter uses the model · shift+↑↓ scrolls the text · esc leaves" if size.width >= 70 else "esc leaves"
        )
        self.query_one("#both").set_class(size.width >= _BESIDE, "-beside")
        self.set_class(size.height < _LOW, "-low")
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Leave the models what the text does not need."""
        view = self.query_one(EconomyView)
        beside = self.query_one("#both").has_class("-beside")
        view.styles.height = "100%" if beside else max(1, view.line_count)

    # -- what is known -------------------------------------------------------------------------------------------

    def show(self, known: TokenEconomy) -> None:
        """Show the facts of the prompt."""
        self._known = known
        self._show_facts()

    def say(self, text: str) -> None:
        """Say this in place of the facts."""
        self._said = text
        self._show_facts()

    def _show_facts(self) -> None:
        if not self._ready:
            return
        view, known = self.query_one(EconomyView), self._known
        if known is not None:
            total = tokens_text(known.economy.tokens, exact=known.exact)
            self.query_one(".box").border_title = literal(f"Token economy: {self._heading} · {total} tokens")
            view.show(known)
        elif self._said:
            view.say(self._said)
        self._fit()

    def set_costs(self, costs: Sequence[ModelCost], note: str, typical_answer: int) -> None:
        """Show these models, and `note` above them; what was typed stays."""
        self._costs = in_order(costs, self._current)
        self._words = [Searchable((folded(cost.id),), folded("")) for cost in self._costs]
        self._typical = typical_answer
        self._note = note
        self._show_costs()

    def _show_costs(self) -> None:
        if self._ready:
            self.query_one("#note", Static).update(literal(self._note))
            self._show_rows()

    # -- the rows --------------------------------------------------------------------------------------------------

    @property
    def _rows(self) -> list[ModelCost]:
        typed = self.query_one(Input).value.strip()
        found = [self._costs[at] for at in ranked(typed, self._words)] if typed else list(self._costs)
        if self._typed is not None and self._typed.id == typed and all(row.id != typed for row in found):
            return [self._typed, *found]
        return found

    def _show_rows(self) -> None:
        picks, rows = self.query_one(PickList), self._rows
        kept = picks.highlighted.id if picks.highlighted is not None else self._current
        room = max(0, (picks.size.width or self.app.size.width) - _SCROLLBAR - _LEAD - _GAP)
        longest = max((len(row.id) for row in self._costs), default=_LEAST_NAME)
        name = min(longest, _MOST_NAME, max(_LEAST_NAME, room // 3))
        # The columns of all of them, so that nothing moves while one types.
        heading, figures = cost_columns([*self._costs, *([self._typed] if self._typed else [])], room - name)
        of = dict(zip([*self._costs, *([self._typed] if self._typed else [])], figures, strict=True))
        choices = [Choice(row.id, row.id, of[row], self._mark(row)) for row in rows]
        at = next((place for place, row in enumerate(rows) if row.id == kept), 0 if rows else None)
        picks.set_choices(choices, at, label_width=name)
        self.query_one("#heading", Static).update(literal(f"{' ' * (_LEAD + name + _GAP)}{heading}"))
        self._tell_about()

    def _mark(self, cost: ModelCost) -> str:
        return CURRENT if cost.id == self._current else RECENT if cost.recent else " "

    def _tell_about(self) -> None:
        picked = self.query_one(PickList).highlighted
        row = next((row for row in self._rows if picked is not None and row.id == picked.id), None)
        text = f"{row.id}: {about(row, self._typical)}" if row is not None else ""
        self.query_one("#about", Static).update(literal(text))

    # -- keys and mouse ----------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(PickList).set_choices((), None)
        self._show_rows()
        typed = event.value.strip()
        if typed and all(cost.id != typed for cost in self._costs):
            self._look_up(typed)

    @work(exclusive=True, group="typed")
    async def _look_up(self, name: str) -> None:
        from asyncio import sleep

        await sleep(_PAUSE)
        self._typed = await self._cost_of(name)
        self._show_rows()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        picked = self.query_one(PickList).highlighted
        if picked is not None:
            self.dismiss(picked.id)

    def action_move(self, delta: int) -> None:
        self.query_one(PickList).move(delta)
        self._tell_about()

    def action_read_on(self, direction: int) -> None:
        view = self.query_one(EconomyView)
        view.scroll_relative(y=direction * max(1, view.size.height // 2), animate=False)

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """The first click on a row says all of it, as moving there does."""
        event.stop()
        self._tell_about()
