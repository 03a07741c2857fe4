"""`python -m workbench`."""

from __future__ import annotations

from workbench.cli.main import entry

entry()
