"""Prompts from elsewhere, and what goes elsewhere: presets' own text, other shapes, files of the exports folder."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from workbench.adapters.files import private_folder, write_atomic

# An export needs no YAML and an import no exports: each is imported where it is used.
if TYPE_CHECKING:
    from pathlib import Path

    from workbench.core.connection import Connection
    from workbench.core.exchange import Imported
    from workbench.core.json_value import JSON
    from workbench.core.preset import Preset
    from workbench.core.prompt import Prompt
    from workbench.services import Services


def imported(services: Services, pasted: str) -> Imported:
    """The prompt that a text from elsewhere makes, or the file that a single line of it names. InputError."""
    from workbench.adapters.import_files import import_pasted

    return import_pasted(pasted, services.folder)


def imported_text(text: str) -> Imported:
    """The prompt that a text from elsewhere makes. InputError."""
    from workbench.adapters.import_files import import_text

    return import_text(text)


def imported_file(services: Services, path: str) -> Imported:
    """The prompt that a file from elsewhere makes. InputError."""
    from workbench.adapters.import_files import import_file

    return import_file(path, services.folder)


def preset_yaml(value: Preset) -> str:
    """The file that saving this would write."""
    from workbench.adapters.presets.write import preset_yaml

    return preset_yaml(value)


def preset_schema() -> dict[str, JSON]:
    """The JSON Schema of preset files."""
    from workbench.adapters.presets.schema import json_schema

    return json_schema()


def preset_modeline() -> str:
    """The first line of a preset file that tells an editor where its schema is."""
    from workbench.adapters.presets.schema import MODELINE

    return MODELINE


def exported(services: Services, prompt: Prompt, connection: Connection, shape: str, *, anyway: bool = False) -> str:
    """The prompt as it would be sent now, as one of `exports.SHAPES`; without the connection's key, unless the
    person wrote it into a message."""
    from workbench.core.exchange.exports import exported

    request = services.build(prompt, connection, anyway=anyway)
    return exported(shape, prompt, services.parts(prompt)[0], request, connection)


def export_prompt(services: Services, prompt: Prompt, shape: str, text: str) -> Path:
    """Write what `exported` gave into a new file of the exports folder; where it is. StorageError."""
    from workbench.core.exchange.exports import SHAPES

    return export_new(services, prompt.name or "prompt", SHAPES[shape].ending, text)


def export_new(services: Services, title: str, ending: str, text: str) -> Path:
    """Write a new file of the exports folder, named by `title`; where it is. StorageError."""
    from workbench.core.slug import slug_of

    stem = slug_of(title)
    names = (f"{stem}{f'-{number}' if number else ''}.{ending}" for number in count())
    name = next(name for name in names if not (services.paths.exports / name).exists())
    return export(services, name, text)


def export(services: Services, name: str, text: str) -> Path:
    """Write a file that the person asked for into the exports folder; where it is. StorageError."""
    path = services.paths.exports / name
    private_folder(path.parent)
    write_atomic(path, text.encode())
    return path
