"""What is asked on the settings screen, and what comes of it: one setting, the keys of one command."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from workbench.core.errors import InputError, WorkbenchError
from workbench.own_settings import OwnSetting, OwnSettings, read_value
from workbench.tui.keys import key_text
from workbench.tui.own_looks import apply_settings, look_at
from workbench.tui.screens.where import Ask, Say
from workbench.tui.settings_rows import SettingRow, title_of
from workbench.tui.user_keys import key_fault
from workbench.tui.widgets.chooser import Chooser
from workbench.tui.widgets.pick_list import Choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.adapters.settings_table import Setting
    from workbench.tui.app import WorkbenchApp
    from workbench.tui.commands import Command

_DEFAULT = ""
"""The id of the row that takes the default back; no value is empty."""


class SettingsMoves:
    """The conversations of the settings screen. `ask` shows a question, `say` a line; `apply` brings what was changed
    to the whole program and gives what of it can't be used; `texts` are the values to choose from, for a text that
    knows them only here; `look` shows how one would be, until `apply`."""

    def __init__(
        self,
        own: OwnSettings,
        *,
        ask: Ask,
        say: Say,
        apply: Callable[[], tuple[str, ...]],
        texts: Callable[[Setting], tuple[str, ...]],
        look: Callable[[Setting, str], None],
    ) -> None:
        self._own = own
        self._ask = ask
        self._say = say
        self._apply = apply
        self._texts = texts
        self._look = look

    async def change(self, row: SettingRow) -> bool:
        """Ask for another value, or other keys, and keep it. Whether anything was changed."""
        if isinstance(row.of, OwnSetting):
            typed = await self._value(row.of)
            return typed is not None and await self._keep(row, typed)
        keys = await self._keys(row.of)
        return keys is not None and await self._keep(row, keys)

    async def reset(self, row: SettingRow) -> bool:
        """Take the default back."""
        return await self._keep(row, "")

    async def _value(self, own: OwnSetting) -> str | None:
        from workbench.tui.widgets.value_field import ValueField

        setting = own.setting
        values = setting.choices or (("on", "off") if setting.kind == "switch" else self._texts(setting))
        if values:
            chosen = await self._ask(_value_chooser(own, values, partial(self._look, setting)))
            if chosen is None:
                self._apply()
            return chosen

        def fault(typed: str) -> str:
            try:
                read_value(setting, typed)
            except InputError as error:
                return error.line
            return ""

        hint = f"the default: {own.setting.default}" if own.setting.default != "" else "none"
        return await self._ask(
            ValueField(setting.path, own.shown, hint=hint, about=f"{setting.help}. Empty: the default.", fault=fault)
        )

    async def _keys(self, command: Command) -> str | None:
        from workbench.tui.widgets.key_field import KeyField

        def fault(keys: str) -> str:
            return key_fault(self._own.settings.keymap, command.id, keys)

        return await self._ask(KeyField(f"Keys of {title_of(command)}", key_text(command), fault=fault))

    async def _keep(self, row: SettingRow, typed: str) -> bool:
        try:
            if isinstance(row.of, OwnSetting):
                await asyncio.to_thread(self._own.save, row.of.setting, typed)
            else:
                await asyncio.to_thread(self._own.save_keys, row.of.id, typed)
        except WorkbenchError as error:
            self._say(error.line, "error")
            return False
        wrong = self._apply()
        if wrong:
            self._say(wrong[-1], "warning")
        else:
            self._say(f"{row.id} is kept{_when(row)}" if typed else f"{row.id} is its default again", "success")
        return True


def _when(row: SettingRow) -> str:
    """When a setting holds, where that is not at once."""
    later = {"default_connection": "the next start", "view": "the next draft that is opened"}
    return f" · from {later[row.id]} on" if row.id in later else ""


def _value_chooser(own: OwnSetting, values: tuple[str, ...], look: Callable[[str], None]) -> Chooser:
    default = own.setting.default
    shown = ("on" if default else "off") if isinstance(default, bool) else default
    rows = [Choice(value, value, "the default" if value == shown else "") for value in values]
    if shown not in values:
        rows.insert(0, Choice(_DEFAULT, "the default", str(shown)))
    return Chooser(own.setting.path, rows, text=own.setting.help, chosen=own.shown, look=look)


async def choose_theme(app: WorkbenchApp) -> None:
    """Let the person choose the theme, wherever they are; it is kept in the settings."""
    own = OwnSettings(app.services)
    row = next(SettingRow(each) for each in await asyncio.to_thread(own.all) if each.setting.name == "theme")
    moves = SettingsMoves(
        own,
        ask=app.push_screen_wait,
        say=app.tell,
        apply=lambda: apply_settings(app),
        texts=lambda setting: tuple(sorted(app.available_themes)),
        look=lambda setting, value: look_at(app, setting, value),
    )
    await moves.change(row)
