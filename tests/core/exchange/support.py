"""What the tests of imports share."""

from __future__ import annotations

from workbench.adapters.yaml_file import read_yaml
from workbench.core.exchange import Imported, read_any
from workbench.core.json_value import JSON
from workbench.core.request import build_request

KEY = "sk-canary-Zq8xW2rT5vB9nM3k"


def parse_yaml(text: str) -> JSON:
    """The reader of YAML that the program hands over."""
    return read_yaml(text.encode("utf-8", "surrogatepass"), "pasted text").value


def imported(text: str) -> Imported:
    """The import, which never holds the canary key."""
    found = read_any(text, parse_yaml)
    assert KEY not in repr(found)
    return found


def contents(found: Imported) -> list[tuple[str, str]]:
    """Role and text of each message."""
    return [(message.role.value, message.content) for message in found.prompt.messages]


def body_of(found: Imported) -> dict[str, JSON]:
    """The body that the imported prompt sends, without what the program adds for streaming."""
    body = dict(build_request(found.prompt).body)
    return {name: value for name, value in body.items() if name not in ("stream", "stream_options")}


def says(found: Imported, *words: str) -> bool:
    """Whether one note holds all these words."""
    return any(all(word in note for word in words) for note in found.notes)
