"""What the columns of an experiment are called: short, and only by what differs. Foreign text: it quotes messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workbench.core.axes import CONNECTION, FORMAT, MODEL, OFF, PERSONA, message_index
from workbench.core.visible import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from workbench.core.axes import Axis
    from workbench.core.experiment import Experiment
    from workbench.core.json_value import JSON

    Worded: TypeAlias = Callable[[str, JSON], str]

BETWEEN = " · "
SHOWN = 28
"""Characters of one value."""
AS_IT_STANDS = "the prompt as it stands"


def column_labels(experiment: Experiment) -> tuple[str, ...]:
    """A label for each column, no two alike: `temperature 0.5 · gpt-5.4-mini`.

    An axis with one value is left out beside one with several; a value that stands twice is numbered, `(2)`.
    """
    return _labels(experiment, setting_words)


def brief_labels(experiment: Experiment) -> tuple[str, ...]:
    """The labels where there is little room, and what is varied stands elsewhere: `0.5 · gpt-5.4-mini`."""
    return _labels(experiment, _value_words)


def _labels(experiment: Experiment, worded: Worded) -> tuple[str, ...]:
    axes = [axis for axis in experiment.axes if len(axis.values) > 1] or list(experiment.axes)
    words = {axis.name: _axis_words(axis, worded) for axis in axes}
    labels: list[str] = []
    for column in experiment.columns():
        places = _places(experiment.axes, experiment.place(column.index))
        labels.append(BETWEEN.join(words[axis.name][places[axis.name]] for axis in axes) or AS_IT_STANDS)
    return tuple(labels)


def _places(axes: Sequence[Axis], index: int) -> dict[str, int]:
    """Which value of each axis a column has."""
    places: dict[str, int] = {}
    for axis in reversed(axes):
        index, places[axis.name] = divmod(index, len(axis.values))
    return places


def _axis_words(axis: Axis, worded: Worded) -> list[str]:
    """The words for each value of an axis, no two alike."""
    if message_index(axis.name) is None:
        return _numbered([worded(axis.name, value) for value in axis.values])
    texts = [str(value) for value in axis.values]
    excerpts = _excerpts(texts)
    name = f"{axis.name} " if worded is setting_words else ""
    return _numbered([name + excerpts[text] for text in texts])


def _excerpts(texts: Sequence[str]) -> dict[str, str]:
    """An excerpt of each text, from where they differ: all of them, or those whose excerpts would be alike."""
    start = _shared(texts)
    found = {text: _excerpt(text, start) for text in texts}
    for excerpt in set(found.values()):
        alike = [text for text in found if found[text] == excerpt]
        if 1 < len(alike) < len(found):
            found.update(_excerpts(alike))
    return found


def _numbered(words: list[str]) -> list[str]:
    taken: set[str] = set()
    for index, word in enumerate(words):
        number, unlike = 1, word
        while unlike in taken:
            number += 1
            unlike = f"{word} ({number})"
        taken.add(unlike)
        words[index] = unlike
    return words


def setting_words(name: str, value: JSON) -> str:
    """One setting in a few words: `temperature 0.5`, `gpt-5.4-mini`, `@ openai`, `no persona`."""
    if name == MODEL:
        return _short(str(value)) if str(value).strip() else "the default model"
    if name == CONNECTION:
        return f"@ {_short(str(value))}"
    if name in (PERSONA, FORMAT):
        return f"{name} {_short(str(value))}" if value else f"no {name}"
    if name == OFF:
        return "all messages" if value is None else f"without messages[{value}]"
    if message_index(name) is not None:
        return f"{name} {_excerpt(str(value), 0)}"
    return f"{name} {_plain(value)}"


def _value_words(name: str, value: JSON) -> str:
    """As `setting_words`, without the name of what is set where the value alone is understood."""
    if name in (PERSONA, FORMAT) and value:
        return _short(str(value))
    if name == OFF:
        return "all" if value is None else f"without [{value}]"
    if name in (MODEL, CONNECTION, PERSONA, FORMAT):
        return setting_words(name, value)
    return _plain(value)


def _plain(value: JSON) -> str:
    if isinstance(value, str) and value and value == value.strip():
        return _short(value)
    return _short(json.dumps(value, ensure_ascii=False))


def _excerpt(text: str, start: int) -> str:
    """The text in quotes from where the versions of it begin to differ."""
    if not text.strip():
        return "empty" if not text else "blank"
    return f'"{"…" if start else ""}{_short(" ".join(text[start:].split()))}"'


def _shared(texts: Sequence[str]) -> int:
    """How many characters of whole words all texts begin with and go on after; 0 for texts that are alike, or few."""
    first, last = min(texts), max(texts)
    if first == last:
        return 0
    shortest = min(map(len, texts))
    same = next((at for at in range(shortest) if first[at] != last[at]), shortest)
    while same and (same == shortest or not first[same - 1].isspace()):
        same -= 1
    return same if same > SHOWN // 2 else 0


def _short(text: str) -> str:
    text = escaped(text)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
