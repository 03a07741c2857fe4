"""What a person edits: a prompt with its messages, parameters and variables.

Everything here is a frozen value: an edit returns a copy, so an old state is kept by keeping a reference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from workbench.core.json_value import JSON


class Role(StrEnum):
    """Who speaks. OpenAI reads `developer` in place of `system` from o1 on; the builder does not rename it."""

    SYSTEM = "system"
    DEVELOPER = "developer"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    """What a function returned, in answer to one call of the assistant's message before."""


INSTRUCTION_ROLES = (Role.SYSTEM, Role.DEVELOPER)
"""Whose messages tell the model how to answer and belong to no turn."""


class Image(NamedTuple):
    """An image of a user message, by reference: the file is read when the prompt is run, an address is never fetched
    by this program."""

    source: str
    """A path (relative to the working folder), or an https, http or data address."""
    detail: str = ""
    """auto, low, high or original, or another that the endpoint knows; "" sends none."""
    digest: str = ""
    """SHA-256 in hex of the file as it was attached; "" for an address, and where it was not read yet."""

    @property
    def is_file(self) -> bool:
        return not self.source.lower().startswith(("https://", "http://", "data:"))


class ToolCall(NamedTuple):
    """A function that the assistant asks to have called; nothing is called by this program."""

    id: str
    name: str
    arguments: str = ""
    """JSON as the model wrote it, which may be broken."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `on=False` keeps it in the prompt and does not send it."""

    role: Role
    content: str = ""
    on: bool = True
    images: tuple[Image, ...] = ()
    """Of a user message."""
    calls: tuple[ToolCall, ...] = ()
    """Of an assistant message."""
    call_id: str = ""
    """Of a tool message: the call that it answers."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A `{{name}}` of the messages.

    `default` is literal text, always. `value` is what the person typed or gave with --var: `@path` in it reads a
    file when the prompt is run; None means nothing was given.
    """

    name: str
    description: str = ""
    default: str | None = None
    value: str | None = None


class CannedReply(NamedTuple):
    """What a function is said to return, whatever it is called with: for trying a prompt without the function."""

    name: str
    """The function's, as `tools` defines it."""
    text: str


class ParameterValues(Mapping[str, JSON]):
    """The parameters that are set, by name; a name that is absent is not sent. Immutable: `set` and `unset` copy.

    0, false, "" and [] are values. Values are JSON and are never changed in place.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, JSON] | None = None) -> None:
        self._values: dict[str, JSON] = dict(values or {})

    def __getitem__(self, name: str) -> JSON:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"ParameterValues({self._values!r})"

    def set(self, name: str, value: JSON) -> ParameterValues:
        """A copy in which `name` is sent as `value`; a name that was set keeps its place."""
        return ParameterValues({**self._values, name: value})

    def unset(self, name: str) -> ParameterValues:
        """A copy in which `name` is not sent; one that was not set is no error."""
        return ParameterValues({k: v for k, v in self._values.items() if k != name})


class SendLimit(NamedTuple):
    """How much of a conversation is sent: all of it where both are None; at most one is set.

    A turn begins with a user message; system and developer messages are always sent, and so is the last turn.
    """

    last_turns: int | None = None
    """Only so many of the last turns, 1 or more."""
    tokens: int | None = None
    """As many of the last turns as fit into so many tokens, 1 or more."""

    def __bool__(self) -> bool:
        return self.last_turns is not None or self.tokens is not None


SEND_ALL = SendLimit()


class Check(NamedTuple):
    """What every answer of a comparison is tested for, such as `contains` with the text it must contain."""

    type: str
    value: JSON = None


class Comparison(NamedTuple):
    """The experiment that is saved with a prompt.

    `vary` has, by what is varied, a list of values or a range as text (`0..2 step 0.25`); `cases` are rows of
    variable values.
    """

    vary: Mapping[str, JSON]
    repeats: int = 1
    cases: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """A whole prompt. An empty `model` means the connection's default one.

    `persona` and `format` are slugs of the parts that the request builder merges in; "" is none.
    """

    name: str = ""
    description: str = ""
    model: str = ""
    persona: str = ""
    format: str = ""
    messages: tuple[Message, ...] = ()
    parameters: ParameterValues = field(default_factory=ParameterValues)
    variables: tuple[Variable, ...] = ()
    send: SendLimit = SEND_ALL
    checks: tuple[Check, ...] = ()
    compare: Comparison | None = None
    replies: tuple[CannedReply, ...] = ()
    """By function, one at most each. Never sent: they are offered as answers to calls."""

    def reply_to(self, name: str) -> str | None:
        """The canned reply of a function; None where it has none."""
        return next((reply.text for reply in self.replies if reply.name == name), None)

    def with_reply(self, name: str, text: str | None) -> Prompt:
        """A copy in which the function's canned reply is this one; None takes it away."""
        rest = tuple(reply for reply in self.replies if reply.name != name)
        return replace(self, replies=rest if text is None else (*rest, CannedReply(name, text)))

    def model_or(self, default: str, known: Collection[str] = ()) -> str:
        """The model that is asked: its own; `default` where it names none, or none of the `known` where they are."""
        named = self.model if self.model.strip() else default
        return default if default and known and named not in known else named

    def insert(self, index: int, message: Message) -> Prompt:
        """A copy with `message` before the one at `index` (`len(messages)`: at the end)."""
        return replace(self, messages=(*self.messages[:index], message, *self.messages[index:]))

    def without(self, index: int) -> Prompt:
        """A copy without the message at `index`."""
        return replace(self, messages=self.messages[:index] + self.messages[index + 1 :])

    def moved(self, index: int, to: int) -> Prompt:
        """A copy with the message at `index` taken out and put back so that it stands at `to`."""
        rest = self.without(index)
        return rest.insert(to, self.messages[index])

    def with_parameters(self, parameters: ParameterValues) -> Prompt:
        """A copy with these parameters."""
        return replace(self, parameters=parameters)
