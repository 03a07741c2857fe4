"""The person's settings, for the screen that shows them: what there is to set, how it stands, and changing it.

Everything here that reads or writes the file is for a thread: all but `settings` and `place_of`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.settings import FILE_NAME
from workbench.adapters.settings_read import value_fault
from workbench.adapters.settings_table import SETTINGS, Setting, toml_value
from workbench.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.adapters.settings import Settings
    from workbench.adapters.settings_lines import Places
    from workbench.core.json_value import JSON
    from workbench.services import Services

_TRUE = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


class OwnSetting(NamedTuple):
    """One setting as it stands."""

    setting: Setting
    value: str | float | int
    place: str
    """Where in the file it stands, such as `settings.toml:3`; "" where the default holds."""

    @property
    def shown(self) -> str:
        return shown_value(self.value)

    @property
    def is_default(self) -> bool:
        return self.value == self.setting.default


class OwnSettings:
    """Reads and changes the settings file of these services; what is changed holds at once."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @property
    def path(self) -> Path:
        return self._services.paths.settings

    @property
    def settings(self) -> Settings:
        """As they hold now."""
        return self._services.settings

    def all(self) -> tuple[OwnSetting, ...]:
        """Every setting but endpoints, prices and keys."""
        places, settings = self._places(), self._services.settings
        return tuple(
            OwnSetting(each, getattr(settings, each.attribute), places.exact(each.path) if places else "")
            for each in SETTINGS
        )

    def place_of(self, path: str) -> str:
        """Where in the file that holds now a setting stands, `settings.toml:3`; the file's name where that can't be
        told. Reads nothing: also for the screen."""
        return _places_in(self._services.settings.text).of(path)

    def faults(self) -> tuple[str, ...]:
        """What is wrong in the file, a line each."""
        from workbench.adapters.settings import load_settings

        return load_settings(self.path)[1]

    def connections(self) -> tuple[str, ...]:
        """The names of the connections that there are."""
        return tuple(connection.name for connection in self._services.connections().all)

    def _places(self) -> Places | None:
        from workbench.adapters.settings_lines import Places

        try:
            return Places(FILE_NAME, self.path.read_text("utf-8-sig"))
        except (OSError, UnicodeDecodeError):
            return None  # no file is no fault, and the loader has told of any other

    def save(self, setting: Setting, typed: str) -> None:
        """Give a setting the value that was typed, or with "" its default again. InputError, StorageError."""
        from workbench.adapters.settings_write import set_setting, unset_setting

        value = read_value(setting, typed)
        if value == setting.default:
            unset_setting(self.path, setting.path)
        else:
            set_setting(self.path, setting.path, value)
        self._services.reload_settings()

    def save_named(self, path: str, typed: str) -> None:
        """The same for a setting by its path. InputError, StorageError."""
        self.save(next(each for each in SETTINGS if each.path == path), typed)

    def save_keys(self, command: str, keys: str) -> None:
        """Give a command these keys, or with "" its own again. InputError, StorageError."""
        from workbench.adapters.settings_write import set_keys

        set_keys(self.path, command, keys)
        self._services.reload_settings()

    def write_file(self) -> Path:
        """Where the file is; a commented one is written where there is none. StorageError."""
        return self._services.write_settings_file()

    def reload(self) -> tuple[str, ...]:
        """Read the file again, after it was changed elsewhere; what is wrong in it, a line each."""
        self._services.reload_settings()
        return self.faults()


@lru_cache(maxsize=1)
def _places_in(text: str) -> Places:
    from workbench.adapters.settings_lines import Places

    return Places(FILE_NAME, text)


def settings_schema() -> dict[str, JSON]:
    """The JSON Schema of the settings file."""
    from workbench.adapters.settings_schema import json_schema

    return json_schema()


def settings_modeline() -> str:
    """The first line of a settings file that tells an editor where its schema is."""
    from workbench.adapters.settings_schema import MODELINE

    return MODELINE


def shown_value(value: str | float | int) -> str:
    """A value as a person types it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else toml_value(value)


def read_value(setting: Setting, typed: str) -> str | float | int:
    """The value that a text makes; the default for "". InputError."""
    text = typed.strip()
    if not text:
        return setting.default
    value: str | float | int = text
    if setting.kind == "switch":
        value = _TRUE.get(text.lower(), text)
    elif setting.kind in ("number", "integer"):
        try:
            value = int(text) if setting.kind == "integer" else float(text)
        except ValueError:
            value = text
    if fault := value_fault(setting, value):
        raise InputError(fault)
    return value
