"""What a preset holds, as plain text to look at before it is opened."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workbench.core.parts import Format, Persona
from workbench.core.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from workbench.core.json_value import JSON
    from workbench.core.preset import OpenedPreset, Preset
    from workbench.core.prompt import Message, Variable

MOST_SHOWN = 20_000
"""Characters. What is longer is cut: this is for knowing a preset again, not for reading a book."""


def opened_text(opened: OpenedPreset) -> str:
    """What the file holds, after what there is to warn about; without name, description and path."""
    warnings = "\n".join(f"! {line}" for line in opened.warnings)
    return "\n\n".join(part for part in (warnings, preset_text(opened.value)) if part)


def preset_text(value: Preset) -> str:
    """What a prompt, a persona or a format holds; at most MOST_SHOWN characters of it."""
    text = "\n\n".join(part for part in _parts(value) if part)
    if len(text) <= MOST_SHOWN:
        return text
    return f"{text[:MOST_SHOWN]}…\n\n{len(text) - MOST_SHOWN:,} more characters"


def _parts(value: Preset) -> Iterator[str]:
    if isinstance(value, Prompt):
        named = {"model": value.model, "persona": value.persona, "format": value.format}
        yield "\n".join(f"{what}: {name}" for what, name in named.items() if name)
        yield _parameters(value.parameters)
        yield "\n".join(_variable(variable) for variable in value.variables)
        yield _comparison(value)
        yield from _messages(value.messages)
    elif isinstance(value, Persona):
        yield _parameters(value.parameters)
        yield from _messages(value.messages)
    else:
        yield from _format(value)


def _format(value: Format) -> Iterator[str]:
    if value.instruction:
        yield f"── instruction\n{value.instruction}"
    if value.response_format is not None:
        yield f"── response_format\n{json.dumps(value.response_format, ensure_ascii=False, indent=2)}"
    if not value.instruction and value.response_format is None:
        yield "Asks for nothing: the answer comes as the model gives it."


def _messages(messages: Iterable[Message]) -> Iterator[str]:
    for message in messages:
        yield f"── {message.role.value}{'' if message.on else ' (off)'}\n{message.content}"


def _parameters(values: Mapping[str, JSON]) -> str:
    return "\n".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())


def _variable(variable: Variable) -> str:
    default = "" if variable.default is None else f" = {variable.default}"
    return f"{{{{{variable.name}}}}}{default}{f'  ({variable.description})' if variable.description else ''}"


def _comparison(prompt: Prompt) -> str:
    if prompt.compare is None:
        return ""
    varied = ", ".join(prompt.compare.vary)
    return f"compares {varied or 'repeats'}, {prompt.compare.repeats} times each"
