"""Naming an endpoint: what is made of its address is said while one types, and nothing is saved that can't be read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from workbench.core.endpoint_name import endpoint_name, key_variable
from workbench.core.errors import InputError
from workbench.tui.display import literal
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.form_row import field_row

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from workbench.adapters.base_url import BaseUrl


class EndpointFields(NamedTuple):
    """An endpoint of the settings file as it is typed."""

    base_url: str = ""
    name: str = ""
    key_variable: str = ""
    model: str = ""


class AddEndpoint(Dialog[EndpointFields | None]):
    """Ends with the fields, the address normalised, or with None on escape."""

    DEFAULT_CSS = """
    AddEndpoint {
        & > .box { max-width: 92; height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
        & > .box.-full { width: 100%; }
        & Horizontal { height: 1; }
        & .label { width: 14; color: $text-muted; }
        & Input, & Input:focus { border: none; height: 1; padding: 0; width: 1fr; background: $surface-lighten-2; }
        & #said { height: auto; min-height: 2; margin-bottom: 1; color: $text-muted; }
        & #said.-warns { color: $text-warning; }
        & #said.-wrong { color: $text-error; }
        & #variable { height: auto; margin-top: 1; color: $text-muted; }
        & #fault { height: auto; color: $text-error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "save", "Save", priority=True),
        Binding("up", "app.focus_previous", "Field above", show=False),
        Binding("down", "app.focus_next", "Field below", show=False),
    ]

    def __init__(
        self,
        *,
        parse: Callable[[str], BaseUrl],
        is_set: Callable[[str], str],
        taken: Collection[str],
        fields: EndpointFields | None = None,
    ) -> None:
        """`parse` makes a base URL of what is typed, or raises InputError; `is_set` says where a variable's key is, or
        ""; `taken` are the names in use; `fields` are those of an endpoint that is changed, whose name stays."""
        super().__init__()
        self._parse = parse
        self._is_set = is_set
        self._taken = taken
        self._changing = fields is not None
        self._first = fields or EndpointFields()
        self._offered = EndpointFields()
        """What was put into name and variable by itself, and is replaced with the address until it is edited."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False, classes="box") as box:
            box.border_title = literal(f"Change {self._first.name}" if self._changing else "Add an endpoint")
            box.border_subtitle = "enter saves it and lists its models · esc leaves"
            first = self._first
            yield from field_row("address", first.base_url, "https://api.example.com/v1, or localhost:8000")
            yield Static(id="said")
            if not self._changing:
                yield from field_row("name", first.name, "what you will call it", offered=True)
            variable = "the NAME of the variable with its key; empty for none"
            yield from field_row("key", first.key_variable, variable, label="key variable", offered=True)
            yield from field_row("model", first.model, "asked where a prompt names none", label="default model")
            yield Static(id="variable")
            yield Static(id="fault")

    def on_mount(self) -> None:
        self._lay_out()
        self.query_one("#address", Input).focus()
        self._tell()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        self.query_one(".box").set_class(self.app.size.width < 60, "-full")

    # -- what is made of it ------------------------------------------------------------------------------------

    def _typed(self, field: str) -> str:
        return self.query_one(f"#{field}", Input).value.strip()

    @property
    def _called(self) -> str:
        return self._first.name if self._changing else self._typed("name")

    def _tell(self, fault: str = "") -> None:
        said = self.query_one("#said", Static)
        text, state = self._said()
        said.set_classes(state)
        said.update(literal(text))
        variable = self._typed("key")
        where = self._is_set(variable) if variable else ""
        told = f"{variable}: {where or 'not set yet; k enters its key once this is saved'}" if variable else ""
        self.query_one("#variable", Static).update(literal(told or "No key variable: requests go without a key."))
        self.query_one("#fault", Static).update(literal(fault))

    def _said(self) -> tuple[str, str]:
        """What is made of the address, and the class that it is said with."""
        if not self._typed("address"):
            return "a base URL, with /v1 or without, or the whole address of chat completions", ""
        try:
            url = self._parse(self._typed("address"))
        except InputError as error:
            return error.line, "-wrong"
        text = f"requests go to {url.url}/chat/completions"
        if url.said and not url.said.startswith("taken as"):
            text = f"{url.said}/chat/completions"  # the host in punycode, beside what was written
        if url.is_plain_http and not url.is_local:
            return f"! plain http: anyone on the way can read the prompts and the key · {text}", "-warns"
        return text, ""

    def _offer(self) -> None:
        """Name the endpoint and its variable after the address, while nobody has written there."""
        try:
            url = self._parse(self._typed("address"))
        except InputError:
            return
        if not self._changing and self._typed("name") == self._offered.name:
            base = endpoint_name(url.host, is_local=url.is_local)
            free = (base, *(f"{base}-{number}" for number in range(2, 100)))
            name = next((name for name in free if name not in self._taken), "")
            self.query_one("#name", Input).value = name
            self._offered = self._offered._replace(name=name)
        if not self._changing and self._typed("key") == self._offered.key_variable:
            variable = "" if url.is_local else key_variable(self._called)
            self.query_one("#key", Input).value = variable
            self._offered = self._offered._replace(key_variable=variable)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.id == "address" and event.input.has_focus:
            self._offer()
        self._tell()

    # -- keys --------------------------------------------------------------------------------------------------

    def action_save(self) -> None:
        self.after_typing(self._save)

    def _save(self) -> None:
        try:
            url = self._parse(self._typed("address"))
        except InputError as error:
            self._wrong("address", error.line)
            return
        if not self._called:
            self._wrong("name", "an endpoint needs a name: type one")
        elif not self._changing and self._called in self._taken:
            self._wrong("name", f"there is a connection {self._called} already: choose another name")
        else:
            self.dismiss(EndpointFields(url.url, self._called, self._typed("key"), self._typed("model")))

    def _wrong(self, field: str, fault: str) -> None:
        self._tell(fault)
        self.query_one(f"#{field}", Input).focus()
