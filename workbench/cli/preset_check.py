"""`workbench presets check`: every fault of preset files, also those that only show when a request is built."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.diagnostics import ExitCode
from workbench.cli.options import prompt_of
from workbench.cli.output import Output
from workbench.cli.table import one_row
from workbench.core.connection import PRACTICE_MODELS, Connection
from workbench.core.errors import InputError
from workbench.core.export import OPENAI_URL
from workbench.core.merge import placed_messages, variable_names
from workbench.core.preset import Place
from workbench.core.prompt import Message, Prompt, Role, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workbench.core.preset import OpenedPreset
    from workbench.services import Services

_ENDINGS = (".yaml", ".yml")
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
        files = _many(self.files, "preset")
        warnings = f", {_many(self.warnings, 'warning')}" if self.warnings else ""
        if self.errors:
            return f"{files} checked: {_many(self.errors, 'error')} in {_many(self.bad, 'file')}{warnings}"
        return f"{files} checked: nothing is wrong{warnings}"


def check(paths: Sequence[str], services: Services) -> int:
    """Check these files and folders, or all three places; what is found goes to standard output."""
    output, count = Output(), _Count()
    listed = {entry.path: entry.error for entry in services.presets.entries() if entry.error}
    for path in _files(paths, services):
        errors, warnings = _findings(path, services)
        # What only the list knows: a file whose name can't be used, or that another one has too.
        known = listed.pop(str(services.folder / path), "")
        count.add(output, errors or (known,) if known else errors, warnings)
    if not paths:
        for error in listed.values():  # a folder that can't be read
            count.add(output, (error,), ())
    output.text(f"{count.line()}\n")
    return ExitCode.BAD_INPUT if count.errors else ExitCode.OK


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _files(paths: Sequence[str], services: Services) -> Iterator[Path]:
    """The files that were named, and those of the folders, in the order of their names."""
    if paths:
        folders = [Path(path).expanduser() for path in paths]
    else:
        # Where the working folder is the program's own checkout, two of the places are one.
        places = {folder.resolve(): folder for place in Place if (folder := services.presets.folder(place)).is_dir()}
        folders = list(places.values())
    for folder in folders:
        if folder.is_dir():
            yield from sorted(path for path in folder.rglob("*") if _is_preset(path.relative_to(folder), path))
        else:
            yield folder


def _is_preset(name: Path, path: Path) -> bool:
    hidden = any(part.startswith(".") for part in name.parts)
    return path.suffix in _ENDINGS and not hidden and not path.is_dir()


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
