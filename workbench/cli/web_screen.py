"""What `workbench --web` starts for each page that is opened: the screen, drawn for textual-serve."""

from __future__ import annotations

import gc
import os

from workbench.cli.main import entry


def _screen() -> int:
    # Textual reads the name when it is imported.
    os.environ["TEXTUAL_DRIVER"] = "workbench.tui.web_driver:PageDriver"
    gc.disable()  # see cli/main.py
    from workbench.tui.launch import launch

    return launch()


if __name__ == "__main__":
    entry(_screen)
