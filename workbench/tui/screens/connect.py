"""The connect screen: where requests can go, with which key, what each host taught, and whether it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import work
from textual.containers import Container, Vertical

from workbench.core.counted import counted
from workbench.core.lesson_words import lesson_lines
from workbench.own_thread import in_own_thread
from workbench.tui.commands import bindings
from workbench.tui.connect_words import Known, choice_of, details, other_line, place_id
from workbench.tui.screens.connect_moves import ConnectMoves
from workbench.tui.screens.framed_screen import Details, ListScreen
from workbench.tui.widgets.key_line import KeyLine
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.pick_list import PickList

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.dom import DOMNode

    from workbench.connecting import Connecting, Place, Tested
    from workbench.core.connection import Connection


class Chosen(NamedTuple):
    """The connection to use, and the models it was seen to have; () where nobody asked it."""

    connection: Connection
    models: tuple[str, ...] = ()


class ConnectScreen(ListScreen[Chosen | None]):
    """Ends with what was chosen, or with None on escape; keys and endpoints are changed on the way."""

    DEFAULT_CSS = """
    ConnectScreen {
        & PickList { height: 1fr; width: 1fr; padding: 0 1 0 0; }
        & Details { width: 1fr; }
        & Container.-below > * { width: 1fr; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("connect")
    AUTO_FOCUS = ""

    def __init__(self, connecting: Connecting, current: Connection, warmed: asyncio.Event) -> None:
        """`current` is the connection in use; `warmed` is set once requests can be made."""
        super().__init__()
        self._connecting = connecting
        self._current = current
        self._warmed = warmed
        self._places: dict[str, Place] = {}
        self._tested: dict[str, Tested] = {}
        """By base URL and key: how the last test of each went."""
        self._moves = ConnectMoves(connecting, ask=self.ask, say=self.say)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Connect: where requests go"
            box.border_subtitle = "shift+↑↓ scrolls the text"
            with Container():
                yield PickList()
                yield Details()
            yield NoticeBar()
        yield KeyLine()

    def on_mount(self) -> None:
        self.lay_out(self.app.size)
        self._begin()

    def on_resize(self, event: events.Resize) -> None:
        self.lay_out(event.size)
        self.call_after_refresh(self._show_details)

    def command_nodes(self) -> Mapping[str, DOMNode]:
        return {"app": self.app, "connect": self}

    # -- the places --------------------------------------------------------------------------------------------

    @work(group="begin")
    async def _begin(self) -> None:
        await self._refresh(f"ready {self._current.name}")
        await self._look()

    async def _look(self) -> None:
        self.say("looking for model servers on this machine ...")
        await self._warmed.wait()
        found = await self._connecting.look()
        await self._refresh()
        names = ", ".join(f"{server.name} at {server.host}" for server in found)
        self.say(f"running on this machine: {names}" if names else "no model server answers on this machine")

    async def _refresh(self, stay_on: str = "") -> None:
        """Show the places anew, with the highlight on the same one, or on the one with that id."""
        places = await in_own_thread(self._connecting.places)
        self._places = {place_id(place): place for place in places}
        self._show_places(stay_on)

    def _show_places(self, stay_on: str = "") -> None:
        picks = self.query_one(PickList)
        kept = stay_on or (picks.highlighted.id if picks.highlighted is not None else "")
        name = kept.partition(" ")[2]
        places = list(self._places.values())
        at = [number for number, place in enumerate(places) if place_id(place) == kept]
        at += [number for number, place in enumerate(places) if place.name == name]
        rows = [choice_of(place, in_use=self._in_use(place), tested=self._test_of(place)) for place in places]
        picks.set_choices(rows, (at or [0])[0])
        self._show_details()

    def _in_use(self, place: Place) -> bool:
        return place.connection is not None and place.connection.name == self._current.name

    def _test_of(self, place: Place) -> Tested | None:
        return self._tested.get(_test_id(place.connection)) if place.connection is not None else None

    @property
    def _place(self) -> Place | None:
        """The highlighted one."""
        picked = self.query_one(PickList).highlighted
        return None if picked is None else self._places[picked.id]

    def _show_details(self) -> None:
        place = self._place
        shown = self.query_one(Details)
        if place is None:
            return
        services = self._connecting.services
        known = Known(
            self._connecting.lessons(place.host),
            self._test_of(place),
            place.kind == "ready" and services.settings.default_connection == place.name,
            self._connecting.env_open_to,
        )
        shown.show(details(place, known, services.about_practice, shown.line_width))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action not in (*_NEEDS, "forget") or not self.is_mounted:
            return True
        return True if self._place_for(action) is not None else None

    def _place_for(self, action: str) -> Place | None:
        """The highlighted place, where the action can be done with it: the palette asks nobody before."""
        place = self._place
        if place is None:
            return None
        if action == "forget":
            return place if lesson_lines(self._connecting.lessons(place.host)) else None
        return place if _NEEDS[action](place) else None

    # -- keys and mouse ----------------------------------------------------------------------------------------

    def action_move(self, delta: int) -> None:
        self.query_one(PickList).move(delta)
        self._moved()

    def _moved(self) -> None:
        self.query_one(Details).scroll_home(animate=False)
        self._show_details()

    def action_read_on(self, direction: int) -> None:
        self.query_one(Details).read_on(direction)

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """The first click on a row shows what is known of it, the second uses it."""
        event.stop()
        if self.query_one(Details).title == self._places[event.choice.id].name:
            self.action_use()
        else:
            self._moved()

    def action_use(self) -> None:
        if (place := self._place_for("use")) is not None:
            self._use(place)

    @work(exclusive=True, group="move")
    async def _use(self, place: Place) -> None:
        connection = await self._moves.usable(place)
        if connection is None:
            await self._refresh()
            return
        tested = self._tested.get(_test_id(connection))
        models = tested.models if tested is not None else None
        models = models or (place.server.models if place.server is not None else ())
        self.dismiss(Chosen(connection, tuple(model.id for model in models)))

    def action_test(self) -> None:
        if (place := self._place_for("test")) is not None:
            self._test(place)

    @work(exclusive=True, group="test")
    async def _test(self, place: Place) -> None:
        connection = place.connection or self._connecting.take_found(place)
        self.say(f"asking {place.host} for its models ...")
        await self._warmed.wait()
        tested = await self._connecting.test(connection)
        self._tested[_test_id(connection)] = tested
        await self._refresh()
        if tested.models is None:
            self.say(f"{tested.cause} {other_line(tested)}" if tested.other_url else tested.fault, "error")
        else:
            count = len(tested.models)
            self.say(f"{place.name} answers: {counted(count, 'model')}", "success")

    def action_key(self) -> None:
        if (place := self._place_for("key")) is not None:
            self._key(place)

    @work(exclusive=True, group="move")
    async def _key(self, place: Place) -> None:
        if await self._moves.enter_key(place):
            await self._refresh()

    @work(exclusive=True, group="move")
    async def action_add(self) -> None:
        await self._saved(await self._moves.add({place.name for place in self._places.values()}))

    def action_change(self) -> None:
        if (place := self._place_for("change")) is not None:
            self._change(place)

    @work(exclusive=True, group="move")
    async def _change(self, place: Place) -> None:
        tested = self._test_of(place)
        await self._saved(await self._moves.change(place, tested.other_url if tested is not None else ""))

    async def _saved(self, name: str) -> None:
        """An endpoint was saved under this name: show it, and ask it for its models."""
        if not name:
            return
        await self._refresh(f"ready {name}")
        if self._place is not None and self._place.name == name:
            self._test(self._place)

    def action_keep(self) -> None:
        if (place := self._place_for("keep")) is not None:
            self._keep(place)

    @work(exclusive=True, group="move")
    async def _keep(self, place: Place) -> None:
        if await self._moves.keep(place):
            await self._refresh(f"ready {place.name}")

    def action_start(self) -> None:
        if (place := self._place_for("start")) is not None:
            self._start(place)

    @work(exclusive=True, group="move")
    async def _start(self, place: Place) -> None:
        if await self._moves.start_with(place):
            await self._refresh()

    def action_remove(self) -> None:
        if (place := self._place_for("remove")) is not None:
            self._remove(place)

    @work(exclusive=True, group="move")
    async def _remove(self, place: Place) -> None:
        if await self._moves.remove(place):
            await self._refresh()

    @work(exclusive=True, group="move")
    async def action_forget(self) -> None:
        place = self._place_for("forget")
        if place is not None:
            self._connecting.forget(place.host)
            self.say(f"forgotten: {place.host} is asked for everything again", "success")
            await self._refresh()

    @work(exclusive=True, group="begin")
    async def action_look(self) -> None:
        await self._look()


def _test_id(connection: Connection) -> str:
    """What a test was a test of: an address with a key. The key's text stands nowhere."""
    return f"{connection.base_url} {hash(connection.key)}"


def _is_saved(place: Place) -> bool:
    return place.saved is not None


def _takes_key(place: Place) -> bool:
    return place.kind != "taught" and not place.is_practice


def _can_keep(place: Place) -> bool:
    return place.saved is None and place.server is not None


def _can_test(place: Place) -> bool:
    return place.kind in ("ready", "found")


def _can_start(place: Place) -> bool:
    connection = place.connection
    return connection is not None and (place.saved is not None or connection.kind in ("practice", "openai"))


def _can_use(place: Place) -> bool:
    return place.kind != "taught"


_NEEDS = {
    "use": _can_use,
    "test": _can_test,
    "key": _takes_key,
    "change": _is_saved,
    "remove": _is_saved,
    "keep": _can_keep,
    "start": _can_start,
}
"""What a place must be for an action on it; the others are dim in the line of keys."""
