"""The three kinds of preset file as pydantic models: which keys there are and of which type.

What a type can't say (the table of parameters, names of variables, values of checks) is in `rules.py`. The
descriptions go into the JSON Schema, where editors show them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, Strict

from workbench.core.preset import Kind

VERSION = 1
"""The newest form of the files that this program reads."""

Text: TypeAlias = Annotated[str, Strict()]
Whole: TypeAlias = Annotated[int, Strict(), Field(ge=1)]
Flag: TypeAlias = Annotated[bool, Strict()]
RoleName = Literal["system", "developer", "user", "assistant", "tool"]
CheckType = Literal[
    "contains", "not_contains", "regex", "equals", "json", "schema", "max_tokens", "max_seconds", "max_cost"
]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ImageFile(_Table):
    """An image of a user message."""

    source: Text = Field(description="A file's path, relative to the working folder, or an https address")
    detail: Text = Field(default="", description="auto, low, high or original; absent: not sent")
    digest: Text = Field(default="", description="SHA-256 of the file that was attached; another file is not sent")


class CallFile(_Table):
    """A function that the assistant asked to have called."""

    id: Text = Field(description="What the tool message that answers it names in call_id")
    name: Text = Field(description="The function's name")
    arguments: Text = Field(default="", description="JSON, as the model wrote it")


class MessageFile(_Table):
    """One message."""

    role: RoleName = Field(description="Who speaks")
    content: Text = Field(default="", description="The text; {{name}} is filled with a variable")
    enabled: Flag = Field(default=True, description="false keeps the message in the file and does not send it")
    images: list[ImageFile] = Field(default_factory=list, description="Images of a user message")
    calls: list[CallFile] = Field(default_factory=list, description="Calls that an assistant message asks for")
    call_id: Text = Field(default="", description="The call that a tool message answers")


class VariableFile(_Table):
    """A variable of the messages: what it is for, and what it is where nothing is given."""

    description: Text = Field(default="", description="What it is for")
    default: Text = Field(
        default="", description="Literal text, used where no value is given; absent: a value must be given"
    )


class SendFile(_Table):
    """How much of a conversation is sent; absent: all of it."""

    last_turns: Whole = Field(default=1, description="Only so many of the last turns")
    tokens: Whole = Field(default=1, description="As many of the last turns as fit into so many tokens")


class CheckFile(_Table):
    """What every answer of a comparison is tested for."""

    type: CheckType = Field(description="What is tested")
    value: Any = Field(default=None, description="What it is tested against; json has none")


class CompareFile(_Table):
    """The experiment that is saved with the prompt."""

    vary: dict[str, Any] = Field(
        default_factory=dict,
        description="What is varied: a parameter, model, connection, persona, format, messages[0] (that message's "
        "text) or off (messages left out, by number), with a list of values or a range such as 0..2 step 0.25",
    )
    repeats: Whole = Field(default=1, description="How often each is run")
    cases: list[dict[str, Text]] = Field(default_factory=list, description="Rows of variable values, as texts")


class _File(_Table):
    version: Whole = Field(default=VERSION, description="The form of the file; this is the first")
    name: Text = Field(default="", description="What a person calls it")
    description: Text = Field(default="", description="What it is for, in a few words")


class PromptFile(_File):
    """A prompt: messages with their variables and parameters."""

    kind: Literal["prompt"] = Field(description="prompt, persona or format")
    model: Text = Field(default="", description="The model to ask; absent: the connection's own")
    persona: Text = Field(
        default="", description="The persona that goes before the messages: its file's name without .yaml"
    )
    format: Text = Field(default="", description="The format of the answer: its file's name without .yaml")
    messages: list[MessageFile] = Field(default_factory=list, description="What is sent, in order")
    variables: dict[str, VariableFile] = Field(
        default_factory=dict, description="What is known of each {{name}}; one that has no default needs no entry"
    )
    parameters: dict[str, Any] = Field(default_factory=dict, description="One that is absent is not sent")
    replies: dict[str, Text] = Field(
        default_factory=dict,
        description="Canned answers to calls, by the function's name in tools; never sent by itself",
    )
    send: SendFile = Field(default_factory=SendFile, description="How much of a conversation is sent")
    checks: list[CheckFile] = Field(default_factory=list, description="Tests of every answer of a comparison")
    compare: CompareFile = Field(
        default_factory=CompareFile, description="The experiment that is saved with the prompt"
    )


class PersonaFile(_File):
    """A persona: messages that go before a prompt's own, and parameters that are used where it sets none."""

    kind: Literal["persona"] = Field(description="prompt, persona or format")
    messages: list[MessageFile] = Field(default_factory=list, description="Go before the prompt's own")
    parameters: dict[str, Any] = Field(default_factory=dict, description="Used where the prompt sets none")


class FormatFile(_File):
    """A format: what the answer is to look like."""

    kind: Literal["format"] = Field(description="prompt, persona or format")
    instruction: Text = Field(default="", description="Joins the last system message, or becomes one")
    response_format: dict[str, Any] = Field(
        default_factory=dict, description="The request's response_format: text, json_object or json_schema"
    )


MODELS: dict[Kind, type[PromptFile] | type[PersonaFile] | type[FormatFile]] = {
    Kind.PROMPT: PromptFile,
    Kind.PERSONA: PersonaFile,
    Kind.FORMAT: FormatFile,
}
PARTS: dict[str, type[_Table]] = {
    "messages": MessageFile,
    "images": ImageFile,
    "calls": CallFile,
    "variables": VariableFile,
    "send": SendFile,
    "checks": CheckFile,
    "compare": CompareFile,
}
"""The models below the top, by the key that they stand under."""
