"""A promptfoo configuration, or one of its prompts, as a prompt of ours. Files that it names are said, never opened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.errors import InputError
from workbench.core.exchange.imported import KEY_LEFT_OUT, Imported, host_note, shown
from workbench.core.exchange.messages import is_message, read_messages
from workbench.core.exchange.nunjucks import Nunjucks
from workbench.core.exchange.request_body import read_parameters
from workbench.core.exchange.template import is_name
from workbench.core.json_text import as_text, describe, read_json
from workbench.core.prompt import Check, Comparison, Message, ParameterValues, Prompt, Role, Variable
from workbench.core.variables import names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.core.exchange.imported import Notes
    from workbench.core.json_value import JSON

_OPENAI = re.compile(
    r"openai:(?:chat:|responses:)?(?!(?:completion|embedding|image|assistant|realtime|moderation)\b)(.+)"
)
_ASSERTS = {"contains": "contains", "not-contains": "not_contains", "regex": "regex", "equals": "equals"}
_MOST_THRESHOLD = 1e15
"""A larger number limits nothing, and may be one that can't be divided; a check takes none below 0."""
_QUIET = frozenset({"omitDefaults", "apiKeyRequired", "showThinking", "cost"})
_READ = frozenset({"prompts", "providers", "targets", "tests", "defaultTest", "description", "evaluateOptions"})


class _Tests(NamedTuple):
    defaults: dict[str, str]
    cases: tuple[Mapping[str, str], ...]
    checks: tuple[Check, ...]


def is_promptfoo(value: Mapping[str, JSON]) -> bool:
    """Whether an object is a promptfoo configuration."""
    return "prompts" in value and any(name in value for name in ("providers", "targets", "tests", "defaultTest"))


def read_promptfoo(
    value: Mapping[str, JSON], notes: Notes, parse_yaml: Callable[[str], JSON] | None = None
) -> Imported:
    """The prompt of a configuration. Raises InputError where its text is in another file."""
    messages = _prompt(value.get("prompts"), notes, parse_yaml)
    model, parameters = _provider(value.get("providers", value.get("targets")), notes)
    tests = _tests(value, notes)
    for name in value:
        if name not in _READ:
            notes.say(f"{shown(name)} of promptfoo is left out")
    options = value.get("evaluateOptions")
    repeats = options.get("repeat") if isinstance(options, dict) else None
    many = repeats if isinstance(repeats, int) and not isinstance(repeats, bool) and repeats > 1 else 1
    used = dict.fromkeys(name for message in messages for name in names(message.content))
    description = value.get("description")
    prompt = Prompt(
        name=description if isinstance(description, str) else "",
        model=model,
        messages=messages,
        parameters=parameters,
        variables=tuple(Variable(name, default=tests.defaults[name]) for name in used if name in tests.defaults),
        checks=tests.checks,
        compare=Comparison({}, many, tests.cases) if tests.cases or many > 1 else None,
    )
    return Imported(prompt, "a promptfoo configuration", notes.lines())


def read_promptfoo_messages(value: list[JSON], notes: Notes) -> Imported:
    """A bare promptfoo prompt: a list of messages whose `{{name}}` are variables."""
    return Imported(Prompt(messages=read_messages(value, notes, Nunjucks(notes))), "a promptfoo prompt", notes.lines())


def _prompt(value: JSON, notes: Notes, parse_yaml: Callable[[str], JSON] | None) -> tuple[Message, ...]:
    prompts = value if isinstance(value, list) else [value]
    texts = [_prompt_text(each) for each in prompts]
    inside = [text for text in texts if text and not text.startswith("file://")]
    for text in texts:
        if text.startswith("file://"):
            notes.say(f"the prompt in {shown(text)} is not opened: import that file by itself")
    if not inside:
        named = next((shown(text) for text in texts if text), "")
        raise InputError(
            f"the configuration's prompt is in another file ({named})" if named else "the configuration has no prompt",
            "import that file instead" if named else "it needs a text under prompts",
        )
    if len(inside) > 1:
        notes.say(f"it has {len(inside)} prompts: the first is taken")
    return _messages(inside[0], notes, parse_yaml)


def _prompt_text(value: JSON) -> str:
    if isinstance(value, dict):
        value = value.get("raw", value.get("prompt", value.get("id", value.get("label"))))
    if isinstance(value, list):
        return as_text(value)
    return value if isinstance(value, str) else ""


def _messages(text: str, notes: Notes, parse_yaml: Callable[[str], JSON] | None) -> tuple[Message, ...]:
    """The messages of a prompt's text: chat JSON, chat YAML, or the text of one user message."""
    value: JSON = None
    if text.lstrip().startswith(("[", "{")):
        try:
            value = read_json(text)
        except InputError:
            value = None
    elif text.lstrip().startswith("- role:") and parse_yaml is not None:
        value = parse_yaml(text)
    if isinstance(value, dict):
        value = value.get("messages")
    if isinstance(value, list) and any(is_message(item) for item in value):
        return read_messages(value, notes, Nunjucks(notes), "prompt")
    return (Message(Role.USER, Nunjucks(notes)(text)),)


def _provider(value: JSON, notes: Notes) -> tuple[str, ParameterValues]:
    providers = value if isinstance(value, list) else [] if value is None else [value]
    if len(providers) > 1:
        notes.say(f"it has {len(providers)} providers: the first is taken")
    first = providers[0] if providers else None
    id: JSON = first
    config: JSON = {}
    if isinstance(first, dict):
        if "id" not in first and len(first) == 1:  # {"openai:gpt-5": {"config": ...}}
            id, options = next(iter(first.items()))
        else:
            id, options = first.get("id"), first
        config = options.get("config", {}) if isinstance(options, dict) else {}
    model = _model(id, notes)
    return model, _config(config if isinstance(config, dict) else {}, notes)


def _model(id: JSON, notes: Notes) -> str:
    found = _OPENAI.fullmatch(id) if isinstance(id, str) else None
    if found is not None:
        return found[1]
    if id is not None:
        notes.say(f"the provider {describe(id)} is not carried over: choose the model and the connection here")
    return ""


def _config(config: Mapping[str, JSON], notes: Notes) -> ParameterValues:
    body: dict[str, JSON] = {}
    for name, value in config.items():
        if name in ("apiBaseUrl", "apiHost") and isinstance(value, str):
            host_note(value, notes)
        elif name == "apiKeyEnvar":
            notes.say(f"its key was in {describe(value)}: keys come from the environment or a .env file")
        elif "key" in name.lower() and name not in ("prompt_cache_key", "apiKeyRequired"):
            notes.say(KEY_LEFT_OUT)
        elif name in ("organization", "headers"):
            notes.say(f"{name} is left out: it belongs to a connection")
        elif name == "passthrough" and isinstance(value, dict):
            body.update(value)
        elif name not in _QUIET:
            body[name] = value
    if config.get("omitDefaults") is not True:
        notes.say(
            "promptfoo itself sends temperature 0 and max_tokens 1024 where they are not set; here they are not sent"
        )
    return read_parameters(body, notes)


def _tests(value: Mapping[str, JSON], notes: Notes) -> _Tests:
    shared = value.get("defaultTest")
    base = shared if isinstance(shared, dict) else {}
    tests = value.get("tests")
    if isinstance(tests, str) or isinstance(shared, str):
        notes.say("its tests are in another file, which is not opened")
    rows = [test for test in tests if isinstance(test, dict)] if isinstance(tests, list) else []
    files = sum(isinstance(test, str) for test in tests) if isinstance(tests, list) else 0
    if files:
        notes.say(f"{files} of its tests are in other files, which are not opened")
    common = _vars(base.get("vars"), notes)
    cases = [{**common, **_vars(row.get("vars"), notes)} for row in rows]
    checks = _checks(base.get("assert"), notes)
    own = [row.get("assert") for row in rows]
    if own and own[0] and all(each == own[0] for each in own):
        checks += tuple(check for check in _checks(own[0], notes) if check not in checks)
    elif any(own):
        notes.say("the tests assert different things: a check here is for every answer, so only what all share is kept")
    return _Tests(cases[0] if cases else common, tuple(cases) if len(cases) > 1 else (), checks)


def _vars(value: JSON, notes: Notes) -> dict[str, str]:
    if isinstance(value, str):
        notes.say(f"the variables in {shown(value)} are not opened")
    result: dict[str, str] = {}
    for name, item in value.items() if isinstance(value, dict) else ():
        if not is_name(name):
            notes.say(f"the variable {shown(name)} is left out: a name is letters, digits and _")
        elif isinstance(item, str) and item.startswith("file://"):
            notes.say(f"{{{{{shown(name)}}}}} was read from {shown(item)}: write @ and the path as its value here")
        elif isinstance(item, list):
            notes.say(f"{{{{{shown(name)}}}}} has {len(item)} values: the first is taken")
            if item:
                result[name] = as_text(item[0])
        else:
            result[name] = as_text(item)
    return result


def _checks(value: JSON, notes: Notes) -> tuple[Check, ...]:
    found: list[Check] = []
    for item in value if isinstance(value, list) else []:
        check = _check(item) if isinstance(item, dict) else None
        if check is not None:
            found.append(check)
        else:
            kind = item.get("type") if isinstance(item, dict) else item
            notes.say(f"the assertion {describe(kind)} has no counterpart here and is left out")
    return tuple(found)


def _check(item: Mapping[str, JSON]) -> Check | None:
    kind, value, threshold = item.get("type"), item.get("value"), item.get("threshold")
    if isinstance(value, str) and value.startswith("file://"):
        return None
    if (
        isinstance(kind, str)
        and kind in _ASSERTS
        and isinstance(value, str | int | float)
        and not isinstance(value, bool)
    ):
        return Check(_ASSERTS[kind], as_text(value))
    if kind == "is-json":
        return Check("schema", value) if isinstance(value, dict) else Check("json") if value is None else None
    if isinstance(threshold, int | float) and not isinstance(threshold, bool) and 0 <= threshold <= _MOST_THRESHOLD:
        if kind == "latency":
            return Check("max_seconds", threshold / 1000)
        if kind == "cost":
            return Check("max_cost", threshold)
    return None
