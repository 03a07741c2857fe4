"""Opens the screen and ends it in order, whatever happens: drafts saved, terminal restored, exit code told."""

from __future__ import annotations

import os
from pathlib import Path

from workbench import crash
from workbench.services import Services
from workbench.tui.app import WorkbenchApp
from workbench.tui.terminal import tolerate_invalid_input


def launch() -> int:
    """Run the workbench on this terminal; the exit code comes back."""
    tolerate_invalid_input()
    with Services.open(os.environ, Path.cwd()) as services:
        app = WorkbenchApp(services)
        app.run()
        if app.fault is not None:
            # The draft stays open in the database: the next start offers it back.
            return crash.report(app.fault)
        app.desk.close()
        return app.return_code or 0
