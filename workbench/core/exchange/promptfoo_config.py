"""A prompt as a `promptfooconfig.yaml`: https://www.promptfoo.dev/docs/configuration/reference/.

promptfoo takes a prompt as chat JSON in a text, fills its `{{name}}` from each test's `vars`, and sends what stands in
the provider's `config`; what `config` has no name for, or would drop for a model that promptfoo takes for a reasoning
one, goes through `passthrough`, which it merges into the body as it is (promptfoo's src/providers/openai/chat.ts).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from workbench.core.exchange.nunjucks import literal_nunjucks, to_nunjucks
from workbench.core.export import OPENAI_URL, PRACTICE_NOTE, export_url, has_key, key_variable
from workbench.core.merge import placed_messages, with_instruction
from workbench.core.one_line import one_line
from workbench.core.parts import NO_PARTS
from workbench.core.turns import turns_of
from workbench.core.variables import names
from workbench.core.yaml_text import yaml_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.core.connection import Connection
    from workbench.core.json_value import JSON
    from workbench.core.merge import Placed
    from workbench.core.parts import Parts
    from workbench.core.prompt import Check, Message, Prompt
    from workbench.core.request import Request

_SCHEMA = "# yaml-language-server: $schema=https://promptfoo.dev/config-schema.json"
_ALWAYS = frozenset(
    "top_p frequency_penalty presence_penalty seed stop response_format tools tool_choice metadata store user".split()
)
"""What promptfoo sends for any model where it stands in `config`."""
_PLAIN_MODELS = frozenset({"temperature", "max_tokens"})
_REASONING_MODELS = frozenset({"max_completion_tokens", "reasoning_effort", "verbosity"})
_REASONING = re.compile(r"(?:.*/)?(?:ft:)?(?:o1|o3|o4|gpt-5|gpt-6)")
_NOT_SENT = frozenset({"model", "messages", "stream", "stream_options"})
"""promptfoo names the first two itself, and reads no stream."""
_MOST_SECONDS = 1e12
"""A longer time is no limit, and a float may not hold its milliseconds."""
_TEXT_FILE = re.compile(r"@(?!/|~|[A-Za-z]:)(?!.*\.\.)([^\\]+\.(?:txt|md))")


def to_promptfoo(prompt: Prompt, request: Request, connection: Connection, parts: Parts = NO_PARTS) -> str:
    """The configuration as YAML text. What has no counterpart there stands in comments at its beginning.

    parts  what the prompt names, as the request was built with: with them its variables stay variables; without them
           a prompt that names a part is written as it is sent, variables filled
    """
    said: list[str] = []
    if connection.is_practice:
        said.append(f"{PRACTICE_NOTE} {one_line(request.model)}")
    tests = _tests(prompt, said)
    config: dict[str, JSON] = {}
    if title := one_line(prompt.name or prompt.description):
        config["description"] = title
    config["prompts"] = [_prompt(prompt, request, parts)]
    config["providers"] = [_provider(request, connection)]
    if asserts := _asserts(prompt.checks, said):
        config["defaultTest"] = {"assert": asserts}
    config["tests"] = tests
    if prompt.compare is not None and prompt.compare.repeats > 1:
        config["evaluateOptions"] = {"repeat": prompt.compare.repeats}
    if prompt.compare is not None and prompt.compare.vary:
        said.append(f"the comparison over {one_line(', '.join(prompt.compare.vary))} is not carried over")
    return "\n".join((_SCHEMA, *(f"# {line}" for line in said), yaml_text(config)))


def _prompt(prompt: Prompt, request: Request, parts: Parts) -> str:
    """The messages as chat JSON: with their variables where it is certain what each was made of, else as sent."""
    messages = request.body.get("messages")
    sent = messages if isinstance(messages, list) else []
    templates = _templates(prompt, parts, sent)
    if templates is None:
        return json.dumps(_as_sent(messages), ensure_ascii=False, indent=2)
    written = [_with_template(message, each) for message, each in zip(sent, templates, strict=True)]
    return json.dumps(written, ensure_ascii=False, indent=2)


def _with_template(sent: JSON, template: Message) -> JSON:
    """A message as it was sent, with its variables in place of what they were filled with."""
    assert isinstance(sent, dict)
    rest = {name: value for name, value in sent.items() if name != "content"}
    content, text = sent.get("content"), to_nunjucks(template.content)
    written: JSON = text
    if isinstance(content, list):  # images, with the text before them where there is one
        texts: list[JSON] = [{"type": "text", "text": text}] if template.content else []
        images = [part for part in content if not isinstance(part, dict) or part.get("type") != "text"]
        written = [*texts, *(_as_sent(part) for part in images)]
    elif content is None:
        written = None
    return {"role": rest.pop("role", ""), "content": written, **{name: _as_sent(rest[name]) for name in rest}}


def _templates(prompt: Prompt, parts: Parts, sent: Sequence[JSON]) -> list[Message] | None:
    """The messages that were sent, unfilled; None where they can't be told, such as without a part that was merged."""
    placed = [each for each in with_instruction(_within_limit(prompt, parts, len(sent)), parts) if each.message.on]
    roles = [value.get("role") if isinstance(value, dict) else None for value in sent]
    if [each.message.role.value for each in placed] != roles:
        return None
    return [each.message for each in placed]


def _within_limit(prompt: Prompt, parts: Parts, sent: int) -> list[Placed]:
    """Without the earliest turns that the prompt's limit kept back: as many messages are left as were sent.

    How many tokens fit depends on the values; what was sent says it for certain.
    """
    placed = placed_messages(prompt, parts)
    first = len(placed) - len(prompt.messages)
    extra = sum(each.message.on for each in with_instruction(placed, parts)) - sent
    out: set[int] = set()
    for turn in turns_of(prompt.messages):
        if len(out) >= extra:
            break
        out.update(turn)
    return [each for index, each in enumerate(placed) if index - first not in out]


def _as_sent(value: JSON) -> JSON:
    """Messages with every brace in them literal."""
    if isinstance(value, str):
        return literal_nunjucks(value)
    if isinstance(value, list):
        return [_as_sent(item) for item in value]
    return {name: _as_sent(item) for name, item in value.items()} if isinstance(value, dict) else value


def _provider(request: Request, connection: Connection) -> JSON:
    # Without omitDefaults promptfoo sends temperature 0 and max_tokens 1024.
    config: dict[str, JSON] = {"omitDefaults": True}
    if export_url(connection) != OPENAI_URL:
        config["apiBaseUrl"] = export_url(connection)
    if not has_key(connection):
        config["apiKeyRequired"] = False
    elif key_variable(connection) != "OPENAI_API_KEY":
        config["apiKeyEnvar"] = key_variable(connection)
    if connection.organization:
        config["organization"] = connection.organization
    if connection.project:
        config["headers"] = {"OpenAI-Project": connection.project}
    named = _ALWAYS | (_REASONING_MODELS if _REASONING.match(request.model) else _PLAIN_MODELS)
    passthrough: dict[str, JSON] = {}
    for name, value in request.body.items():
        if name not in _NOT_SENT:
            # An empty or zero value in config is taken for one that is not set.
            (config if name in named and (value or name in _PLAIN_MODELS) else passthrough)[name] = value
    if passthrough:
        config["passthrough"] = passthrough
    return {"id": f"openai:chat:{request.model}", "config": config}


def _tests(prompt: Prompt, said: list[str]) -> list[JSON]:
    own: dict[str, JSON] = {}
    for variable in prompt.variables:
        text = variable.default if variable.value is None else variable.value
        file = _TEXT_FILE.fullmatch(text) if text is not None and variable.value is not None else None
        if file is not None:
            own[variable.name] = f"file://{file[1]}"
        elif variable.value is not None and variable.value.startswith("@"):
            said.append(
                f"{{{{{variable.name}}}}} is read from a file: write its text, or file:// and the path, under vars"
            )
        elif text is not None:
            _put(own, variable.name, text, said)
    cases = prompt.compare.cases if prompt.compare is not None else ()
    return [{"vars": _row(own, case, said)} for case in cases or ({},)]


def _row(own: Mapping[str, JSON], case: Mapping[str, str], said: list[str]) -> JSON:
    row = dict(own)
    for name, text in case.items():
        _put(row, name, text, said)
    return row


def _put(row: dict[str, JSON], name: str, text: str, said: list[str]) -> None:
    if text.startswith("file://"):
        said.append(f"the value of {{{{{one_line(name)}}}}} is left out: promptfoo would open what begins with file://")
        return
    if names(text):
        said.append(f"promptfoo fills {{{{{names(text)[0]}}}}} within the value of {{{{{one_line(name)}}}}}")
    row[name] = text


def _asserts(checks: Sequence[Check], said: list[str]) -> list[JSON]:
    found: list[JSON] = []
    for check in checks:
        each = _assert(check)
        if each is not None:
            found.append(each)
        else:
            said.append(f"the check {one_line(check.type, 40)} has no counterpart in promptfoo")
    return found


def _assert(check: Check) -> dict[str, JSON] | None:
    kind, value = check.type, check.value
    if kind in ("contains", "not_contains", "equals", "regex") and isinstance(value, str):
        if value.startswith("file://"):
            return None
        return {"type": kind.replace("_", "-"), "value": literal_nunjucks(value)}
    if kind == "json":
        return {"type": "is-json"}
    if kind == "schema" and isinstance(value, dict):
        return {"type": "is-json", "value": value}
    if isinstance(value, int | float) and not isinstance(value, bool):
        if kind == "max_seconds" and value <= _MOST_SECONDS:
            return {"type": "latency", "threshold": round(value * 1000)}
        if kind == "max_cost":
            return {"type": "cost", "threshold": value}
    return None
