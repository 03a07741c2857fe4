"""`workbench presets import` and `export`: prompts in from elsewhere and out again."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench import exchanging
from workbench.cli.diagnostics import ExitCode, complain, say, say_findings
from workbench.cli.options import StandardInput, how_to_fill, prompt_from
from workbench.cli.output import Output
from workbench.core.errors import ChangedOnDisk, InputError, Refused
from workbench.core.keys import without_keys
from workbench.core.preset import Kind, Place
from workbench.core.slug import check_slug, slug_of

if TYPE_CHECKING:
    import argparse

    from workbench.core.exchange import Imported
    from workbench.core.prompt import Prompt
    from workbench.services import Services


def import_prompt(options: argparse.Namespace, services: Services) -> int:
    """Read what was named, say what it was, and print or save it as a preset. InputError, StorageError."""
    if options.project and options.save is None:
        raise InputError("--project says where to save, and there is no --save", "add --save NAME")
    imported = _imported(options.file, services)
    say(f"workbench: read as {imported.what}")
    for note in imported.notes:
        say(f"workbench: {note}")
    if options.save is None:
        output = Output()
        output.text(exchanging.preset_yaml(imported.prompt))
        output.end_line()
        return ExitCode.OK
    place = Place.PROJECT if options.project else Place.USER
    try:
        saved = services.presets.save(place, Kind.PROMPT, *_named(imported.prompt, options.save), known=None)
    except ChangedOnDisk as error:
        raise InputError(error.message, "choose another name") from error
    Output().text(f"{saved.path}\n")
    return ExitCode.OK


def _named(prompt: Prompt, name: str) -> tuple[str, Prompt]:
    """(slug, prompt). A name that can be a file's is its slug; any other is kept inside, under a slug made of it."""
    if not check_slug(name) and " " not in name:
        return name, prompt
    return slug_of(name), replace(prompt, name=prompt.name or name)


def _imported(file: str, services: Services) -> Imported:
    if file != "-":
        return exchanging.imported_file(services, file)
    if sys.stdin.isatty():
        say("workbench: paste it here, then press enter and ctrl-d")
    return exchanging.imported_text(StandardInput().read("the import"))


def export_prompt(options: argparse.Namespace, services: Services) -> int:
    """Print the prompt in the shape that was asked for. InputError."""
    started = prompt_from(options, services, StandardInput())
    for warning in started.warnings:
        say(f"workbench: {warning}")
    output = Output(raw=options.raw)
    connection = services.connection(options.connection, started.prompt.model)
    request = services.build(started.prompt, connection, anyway=options.anyway)
    if any(not problem.can_send for problem in request.problems):
        complain(Refused("no request can be made of it", problems=request.problems))
        return ExitCode.BAD_INPUT
    say_findings(request)
    if hint := how_to_fill(started.prompt, services):
        say(f"workbench: {hint}")
    text = exchanging.exported(services, started.prompt, connection, options.shape, anyway=options.anyway)
    output.text(without_keys(text, connection.key) if options.mask_keys else text)
    output.end_line()
    return ExitCode.OK
