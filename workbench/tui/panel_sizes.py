"""How wide and high the panels are: the person's shares, and what a step or a drag makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from workbench.adapters.settings import Settings

Layout = Literal["narrow", "normal", "wide"]

_PROMPT = {"normal": 50, "wide": 45}
"""Percent of prompt and output together, where the person has said nothing."""
_PARAMETERS = 27
_ROWS = 12
_PROMPT_RANGE, _PARAMETERS_RANGE, _ROWS_RANGE = (20, 80), (15, 50), (4, 40)
STEP = 4
"""Percent, or half of it in rows."""


class PanelSizes(NamedTuple):
    """The shares; 0 is the program's own."""

    prompt_width: int = 0
    """Percent of what prompt and output have together."""
    parameters_width: int = 0
    """Percent of a wide terminal."""
    parameters_height: int = 0
    """Rows under the messages, in a terminal that is not wide."""

    @classmethod
    def of(cls, settings: Settings) -> PanelSizes:
        return cls(settings.prompt_width, settings.parameters_width, settings.parameters_height)

    def columns(self, layout: Layout) -> str:
        """The grid's columns, "" for those of the style sheet."""
        if not (self.prompt_width or (layout == "wide" and self.parameters_width)):
            return ""
        prompt = self.prompt_width or _PROMPT[layout]
        if layout == "normal":
            return f"{prompt}fr {100 - prompt}fr"
        parameters = self.parameters_width or _PARAMETERS
        rest = 100 - parameters
        return f"{rest * prompt}fr {rest * (100 - prompt)}fr {100 * parameters}fr"

    def rows(self, layout: Layout) -> str:
        """The grid's rows, "" for those of the style sheet."""
        return f"1fr {self.parameters_height}" if layout == "normal" and self.parameters_height else ""

    # -- a step of a key -------------------------------------------------------------------------------------------

    def wider(self, panel: str, layout: Layout, by: int) -> PanelSizes:
        """With that panel wider by so many percent, or narrower; as they are where it has no width of its own."""
        if layout == "narrow":
            return self
        if panel == "parameters" and layout == "wide":
            return self._replace(
                parameters_width=_within(by + (self.parameters_width or _PARAMETERS), _PARAMETERS_RANGE)
            )
        by = -by if panel == "output" else by
        return self._replace(prompt_width=_within(by + (self.prompt_width or _PROMPT[layout]), _PROMPT_RANGE))

    def taller(self, panel: str, layout: Layout, by: int) -> PanelSizes:
        """With that panel higher by so many rows, or lower; as they are where it has the whole height."""
        if layout != "normal" or panel == "output":
            return self
        by = by if panel == "parameters" else -by
        return self._replace(parameters_height=_within(by + (self.parameters_height or _ROWS), _ROWS_RANGE))

    # -- a drag of the mouse ---------------------------------------------------------------------------------------

    def with_first_border_at(self, x: int, width: int, layout: Layout) -> PanelSizes:
        """With the prompt ending at cell `x` of `width`."""
        shared = width if layout == "normal" else width * (100 - (self.parameters_width or _PARAMETERS)) / 100
        return self._replace(prompt_width=_within(round(100 * x / max(1, shared)), _PROMPT_RANGE))

    def with_second_border_at(self, x: int, width: int) -> PanelSizes:
        """With the parameters of a wide terminal beginning at cell `x` of `width`."""
        return self._replace(parameters_width=_within(round(100 * (width - x) / max(1, width)), _PARAMETERS_RANGE))

    def with_rows(self, rows: int) -> PanelSizes:
        """With so many rows for the parameters under the messages."""
        return self._replace(parameters_height=_within(rows, _ROWS_RANGE))


def _within(value: int, span: tuple[int, int]) -> int:
    return min(span[1], max(span[0], value))
