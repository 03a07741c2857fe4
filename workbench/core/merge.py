"""A prompt with its persona and format: which messages and parameters there are in all, and where each is from.

The order, in which the prompt's own text is never changed:
1. the persona's messages, then the prompt's own;
2. the format's instruction is added, after a blank line, to the last system or developer message that is sent; where
   there is none it becomes a system message before all others;
3. parameters: what the prompt sets; else, for `response_format`, the format's; else the persona's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.prompt import INSTRUCTION_ROLES, Message, ParameterValues, Prompt, Role
from workbench.core.request_rules import TOKEN_LIMITS
from workbench.core.variables import names

if TYPE_CHECKING:
    from workbench.core.parts import Parts


class Placed(NamedTuple):
    """A message and where it is written: `messages[2]`, `persona.messages[0]`, or `format` for an instruction alone."""

    where: str
    message: Message


class Given(NamedTuple):
    """A parameter that the prompt does not set itself, and the part that gives it: `persona` or `format`."""

    name: str
    part: str
    title: str
    """The part's name, as a person knows it."""


def placed_messages(prompt: Prompt, parts: Parts) -> list[Placed]:
    """The persona's messages and the prompt's, in the order in which they are sent, those that are off too."""
    persona = parts.persona.messages if parts.persona is not None else ()
    return [
        *(Placed(f"persona.messages[{index}]", message) for index, message in enumerate(persona)),
        *(Placed(f"messages[{index}]", message) for index, message in enumerate(prompt.messages)),
    ]


def with_instruction(placed: list[Placed], parts: Parts) -> list[Placed]:
    """The messages with the format's instruction among them."""
    instruction = parts.format.instruction if parts.format is not None else ""
    if not instruction:
        return placed
    for index in reversed(range(len(placed))):
        where, message = placed[index]
        if message.on and message.role in INSTRUCTION_ROLES:
            content = f"{message.content}\n\n{instruction}" if message.content.strip() else instruction
            return [*placed[:index], Placed(where, replace(message, content=content)), *placed[index + 1 :]]
    return [Placed("format", Message(Role.SYSTEM, instruction)), *placed]


def merged_parameters(prompt: Prompt, parts: Parts) -> tuple[ParameterValues, tuple[Given, ...]]:
    """All parameters that are set, and which of them are a part's."""
    values = prompt.parameters
    given: list[Given] = []
    if parts.format is not None and parts.format.response_format is not None and "response_format" not in values:
        values = values.set("response_format", dict(parts.format.response_format))
        given.append(Given("response_format", "format", parts.format.name or parts.format.slug))
    if parts.persona is not None:
        for name, value in parts.persona.parameters.items():
            if name not in values and TOKEN_LIMITS.get(name) not in prompt.parameters:
                values = values.set(name, value)
                given.append(Given(name, "persona", parts.persona.name or parts.persona.slug))
    return values, tuple(given)


def variable_names(prompt: Prompt, parts: Parts) -> tuple[str, ...]:
    """The variables of all messages that are on, the parts' included, each once in the order of their first place."""
    placed = with_instruction(placed_messages(prompt, parts), parts)
    return tuple(dict.fromkeys(name for _, message in placed if message.on for name in names(message.content)))
