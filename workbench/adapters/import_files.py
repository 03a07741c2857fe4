"""Prompts from elsewhere: a text, or the file that a single line names, read into a prompt."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from workbench.adapters.files import read_text
from workbench.adapters.yaml_file import read_yaml
from workbench.core.exchange import Imported, read_any

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES = 4_000_000
"""What the most characters that are imported take, in UTF-8."""

_WRITTEN_AS_PATH = re.compile(r"(~|\.{1,2})?/\S+|[^\s{}\[\]\"']+\.(json|md|py|sh|txt|ya?ml)")


def import_text(text: str) -> Imported:
    """The prompt that a text makes. InputError."""
    return read_any(text, lambda part: read_yaml(part.encode(), "the text").value)


def import_file(path: str, folder: Path) -> Imported:
    """The prompt in a file; the path is relative to `folder`, `~` is expanded. InputError."""
    return import_text(read_text(path, folder, _MOST_BYTES, shown=path, taker="an import"))


def import_pasted(pasted: str, folder: Path) -> Imported:
    """As `import_text`; a single line that is the path of a file, or is written as one, means that file. InputError."""
    path = pasted.strip()
    return import_file(path, folder) if _names_file(path, folder) else import_text(pasted)


def _names_file(path: str, folder: Path) -> bool:
    try:
        if not path or "\n" in path:
            return False
        return bool(_WRITTEN_AS_PATH.fullmatch(path)) or (folder / os.path.expanduser(path)).is_file()
    except (OSError, ValueError):  # longer than a path may be, or with a NUL: a text
        return False
