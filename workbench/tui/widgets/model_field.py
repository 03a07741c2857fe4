"""Choosing the model: any name may be typed, and the endpoint's own list completes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from workbench.core.matching import matching
from workbench.tui.display import literal
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.pick_list import Choice, PickList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class ModelPicker(Dialog[str | None]):
    """Ends with the model's name, exactly as typed or as the endpoint spells it, or with None on escape.

    The endpoint's list arrives when it arrives: `set_models` shows it, and what was typed stays.
    """

    DEFAULT_CSS = """
    ModelPicker {
        & > .box {
            max-width: 72;
            height: 80%;
            max-height: 24;
        }
        & Static { height: auto; max-height: 3; color: $text-muted; margin-bottom: 1; }
        & Static.-wrong { color: $text-error; }
        & PickList { height: 1fr; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "move(-10)", "Page up", show=False),
        Binding("pagedown", "move(10)", "Page down", show=False),
        Binding("tab", "complete", "Complete", priority=True),
    ]

    def __init__(self, current: str, ids: Sequence[str] = (), note: str = "") -> None:
        """`current` stands in the field; `note` says where the list comes from or why there is none yet."""
        super().__init__()
        self._current = current
        self._ids = tuple(ids)
        self._note = note
        self._typed = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Model"
            box.border_subtitle = "enter takes it · tab completes · esc leaves"
            field = Input(self._current, placeholder="the model's name")
            field.cursor_blink = False
            yield field
            yield Static(literal(self._note))
            yield PickList([Choice(id, id) for id in self._ids])

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def set_models(self, ids: Sequence[str], note: str) -> None:
        """Show these model ids, and `note` above them."""
        self._ids, self._note = tuple(ids), note
        if self.is_mounted:
            self._tell(note, wrong=False)
            self._filter()

    def _tell(self, text: str, *, wrong: bool) -> None:
        line = self.query_one(Static)
        line.set_class(wrong, "-wrong")
        line.update(literal(text))

    def _filter(self) -> None:
        picks = self.query_one(PickList)
        kept = picks.highlighted
        # Until something is typed the field holds the present model, which is no search.
        ids = matching(self.query_one(Input).value, self._ids) if self._typed else self._ids
        row = ids.index(kept.id) if kept is not None and kept.id in ids else None
        picks.set_choices([Choice(id, id) for id in ids], row)

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
