"""The characters of the messages that can't be seen: how many of each kind, and which to clean away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from workbench.core.invisible import KINDS, KindId, count_invisible, without_invisible
from workbench.tui.display import literal
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.pick_list import Choice, PickList

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual import events
    from textual.app import ComposeResult

    from workbench.core.prompt import Message

_EVERYWHERE = "everywhere"
_MARKS = "marks"
_ON, _OFF = "x", "·"


class Cleaning(NamedTuple):
    """What is to be cleaned away, in all messages or in the current one, and whether the editor marks what is left."""

    kinds: frozenset[KindId]
    everywhere: bool
    marks: bool


def cleaned(messages: tuple[Message, ...], current: int, cleaning: Cleaning) -> tuple[Message, ...]:
    """The messages after that."""
    return tuple(
        replace(message, content=without_invisible(message.content, cleaning.kinds))
        if cleaning.everywhere or index == current
        else message
        for index, message in enumerate(messages)
    )


class InvisibleCharacters(Dialog[Cleaning | None]):
    """Ends with what to do, or with None on escape. Each row is on or off."""

    DEFAULT_CSS = """
    InvisibleCharacters {
        & > .box { max-width: 84; height: auto; max-height: 90%; }
        & > .box.-full { width: 100%; max-height: 100%; }
        & Static { height: auto; max-height: 2; color: $text-muted; }
        & PickList { height: auto; max-height: 12; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Clean"),
        Binding("space", "turn", "On / off"),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
    ]

    def __init__(self, messages: Sequence[Message], current: int, *, marks: bool) -> None:
        super().__init__()
        self._here = count_invisible(messages[current].content) if messages else {}
        self._all: dict[KindId, int] = {}
        for message in messages:
            for kind, count in count_invisible(message.content).items():
                self._all[kind] = self._all.get(kind, 0) + count
        self._number, self._many = current + 1, len(messages)
        self._on: set[str] = {kind.id for kind in KINDS if kind.id in self._all and not kind.harmless}
        if not self._here and self._all:
            self._on.add(_EVERYWHERE)
        if marks:
            self._on.add(_MARKS)
        self._list = PickList(self._rows(), highlighted=0)

    @property
    def _counts(self) -> Mapping[KindId, int]:
        return self._all if _EVERYWHERE in self._on else self._here

    def _rows(self) -> list[Choice]:
        rows = [
            self._row(kind.id, kind.title, kind.fate, f"{self._counts.get(kind.id, 0):,}")
            for kind in KINDS
            if kind.id in self._all
        ]
        if self._all and self._many > 1:
            rows.append(self._row(_EVERYWHERE, "in all messages", f"off: message {self._number} alone"))
        return [*rows, self._row(_MARKS, "marks in the editor", "→ tab  · end  ⍽ unusual space")]

    def _row(self, id: str, label: str, detail: str, note: str = "") -> Choice:
        return Choice(id, label, detail, _ON if id in self._on else _OFF, note)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Invisible characters"
            box.border_subtitle = "space on or off · enter cleans · esc leaves" if self._all else "space · enter · esc"
            yield Static(literal("" if self._all else "There are none in the messages."))
            yield self._list

    def on_mount(self) -> None:
        self._lay_out()
        self._show()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.app.size
        self.query_one(".box").set_class(width < 60 or height < 16, "-full")

    def _show(self) -> None:
        rows = self._rows()
        at = next((i for i, row in enumerate(rows) if row.id == (self._list.highlighted or rows[0]).id), 0)
        self._list.set_choices(rows, at)
        if self._all:
            self.query_one(Static).update(literal(self._words()))

    def _words(self) -> str:
        count = sum(count for kind, count in self._counts.items() if kind in self._on)
        where = f"all {self._many} messages" if _EVERYWHERE in self._on else f"message {self._number}"
        return f"enter cleans {count:,} of {sum(self._counts.values()):,} in {where}"

    # -- keys and mouse ----------------------------------------------------------------------------------------

    def action_move(self, delta: int) -> None:
        self._list.move(delta)

    def action_turn(self) -> None:
        if self._list.highlighted is not None:
            self._on ^= {self._list.highlighted.id}
            self._show()

    def on_click(self, event: events.Click) -> None:
        """The line that says what enter does, does it."""
        if isinstance(event.widget, Static):
            self.action_take()

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        event.stop()
        self.action_turn()

    def action_take(self) -> None:
        kinds = frozenset(kind.id for kind in KINDS if kind.id in self._on)
        self.dismiss(Cleaning(kinds, _EVERYWHERE in self._on, _MARKS in self._on))
