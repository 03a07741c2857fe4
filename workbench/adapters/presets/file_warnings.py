"""What a person should know of a preset file that lies where others can reach it."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from workbench.core.visible import escaped

if TYPE_CHECKING:
    from pathlib import Path

_WINDOWS = os.name == "nt"


def file_warnings(path: Path, found: os.stat_result) -> tuple[str, ...]:
    """A line for each: others can write to the file or its folder, it is another's, it has a second name.

    `found` is what the system says of the file. Windows has none of this in its stat.
    """
    if _WINDOWS:
        return ()
    shown = escaped(str(path))
    lines = []
    if found.st_uid not in (os.geteuid(), 0):
        lines.append(f"{shown} belongs to another user of this machine: look at it before you run it")
    if _others_write(found):
        lines.append(f"others can write to {shown}: look at it before you run it, then: chmod go-w")
    if found.st_nlink > 1:
        lines.append(f"{shown} has a second name (a hard link): saving changes it under this name alone")
    try:
        folder = os.stat(path.parent)
    except OSError:
        return tuple(lines)  # it was there a moment ago; what can be said of the file is said
    # In a folder with the sticky bit, such as /tmp, nobody can replace what is another's.
    if _others_write(folder) and not folder.st_mode & stat.S_ISVTX:
        lines.append(f"others can replace files in {escaped(str(path.parent))}: chmod go-w closes it")
    return tuple(lines)


def _others_write(found: os.stat_result) -> bool:
    """Many systems give each user a group of their own: that one counts as the user."""
    by_group = bool(found.st_mode & stat.S_IWGRP) and found.st_gid != os.getegid()
    return bool(found.st_mode & stat.S_IWOTH) or by_group
