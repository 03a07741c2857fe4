"""Which of the sources a text is: by its content alone."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.core.exchange.imported import MOST_CHARACTERS, Imported, Notes, clean_line, without_keys
from workbench.core.json_text import describe, read_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.core.json_value import JSON

SOURCES = (
    "a curl command, a Python call of the API, a JSON request body, an OpenAI prompt object, a promptfoo"
    " configuration, or a chat as JSON or Markdown"
)
_FENCED = re.compile(r"\s*(`{3,}|~{3,})[^\n`]*\n(.*)\n\1\s*+", re.DOTALL)
_PRESET = re.compile(r"^kind[ \t]*:[ \t]*[\"']?(prompt|persona|format)[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)
_PROMPTFOO = re.compile(r"^(?:prompts|providers|targets)[ \t]*:", re.MULTILINE)
_YAML_MESSAGES = re.compile(r"\s*-[ \t]+(?:role|content)[ \t]*:")
_ANSWERS = ("choices", "output")
_OPEN_PRESET = "open it as a preset: it is not an import"


def read_any(text: str, parse_yaml: Callable[[str], JSON] | None = None) -> Imported:
    """The prompt that a text from elsewhere is. Nothing of it is run, evaluated, fetched or opened.

    parse_yaml  reads a YAML text, and raises InputError; None where YAML can't be read

    Raises InputError that says what the text is not, or why it can't be read, and what can be imported.
    """
    if len(text) > MOST_CHARACTERS:
        raise InputError(
            f"the text has {len(text):,} characters, and {MOST_CHARACTERS:,} are the most that is imported"
        )
    text = text.removeprefix("\ufeff")
    fenced = _FENCED.fullmatch(text)
    if fenced is not None and fenced[1] not in fenced[2]:
        text = fenced[2]
    if not text.strip():
        raise InputError("there is nothing to import", f"give {SOURCES}")
    try:
        return without_keys(_read(text, parse_yaml, Notes()))
    except InputError as fault:  # it may hold a piece of the text
        raise InputError(clean_line(fault.message), clean_line(fault.hint)) from None
    except RecursionError:
        raise InputError("it is nested too deep") from None


def _read(text: str, parse_yaml: Callable[[str], JSON] | None, notes: Notes) -> Imported:
    from workbench.core.exchange.chat_markdown import looks_like_chat, read_chat_text
    from workbench.core.exchange.curl import find_curl, read_curl
    from workbench.core.exchange.markdown import is_own_page, read_page
    from workbench.core.exchange.python_call import looks_like_python, parse, read_python

    if text.lstrip()[0] in "{[":
        return _json(text, parse_yaml, notes)
    if is_own_page(text):
        return read_page(text, notes)
    if _PRESET.match(text.lstrip()) or (
        _PRESET.search(text) and re.search(r"^(?:name|messages)[ \t]*:", text, re.MULTILINE)
    ):
        raise InputError("this is a preset file of this program", _OPEN_PRESET)
    start = find_curl(text)
    if start is not None and not _stands_in_prose(text, start):
        return read_curl(text, notes)
    if looks_like_python(text):
        tree = parse(text)
        if tree is not None or not looks_like_chat(text):
            return read_python(text, tree, notes)
    if _PROMPTFOO.search(text) or _YAML_MESSAGES.match(text):
        return _yaml(text, parse_yaml, notes)
    if looks_like_chat(text):
        return read_chat_text(text, notes)
    raise InputError("the text is nothing that can be imported", f"give {SOURCES}")


def _stands_in_prose(text: str, start: int) -> bool:
    """Whether a chat begins before the curl command: then the command is what somebody says in it."""
    from workbench.core.exchange.chat_markdown import looks_like_chat

    return looks_like_chat(text[:start])


def _yaml(text: str, parse_yaml: Callable[[str], JSON] | None, notes: Notes) -> Imported:
    if parse_yaml is None:
        raise InputError("this is YAML, which can't be read here", "give it as a file, or as JSON")
    value = parse_yaml(text)
    if not isinstance(value, dict | list):
        raise InputError(f"the YAML text is {describe(value)}, not a configuration", f"give {SOURCES}")
    return _value(value, parse_yaml, notes)


def _json(text: str, parse_yaml: Callable[[str], JSON] | None, notes: Notes) -> Imported:
    from workbench.core.exchange.python_call import read_python_value

    try:
        value = read_json(text)
    except InputError as fault:
        lines = _json_lines(text)
        if lines:
            notes.say(f"it has {len(lines)} lines of JSON: the first is taken")
            return _value(lines[0], parse_yaml, notes)
        if not _is_json(text) and (found := read_python_value(text, notes)) is not None:
            return found
        raise InputError(f"it looks like JSON, and can't be read: {fault.message}") from None
    if not isinstance(value, dict | list):  # pragma: no cover - it begins with a bracket
        raise InputError("the JSON is no object and no list")
    return _value(value, parse_yaml, notes)


def _is_json(text: str) -> bool:
    """Whether a text is JSON to any reader: then what is wrong with it, such as a name given twice, is to be said."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _json_lines(text: str) -> list[dict[str, JSON]]:
    """The lines of a batch or training file; none where a line is no object."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 2 or not all(line.lstrip().startswith("{") and line.rstrip().endswith("}") for line in lines):
        return []
    try:
        first = read_json(lines[0])
    except InputError:
        return []
    return [first, *({} for _ in lines[1:])] if isinstance(first, dict) else []


def _value(value: dict[str, JSON] | list[JSON], parse_yaml: Callable[[str], JSON] | None, notes: Notes) -> Imported:
    return _list(value, notes) if isinstance(value, list) else _object(value, parse_yaml, notes)


def _list(values: list[JSON], notes: Notes) -> Imported:
    from workbench.core.exchange.chat_export import is_tree, read_chat, read_list, read_trees
    from workbench.core.exchange.messages import is_message
    from workbench.core.exchange.promptfoo import read_promptfoo_messages
    from workbench.core.variables import names

    if values and is_tree(values[0]):
        return read_trees(values, notes)
    if any(is_message(value) for value in values):
        if any(_has_hole(value, names) for value in values):
            return read_promptfoo_messages(values, notes)
        return read_list(values, notes)
    first = values[0] if values else None
    if isinstance(first, dict) and isinstance(first.get("messages", first.get("chat_messages")), list):
        notes.say(f"it has {len(values)} conversations: the first is taken")
        return read_chat(first, notes)
    raise InputError("the JSON list has no messages in it", f"give {SOURCES}")


def _has_hole(value: JSON, names: Callable[[str], tuple[str, ...]]) -> bool:
    content = value.get("content") if isinstance(value, dict) else None
    return isinstance(content, str) and bool(names(content))


def _object(value: dict[str, JSON], parse_yaml: Callable[[str], JSON] | None, notes: Notes) -> Imported:
    from workbench.core.exchange.chat_export import is_tree, messages_key, read_chat, read_tree
    from workbench.core.exchange.openai_prompt import is_prompt_object, read_prompt_object
    from workbench.core.exchange.promptfoo import is_promptfoo, read_promptfoo
    from workbench.core.exchange.python_call import read_notebook
    from workbench.core.exchange.request_body import is_request, read_batch_line, read_body

    if value.get("kind") in ("prompt", "persona", "format"):
        raise InputError("this is a preset of this program", _OPEN_PRESET)
    if isinstance(value.get("cells"), list):
        return read_notebook(value, notes)
    if "custom_id" in value and "body" in value:
        prompt, api = read_batch_line(value, notes)
        return Imported(prompt, f"a line of a batch file for {api}", notes.lines())
    if is_tree(value):
        return read_tree(value, notes)
    if is_prompt_object(value):
        return read_prompt_object(value, notes)
    if is_promptfoo(value):
        return read_promptfoo(value, notes, parse_yaml)
    if messages_key(value) and not _asks(value):
        return read_chat(value, notes)
    if is_request(value):
        prompt, api = read_body(value, notes)
        return Imported(prompt, f"a JSON request body for {api}", notes.lines())
    if any(isinstance(value.get(name), list) for name in _ANSWERS):
        raise InputError("this is an answer of the API, not a request", "import what was sent for it")
    raise InputError("the JSON object is nothing that can be imported", f"give {SOURCES}")


def _asks(value: dict[str, JSON]) -> bool:
    """Whether an object with messages is a request, not a chat that some program kept."""
    from workbench.core.parameters import BY_NAME

    kept = any(name in value for name in ("title", "id", "created_at", "create_time", "uuid"))
    return isinstance(value.get("messages"), list) and (
        "model" in value or (not kept and bool(value.keys() & BY_NAME.keys()))
    )
