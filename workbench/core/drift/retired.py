"""Models that were switched off, or will be, by the days that vendors name."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.model_card import SOON

if TYPE_CHECKING:
    from workbench.core.json_value import JSON


class Retirement(NamedTuple):
    """The end of a model. `day` is None where its endpoint said that it has none of that name (404)."""

    model: str
    day: date | None
    gone: bool

    @property
    def words(self) -> str:
        """`gpt-4 was switched off on 2026-10-23`."""
        if self.day is None:
            return f"the endpoint has no model {self.model} (404)"
        return f"{self.model} {'was' if self.gone else 'will be'} switched off on {self.day}"

    def to_json(self) -> dict[str, JSON]:
        return {"model": self.model, "day": self.day.isoformat() if self.day else None, "gone": self.gone}


def retirement(model: str, day: date | None, today: date) -> Retirement | None:
    """The end of a model that has come, or comes within SOON days; else None."""
    if day is None or (day - today).days > SOON:
        return None
    return Retirement(model, day, gone=day <= today)
