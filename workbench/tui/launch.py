"""Opens the screen and ends it in order, whatever happens: drafts saved, terminal restored, exit code told."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from workbench import crash
from workbench.services import Services
from workbench.tui.app import WorkbenchApp
from workbench.tui.terminal import read_alt_keys, tolerate_invalid_input

if TYPE_CHECKING:
    from workbench.core.preset import OpenedPreset
    from workbench.core.prompt import Prompt

Found: TypeAlias = "tuple[Prompt, OpenedPreset]"
"""A prompt, and the preset that it was made of."""


def launch(find: Callable[[Services], Found] | None = None) -> int:
    """Run the workbench on this terminal, with the prompt that `find` finds where it is given; the exit code comes
    back. What `find` raises goes through."""
    tolerate_invalid_input()
    read_alt_keys()
    with Services.open(os.environ, Path.cwd()) as services:
        found = find(services) if find is not None else None
        app = WorkbenchApp(services)
        if found is not None:
            app.drafts.begin_with(*found)
        app.run()
        if app.fault is not None:
            # The drafts stay open in the database: the next start offers them back.
            return crash.report(app.fault)
        app.drafts.save()
        return app.return_code or 0
