"""What an import gives, and what it has to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbench.core.counted import counted
from workbench.core.keys import mask_keys, mask_vendor_keys
from workbench.core.one_line import one_line
from workbench.core.prompt_json import prompt_from_json, prompt_to_json

if TYPE_CHECKING:
    from workbench.core.json_value import JSON
    from workbench.core.prompt import Prompt

MOST_CHARACTERS = 1_000_000
"""The longest text that is read, and the longest that what is read may grow to."""
_MOST_NOTES = 20
_SHOWN = 60

KEY_LEFT_OUT = "a key was left out: keys come from the environment or a .env file"
_KEY_TAKEN_OUT = "what looks like a key was taken out: [key] stands in its place"


class Imported(NamedTuple):
    """A prompt from elsewhere.

    `what` says what it was, such as `a curl command`; `notes` are lines for the person: what was not understood, what
    was left out, what was changed. No key is in any of it.
    """

    prompt: Prompt
    what: str
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """What it is, in one line: `a curl command: 2 messages, gpt-5.4-mini, temperature 0.7`."""
        count = len(self.prompt.messages)
        facts = [counted(count, "message")]
        facts += [shown(self.prompt.model)] if self.prompt.model else []
        numbers = [(name, value) for name, value in self.prompt.parameters.items() if type(value) in (int, float)]
        facts += [f"{name} {value}" for name, value in numbers[:3]]
        told = f"; {len(self.notes)} to know of" if self.notes else ""
        return f"{self.what}: {', '.join(facts)}{told}"


def without_keys(found: Imported) -> Imported:
    """With `[key]` for every vendor's key in the prompt, wherever it stands: it would go into drafts and files."""
    plain = prompt_to_json(found.prompt)
    cleaned = _masked(plain)
    if cleaned == plain:
        return found
    return found._replace(prompt=prompt_from_json(cleaned), notes=(*found.notes, _KEY_TAKEN_OUT))


def _masked(value: JSON) -> JSON:
    if isinstance(value, str):
        return mask_vendor_keys(value)
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return {mask_vendor_keys(name): _masked(item) for name, item in value.items()} if isinstance(value, dict) else value


class Notes:
    """Collects the lines, each once, safe to show; a hostile text can't make thousands of them."""

    def __init__(self) -> None:
        self._lines: dict[str, None] = {}
        self._said: set[str] = set()
        self._more = 0

    def say(self, text: str) -> None:
        if text in self._said:
            return
        self._said.add(text)
        if len(self._lines) == _MOST_NOTES:
            self._more += 1
            return
        line = clean_line(text)
        self._lines[line] = None

    def lines(self) -> tuple[str, ...]:
        return (*self._lines, f"and {self._more} more of this kind") if self._more else tuple(self._lines)


def clean_line(text: str) -> str:
    """A line for the person with a piece of foreign text in it: nothing a terminal obeys, nothing like a key."""
    return mask_keys(one_line(text))


def shown(text: str) -> str:
    """A name out of foreign text, for a note."""
    return one_line(text, _SHOWN)


def host_note(url: str, notes: Notes) -> None:
    """Says which host it was for; a user name and password in the URL are never shown."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        host = f"{parts.hostname}:{parts.port}" if parts.port is not None else parts.hostname
    except ValueError:
        host = None
    if host:
        notes.say(
            f"it was for {shown(host)}: it now uses the connection chosen here; connections live in the settings file"
        )
    else:
        notes.say("its URL can't be read and is left out")
    if "@" in url.split("?")[0]:
        notes.say(KEY_LEFT_OUT)
