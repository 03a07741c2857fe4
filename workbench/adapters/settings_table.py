"""Every setting of the settings file, declared once: loader, messages, template, schema and screen all come from it."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple


class Setting(NamedTuple):
    """One setting of the file. `table` is "" for the top level; the range is closed, and 0 is in it where that stands
    for the program's own choice."""

    table: Literal["", "limits", "budget", "panels"]
    name: str
    kind: Literal["text", "number", "integer", "switch"]
    default: str | float | int
    """A switch's is a bool."""
    help: str
    minimum: float = 0
    maximum: float = 0
    choices: tuple[str, ...] = ()
    """All that a text may be; () for any."""
    zero: bool = False
    """0 is allowed below the range too."""

    @property
    def path(self) -> str:
        return f"{self.table}.{self.name}" if self.table else self.name

    @property
    def attribute(self) -> str:
        """Its name in `Settings`."""
        return f"budget_{self.name}" if self.table == "budget" else self.name

    @property
    def range(self) -> str:
        return f"{'0, or ' if self.zero else ''}{self.minimum:g} to {self.maximum:g}"

    def takes(self, number: float) -> bool:
        """Whether a number is in the range."""
        return math.isfinite(number) and (self.minimum <= number <= self.maximum or (self.zero and number == 0))


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "", "default_connection", "text", "", "the connection at the start: openai, practice or an endpoint's name"
    ),
    Setting("", "default_model", "text", "", "the model of a prompt that names none"),
    Setting("", "theme", "text", "", "a Textual theme, such as textual-dark or nord"),
    Setting(
        "",
        "view",
        "text",
        "Answer",
        "the view of the answer that is shown first",
        choices=("Answer", "JSON", "Tokens", "Request", "Response", "Raw", "Timing"),
    ),
    Setting("", "mark_blanks", "switch", False, "mark spaces and tabs in the editor"),
    Setting(
        "",
        "copy",
        "text",
        "auto",
        "where copies go: terminal (by OSC 52), file (in the exports folder), or auto: a file where the terminal can't",
        choices=("auto", "terminal", "file"),
    ),
    Setting(
        "",
        "token_table",
        "text",
        "fetch",
        "what makes counts for OpenAI's models exact: fetch it once, after saying so (3.6 MB from "
        "openaipublic.blob.core.windows.net), or local: only where it is on this machine",
        choices=("fetch", "local"),
    ),
    Setting("", "retries", "integer", 2, "how often a failed request is sent again by itself", 0, 10),
    Setting("", "retry_wait_max_s", "number", 60.0, "the longest wait before a retry, in seconds", 0, 3600),
    Setting("limits", "connect_s", "number", 10.0, "seconds to reach the host", 0.1, 600),
    Setting("limits", "first_byte_s", "number", 120.0, "seconds until the answer begins", 0.1, 86400),
    Setting("limits", "idle_s", "number", 60.0, "seconds between two pieces of an answer", 0.1, 86400),
    Setting("limits", "total_s", "number", 0.0, "seconds for a whole run; 0 is no limit", 0, 604800),
    Setting("limits", "response_mb", "integer", 64, "the largest answer, in megabytes", 1, 4096),
    Setting("budget", "day", "number", 0.0, "US dollars that a day may cost; 0 is no budget", 0, 100_000),
    Setting("budget", "month", "number", 0.0, "US dollars that a month may cost; 0 is no budget", 0, 100_000),
    Setting(
        "panels",
        "prompt_width",
        "integer",
        0,
        "percent of the prompt beside the output; 0 as the program lays it out",
        20,
        80,
        zero=True,
    ),
    Setting(
        "panels",
        "parameters_width",
        "integer",
        0,
        "percent of the parameters from 140 columns on; 0 as the program lays it out",
        15,
        50,
        zero=True,
    ),
    Setting(
        "panels",
        "parameters_height",
        "integer",
        0,
        "rows of the parameters from 100 to 139 columns; 0 as the program lays it out",
        4,
        40,
        zero=True,
    ),
)

ENDPOINT_KEYS = {
    "base_url": "the address, such as https://api.example.com/v1",
    "api_key_env": "the NAME of the variable that holds the key, never the key",
    "organization_env": "the NAME of the variable that holds the organization id",
    "project_env": "the NAME of the variable that holds the project id",
    "default_model": "the model of a prompt that names none",
}


def toml_value(value: str | float | int) -> str:
    """As it is written in the file."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}"
