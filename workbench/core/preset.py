"""What a preset is: a prompt, a persona or a format that is kept in a file under a short name, its slug."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from workbench.core.parts import Format, Persona
    from workbench.core.prompt import Prompt

Preset: TypeAlias = "Prompt | Persona | Format"
FILE_ENDINGS = (".yaml", ".yml")
"""How a preset's file may end; one that is made ends in the first."""


class Kind(StrEnum):
    """The `kind:` of a preset file."""

    PROMPT = "prompt"
    PERSONA = "persona"
    FORMAT = "format"

    @property
    def folder(self) -> str:
        """The folder that such files lie in: `prompts`, `personas`, `formats`."""
        return f"{self.value}s"


class Place(StrEnum):
    """Where a preset lies; of two with one slug the later place wins."""

    SHIPPED = "shipped"
    """With the program; never written to."""
    USER = "yours"
    """`presets` in the configuration folder."""
    PROJECT = "project"
    """`presets` in the working folder."""


class PresetEntry(NamedTuple):
    """One file of the list of presets. `error` is why it can't be used, in one line, or ""."""

    kind: Kind
    slug: str
    place: Place
    path: str
    name: str = ""
    description: str = ""
    error: str = ""


class OpenedPreset(NamedTuple):
    """A preset as it was read from its file.

    `digest` is the SHA-256 of the file's bytes in hex; `comments` is how many comment lines saving would lose;
    `warnings` are lines for the person about the file.
    """

    kind: Kind
    slug: str
    value: Preset
    path: str
    place: Place | None
    """None for a file that lies in none of the three places."""
    digest: str
    comments: int = 0
    warnings: tuple[str, ...] = ()
