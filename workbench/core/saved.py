"""What of a prompt a preset keeps: everything but the values that were typed for its variables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.core.prompt import Prompt


def as_saved(prompt: Prompt) -> Prompt:
    """The prompt as a file would keep it; two prompts that are equal so have the same file."""
    variables = tuple(replace(variable, value=None) for variable in prompt.variables)
    return replace(prompt, variables=tuple(v for v in variables if v.description or v.default is not None))


def values_as_defaults(prompt: Prompt) -> Prompt:
    """The prompt with its typed values as defaults. `@file` stays a value: a default is literal and reads no file."""
    return replace(
        prompt,
        variables=tuple(
            variable
            if variable.value is None or variable.value.startswith("@")
            else replace(variable, default=variable.value, value=None)
            for variable in prompt.variables
        ),
    )
