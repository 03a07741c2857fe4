"""The settings file: `settings.toml`, read before the first paint and therefore with the standard library alone.

What there is to set is declared in `settings_table.py`; `settings_read.py` checks it. Nothing in the file stops the
program: what is wrong is named, and the default is used.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.connection import PRACTICE
from workbench.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from workbench.adapters.settings_prices import OwnPrice
    from workbench.core.wire import Limits

FILE_NAME = "settings.toml"
MAX_BYTES = 256 * 1024
USING_DEFAULTS = ": using the defaults"
RESERVED = (PRACTICE, "openai")
"""Names of connections that the program makes itself."""


class EndpointSettings(NamedTuple):
    """`[endpoints.NAME]`: an endpoint, and the NAMES of the variables that hold its key and headers."""

    name: str
    base_url: str
    """Normalised."""
    api_key_env: str = ""
    organization_env: str = ""
    project_env: str = ""
    default_model: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, checked. Times are seconds."""

    default_connection: str = ""
    default_model: str = ""
    theme: str = ""
    view: str = "Answer"
    """The view of the answer that is shown first, as `VIEWS` has it."""
    mark_blanks: bool = False
    """Spaces and tabs are marked in the editor."""
    copy: str = "auto"
    """auto, terminal or file."""
    token_table: str = "fetch"
    """fetch or local."""
    retries: int = 2
    retry_wait_max_s: float = 60.0
    connect_s: float = 10.0
    first_byte_s: float = 120.0
    idle_s: float = 60.0
    total_s: float = 0.0
    """0: none."""
    response_mb: int = 64
    budget_day: float = 0.0
    """US dollars for a day of the person's own; 0: no budget."""
    budget_month: float = 0.0
    prompt_width: int = 0
    """Percent of what prompt and output have together; 0: as the program lays it out. So are the two below."""
    parameters_width: int = 0
    """Percent of a wide terminal."""
    parameters_height: int = 0
    """Rows, where they stand under the messages."""
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Command id -> Textual key names, comma separated."""
    endpoints: tuple[EndpointSettings, ...] = ()
    prices: Mapping[str, OwnPrice] = field(default_factory=dict)
    """Model -> what the person says that it costs."""
    text: str = field(default="", repr=False, compare=False)
    """The file as it was read: where in it something stands is told without another look at the disk."""

    @property
    def limits(self) -> Limits:
        """The limits of one attempt."""
        from workbench.core.wire import Limits  # a run's; the settings are read before the first paint

        return Limits(
            connect=self.connect_s,
            first_byte=self.first_byte_s,
            idle=self.idle_s,
            total=self.total_s or None,
            response_bytes=self.response_mb * 1024 * 1024,
        )


def load_settings(path: Path) -> tuple[Settings, tuple[str, ...]]:
    """The settings of the file at `path`, and a line for each thing that is wrong in it. Raises nothing.

    No file at all is no fault. A line never holds a value that looks like a key.
    """
    try:
        text = _read(path)
    except FileNotFoundError:
        return Settings(), ()
    except _AtLine as error:
        return Settings(), (f"{FILE_NAME}:{error.line_number}: {error.message}{USING_DEFAULTS}",)
    except InputError as error:
        return Settings(), (f"{FILE_NAME}: {error.message}{USING_DEFAULTS}",)
    except OSError as error:
        return Settings(), (f"{FILE_NAME}: can't be read ({error.strerror or 'unknown reason'}){USING_DEFAULTS}",)
    from workbench.adapters.settings_read import read_settings  # a start without a settings file does not need it

    settings, faults = read_settings(text, path.name)
    return replace(settings, text=text), faults


def _read(path: Path) -> str:
    if not stat.S_ISREG(path.stat().st_mode):
        # Opening a pipe would wait for its other end.
        raise InputError("is not a file")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"is larger than {MAX_BYTES // 1024} kB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _AtLine(data.count(b"\n", 0, error.start) + 1, "is not UTF-8 text") from None


class _AtLine(InputError):
    """A fault of the whole file, with the line where it was seen."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line_number = line
