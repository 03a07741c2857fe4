"""A key that can't be printed by accident: no repr, str, format, traceback or pickle shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Secret:
    """Holds a key. `reveal()` is for where the request's header is made, and where foreign text is searched for it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def mask(self, text: str) -> str:
        """`text` with the key, wherever it stands in it, replaced."""
        return text.replace(self._value, "[key]") if self._value else text

    @property
    def is_guessable(self) -> bool:
        """Whether it is so short that an ordinary text may hold it by chance: `none`, `ollama`, `lm-studio`."""
        return len(self._value) < 16

    def __repr__(self) -> str:
        return "Secret(...)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not written anywhere")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def mask_for(key: Secret | None) -> Callable[[str], str]:
    """What takes a key out of a text, unless it is so short that it may be a word of the text."""
    return _as_it_is if key is None or key.is_guessable else key.mask


def _as_it_is(text: str) -> str:
    return text
