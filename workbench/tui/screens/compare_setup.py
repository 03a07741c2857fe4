"""The gate of a comparison, or of more requests of one: what is sent, and how far it may go; below it what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from workbench.own_thread import in_own_thread
from workbench.tui.compare_gate import BUDGET, Fields, Look, Setup
from workbench.tui.display import literal
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.form_row import field_row

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from workbench.tui.compare_gate import Looks

LOOK_AFTER = 0.15
"""Seconds without a key before the figures are worked out again."""
_LABELS = {
    "vary": "vary",
    "also": "and vary",
    "repeats": "repeats",
    "cases": "cases",
    "max_cost": "cap $",
    "max_requests": "cap requests",
    "concurrency": "at a time",
}
_HINTS = {
    "vary": "temperature: 0, 0.5, 1 · model: ONE, ANOTHER · off: each",
    "also": "a second axis, or nothing",
    "repeats": "1",
    "cases": 'a .csv, .jsonl or .yaml file, or [{"name": "text"}]',
    "max_cost": "no cap, or 0.05",
    "max_requests": "no cap, or 60",
    "concurrency": "4",
}


class CompareSetup(Dialog[Setup | None]):
    """Ends with what is to be sent, or with None on escape.

    Nothing is sent on figures that were not shown, or that are of fields which were typed in since: Enter that comes
    before them shows them, and only what costs nothing goes on by itself. Problems that do not keep it from being sent
    take a second Enter.
    """

    DEFAULT_CSS = """
    CompareSetup {
        & > .box { max-width: 100; height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
        & > .box.-full { width: 100%; }
        & Horizontal { height: 1; }
        & .label { width: 14; color: $text-muted; }
        & Input { width: 1fr; }
        & #told { height: auto; color: $text-muted; display: none; }
        & #told.-some { display: block; }
        & #answer { height: auto; min-height: 6; margin-top: 1; }
        & #figures { height: auto; }
        & #notes { height: auto; color: $text-muted; }
        & #problems { height: auto; color: $text-error; }
        & #fate { height: auto; min-height: 1; color: $text-muted; }
        & #fate.-warns { color: $text-warning; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+j", "start", "Start", priority=True),
        # Priority: of a burst what comes behind the key is for the next field, and the app looks where to send it now.
        Binding("up,shift+tab", "app.focus_previous", "Field above", show=False, priority=True),
        Binding("down,tab", "app.focus_next", "Field below", show=False, priority=True),
    ]

    def __init__(self, gate: Looks, fields: Fields, *, told: str = "", title: str = "Compare") -> None:
        """`fields` are those that `gate` reads; `told` is a line above them, such as where the axis is from."""
        super().__init__()
        self._heading = title
        self._gate = gate
        self._first = fields
        self._told = told
        self._looked_at: Fields | None = None
        self._shown: Look | None = None
        """The answer that is on the screen, maybe to fields which were typed in since."""
        self._wanted: Fields | None = None
        """Enter was pressed on these fields before their figures were there."""
        self._asked: Fields | None = None
        """Enter once more on these sends them in spite of their problems."""
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        hints = dict(_HINTS)
        if many := self._gate.saved_cases:
            hints["cases"] = f"{many:,} saved with the prompt; or a .csv, .jsonl or .yaml file"
        with VerticalScroll(can_focus=False, classes="box") as box:
            box.border_title = literal(self._heading)
            box.border_subtitle = "enter starts · tab the next field · esc leaves"
            yield Static(literal(self._told), id="told", classes="-some" if self._told else "")
            for name, text in self._first._asdict().items():
                yield from field_row(name, text, hints[name], label=_LABELS[name])
            # Of a height of their own, so that the fields stay where they are while one types.
            with Vertical(id="answer"):
                yield Static(id="figures")
                yield Static(id="notes")
                yield Static(id="problems")
            yield Static(id="fate")

    def on_mount(self) -> None:
        self._lay_out(self.app.size.width)
        field = self.query(Input).first()
        field.focus()
        field.cursor_position = len(field.value)
        self._work_out()

    def on_resize(self) -> None:
        self._lay_out(self.size.width)

    def _lay_out(self, width: int) -> None:
        self.query_one(".box").set_class(width < 60, "-full")

    @property
    def _fields(self) -> Fields:
        return type(self._first)(*(self.query_one(f"#{name}", Input).value for name in self._first._fields))

    # -- the figures -------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._fields == (self._looked_at or self._first):
            return  # a field says so too when it is shown first, or Enter looked at it already
        if self._timer is None:
            self._timer = self.set_timer(LOOK_AFTER, self._work_out)
        else:
            self._timer.reset()

    def _work_out(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._looked_at = self._fields
        self.run_worker(self._look_at(self._looked_at), group="look", exclusive=True)

    async def _look_at(self, fields: Fields) -> None:
        look = await in_own_thread(self._gate.look, fields)
        if fields != self._fields:
            return  # a key came meanwhile: its own look follows
        self._shown = look
        wanted, self._wanted = self._wanted, None
        self._show(look)
        if wanted == fields:
            self._decide(look, blind=True)

    def _show(self, look: Look) -> None:
        self.query_one("#figures", Static).update(literal("\n".join(look.lines)))
        self.query_one("#notes", Static).update(literal("\n".join(look.notes)))
        wrong = [*look.wrong.values(), *(problem.text for problem in look.problems)]
        self.query_one("#problems", Static).update(literal("\n".join(f"✗ {line}" for line in wrong)))
        self._tell("", warns=False)

    def _tell(self, text: str, *, warns: bool) -> None:
        line = self.query_one("#fate", Static)
        line.set_class(warns, "-warns")
        line.update(literal(text))

    # -- keys --------------------------------------------------------------------------------------------------

    def action_start(self) -> None:
        self.after_typing(self._start)

    def _start(self) -> None:
        """Send what the fields say, once its figures were shown."""
        if self._looked_at is None:  # the key came before the fields: they are looked at as they appear
            self._wanted = self._first
            return
        fields = self._fields
        if self._shown is not None and self._shown.fields == fields:
            self._decide(self._shown, blind=False)
            return
        self._wanted = fields
        self._tell("working out what it takes…", warns=False)
        if self._looked_at != fields:
            self._work_out()

    def _decide(self, look: Look, *, blind: bool) -> None:
        if look.setup is None:
            self.query_one(f"#{next(iter(look.wrong))}", Input).focus()
        elif not look.can_send:
            self._tell("nothing is sent: mend what is marked ✗ first", warns=True)
        elif look.problems and self._asked != look.fields:
            self._asked = look.fields
            self._tell("enter once more sends it in spite of that", warns=True)
        elif blind and not look.free:
            self._tell("enter sends it", warns=True)
        else:
            over = {problem.field == BUDGET for problem in look.problems}
            self.dismiss(look.setup._replace(anyway=False in over, over_budget=True in over))
