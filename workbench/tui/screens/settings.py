"""The settings screen: everything that `settings.toml` knows, the keys of every command among it, and changing it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.containers import Container, Vertical
from textual.widgets import Input

from workbench.core.errors import WorkbenchError
from workbench.core.matching import ranked
from workbench.own_settings import OwnSettings
from workbench.own_thread import in_own_thread
from workbench.tui.commands import bindings
from workbench.tui.screens.framed_screen import Details, ListScreen
from workbench.tui.screens.outside import NO_EDITOR
from workbench.tui.screens.settings_moves import SettingsMoves
from workbench.tui.settings_rows import choice_of, details, setting_rows, words_of
from workbench.tui.widgets.key_line import KeyLine
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.pick_list import PickList

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.dom import DOMNode

    from workbench.adapters.settings_table import Setting
    from workbench.core.matching import Searchable
    from workbench.services import Services
    from workbench.tui.app import WorkbenchApp
    from workbench.tui.settings_rows import SettingRow

LABELS = 28
"""Cells of the names, so that what they are set to stands in a column."""
NARROW = 60
"""Columns below which a row has its name and its value alone."""


class SettingsScreen(ListScreen[None]):
    """What is typed finds rows; enter changes the highlighted one."""

    DEFAULT_CSS = """
    SettingsScreen {
        & PickList { height: 1fr; width: 3fr; padding: 0 1 0 0; }
        & Details { width: 2fr; }
        & Container.-below > * { width: 1fr; }
        & Container.-below PickList { height: 3fr; }
        & Container.-below Details { height: 2fr; }
        &.-low Details { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("settings")
    AUTO_FOCUS = "Input"

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._own = OwnSettings(services)
        self._rows: tuple[SettingRow, ...] = ()
        self._words: list[Searchable] = []
        self._faults: tuple[str, ...] = ()
        self._places: dict[str, str] = {}
        self._connections: tuple[str, ...] = ()
        self._moves = SettingsMoves(
            self._own, ask=self.ask, say=self.say, apply=self._apply, texts=self._texts, look=self._look
        )

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Settings"
            box.border_subtitle = "● yours · enter changes it · shift+↑↓ scrolls the text"
            field = Input(placeholder="type a part of a name, of what it does, or of a key")
            field.cursor_blink = False
            yield field
            with Container():
                yield PickList()
                yield Details()
            yield NoticeBar()
        yield KeyLine()

    @property
    def _bench(self) -> WorkbenchApp:
        return cast("WorkbenchApp", self.app)

    def on_mount(self) -> None:
        self.lay_out(self.app.size)
        self._begin()

    @work(group="read")
    async def _begin(self) -> None:
        await self._refresh()
        faults = (*self._faults, *self._bench.settings_notes)
        self.say(
            faults[-1] if faults else f"{self._own.path}; what is changed holds at once",
            "warning" if faults else "info",
        )

    def on_resize(self, event: events.Resize) -> None:
        self.lay_out(event.size)
        self.call_after_refresh(self._filter)

    def command_nodes(self) -> Mapping[str, DOMNode]:
        return {"app": self.app, "settings": self}

    # -- the rows ----------------------------------------------------------------------------------------------

    async def _refresh(self) -> None:
        """Read the file, and show every row as it stands now."""
        own = await in_own_thread(self._own.all)
        self._faults = await in_own_thread(self._own.faults)
        self._connections = await in_own_thread(self._own.connections)
        keymap = self._own.settings.keymap
        self._rows = setting_rows(own, keymap)
        self._words = [words_of(row) for row in self._rows]
        places = {each.setting.path: each.place for each in own}
        keys = {f"keymap.{id}": self._own.place_of(f"keymap.{id}") for id in keymap}
        self._places = {**places, **keys}
        self._filter()

    def _filter(self) -> None:
        picks = self.query_one(PickList)
        kept = picks.highlighted.id if picks.highlighted is not None else ""
        rows = [self._rows[index] for index in ranked(self.query_one(Input).value.strip(), self._words)]
        at = next((number for number, row in enumerate(rows) if row.id == kept), 0)
        choices = [choice_of(row) for row in rows]
        if self.app.size.width < NARROW:
            choices = [choice._replace(note="") for choice in choices]
        picks.set_choices(choices, at if rows else None, label_width=LABELS if self.app.size.width >= NARROW else 20)
        self._show_details()

    @property
    def _row(self) -> SettingRow | None:
        """The highlighted one."""
        picked = self.query_one(PickList).highlighted
        return None if picked is None else next(row for row in self._rows if row.id == picked.id)

    def _show_details(self) -> None:
        row, shown = self._row, self.query_one(Details)
        if row is None:
            shown.show("nothing here has that in it" if self._rows else "")
            return
        faults = [fault for fault in (*self._faults, *self._bench.settings_notes) if f" {row.id}:" in fault]
        shown.show(details(row, self._places.get(row.id, ""), faults, shown.line_width))
        self.refresh_bindings()

    def _texts(self, setting: Setting) -> tuple[str, ...]:
        """What a text can be, where the program knows it."""
        if setting.name == "theme":
            return tuple(sorted(self.app.available_themes))
        return self._connections if setting.name == "default_connection" else ()

    def _apply(self) -> tuple[str, ...]:
        from workbench.tui.own_looks import apply_settings

        return apply_settings(self._bench)

    def _look(self, setting: Setting, value: str) -> None:
        from workbench.tui.own_looks import look_at

        look_at(self._bench, setting, value)

    # -- keys and mouse ----------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "reset" or not self.is_mounted:
            return True
        return True if self._row is not None and self._row.is_own else None

    def action_move(self, delta: int) -> None:
        self.query_one(PickList).move(delta)
        self._show_details()

    def action_read_on(self, direction: int) -> None:
        self.query_one(Details).read_on(direction)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._rows:
            self._filter()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_change()

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """The first click on a row shows what is known of it, the second changes it."""
        event.stop()
        if self.query_one(Details).title == event.choice.id:
            self.action_change()
        else:
            self._show_details()

    @work(exclusive=True, group="move")
    async def action_change(self) -> None:
        """Ask for another value of the highlighted row."""
        if (row := self._row) is not None and await self._moves.change(row):
            await self._refresh()

    @work(exclusive=True, group="move")
    async def action_reset(self) -> None:
        """Take the default back."""
        if (row := self._row) is not None and row.is_own and await self._moves.reset(row):
            await self._refresh()

    @work(exclusive=True, group="move")
    async def action_file(self) -> None:
        """The file itself in the person's own editor; what was changed there holds at once."""
        if self.app.is_web:
            self.say(f"{NO_EDITOR}: {self._own.path}")
            return
        try:
            path = await asyncio.to_thread(self._own.write_file)
            editor = self._bench.services.editor
            command = editor.command()
            with self._bench.outside():
                await editor.open(command, path)
        except WorkbenchError as error:
            self.say(error.line, "error")
            return
        faults = await in_own_thread(self._own.reload)
        faults = (*faults, *self._apply())
        await self._refresh()
        self.say(faults[-1] if faults else f"read again: {path}", "warning" if faults else "success")
