"""prompt-workbench: a terminal workbench over the Chat Completions API. `.github/CONTRIBUTING.md` is the tour."""

from __future__ import annotations

__version__ = "0.1.0"
