"""`workbench presets check`: every fault of preset files, also those that only show when a request is built."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.diagnostics import ExitCode
from workbench.cli.options import prompt_of
from workbench.cli.output import Output
from workbench.cli.table import one_row
from workbench.core.connection import PRACTICE_MODELS, Connection
from workbench.core.counted import counted
from workbench.core.errors import InputError
from workbench.core.export import OPENAI_URL
from workbench.core.merge import placed_messages, variable_names
from workbench.core.preset import FILE_ENDINGS, Place
from workbench.core.prompt import Message, Prompt, Role, Variable
from workbench.core.visible import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workbench.core.preset import OpenedPreset
    from workbench.services import Services

# OpenAI's rules judge a model that is named; a host of no name has taught nothing, so every machine says the same.
_JUDGE = Connection("check", "endpoint", OPENAI_URL, host="", default_model=PRACTICE_MODELS[0])
_ANY_TEXT = "text"
"""What stands for the value of a variable and for the message that a preset leaves to its user."""


@dataclass(slots=True)
class _Count:
    files: int = 0
    bad: int = 0
    errors: int = 0
    warnings: int = 0

    def add(self, output: Output, errors: Sequence[str], warnings: Sequence[str]) -> None:
        """Print what was found in a file, and count it."""
        self.files += 1
        self.bad += bool(errors)
        self.errors += len(errors)
        self.warnings += len(warnings)
        for line in (*errors, *(f"{line} (warning)" for line in warnings)):
            output.text(f"{one_row(line)}\n")

    def line(self) -> str:
        files = counted(self.files, "preset")
        warnings = f", {counted(self.warnings, 'warning')}" if self.warnings else ""
        if self.errors:
            return f"{files} checked: {counted(self.errors, 'error')} in {counted(self.bad, 'file')}{warnings}"
        return f"{files} checked: nothing is wrong{warnings}"


def check(paths: Sequence[str], services: Services) -> int:
    """Check these files and folders, or all three places; what is found goes to standard output."""
    output, count = Output(), _Count()
    listed = {entry.path: entry.error for entry in services.presets.entries() if entry.error}
    unread: dict[str, str] = {}
    for path in _files(paths, services, unread):
        errors, warnings = _findings(path, services)
        # What only the list knows: a file whose name can't be used, or that another one has too.
        known = listed.pop(str(services.folder / path), "")
        if known and not errors:
            errors = (f"{escaped(str(services.folder / path.parent))}/{known}",)
        count.add(output, errors, warnings)
    for error in (unread if paths else listed | unread).values():
        count.add(output, (error,), ())
    output.text(f"{count.line()}\n")
    return ExitCode.BAD_INPUT if count.errors else ExitCode.OK


def _files(paths: Sequence[str], services: Services, unread: dict[str, str]) -> Iterator[Path]:
    """The files that were named, and those of the folders, in the order of their names. Folders that can't be read
    go into `unread`, each with its error."""
    if paths:
        folders = [Path(os.path.expanduser(path)) for path in paths]
    else:
        # Where the working folder is the program's own checkout, two of the places are one.
        places = [services.presets.folder(place) for place in Place]
        folders = list({os.path.realpath(folder): folder for folder in places if os.path.isdir(folder)}.values())
    for folder in folders:
        # Not `is_dir` of the path, which raises for a name that is too long and for what may not be looked at.
        if os.path.isdir(folder):
            yield from _in_folder(folder, services.folder, unread)
        else:
            yield folder


def _in_folder(top: Path, working: Path, unread: dict[str, str]) -> Iterator[Path]:
    def note(error: OSError) -> None:
        folder = str(working / error.filename)
        unread[folder] = f"the folder {escaped(folder)} can't be read: {error.strerror}: change its permissions"

    found = []
    for folder, folders, names in os.walk(top, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(folder, name) for name in names if name.endswith(FILE_ENDINGS) and not name.startswith(".")]
    yield from sorted(found)


def _findings(path: Path, services: Services) -> tuple[Sequence[str], Sequence[str]]:
    """(errors, warnings) of one file."""
    try:
        opened = services.presets.open_path(path)
    except InputError as error:
        return getattr(error, "lines", ()) or (error.line,), ()
    return _problems(opened, services), opened.warnings


def _problems(opened: OpenedPreset, services: Services) -> list[str]:
    """What would keep a run of this preset from being sent, its variables and its message given."""
    prompt = _filled(prompt_of(opened, services), services)
    request = services.build(prompt, _JUDGE)
    return [
        f"{opened.path}: {problem.field}: {problem.text}"
        for problem in request.problems
        if _is_own(problem.field, opened)
    ]


def _filled(prompt: Prompt, services: Services) -> Prompt:
    parts = services.parts(prompt)[0]
    if not any(each.message.role is Role.USER for each in placed_messages(prompt, parts)):
        prompt = replace(prompt, messages=(*prompt.messages, Message(Role.USER, _ANY_TEXT)))
    names = variable_names(prompt, parts)
    return replace(prompt, variables=tuple(Variable(name, value=_ANY_TEXT) for name in names))


def _is_own(field: str, opened: OpenedPreset) -> bool:
    """Whether the fault is this file's: one of a part that a prompt names is told with the part's own file."""
    if not isinstance(opened.value, Prompt):
        return True
    ours = "response_format" in opened.value.parameters or not field.startswith("response_format")
    return ours and not field.startswith("persona.")
