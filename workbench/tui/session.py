"""What the drafts of one program have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.usage import SessionCost

if TYPE_CHECKING:
    from workbench.services import Services


class Session:
    """One sitting: from the start of the program to its end."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.cost = SessionCost()
        """Of all runs."""
        self.notes: list[str] = []
        """Lines for the person about drafts that were opened; `told` empties it."""

    def told(self) -> list[str]:
        """The notes that were not said yet."""
        notes, self.notes = self.notes, []
        return notes
