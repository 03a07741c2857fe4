"""A prompt as a Markdown page, and that page read back.

    # Title
    | parameter | value |
    |---|---|
    | model | gpt-5.4-mini |
    ## system
    ```text
    You are kind.
    ```
    ## response_format
    ```json
    {"type": "json_object"}
    ```

What is sent is what is written: messages with their variables filled, a persona and a format merged in. A message
stands in a fence longer than any in it, so that it comes back to the letter; one with characters that a terminal obeys
or nobody sees is a JSON string.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.errors import InputError
from workbench.core.exchange.imported import Imported
from workbench.core.exchange.request_body import read_body
from workbench.core.json_text import read_json, read_number, unseen_escaped
from workbench.core.one_line import one_line
from workbench.core.prompt import Role

if TYPE_CHECKING:
    from workbench.core.exchange.imported import Notes
    from workbench.core.json_value import JSON
    from workbench.core.prompt import Prompt
    from workbench.core.request import Request

_HEADER = "| parameter | value |"
_PLAIN = re.compile(r"[A-Za-z0-9_.:/@+-]{1,80}")
_ROW = re.compile(r"\| ([^|]+) \| ([^|]+) \|")
_FENCE = re.compile(r"(`{3,})(text|json)")
_SECTION = re.compile(r"## (\S.*)")
_ROLES = frozenset(role.value for role in Role)
_WHOLE = "message"
"""The title of a message that is more than a role and its content."""


class _Section(NamedTuple):
    title: str
    is_json: bool
    text: str


def to_markdown(prompt: Prompt, request: Request) -> str:
    """The request as a Markdown page; `read_markdown` makes a prompt of it that sends the same body."""
    body = dict(request.body)
    messages = body.pop("messages", None)
    rows: dict[str, JSON] = {name: value for name, value in body.items() if _in_table(name, value)}
    if request.timeout is not None:
        rows["timeout"] = request.timeout
    lines = [f"# {one_line(prompt.name) or 'Prompt'}", ""]
    if prompt.description.strip():
        lines += [one_line(prompt.description), ""]
    lines += [_HEADER, "|---|---|", *(f"| {name} | {_cell(value)} |" for name, value in rows.items()), ""]
    sections = _messages(messages)
    if sections is None:
        sections = [_json_section("messages", messages)]
    sections += [_json_section(_title(name), value) for name, value in body.items() if name not in rows]
    return "\n".join([*lines, *(_written(section) for section in sections)])


def answer_section(title: str, text: str) -> str:
    """An answer as a section behind such a page, to the letter."""
    return _written(_Section(title, False, text) if _all_seen(text) else _json_section(title, text))


def _written(section: _Section) -> str:
    fence = _fence(section.text)
    return f"## {section.title}\n\n{fence}{'json' if section.is_json else 'text'}\n{section.text}\n{fence}\n"


def _in_table(name: str, value: JSON) -> bool:
    if not _PLAIN.fullmatch(name) or name == "timeout":
        return False
    return value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and _is_plain(value))


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None


def _cell(value: JSON) -> str:
    """A value in the table: plain words without quotes, unless they would read as a number, true, false or null."""
    if isinstance(value, str) and read_number(value) is None and value not in ("true", "false", "null", "NaN"):
        return value
    return json.dumps(value)


def _messages(values: JSON) -> list[_Section] | None:
    """The messages as sections; None where they are not what a prompt makes."""
    if not isinstance(values, list) or not values:
        return None
    sections: list[_Section] = []
    for value in values:
        if not isinstance(value, dict) or not isinstance(role := value.get("role"), str) or role not in _ROLES:
            return None
        content = value.get("content")
        if set(value) != {"role", "content"}:
            sections.append(_json_section(_WHOLE, value))  # calls, or the call that is answered
        elif isinstance(content, str) and _all_seen(content):
            sections.append(_Section(role, False, content))
        elif isinstance(content, str | list):
            sections.append(_json_section(role, content))
        else:
            return None
    return sections


def _all_seen(text: str) -> bool:
    """Whether a text has no control characters but tabs and line ends, and nothing unseen."""
    bare = text.replace("\n", "").replace("\t", "")
    return unseen_escaped(bare) == bare and re.search("[\x00-\x1f]", bare) is None


def _json_section(title: str, value: JSON) -> _Section:
    return _Section(title, True, unseen_escaped(json.dumps(value, indent=2, ensure_ascii=False)))


def _title(name: str) -> str:
    """A parameter's title; one that would read as a message's is written as JSON."""
    return (
        name
        if _is_plain(name) and name not in {*_ROLES, _WHOLE}
        else unseen_escaped(json.dumps(name, ensure_ascii=False))
    )


def _fence(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(3, longest + 1)


def is_own_page(text: str) -> bool:
    """Whether a text is a page of `to_markdown`."""
    return re.search(rf"^{re.escape(_HEADER)}\r?$", text, re.MULTILINE) is not None


def read_page(text: str, notes: Notes) -> Imported:
    """The prompt of a page of ours. Raises InputError where a part of it was damaged."""
    from dataclasses import replace

    # No message has a lone \r or \r\n: such a one is written as JSON.
    lines = text.replace("\r\n", "\n").split("\n")
    start = lines.index(_HEADER)
    title = next((line[2:].strip() for line in lines[:start] if line.startswith("# ")), "")
    description = next((line for line in lines[:start] if line.strip() and not line.startswith("# ")), "")
    body, place = _read_table(lines, start + 2)
    timeout = body.pop("timeout", None)
    messages: list[JSON] = []
    for section in _sections(lines, place):
        value = _section_value(section)
        if section.title in _ROLES:
            messages.append({"role": section.title, "content": value})
        elif section.title == _WHOLE:
            messages.append(value)
        else:
            body[str(read_json(section.title)) if section.title.startswith('"') else section.title] = value
    body.setdefault("messages", messages)
    prompt, _ = read_body(body, notes)
    if isinstance(timeout, int | float):
        prompt = prompt.with_parameters(prompt.parameters.set("timeout", timeout))
    named = replace(prompt, name="" if title == "Prompt" else title, description=description)
    return Imported(named, "a Markdown page of this program", notes.lines())


def _read_table(lines: list[str], place: int) -> tuple[dict[str, JSON], int]:
    """The rows of the table, and the number of the line after it."""
    body: dict[str, JSON] = {}
    while place < len(lines) and (row := _ROW.fullmatch(lines[place].rstrip())) is not None:
        try:
            body[row[1]] = read_json(row[2])
        except InputError:
            body[row[1]] = row[2]
        place += 1
    return body, place


def _sections(lines: list[str], place: int) -> list[_Section]:
    """The fenced sections, in order. Raises InputError where a fence is not closed."""
    sections: list[_Section] = []
    title = ""
    while place < len(lines):
        line = lines[place].rstrip()
        place += 1
        heading, fence = _SECTION.fullmatch(line), _FENCE.fullmatch(line)
        if heading is not None:
            title = heading[1]
        elif fence is not None and title:
            begin = place
            while place < len(lines) and lines[place] != fence[1]:
                place += 1
            if place == len(lines):
                raise InputError(
                    f"line {begin}: the fence of {one_line(title, 40)} is never closed", "paste the whole page"
                )
            sections.append(_Section(title, fence[2] == "json", "\n".join(lines[begin:place])))
            place += 1
    return sections


def _section_value(section: _Section) -> JSON:
    if not section.is_json:
        return section.text
    try:
        return read_json(section.text)
    except InputError as fault:
        raise InputError(f"the JSON under {one_line(section.title, 40)} can't be read: {fault.message}") from None
