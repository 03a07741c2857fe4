"""Reads the text of a settings file, and says of everything in it that can't be used what is wrong and where."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from workbench.adapters.settings import FILE_NAME, RESERVED, USING_DEFAULTS, EndpointSettings, Settings
from workbench.adapters.settings_table import ENDPOINT_KEYS, SETTINGS, Setting, toml_value
from workbench.core.errors import InputError
from workbench.core.keys import looks_like_key, mask_keys
from workbench.core.visible import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workbench.adapters.settings_prices import OwnPrice

_SETTING_TABLES = ("limits", "budget", "panels")
_TABLES = (*_SETTING_TABLES, "keymap", "endpoints", "prices")
_SECRET_NAME = re.compile(
    r"(api[-_]?|access[-_]?|auth[-_]?|secret[-_]?|bearer[-_]?)?(key|token|secret|password|passwd)", re.IGNORECASE
)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_NO_KEYS = "a key has no place in the settings; put it into an environment variable and name that in api_key_env"


def read_settings(text: str, name: str = FILE_NAME) -> tuple[Settings, tuple[str, ...]]:
    """The settings that a text of TOML makes, and a line for each thing that is wrong in it. Raises nothing."""
    return _Reader(name).read(text)


class _Reader:
    """One pass over one file; `faults` collects what is wrong."""

    def __init__(self, file_name: str) -> None:
        self._file = file_name
        self._faults: list[tuple[str, str]] = []
        """What is wrong, by the path of the setting."""

    def read(self, text: str) -> tuple[Settings, tuple[str, ...]]:
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line, fault = _where(str(error), text)
            return Settings(), (f"{self._file}:{line}: not TOML: {fault}{USING_DEFAULTS}",)
        except (RecursionError, ValueError):
            return Settings(), (f"{self._file}: nested too deep or a number too long{USING_DEFAULTS}",)
        settings = self._settings(data)
        return settings, self._lines(text) if self._faults else ()

    def _lines(self, text: str) -> tuple[str, ...]:
        """A line for each fault: the file, the line in it, the setting, what is wrong."""
        from workbench.adapters.settings_lines import Places  # only for a file with a fault

        places = Places(self._file, text)
        return tuple(f"{places.of(path)}: {_printable(path)}: {fault}" for path, fault in self._faults)

    def _fault(self, path: str, text: str) -> None:
        self._faults.append((path, text))

    def _settings(self, data: dict[str, Any]) -> Settings:
        tables = {"": data, **{name: self._table(data, name) for name in _SETTING_TABLES}}
        values: dict[str, Any] = {}
        for setting in SETTINGS:
            table = tables[setting.table]
            if setting.name in table:
                values[setting.attribute] = self._value(setting, table[setting.name])
        for name, table in tables.items():
            known = [s.name for s in SETTINGS if s.table == name]
            self._unknown(f"{name}." * bool(name), table, [*known, *([] if name else _TABLES)])
        endpoints = tuple(self._endpoints(data))
        return Settings(**values, keymap=self._keymap(data), endpoints=endpoints, prices=self._prices(data))

    def _table(self, data: dict[str, Any], name: str) -> dict[str, Any]:
        table = data.get(name, {})
        if isinstance(table, dict):
            return table
        self._fault(name, f"expected a table, [{name}], found {_type(table)}")
        return {}

    def _value(self, setting: Setting, value: Any) -> str | float | int:
        fault = value_fault(setting, value)
        if fault:
            self._fault(setting.path, f"{fault}: using {toml_value(setting.default)}")
            return setting.default
        match setting.kind:
            case "switch":
                return bool(value)
            case "text":
                return str(value).strip()
            case "integer":
                return int(value)
            case "number":
                return float(value)

    def _unknown(self, prefix: str, table: Mapping[str, object], known: list[str]) -> None:
        for name in table:
            if name in known:
                continue
            if _SECRET_NAME.fullmatch(name) or looks_like_key(name):
                self._fault(prefix + name, _NO_KEYS)
                continue
            self._fault(prefix + name, f"no such setting{_nearest(name, known)}: ignored")

    def _keymap(self, data: dict[str, Any]) -> dict[str, str]:
        keymap: dict[str, str] = {}
        for command, keys in _flat(self._table(data, "keymap")):
            if isinstance(keys, list) and all(isinstance(key, str) for key in keys):
                keys = ",".join(keys)
            if not isinstance(keys, str) or looks_like_key(keys):
                self._fault(f"keymap.{command}", f"expected key names in quotes, found {_shown(keys)}: ignored")
            else:
                keymap[command] = ",".join(key.strip() for key in keys.split(",") if key.strip())
        return keymap

    def _prices(self, data: dict[str, Any]) -> dict[str, OwnPrice]:
        table = self._table(data, "prices")
        if not table:
            return {}
        from workbench.adapters.settings_prices import read_prices

        return read_prices(table, self._fault)

    def _endpoints(self, data: dict[str, Any]) -> Iterator[EndpointSettings]:
        for name, table in self._table(data, "endpoints").items():
            path = f"endpoints.{name}"
            fault = _name_fault(name)
            if fault:
                self._fault(path, f"{fault}: endpoint left out")
            elif not isinstance(table, dict):
                self._fault(path, f"expected a table, [{path}], found {_type(table)}: endpoint left out")
            else:
                endpoint = self._endpoint(name, path, table)
                if endpoint is not None:
                    yield endpoint

    def _endpoint(self, name: str, path: str, table: dict[str, Any]) -> EndpointSettings | None:
        from workbench.adapters.base_url import parse_base_url

        self._unknown(f"{path}.", table, list(ENDPOINT_KEYS))
        texts: dict[str, str] = {}
        for key in ENDPOINT_KEYS:
            if key in table:
                fault = _endpoint_fault(key, table[key])
                if fault:
                    self._fault(f"{path}.{key}", fault)
                else:
                    texts[key] = table[key].strip()
        if table.get("api_key_env") and "api_key_env" not in texts:
            # Without its key the endpoint would be another one than the person meant.
            self._fault(path, "endpoint left out")
            return None
        if "base_url" not in texts:
            if "base_url" not in table:
                self._fault(path, "base_url is missing: endpoint left out")
            return None
        try:
            texts["base_url"] = parse_base_url(texts["base_url"]).url
        except InputError as error:
            self._fault(f"{path}.base_url", f"{error.message}: endpoint left out. {error.hint}".rstrip())
            return None
        return EndpointSettings(name=name, **texts)


def value_fault(setting: Setting, value: object) -> str:
    """What is wrong with a value for a setting, and what to write instead; "" for nothing."""
    if setting.kind == "text":
        if not isinstance(value, str):
            return f"expected a text in quotes, found {_shown(value)}"
        if looks_like_key(value):
            return _NO_KEYS
        if not value.isprintable():
            return "has a control character"
        if not setting.choices or value.strip() in setting.choices:
            return ""
        return f"expected {', '.join(setting.choices[:-1])} or {setting.choices[-1]}, found {_shown(value)}"
    if setting.kind == "switch":
        return "" if isinstance(value, bool) else f"expected true or false, found {_shown(value)}"
    wanted = "a whole number" if setting.kind == "integer" else "a number"
    allowed = (int,) if setting.kind == "integer" else (int, float)
    if not isinstance(value, allowed) or isinstance(value, bool):
        return f"expected {wanted} from {setting.range}, found {_shown(value)}"
    if not setting.takes(value):
        return f"{_shown(value)} is out of range, {setting.range}"
    return ""


def _name_fault(name: str) -> str:
    if name in RESERVED:
        return f"the name {name} is the program's own; choose another"
    if looks_like_key(name):
        return _NO_KEYS
    if not re.fullmatch(r"\w[\w.\-]{0,63}", name):
        return "a name has letters, digits, - _ and ., at most 64"
    return ""


def _endpoint_fault(key: str, value: object) -> str:
    """What is wrong with one line of an endpoint, or "". A bad *_env is never repeated: it is often the key itself."""
    if not isinstance(value, str):
        return f"expected a text in quotes, found {_type(value)}"
    if key.endswith("_env") and value:
        if looks_like_key(value) or not _VARIABLE.fullmatch(value.strip()) or _is_random_name(value.strip()):
            return f"expected the NAME of a variable, such as EXAMPLE_API_KEY; {_NO_KEYS}"
    elif looks_like_key(value) and key != "base_url":
        return _NO_KEYS
    return ""


def _is_random_name(name: str) -> bool:
    """A long name with lower case and digits is more likely a key than the name of a variable."""
    return len(name) >= 20 and any(ch.islower() for ch in name) and any(ch.isdigit() for ch in name)


def _flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """TOML reads `message.edit = "e"` as a table in a table; command ids have dots."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _where(message: str, text: str) -> tuple[int, str]:
    """`Expected '=' ... (at line 3, column 8)` as 3 and `Expected '=' ...`."""
    found = re.search(r" *\(at (?:line (\d+), column \d+|end of document)\)", message)
    line = int(found[1]) if found and found[1] else len(text.splitlines())
    return line, _printable(message.replace(found[0], "") if found else message)


def _nearest(name: str, known: list[str]) -> str:
    import difflib  # only for a file with a fault

    close = difflib.get_close_matches(name.lower().replace("-", "_"), known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f"'{_printable(value)}'"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, (int, float)) else _type(value)


def _printable(text: str) -> str:
    """A text of the file for one line: no key, no control character, at most 60 characters."""
    text = escaped(mask_keys(text))
    return text if len(text) <= 60 else text[:57] + "..."


def _type(value: object) -> str:
    names = {dict: "a table", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "a date or time")
