"""`workbench presets list`, `show`, `path` and `schema`: looking, nothing else."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import exchanging
from workbench.cli.diagnostics import ExitCode, say, say_findings
from workbench.cli.options import prompt_of
from workbench.cli.output import Output
from workbench.cli.preset_names import named_preset, path_of
from workbench.cli.table import table, terminal_columns
from workbench.core.errors import InputError
from workbench.core.preset import Kind, Place
from workbench.core.visible import escaped

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from workbench.core.json_value import JSON
    from workbench.core.preset import PresetEntry
    from workbench.services import Services


def _list(options: argparse.Namespace, services: Services) -> int:
    entries = services.presets.entries(Kind(options.kind) if options.kind else None)
    if options.json:
        Output().json([_entry_json(entry) for entry in entries])
        return ExitCode.OK
    columns = terminal_columns()
    rows = [(entry.kind, entry.slug, entry.place, _title(entry, short=columns is not None)) for entry in entries]
    Output().text(table(("kind", "name", "place", "title"), rows, columns))
    return ExitCode.OK


def _title(entry: PresetEntry, *, short: bool) -> str:
    """The name, or why the file can't be used; where `short`, without its path: place and name say where it is."""
    if not entry.error:
        return entry.name
    path = escaped(entry.path) if short else ""
    if path and entry.error.startswith(f"{path}:"):
        return f"! line {entry.error.removeprefix(f'{path}:')}"
    return f"! {entry.error.removeprefix(f'{path} ')}"


def _entry_json(entry: PresetEntry) -> JSON:
    return {name: str(value) for name, value in entry._asdict().items()}


def _show(options: argparse.Namespace, services: Services) -> int:
    opened = named_preset(options.name, services)
    for warning in opened.warnings:
        say(f"workbench: {warning}")
    if not options.json:
        output = Output()
        output.text(_text(opened.path))
        output.end_line()
        return ExitCode.OK
    prompt = prompt_of(opened, services)
    request = services.build(prompt, services.connection(None, prompt.model))
    say_findings(request)
    Output().json(dict(request.body))
    return ExitCode.OK


def _text(path: str) -> str:
    """A file that was just read as a preset, so it is small, and UTF-8 or UTF-16."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}", "look whether it was moved") from error
    return data.decode("utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")


def _path(options: argparse.Namespace, services: Services) -> int:
    if options.name is not None:
        Output().text(f"{path_of(options.name, services)}\n")
        return ExitCode.OK
    rows = [(place.value, str(services.presets.folder(place))) for place in Place]
    Output().text(table(("place", "folder"), rows, None if terminal_columns() is None else sys.maxsize))
    return ExitCode.OK


def _schema(options: argparse.Namespace, services: Services) -> int:
    if options.modeline:
        Output().text(f"{exchanging.preset_modeline()}\n")
    else:
        Output().json(exchanging.preset_schema())
    return ExitCode.OK


ACTIONS: Mapping[str, Callable[[argparse.Namespace, Services], int]] = {
    "list": _list,
    "show": _show,
    "path": _path,
    "schema": _schema,
}
