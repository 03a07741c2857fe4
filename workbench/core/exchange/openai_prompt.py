"""A hosted prompt of OpenAI (`pmpt_...`) as a prompt of ours: its `{{name}}` are variables here too.

There is no documented export; the shapes read are those of the dashboard and of the Responses API, whose names of
fields they share. The hosted prompts close on 2026-11-30 (OpenAI's deprecations page).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.core.exchange.imported import Imported
from workbench.core.exchange.nunjucks import Nunjucks
from workbench.core.exchange.responses_body import read_responses
from workbench.core.exchange.template import is_name
from workbench.core.json_text import describe
from workbench.core.prompt import Variable
from workbench.core.variables import names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.exchange.imported import Notes
    from workbench.core.json_value import JSON
    from workbench.core.prompt import Prompt

_ABOUT = frozenset(
    {
        "id",
        "object",
        "version",
        "name",
        "description",
        "variables",
        "created_at",
        "updated_at",
        "is_default",
        "messages",
    }
)


def is_prompt_object(value: Mapping[str, JSON]) -> bool:
    """Whether an object is a hosted prompt, or what names one."""
    id = value.get("id", value.get("prompt_id"))
    return (isinstance(id, str) and id.startswith("pmpt_")) or value.get("object") == "prompt"


def read_prompt_object(value: Mapping[str, JSON], notes: Notes) -> Imported:
    """The prompt of the object. Raises InputError where its text is not in it."""
    inner = value.get("prompt")
    if isinstance(inner, dict):  # some dashboards wrap the content
        value = {**value, **inner}
    body = {name: item for name, item in value.items() if name not in _ABOUT and name != "prompt"}
    messages = value.get("messages")
    if isinstance(messages, list) and "input" not in body:
        body["input"] = messages
    if not body.get("input") and not body.get("instructions"):
        raise InputError(
            f"the text of the hosted prompt {describe(value.get('id'))} is not in this object",
            "open it in the dashboard, copy the text of its messages and put that here",
        )
    prompt = read_responses(body, notes, Nunjucks(notes))
    name, description = value.get("name"), value.get("description")
    prompt = replace(
        prompt,
        name=name if isinstance(name, str) else "",
        description=description if isinstance(description, str) else "",
        variables=_variables(value.get("variables"), prompt, notes),
    )
    return Imported(prompt, "an OpenAI prompt object", notes.lines())


def _variables(value: JSON, prompt: Prompt, notes: Notes) -> tuple[Variable, ...]:
    """The variables that are given a text, or that are described: as an object by name, or as a list."""
    found: dict[str, Variable] = {}
    items = (
        value.items()
        if isinstance(value, dict)
        else ((None, item) for item in value)
        if isinstance(value, list)
        else ()
    )
    for key, item in items:
        about = item if isinstance(item, dict) else {}
        name = key if key is not None else about.get("name", item)
        if not isinstance(name, str) or not is_name(name):
            continue
        default = item if key is not None and isinstance(item, str) else about.get("default", about.get("text"))
        description = about.get("description")
        found[name] = Variable(
            name,
            description if isinstance(description, str) else "",
            default if isinstance(default, str) else None,
        )
        if about.get("type") in ("input_image", "input_file"):
            notes.say(f"{{{{{name}}}}} was given {describe(about['type'])}: only text can be put in here")
    used = {name for message in prompt.messages for name in names(message.content)}
    return tuple(variable for variable in found.values() if variable.name in used)
