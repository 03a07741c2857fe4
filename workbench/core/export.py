"""A request as text to take elsewhere: JSON, curl, Python. The key is never in it, only the variable that holds it.

All three make the same request body as the program sends.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from workbench.core.json_text import unseen_escaped
from workbench.core.parameters import PARAMETERS

if TYPE_CHECKING:
    from workbench.core.connection import Connection
    from workbench.core.json_value import JSON
    from workbench.core.request import Request

OPENAI_URL = "https://api.openai.com/v1"
_KEY_VARIABLE = "OPENAI_API_KEY"
PRACTICE_NOTE = "the practice model is part of the workbench: put a real model in place of"
_WIDTH = 100

# Linux takes at most 128 KiB in one argument of a command.
_MOST_ARGUMENT_BYTES = 120_000

SDK_ARGUMENTS = frozenset(
    {"model", "messages", "stream", "stream_options", *(p.name for p in PARAMETERS if p.where == "body")}
)
"""What the SDK's `create` has an argument for; the rest goes into its extra_body."""


def to_json_text(request: Request) -> str:
    """The body as JSON over several lines; text in any script stays readable, unseen characters are escaped."""
    return unseen_escaped(json.dumps(dict(request.body), indent=2, ensure_ascii=False))


def to_curl(request: Request, connection: Connection) -> str:
    """A command for a POSIX shell."""
    lines = [f"# {PRACTICE_NOTE} {request.model}"] if connection.is_practice else []
    options = "curl -N" if request.streams else "curl"
    if request.timeout is not None:
        options += f" --max-time {request.timeout:g}"
    words = [f"{options} {_quoted(export_url(connection) + '/chat/completions')}"]
    if has_key(connection):
        words.append(f'-H "Authorization: Bearer ${key_variable(connection)}"')
    if connection.organization:
        words.append(f"-H {_quoted('OpenAI-Organization: ' + connection.organization)}")
    if connection.project:
        words.append(f"-H {_quoted('OpenAI-Project: ' + connection.project)}")
    words.append("-H 'Content-Type: application/json'")
    body = to_json_text(request)
    if len(body.encode()) <= _MOST_ARGUMENT_BYTES:
        words.append(f"-d {_quoted(body)}")
    else:
        words.append(f"--data-binary @- <<'BODY'\n{body}\nBODY")
    return "\n".join((*lines, " \\\n  ".join(words))) + "\n"


def to_python(request: Request, connection: Connection) -> str:
    """A program for the official SDK, openai 3.x, that prints the answer."""
    name = "stream" if request.streams else "response"
    known = {key: value for key, value in request.body.items() if key in SDK_ARGUMENTS}
    rest = {key: value for key, value in request.body.items() if key not in SDK_ARGUMENTS}
    arguments = [f"    {key}={_literal(value, 4)},\n" for key, value in known.items()]
    if rest:
        arguments.append(f"    extra_body={_literal(rest, 4)},\n")
    if request.timeout is not None:
        arguments.append(f"    timeout={request.timeout!r},\n")
    parts = (
        "import os\n\n" if has_key(connection) else "",
        "from openai import OpenAI\n\n",
        _client(connection),
        f"\n# {PRACTICE_NOTE} {request.model!r}\n" if connection.is_practice else "\n",
        f"{name} = client.chat.completions.create(\n",
        *arguments,
        ")\n",
        _printing(request),
    )
    return "".join(parts)


def _client(connection: Connection) -> str:
    if has_key(connection):
        arguments = [f'    api_key=os.environ["{key_variable(connection)}"],\n']
    else:
        arguments = ['    api_key="none",  # this endpoint needs no key, and the SDK insists on one\n']
    if export_url(connection) != OPENAI_URL:
        arguments.append(f"    base_url={export_url(connection)!r},\n")
    if connection.organization:
        arguments.append(f"    organization={connection.organization!r},\n")
    if connection.project:
        arguments.append(f"    project={connection.project!r},\n")
    return f"client = OpenAI(\n{''.join(arguments)})\n"


def _printing(request: Request) -> str:
    n = request.body.get("n")
    several = isinstance(n, int) and n > 1
    calls = bool(request.body.get("tools"))
    if not request.streams:
        shown = "choice.message.content or choice.message.tool_calls" if calls else "choice.message.content"
        return f"for choice in response.choices:\n    print({shown})\n"
    if calls:
        return _PRINTS_CALLS
    if not several:
        return (
            "for chunk in stream:\n"
            "    for choice in chunk.choices:\n"
            '        print(choice.delta.content or "", end="", flush=True)\n'
            "print()\n"
        )
    return (
        "answers = {}\n"
        "for chunk in stream:\n"
        "    for choice in chunk.choices:\n"
        '        answers[choice.index] = answers.get(choice.index, "") + (choice.delta.content or "")\n'
        "for index in sorted(answers):\n"
        "    print(answers[index])\n"
    )


_PRINTS_CALLS = """calls = {}
for chunk in stream:
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)
        for part in choice.delta.tool_calls or []:
            call = calls.setdefault((choice.index, part.index), {"id": "", "name": "", "arguments": ""})
            call["id"] = call["id"] or part.id or ""
            if part.function:
                call["name"] = call["name"] or part.function.name or ""
                call["arguments"] += part.function.arguments or ""
print()
for call in calls.values():
    print(call["id"], call["name"], call["arguments"])
"""
"""What prints an answer whose calls come in pieces."""


def _literal(value: JSON, indent: int) -> str:
    """A JSON value as Python source: on one line where it fits, else one item a line."""
    line = repr(value)
    if not value or not isinstance(value, list | dict) or len(line) + indent <= _WIDTH:
        return line
    pad = " " * (indent + 4)
    if isinstance(value, list):
        items = "".join(f"{pad}{_literal(item, indent + 4)},\n" for item in value)
        return f"[\n{items}{' ' * indent}]"
    items = "".join(f"{pad}{key!r}: {_literal(item, indent + 4)},\n" for key, item in value.items())
    return f"{{\n{items}{' ' * indent}}}"


def export_url(connection: Connection) -> str:
    """The base URL that an export is for: practice is no place outside this program, OpenAI's stands for it."""
    return OPENAI_URL if connection.is_practice else connection.base_url


def has_key(connection: Connection) -> bool:
    """Whether an export names a variable with a key."""
    return connection.key is not None or connection.is_practice


def key_variable(connection: Connection) -> str:
    """The variable that holds this connection's key: another host's key would be sent from the usual one."""
    first = connection.key_source.split(" ", 1)[0]
    return first if re.fullmatch(r"[A-Z][A-Z0-9_]*_[A-Z0-9_]+", first) else _KEY_VARIABLE


def _quoted(text: str) -> str:
    """One word for a POSIX shell, whatever is in the text."""
    return "'" + text.replace("'", "'\\''") + "'"
