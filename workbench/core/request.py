"""What is sent: `build_request` turns a prompt into a request body. No other place makes or changes one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from workbench.core.findings import Findings, Note, Problem
from workbench.core.image_checks import images_tokens
from workbench.core.json_clean import NotJson, clean_json, clean_text
from workbench.core.merge import merged_parameters
from workbench.core.message_parts import text_of
from workbench.core.parameters import BY_NAME, PARAMETERS, check_value, nearest
from workbench.core.parts import NO_PARTS
from workbench.core.prompt import Message, Role
from workbench.core.request_checks import check_body
from workbench.core.request_messages import LOST, build_messages
from workbench.core.request_rules import (
    NO_LESSONS,
    TOKEN_LIMITS,
    Situation,
    check_against_rules,
    check_model,
    refusal,
    refused_alone,
    sent_as,
    sent_model,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from workbench.core.images import ImageData
    from workbench.core.json_value import JSON
    from workbench.core.models import Lessons, ModelRules
    from workbench.core.parts import Parts
    from workbench.core.prompt import Prompt
    from workbench.core.secret import Secret

__all__ = ["Note", "Problem", "Request", "build_request"]

_PLACES: dict[str, float] = {
    "model": -2.0,
    "messages": -1.0,
    **{parameter.name: float(place) for place, parameter in enumerate(PARAMETERS)},
}
_PLACES["stream_options"] = _PLACES["stream"] + 0.5
_ROLES = frozenset(role.value for role in Role)
_RESERVED = ("model", "messages", "stream_options")


@dataclass(frozen=True, slots=True)
class Request:
    """A request body with what the builder has to say about it. What is shown, exported and sent is `body`."""

    body: Mapping[str, JSON]
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()
    timeout: float | None = None
    """The prompt's own `timeout` parameter in seconds: the most that the whole run may take. None: the settings'."""
    image_tokens: int = 0
    """About how many tokens its images take, as far as the model's way of counting and their sizes are known."""

    @property
    def model(self) -> str:
        return str(self.body.get("model", ""))

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages as they are sent: merged, filled and within the limit, their text alone; those that have
        another form are not among them."""
        sent: list[Message] = []
        messages = self.body.get("messages")
        for message in messages if isinstance(messages, list) else ():
            match message:  # what `extra` puts in their place may be anything
                case {"role": str(role), "content": str() | list() | None as content} if role in _ROLES:
                    sent.append(Message(Role(role), text_of(content)))
        return tuple(sent)

    @property
    def streams(self) -> bool:
        return self.body.get("stream") is True


def build_request(
    prompt: Prompt,
    *,
    rules: ModelRules | None = None,
    lessons: Lessons = NO_LESSONS,
    parts: Parts = NO_PARTS,
    values: Mapping[str, str] | None = None,
    images: Mapping[str, ImageData] | None = None,
    default_model: str = "",
    models: Collection[str] = (),
    count_tokens: Callable[[str], int] = len,
    today: date | None = None,
    key: Secret | None = None,
    anyway: bool = False,
) -> Request:
    """The request that a prompt makes, with notes on what was changed and problems that the endpoint would refuse.

    The body can always be written as JSON: what can't is left out, with a problem whose `can_send` is False. Its keys
    are model, messages, then the parameters in the table's order, then what `extra` adds.

    rules          what is known of the model (`rules_for`); None sends what is set
    lessons        what this host refused before
    parts          the persona and the format that the prompt names; `merge` says in which order they are joined
    values         the variables' texts by name, files already read; a name that is absent uses the prompt's own value
    images         the images' files by their source, read; one that is absent is a problem
    default_model  the connection's, for a prompt that names none
    models         all that the connection has, where that is certain: another is replaced by the default, with a note
    count_tokens   the tokens of a text, for a prompt that sends only as many turns as fit
    today          the day to judge shutdown dates by; None judges none
    key            the connection's own, which no message should hold
    anyway         the person wants it sent as it is set: rules and lessons drop and rename nothing. Asking for usage in
                   a stream is the program's wish, not the person's, and stays left out where the host refused it.
    """
    findings = Findings()
    model = _model(prompt, default_model, models, findings)
    check_model(model, rules, today, findings)
    messages = build_messages(prompt, parts, values or {}, rules, model, count_tokens, key, findings, images or {})
    prompt = _with_part_parameters(prompt, parts, findings)
    situation = Situation(model, prompt.parameters, None if anyway else rules, NO_LESSONS if anyway else lessons)
    body: dict[str, JSON] = {"model": model, "messages": messages}
    _add_parameters(body, situation, findings)
    extra = _read_extra(prompt, findings)
    _add_stream(body, prompt, extra, lessons, findings)
    body = {name: body[name] for name in sorted(body, key=lambda name: _PLACES.get(name, len(_PLACES)))}
    _merge(body, extra, findings)
    check_body(body, findings)
    timeout = _timeout(prompt, findings)
    of_images = images_tokens(body, model, images or {})
    return Request(body, tuple(findings.notes), tuple(findings.problems), timeout, of_images)


def without_stream_usage(request: Request) -> Request:
    """The same request for a host that refuses the `stream_options` that the builder added."""
    body = {name: value for name, value in request.body.items() if name != "stream_options"}
    return replace(request, body=body, notes=tuple(note for note in request.notes if note.field != "stream_options"))


def _model(prompt: Prompt, default_model: str, models: Collection[str], findings: Findings) -> str:
    named, asked = sent_model(prompt, default_model), clean_text(prompt.model_or(default_model, models))
    if asked != named:
        findings.note("model", f"{asked} is asked: this connection has no {named}")
    return asked


def _with_part_parameters(prompt: Prompt, parts: Parts, findings: Findings) -> Prompt:
    """The prompt with the parameters that its persona and format give, each said."""
    values, given = merged_parameters(prompt, parts)
    for name, part, title in given:
        findings.note(name, f"{name} is set by the {part} {title}")
    own = parts.format is not None and parts.format.response_format is not None
    if own and "response_format" in prompt.parameters:
        findings.note("response_format", "the prompt's own response_format is sent, in place of the format's")
    return prompt.with_parameters(values)


def _add_parameters(body: dict[str, JSON], situation: Situation, findings: Findings) -> None:
    """What is set and may be sent, cleaned; what may not is dropped with a note."""
    for name in sorted(situation.values, key=lambda name: _PLACES.get(name, len(_PLACES))):
        parameter = BY_NAME.get(name)
        if parameter is None:
            findings.problem(name, _unknown(name), can_send=name not in _RESERVED)
            if name not in _RESERVED:
                _put(body, clean_text(name), name, situation.values[name], findings)
            continue
        if parameter.where != "body":
            continue
        if reason := refusal(name, situation):
            findings.note(name, f"{name} is not sent: {reason}")
        else:
            _add(body, name, situation, findings)


def _unknown(name: str) -> str:
    near = "" if name in _RESERVED else nearest(name)
    hint = f": did you mean {near}?" if near else ": what an endpoint adds of its own goes into extra"
    return f"{name} is not a parameter{hint}"


def _add(body: dict[str, JSON], name: str, situation: Situation, findings: Findings) -> None:
    key = sent_as(name, situation) if name in TOKEN_LIMITS else name
    if not _put(body, key, name, situation.values[name], findings):
        return
    value = body[key]
    if isinstance(value, float) and value.is_integer() and BY_NAME[name].kind == "integer":
        body[key] = int(value)
    check_against_rules(name, value, situation, findings)
    if key != name:
        findings.note(name, f"{name} is sent as {key}: {_why_renamed(name, situation)}")


def _why_renamed(name: str, situation: Situation) -> str:
    if name == "max_completion_tokens" and situation.lessons.wants_max_tokens:
        return "this host wants that name"
    return refused_alone(name, situation)


def _put(target: dict[str, JSON], key: str, path: str, value: JSON, findings: Findings) -> bool:
    """Whether a clean copy of `value` could be put there; where not, a problem says why."""
    try:
        target[key] = clean_json(value, path, lambda where: findings.note(where, LOST))
    except NotJson as fault:
        findings.problem(fault.path, str(fault), can_send=False)
        return False
    return True


def _read_extra(prompt: Prompt, findings: Findings) -> dict[str, JSON]:
    if "extra" not in prompt.parameters:
        return {}
    value = prompt.parameters["extra"]
    if wrong := check_value(BY_NAME["extra"], value):
        findings.problem("extra", f"extra {wrong}", can_send=False)
        return {}
    holder: dict[str, JSON] = {}
    _put(holder, "extra", "extra", value, findings)
    extra = holder.get("extra")
    return extra if isinstance(extra, dict) else {}


def _add_stream(
    body: dict[str, JSON], prompt: Prompt, extra: Mapping[str, JSON], lessons: Lessons, findings: Findings
) -> None:
    """`stream` is on unless it is set to false; a stream is asked to end with its token count."""
    wanted = prompt.parameters.get("stream", True)
    if wrong := check_value(BY_NAME["stream"], wanted):
        findings.problem("stream", f"stream {wrong}", can_send=False)
        return
    body["stream"] = wanted
    if extra.get("stream", wanted) is True and "stream_options" not in extra and not lessons.no_stream_usage:
        body["stream_options"] = {"include_usage": True}
        findings.note("stream_options", "stream_options.include_usage is added, so that the stream ends with its usage")


def _merge(body: dict[str, JSON], extra: Mapping[str, JSON], findings: Findings) -> None:
    for name, value in extra.items():
        if name in body:
            findings.note(f"extra.{name}", f"extra takes the place of {name}")
        body[name] = value


def _timeout(prompt: Prompt, findings: Findings) -> float | None:
    value = prompt.parameters.get("timeout")
    if "timeout" not in prompt.parameters:
        return None
    wrong = check_value(BY_NAME["timeout"], value)
    if wrong or isinstance(value, bool) or not isinstance(value, int | float):
        findings.problem("timeout", f"timeout {wrong}", can_send=False)
        return None
    return float(value)
