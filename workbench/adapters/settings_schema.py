"""The JSON Schema of the settings file, made from its table: what editors complete, explain and check it with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.adapters.settings import RESERVED
from workbench.adapters.settings_prices import MOST
from workbench.adapters.settings_table import ENDPOINT_KEYS, SETTINGS

if TYPE_CHECKING:
    from workbench.adapters.settings_table import Setting
    from workbench.core.json_value import JSON

SCHEMA_FILE = "settings.schema.json"
"""What it is called beside the settings file."""
MODELINE = f"#:schema ./{SCHEMA_FILE}"
"""The first line of a settings file that tells an editor (taplo, Even Better TOML) where its schema is."""

# Draft 7: editors of TOML know no later one.
_DIALECT = "http://json-schema.org/draft-07/schema#"
_KEYS: JSON = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


def json_schema() -> dict[str, JSON]:
    """The schema of the whole file. Which commands a keymap can name is not in it: F1 lists them."""
    tables = dict.fromkeys(setting.table for setting in SETTINGS if setting.table)
    properties: dict[str, JSON] = {s.name: _setting(s) for s in SETTINGS if not s.table}
    for table in tables:
        properties[table] = _table({s.name: _setting(s) for s in SETTINGS if s.table == table})
    properties["keymap"] = {
        "type": "object",
        "description": "the keys of a command, by its id (F1 lists them)",
        # Ids have dots, which TOML reads as a table in a table.
        "additionalProperties": {"anyOf": [_KEYS, {"type": "object", "additionalProperties": _KEYS}]},
    }
    properties["endpoints"] = {
        "type": "object",
        "description": "endpoints by their names",
        "propertyNames": {"not": {"enum": list(RESERVED)}},
        "additionalProperties": {
            **_table({key: {"type": "string", "description": text} for key, text in ENDPOINT_KEYS.items()}),
            "required": ["base_url"],
        },
    }
    price: JSON = {"type": "number", "minimum": 0, "maximum": MOST}
    properties["prices"] = {
        "type": "object",
        "description": "what a model costs, in US dollars per million tokens",
        "additionalProperties": {
            **_table(dict.fromkeys(("input", "output", "cached_input"), price)),
            "required": ["input", "output"],
        },
    }
    return {"$schema": _DIALECT, "title": "Settings of prompt-workbench", **_table(properties)}


def _table(properties: dict[str, JSON]) -> dict[str, JSON]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _setting(setting: Setting) -> dict[str, JSON]:
    types = {"text": "string", "number": "number", "integer": "integer", "switch": "boolean"}
    schema: dict[str, JSON] = {
        "type": types[setting.kind],
        "description": setting.help,
        "default": setting.default,
    }
    if setting.choices:
        schema["enum"] = list(setting.choices)
    if setting.kind in ("number", "integer"):
        span: dict[str, JSON] = {"minimum": setting.minimum, "maximum": setting.maximum}
        schema |= {"anyOf": [{"const": 0}, span]} if setting.zero else span
    return schema
