"""The arguments of a Python call of the API as a request body, and that as a prompt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.core.exchange.imported import KEY_LEFT_OUT, MOST_CHARACTERS, host_note, shown
from workbench.core.exchange.python_text import Text, TooLarge
from workbench.core.exchange.python_values import Missing
from workbench.core.exchange.request_body import read_body
from workbench.core.exchange.template import Hole, Template, render
from workbench.core.keys import SHORTEST_REAL_KEY
from workbench.core.prompt import Variable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.core.exchange.imported import Notes
    from workbench.core.exchange.python_run import Taken
    from workbench.core.exchange.python_values import Value
    from workbench.core.json_value import JSON
    from workbench.core.prompt import Prompt

_TEXT_KEYS = frozenset({"content", "text", "input", "instructions", "prompt"})
_KEYS = frozenset({"api_key", "azure_ad_token"})
_HOSTS = frozenset({"base_url", "api_base", "azure_endpoint"})
_OLD_MODEL = ("engine", "deployment_id")
_TIMEOUTS = ("timeout", "request_timeout")
_LEFT_OUT = frozenset(
    "extra_headers extra_query headers organization project api_type api_version request_id max_retries".split()
)


class Body:
    """Makes JSON of Python values, and says what is not written out."""

    def __init__(self, notes: Notes, place: Callable[[int], str]) -> None:
        self.notes = notes
        self.place = place
        """The name of a line, for a note: `line 3`, `cell 2 line 3`."""
        self._holes: dict[str, str | None] = {}
        self._left = MOST_CHARACTERS

    def client(self, arguments: Mapping[str, Value]) -> None:
        """What is said about a client and its settings: a key that is written out, the host."""
        for name, value in arguments.items():
            if name in _KEYS and isinstance(value, str) and len(value) >= SHORTEST_REAL_KEY:
                self.notes.say(KEY_LEFT_OUT)
            elif name in _HOSTS and isinstance(value, str):
                host_note(value, self.notes)

    def prompt(self, body: dict[str, JSON]) -> tuple[Prompt, str]:
        """The prompt of a body, with the variables that stood in its texts."""
        prompt, api = read_body(body, self.notes)
        variables = tuple(Variable(name, default=default) for name, default in self._holes.items())
        return replace(prompt, variables=(*prompt.variables, *variables)), api

    def json(self, value: Value, key: str = "", path: str = "") -> JSON:
        """The value as JSON: text with holes as a Template, what is missing left out and said. Raises TooLarge."""
        self._spend(len(value) if isinstance(value, str) else 1)
        if isinstance(value, Text):
            return self._text(value, key, path)
        if isinstance(value, Missing):
            return self._text(Text((Hole(value.name),)), key, path) if key in _TEXT_KEYS else None
        if isinstance(value, list):
            return [self.json(each, key, path) for each in value if not self._missing(each, key, path)]
        if isinstance(value, dict):
            return {
                name: self.json(each, name, f"{path}.{name}" if path else name)
                for name, each in value.items()
                if not self._missing(each, name, f"{path}.{name}" if path else name)
            }
        return value

    def _missing(self, value: Value, key: str, path: str) -> bool:
        """Whether a value is left out, which is said."""
        if not isinstance(value, Missing) or key in _TEXT_KEYS:
            return False
        name = f"{shown(path)}: " if path else ""
        self.notes.say(f"{self.place(value.line)}: {name}{shown(value.source)} is not written out and is left out")
        return True

    def _text(self, value: Text, key: str, path: str) -> JSON:
        if key not in _TEXT_KEYS:
            names = ", ".join(f"{{{{{piece.name}}}}}" for piece in value.pieces if isinstance(piece, Hole))
            self.notes.say(f"{shown(path)} has {names} in it: only messages have variables, here it is left as text")
            return "".join(piece if isinstance(piece, str) else f"{{{{{piece.name}}}}}" for piece in value.pieces)
        for piece in value.pieces:
            if isinstance(piece, Hole) and self._holes.get(piece.name) is None:
                self._holes[piece.name] = piece.default
        text = render(value.pieces, self.notes)
        self._spend(len(text))
        return text

    def _spend(self, amount: int) -> None:
        self._left -= amount
        if self._left < 0:
            raise TooLarge


def read_call(taken: Taken, body: Body) -> tuple[Prompt, str]:
    """The prompt of a call, and which API it was for. Raises InputError where it has no messages, and TooLarge."""
    arguments = dict(taken.arguments)
    for name in list(arguments):
        if name in _KEYS or name in _HOSTS:
            body.client({name: arguments.pop(name)})
        elif name in _LEFT_OUT:
            body.notes.say(f"{name} is left out: it belongs to the connection, not to the prompt")
            del arguments[name]
        elif name.startswith("argument "):
            body.notes.say(f"{body.place(taken.node.lineno)}: {name} has no name and is left out")
            del arguments[name]
    for old in _OLD_MODEL:
        if old in arguments:
            body.notes.say(f"{old} is the older name of model")
            arguments.setdefault("model", arguments.pop(old))
    messages = arguments.get("messages")
    if isinstance(messages, Missing):
        raise InputError(
            f"{body.place(messages.line)}: messages is {shown(messages.source)}, which is not written out in the text",
            "paste the lines that make it too",
        )
    extra = arguments.pop("extra_body", None)
    timeout = next((arguments.pop(name) for name in _TIMEOUTS if name in arguments), None)
    request = body.json(arguments)
    assert isinstance(request, dict)
    _merge_extra(request, extra, body)
    if taken.label.endswith(".stream"):
        request.setdefault("stream", True)
    prompt, api = body.prompt(_without_templates(request))
    if isinstance(timeout, int | float) and not isinstance(timeout, bool) and timeout > 0:
        prompt = prompt.with_parameters(prompt.parameters.set("timeout", timeout))
    elif timeout is not None:
        body.notes.say("timeout is not a number of seconds and is left out")
    return prompt, api


def _merge_extra(request: dict[str, JSON], extra: Value, body: Body) -> None:
    if extra is None:
        return
    more = body.json(extra, path="extra_body")
    if isinstance(more, dict):
        request.update(more)
    else:
        body.notes.say("extra_body is not written out and is left out")


def _without_templates(request: dict[str, JSON]) -> dict[str, JSON]:
    """The request with the model as a plain text."""
    model = request.get("model")
    return {**request, "model": str(model)} if isinstance(model, Template) else request
