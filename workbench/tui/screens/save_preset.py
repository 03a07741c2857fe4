"""Naming a preset and choosing its place before it is saved; the file that comes of it is shown while one types."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from workbench.core.errors import WorkbenchError
from workbench.core.preset import Kind, Place
from workbench.core.slug import slug_of
from workbench.tui.display import literal
from workbench.tui.widgets.choice_line import ChoiceLine, Option
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.form_row import field_row, labelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class SaveAnswer(NamedTuple):
    """What to save as. `keep_values`: what was typed for the variables becomes their defaults."""

    name: str
    description: str
    place: Place
    slug: str
    keep_values: bool


class _Fate(NamedTuple):
    """What saving would do, for the person."""

    text: str
    state: Literal["new", "hidden", "replaces", "wrong"] = "new"


class SavePreset(Dialog[SaveAnswer | None]):
    """Ends with the answer, or with None on escape. A file that would be written over takes a second Enter."""

    DEFAULT_CSS = """
    SavePreset {
        & > .box {
            max-width: 96;
            height: auto;
            max-height: 100%;
            scrollbar-size-vertical: 1;
        }
        & > .box.-full { width: 100%; }
        & Horizontal { height: 1; }
        & .label { width: 13; color: $text-muted; }
        & .label.-wide { width: 1fr; }
        & Input, & Input:focus { border: none; height: 1; padding: 0; width: 1fr; background: $surface-lighten-2; }
        & #path { height: auto; margin-top: 1; color: $text-muted; }
        & #fate { height: auto; color: $text-muted; }
        & #fate.-warns { color: $text-warning; }
        & #fate.-wrong { color: $text-error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "save", "Save", priority=True),
        Binding("up", "app.focus_previous", "Field above", show=False),
        Binding("down", "app.focus_next", "Field below", show=False),
    ]

    def __init__(
        self,
        kind: Kind,
        *,
        exists: Callable[[Place, str], bool],
        path_for: Callable[[Place, str], str],
        name: str = "",
        description: str = "",
        place: Place = Place.USER,
        places: Sequence[Place] = (Place.USER, Place.PROJECT),
        values: Sequence[str] = (),
    ) -> None:
        """`exists` and `path_for` tell of the file of a place and slug; `places` are those to choose from, `place` the
        one that is chosen at first; `values` were typed for the variables."""
        super().__init__()
        self._kind = kind
        self._exists = exists
        self._path_for = path_for
        self._first_name = name
        self._first_description = description
        self._places = tuple(places)
        self._place = place if place in self._places else self._places[0]
        self._typed = [value for value in values if not value.startswith("@")]
        self._from_files = len(values) - len(self._typed)
        self._asked: tuple[Place, str] | None = None
        """The file that was said to be written over, and not agreed to yet."""

    # -- what stands there -------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False, classes="box") as box:
            box.border_title = f"Save the {self._kind.value}"
            box.border_subtitle = "enter saves · tab the next field · esc leaves"
            yield from field_row("name", self._first_name, "what you will look for")
            yield from field_row("description", self._first_description, "one line, for the list")
            places = tuple(Option(place.value, place.value) for place in self._places)
            yield from labelled("where", ChoiceLine(places, self._place.value, id="place"))
            if self._typed:
                yield from self._values_line()
            yield Static(id="path")
            yield Static(id="fate")

    def _values_line(self) -> ComposeResult:
        options = (Option("no", "no"), Option("yes", "as defaults"))
        yield from labelled("keep values", ChoiceLine(options, "no", id="values"))
        if self._from_files:
            yield from labelled("", Static("not those from an @file", classes="label -wide"))

    def on_mount(self) -> None:
        self._lay_out(self.app.size.width)
        self.query_one("#name", Input).focus()
        self._show_fate()

    def on_resize(self) -> None:
        self._lay_out(self.size.width)

    def _lay_out(self, width: int) -> None:
        self.query_one(".box").set_class(width < 60, "-full")

    # -- what would come of it ---------------------------------------------------------------------------------

    @property
    def _answer(self) -> SaveAnswer:
        name = self.query_one("#name", Input).value.strip()
        keep = bool(self._typed) and self.query_one("#values", ChoiceLine).chosen == "yes"
        place = Place(self.query_one("#place", ChoiceLine).chosen)
        return SaveAnswer(name, self.query_one("#description", Input).value.strip(), place, slug_of(name), keep)

    def _fate(self, answer: SaveAnswer) -> _Fate:
        if not answer.name:
            return _Fate("type a name")
        try:
            if self._exists(answer.place, answer.slug):
                return _Fate(f"replaces the {self._kind.value} that is saved there", "replaces")
            if answer.place is Place.USER and self._exists(Place.PROJECT, answer.slug):
                return _Fate("a new file; here the project's own preset of that name goes before it", "hidden")
            if self._exists(Place.SHIPPED, answer.slug):
                return _Fate("a new file; it goes before the shipped preset of that name")
        except WorkbenchError as error:
            return _Fate(error.line, "wrong")
        return _Fate("a new file")

    def _path(self, answer: SaveAnswer) -> str:
        try:
            return self._path_for(answer.place, answer.slug) if answer.name else ""
        except WorkbenchError as error:
            return error.line

    def _show_fate(self) -> None:
        answer = self._answer
        self._asked = None
        self.query_one("#path", Static).update(literal(self._path(answer)))
        self._tell(self._fate(answer))

    def _tell(self, fate: _Fate) -> None:
        line = self.query_one("#fate", Static)
        line.set_class(fate.state in ("hidden", "replaces"), "-warns")
        line.set_class(fate.state == "wrong", "-wrong")
        line.update(literal(fate.text))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show_fate()

    def on_choice_line_changed(self, event: ChoiceLine.Changed) -> None:
        event.stop()
        self._show_fate()

    # -- keys --------------------------------------------------------------------------------------------------

    def action_save(self) -> None:
        self.after_typing(self._save)

    def _save(self) -> None:
        """Take the answer; nothing is taken without a name."""
        answer = self._answer
        fate = self._fate(answer)
        if not answer.name:
            self._tell(_Fate("a preset needs a name: type one", "wrong"))
            self.query_one("#name", Input).focus()
        elif fate.state == "wrong":
            self._tell(fate)
        elif fate.state == "replaces" and self._asked != (answer.place, answer.slug):
            self._asked = (answer.place, answer.slug)
            self._tell(_Fate("enter once more writes over the file that is there", "replaces"))
        else:
            self.dismiss(answer)
