"""`workbench open`: the screen, begun with a preset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.options import prompt_of
from workbench.cli.preset_names import named_preset

if TYPE_CHECKING:
    from workbench.core.preset import OpenedPreset
    from workbench.core.prompt import Prompt
    from workbench.services import Services


def found_preset(word: str, services: Services) -> tuple[Prompt, OpenedPreset]:
    """The prompt that the preset of that name or file is, and the preset. InputError."""
    opened = named_preset(word, services)
    return prompt_of(opened, services), opened
