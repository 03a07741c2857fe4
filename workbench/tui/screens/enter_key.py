"""Entering a key: masked, for one host, and kept where the person says, which is nowhere unless they say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from workbench.core.errors import InputError
from workbench.core.keys import clean_key
from workbench.core.secret import Secret
from workbench.tui.display import literal
from workbench.tui.widgets.choice_line import ChoiceLine, Option
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.form_row import labelled

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from workbench.connecting import Place
    from workbench.connecting_keys import EnvFile, KeyHome

_MOST_LLM = 3
_TYPED = "typed"


class KeyAnswer(NamedTuple):
    """What to do: `session` and `env` with `secret`, `llm` with the name of its key, `none` takes one back."""

    where: Literal["session", "env", "llm", "none"]
    secret: Secret | None = None
    llm_name: str = ""


class KeyField(Input):
    """A field whose text is never seen and never copied."""

    def __init__(self) -> None:
        super().__init__(password=True, placeholder="paste it here: it is not shown", id="key", select_on_focus=False)
        self.cursor_blink = False

    def action_copy(self) -> None:
        """Nothing: the clipboard would have it, and every program that reads that."""

    def action_cut(self) -> None:
        """Nothing, as with copying."""


class EnterKey(Dialog[KeyAnswer | None]):
    """Ends with the answer, or with None on escape. A key that can't be one is refused here, without being shown."""

    DEFAULT_CSS = """
    EnterKey {
        & > .box { max-width: 92; height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
        & > .box.-full { width: 100%; }
        & Horizontal { height: 1; }
        & Horizontal.-off { display: none; }
        & .label { width: 10; color: $text-muted; }
        & Input, & Input:focus { border: none; height: 1; padding: 0; width: 1fr; background: $surface-lighten-2; }
        & #about { height: auto; margin-bottom: 1; }
        & #fate { height: auto; margin-top: 1; color: $text-muted; }
        & #warning { height: auto; color: $text-warning; }
        & #fault { height: auto; color: $text-error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "save", "Use it", priority=True),
        Binding("up", "app.focus_previous", "Field above", show=False),
        Binding("down", "app.focus_next", "Field below", show=False),
    ]

    def __init__(self, place: Place, home: KeyHome, env: EnvFile, *, given_before: bool = False) -> None:
        """`given_before`: a key was typed for this host, or one of llm is used, and can be taken back."""
        super().__init__()
        self._place = place
        self._home = home
        self._env = env
        self._given_before = given_before

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False, classes="box") as box:
            box.border_title = literal(f"A key for {self._place.name}")
            box.border_subtitle = "enter uses it · tab the next field · esc leaves"
            yield Static(literal(f"It goes to {self._place.host} and to no other host."), id="about")
            if self._home.llm_names:
                names = [Option(f"llm {name}", f"llm's {name}") for name in self._home.llm_names[:_MOST_LLM]]
                yield from labelled("which", ChoiceLine((Option(_TYPED, "one I type"), *names), _TYPED, id="which"))
            yield from labelled("key", KeyField())
            places = [Option("session", "for this session")]
            if self._home.variable:
                places.append(Option("env", "in .env"))
            yield from labelled("keep it", ChoiceLine(tuple(places), "session", id="keep"))
            yield Static(id="fate")
            yield Static(id="warning")
            yield Static(id="fault")

    def on_mount(self) -> None:
        self._lay_out()
        self.query_one(KeyField).focus()
        self._tell()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        self.query_one(".box").set_class(self.app.size.width < 60, "-full")

    # -- what would come of it ---------------------------------------------------------------------------------

    @property
    def _llm_name(self) -> str:
        """The key of llm that is chosen, or "" for one that is typed."""
        chosen = self.query_one("#which", ChoiceLine).chosen if self._home.llm_names else _TYPED
        return chosen.removeprefix("llm ") if chosen != _TYPED else ""

    @property
    def _in_env(self) -> bool:
        return self.query_one("#keep", ChoiceLine).chosen == "env"

    def _tell(self, fault: str = "") -> None:
        typed = not self._llm_name
        for field in (self.query_one(KeyField), self.query_one("#keep")):
            row = field.parent
            assert row is not None
            row.set_class(not typed, "-off")
        self.query_one("#fate", Static).update(literal(self._fate()))
        self.query_one("#warning", Static).update(literal("\n".join(self._warnings())))
        self.query_one("#fault", Static).update(literal(fault))

    def _fate(self) -> str:
        if self._llm_name:
            return f"It is read from {self._home.llm_file} each time; nothing is copied."
        if self._in_env:
            verb = "gets" if self._env.exists else "is made, with"
            return f"{self._env.path} {verb} {self._home.variable}; only you can read it (0600)."
        lines = ["It is forgotten when the program ends."]
        if self._home.why_not:
            lines.append(f"Not in a .env: {self._home.why_not}.")
        if self._given_before:
            lines.append("An empty field takes back the key that was given here before.")
        return "\n".join(lines)

    def _warnings(self) -> list[str]:
        if self._llm_name or not self._in_env:
            return []
        warnings = []
        if self._env.tracking == "not ignored":
            warnings.append("! git does not ignore this .env: put .env into .gitignore, or the key may be committed")
        elif self._env.tracking == "unknown":
            warnings.append("! this folder is in git: make sure that .gitignore names .env")
        if self._env.open_to:
            warnings.append(f"! others on this machine could read it until now ({self._env.open_to})")
        return warnings

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell()

    def on_choice_line_changed(self, event: ChoiceLine.Changed) -> None:
        event.stop()
        self._tell()
        if event.line.id == "which" and not self._llm_name:
            self.query_one(KeyField).focus()

    # -- keys --------------------------------------------------------------------------------------------------

    def action_save(self) -> None:
        self.after_typing(self._save)

    def _save(self) -> None:
        if self._llm_name:
            self.dismiss(KeyAnswer("llm", llm_name=self._llm_name))
            return
        field = self.query_one(KeyField)
        try:
            key = clean_key(field.value)
        except InputError as error:
            self._tell(error.line)
            return
        if key:
            field.value = ""
            self.dismiss(KeyAnswer("env" if self._in_env else "session", Secret(key)))
        elif self._given_before and not self._in_env:
            self.dismiss(KeyAnswer("none"))
        else:
            self._tell("there is no key yet: type it, or paste it")
