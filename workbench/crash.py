"""What is left of a crash: a report with the code's path and no local variable, since one of them may be the key."""

from __future__ import annotations

import os
import sys
import time
import traceback

from workbench import __version__
from workbench.adapters.files import Paths, private_folder, write_atomic
from workbench.core.errors import StorageError
from workbench.core.visible import marked

EXIT_CODE = 70


def report_text(error: BaseException) -> str:
    """The report: type, versions and frames. Neither message nor locals: either may hold a key or a prompt."""
    lines = [
        f"prompt-workbench {__version__}, Python {sys.version.split()[0]}, {sys.platform}",
        time.strftime("%Y-%m-%d %H:%M:%S"),
        "The text of the error and the values of variables are left out: a key or a prompt could be in them.",
        "",
    ]
    seen: BaseException | None = error
    while seen is not None:
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        frames = traceback.extract_tb(seen.__traceback__)
        lines += [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames]
        following = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
        if following is not None:
            lines.append("which came after")
        seen = following
    return "\n".join(lines) + "\n"


def report(error: BaseException) -> int:
    """Write the report, tell where it is in one line on stderr, and return the exit code 70."""
    path = Paths.find(os.environ).crashes / f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    try:
        private_folder(path.parent)
        write_atomic(path, report_text(error).encode())
        where = f"a report without your texts is in {path}"
    except StorageError as trouble:
        where = f"no report could be written ({trouble.message})"
    sys.stderr.write(
        marked(f"workbench: it stopped because of a fault in the program ({type(error).__name__}): {where}\n")
    )
    return EXIT_CODE
