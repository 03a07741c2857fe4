"""What the tab of a draft says."""

from __future__ import annotations

from typing import Literal, NamedTuple

Mark = Literal["", "running", "answered", "failed"]
"""What goes on in a draft, or came of a run that nobody has looked at yet."""


class DraftTab(NamedTuple):
    """`title` is foreign text, "" where nothing is written yet."""

    title: str
    changed: bool = False
    mark: Mark = ""
