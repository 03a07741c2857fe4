"""Whether git would take a file up: asked before a key is put into it."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Tracking = Literal["no git", "ignored", "not ignored", "unknown"]

_SECONDS = 2.0
_IGNORED, _NOT_IGNORED = 0, 1
"""What `git check-ignore -q` ends with; anything else is a failure (its manual)."""


def git_takes(path: Path, environ: Mapping[str, str]) -> Tracking:
    """What git says of a file, there or not: `no git` outside a work tree, `unknown` where git can't be asked.

    A file that is tracked already is `not ignored`, whatever .gitignore says. May take 2 s: call it in a thread.
    """
    folder = path.parent
    if not any(os.path.lexists(above / ".git") for above in (folder, *folder.parents)):
        return "no git"
    git = shutil.which("git", path=environ.get("PATH", os.defpath))
    if git is None or not os.path.isabs(git):  # a git of the working folder is not started
        return "unknown"
    kept = {name: environ[name] for name in ("PATH", "HOME", "USERPROFILE", "SYSTEMROOT") if name in environ}
    try:
        # fsmonitor would start a program that the repository names.
        ended = subprocess.run(
            [git, "-c", "core.fsmonitor=false", "-C", str(folder), "check-ignore", "-q", "--", path.name],
            env={**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    if ended.returncode in (_IGNORED, _NOT_IGNORED):
        return "ignored" if ended.returncode == _IGNORED else "not ignored"
    return "unknown"
