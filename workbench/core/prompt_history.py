"""Undo and redo over a whole prompt: one line of states, each a prompt as it was.

A prompt is a frozen value whose parts are shared between its states, so a step costs what it changed.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.core.prompt_change import changed_fields, changed_parameters, text_change

if TYPE_CHECKING:
    from workbench.core.prompt import Prompt

MOST_STEPS = 1_000
MOST_CHARACTERS = 8_000_000
"""Of the texts that the steps alone hold; about 16 MB of Korean. Beyond it the oldest steps go."""
PAUSE = 2.0
"""Seconds without an edit after which a new step begins."""
_STEP_CHARACTERS = 100
_TYPED = 8
"""Characters that may come at once and still be typing, such as keys that waited; more are a paste."""


class _Group(NamedTuple):
    """What edits have in common that are undone together."""

    what: Literal["typing", "deleting", "parameter", "role"]
    of: int | str
    """The message, or the parameter."""
    at: int = 0
    """In a text: where the next edit has to be to belong here."""
    size: int = 0
    """The characters that were typed so far."""


class _Step(NamedTuple):
    before: Prompt
    cost: int


class PromptHistory:
    """The states of one draft. `record` takes every edit; `undo` and `redo` say what the prompt is to be then."""

    def __init__(self) -> None:
        self._undo: deque[_Step] = deque()
        self._redo: list[Prompt] = []
        self._cost = 0
        self._group: _Group | None = None
        """Of the last edit, where another may join it."""
        self._at = 0.0

    def __len__(self) -> int:
        """How many steps can be undone."""
        return len(self._undo)

    def record(self, before: Prompt, after: Prompt, now: float) -> None:
        """Take an edit; `now` is in seconds of any clock. One that changes nothing is none.

        Letters that are typed one after the other are one step, as is turning one parameter; a paste, a line break,
        a pause and every other edit begin a new one.
        """
        if before == after:
            return
        group = _group_of(before, after)
        joined = self._joined(group, before, after) if group is not None and now - self._at <= PAUSE else None
        if joined is None:
            self._push(_Step(before, _own_characters(before, after)))
        elif self._undo[-1].before == after:
            self._cost -= self._undo.pop().cost  # turned back to where it was
            joined = group = None
        self._redo.clear()
        self._group, self._at = joined or group, now

    def undo(self, current: Prompt) -> Prompt | None:
        """The prompt one step back; None at the beginning."""
        if not self._undo:
            return None
        step = self._undo.pop()
        self._cost -= step.cost
        self._redo.append(current)
        self._group = None
        return step.before

    def redo(self, current: Prompt) -> Prompt | None:
        """The prompt one step on; None where nothing was undone, or something was edited since."""
        if not self._redo:
            return None
        after = self._redo.pop()
        self._push(_Step(current, _own_characters(current, after)))
        self._group = None
        return after

    def _push(self, step: _Step) -> None:
        self._undo.append(step)
        self._cost += step.cost
        while len(self._undo) > MOST_STEPS or (self._cost > MOST_CHARACTERS and len(self._undo) > 1):
            self._cost -= self._undo.popleft().cost

    def _joined(self, group: _Group, before: Prompt, after: Prompt) -> _Group | None:
        """The group of the last step, where this edit belongs to it."""
        last = self._group
        if last is None or not self._undo or self._redo or (last.what, last.of) != (group.what, group.of):
            return None
        if not isinstance(group.of, int) or group.what == "role":
            return last
        old, new = before.messages[group.of].content, after.messages[group.of].content
        return _typed_on(last, group, old, new) if group.what == "typing" else _deleted_on(last, old, new)


def _typed_on(last: _Group, group: _Group, old: str, new: str) -> _Group | None:
    size = last.size + group.size
    fits = new[: last.at] == old[: last.at] and new[last.at + group.size :] == old[last.at :]
    return last._replace(at=last.at + group.size, size=size) if fits and size <= _STEP_CHARACTERS else None


def _deleted_on(last: _Group, old: str, new: str) -> _Group | None:
    """Backspace takes what is before the place, delete what is after it."""
    size = len(old) - len(new)
    for at in (last.at - size, last.at):
        if at >= 0 and old[:at] + old[at + size :] == new:
            return last._replace(at=at)
    return None


def _group_of(before: Prompt, after: Prompt) -> _Group | None:
    """What further edits may join; None where none may."""
    match changed_fields(before, after):
        case ("parameters",):
            names = changed_parameters(before, after)
            return _Group("parameter", names[0]) if len(names) == 1 else None
        case ("messages",):
            return _text_group(before, after) or _role_group(before, after)
    return None


def _text_group(before: Prompt, after: Prompt) -> _Group | None:
    if (change := text_change(before, after)) is None:
        return None
    index, (at, removed, added) = change
    if len(removed) > _TYPED or len(added) > _TYPED or "\n" in removed + added or (removed and added):
        return None
    if added:
        return _Group("typing", index, at + len(added), len(added))
    return _Group("deleting", index, at)


def _role_group(before: Prompt, after: Prompt) -> _Group | None:
    if len(before.messages) != len(after.messages):
        return None
    pairs = zip(before.messages, after.messages, strict=True)
    changed = [(i, changed_fields(old, new)) for i, (old, new) in enumerate(pairs) if old is not new and old != new]
    return _Group("role", changed[0][0]) if len(changed) == 1 and changed[0][1] == ("role",) else None


def _own_characters(before: Prompt, after: Prompt) -> int:
    """The characters of the texts that `before` holds and `after` does not share."""
    shared = {id(message) for message in after.messages} | {id(variable) for variable in after.variables}
    messages = sum(len(message.content) for message in before.messages if id(message) not in shared)
    variables = (variable for variable in before.variables if id(variable) not in shared)
    return messages + sum(len(v.default or "") + len(v.value or "") for v in variables)
