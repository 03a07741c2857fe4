"""Where the focus can go from here: a letter for each panel, view and tab that is seen on a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.screen import Screen

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""In the order in which they are given: the ones under the fingers first."""
_HANGUL = dict(zip("ㅁㄴㅇㄹㅎㅗㅓㅏㅣㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅋㅌㅊㅍㅠㅜㅡ", LETTERS, strict=True))
"""The letter on the same key of a Korean keyboard (two-set)."""


class JumpSpot(NamedTuple):
    """A cell of the screen for the letter, and what goes there."""

    x: int
    y: int
    go: Callable[[], object]


@runtime_checkable
class HasSpots(Protocol):
    """A widget with places of its own to go to, such as tabs that are drawn on one line."""

    def jump_spots(self) -> Iterable[JumpSpot]: ...


def spots_of(screen: Screen[Any]) -> list[JumpSpot]:
    """What is seen of the screen and can be gone to, from top to bottom; as many as there are letters."""
    spots: list[JumpSpot] = []
    for widget in screen.query("*").results():
        if isinstance(widget, HasSpots) and screen.can_view_partial(widget):
            spots.extend(spot for spot in widget.jump_spots() if screen.region.contains(spot.x, spot.y))
    # Behind those: where two have the same cell, it is the place inside the widget that is gone to.
    spots += [
        JumpSpot(region.x, region.y, widget.focus)
        for widget in screen.focus_chain
        if (region := screen.find_widget(widget).visible_region)
    ]
    placed = {(spot.y, spot.x): spot for spot in reversed(spots)}
    return [placed[place] for place in sorted(placed)][: len(LETTERS)]


def letter_of(character: str) -> str:
    """The letter that a typed character stands for, "" for none."""
    letter = _HANGUL.get(character, character.lower())
    return letter if len(letter) == 1 and letter in LETTERS else ""
