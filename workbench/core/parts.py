"""The parts that a prompt can name: a persona that goes before its messages, a format for the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbench.core.prompt import Message, ParameterValues

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_value import JSON


class Persona(NamedTuple):
    """Who answers. `messages` go before the prompt's own; `parameters` are used where the prompt sets none."""

    slug: str
    name: str = ""
    description: str = ""
    messages: tuple[Message, ...] = ()
    parameters: ParameterValues = ParameterValues()


class Format(NamedTuple):
    """How the answer is to look. `instruction` joins the last system message, or becomes one; "" is none.

    `response_format` is the request's parameter of that name; None sends none.
    """

    slug: str
    name: str = ""
    description: str = ""
    instruction: str = ""
    response_format: Mapping[str, JSON] | None = None


class Parts(NamedTuple):
    """The persona and the format that a prompt names, as they were found; None where none is named or found."""

    persona: Persona | None = None
    format: Format | None = None


NO_PARTS = Parts()
