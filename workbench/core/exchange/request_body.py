"""A JSON request body as a prompt: Chat Completions, Responses, the old Completions, or a line of a batch file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.core.exchange.imported import KEY_LEFT_OUT, shown
from workbench.core.exchange.messages import read_messages
from workbench.core.exchange.responses_body import read_responses
from workbench.core.exchange.template import Literal, Template
from workbench.core.json_text import describe
from workbench.core.parameters import BY_NAME
from workbench.core.prompt import Message, ParameterValues, Prompt, Role
from workbench.core.secret_names import is_secret, may_be_parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.exchange.imported import Notes
    from workbench.core.exchange.template import ReadText
    from workbench.core.json_value import JSON

CHAT, RESPONSES, COMPLETIONS = "Chat Completions", "Responses", "Completions"
_ASKS_USAGE: JSON = {"include_usage": True}


def is_request(value: Mapping[str, JSON]) -> bool:
    """Whether an object looks like the body of a request for an answer, whatever the API."""
    return isinstance(value.get("messages"), list) or "input" in value or "instructions" in value or "prompt" in value


def read_body(body: Mapping[str, JSON], notes: Notes, text: ReadText | None = None) -> tuple[Prompt, str]:
    """The prompt that a request body asks, and which API it was for. Raises InputError where no text is in it."""
    text = text or Literal(notes)
    if isinstance(body.get("messages"), list):
        return _chat(body, notes, text), CHAT
    if "input" in body or "instructions" in body or isinstance(body.get("prompt"), dict):
        return read_responses(body, notes, text), RESPONSES
    if isinstance(body.get("prompt"), str | list):
        return _completion(body, notes, text), COMPLETIONS
    if "messages" in body:
        raise InputError(f"messages must be a list of messages, not {describe(body['messages'])}")
    raise InputError(
        f"the request has no messages, its keys are {', '.join(map(shown, list(body)[:8])) or 'none'}",
        'a Chat Completions body has "messages": [{"role": ..., "content": ...}]',
    )


def read_batch_line(line: Mapping[str, JSON], notes: Notes) -> tuple[Prompt, str]:
    """The request of one line of a batch file. Raises InputError where its body is none."""
    body = line.get("body")
    if not isinstance(body, dict):
        raise InputError(f"the batch line has {describe(body)} where its body should be")
    return read_body(body, notes)


def _chat(body: Mapping[str, JSON], notes: Notes, text: ReadText) -> Prompt:
    values = body["messages"]
    assert isinstance(values, list)
    rest = {name: value for name, value in body.items() if name not in ("model", "messages")}
    messages = read_messages(values, notes, text)
    if not messages:
        notes.say("it has no message that can be sent from here: write one")
    return Prompt(
        model=read_model(body.get("model"), notes),
        messages=messages,
        parameters=read_parameters(rest, notes),
    )


def _completion(body: Mapping[str, JSON], notes: Notes, text: ReadText) -> Prompt:
    value = body["prompt"]
    texts = [value] if isinstance(value, str) else value
    first = texts[0] if isinstance(texts, list) and texts else None
    if not isinstance(first, str):
        raise InputError("the prompt of this Completions request is not text", "give it as a text")
    if isinstance(texts, list) and len(texts) > 1:
        notes.say(f"it has {len(texts)} prompts: the first is taken")
    notes.say("its prompt was for the old Completions endpoint: it is now one user message")
    rest = {name: value for name, value in body.items() if name not in ("model", "prompt")}
    parameters = read_parameters(rest, notes)
    return Prompt(
        model=read_model(body.get("model"), notes),
        messages=(Message(Role.USER, text(first)),),
        parameters=parameters,
    )


def read_model(value: JSON, notes: Notes) -> str:
    """The model's name; where there is none, the connection's default is asked, which is said."""
    if isinstance(value, str) and value.strip() and not isinstance(value, Template):
        return value
    if value is not None:
        notes.say(f"the model is {describe(value)}, which is no name: the connection's default model is asked")
    else:
        notes.say("no model is named: the connection's default model is asked")
    return ""


def read_parameters(values: Mapping[str, JSON], notes: Notes) -> ParameterValues:
    """The keys of a body that are not its messages. What the table does not know goes into `extra`.

    Secrets and headers, which some clients put there, are left out. `stream_options` that only ask for the usage are
    what the builder adds of itself.
    """
    known: dict[str, JSON] = {}
    extra: dict[str, JSON] = {}
    for name, value in values.items():
        parameter = BY_NAME.get(name)
        if name == "stream_options" and value == _ASKS_USAGE and values.get("stream") is True:
            continue
        if not may_be_parameter(name):
            text = f"{shown(name)} is left out: it belongs to the connection, not to the prompt"
            notes.say(KEY_LEFT_OUT if is_secret(name) else text)
        elif parameter is None or (parameter.where != "body" and name != "stream"):
            extra[name] = value
        elif value is None:
            notes.say(f"{name} was null and is left out: null means not sent")
        else:
            known[name] = value
    if extra:
        many = "they go" if len(extra) > 1 else "it goes"
        names = ", ".join(shown(name) for name in list(extra)[:8])
        notes.say(
            f"{names}: not in the table of parameters, {many} into extra and {'are' if len(extra) > 1 else 'is'} sent"
        )
        known["extra"] = extra
    return ParameterValues(known)
