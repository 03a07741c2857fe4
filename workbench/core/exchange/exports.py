"""The shapes in which a prompt leaves the workbench, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from workbench.core.connection import Connection
    from workbench.core.parts import Parts
    from workbench.core.prompt import Prompt
    from workbench.core.request import Request


class Shape(NamedTuple):
    """What a shape is called, and how its file ends."""

    title: str
    ending: str


SHAPES: dict[str, Shape] = {
    "json": Shape("JSON", "json"),
    "curl": Shape("curl", "sh"),
    "python": Shape("Python", "py"),
    "markdown": Shape("Markdown", "md"),
    "promptfoo": Shape("a promptfoo configuration", "yaml"),
}


def exported(shape: str, prompt: Prompt, parts: Parts, request: Request, connection: Connection) -> str:
    """The prompt as one of SHAPES, never with a key. `request` was built of `prompt` and `parts`. KeyError."""
    from workbench.core.exchange.markdown import to_markdown
    from workbench.core.exchange.promptfoo_config import to_promptfoo
    from workbench.core.export import to_curl, to_json_text, to_python

    return {
        "json": lambda: to_json_text(request),
        "curl": lambda: to_curl(request, connection),
        "python": lambda: to_python(request, connection),
        "markdown": lambda: to_markdown(prompt, request),
        "promptfoo": lambda: to_promptfoo(prompt, request, connection, parts),
    }[shape]()
