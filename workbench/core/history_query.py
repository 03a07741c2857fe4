"""What is typed to find runs: words such as `model:gpt-4o cost>0.01 starred`, and a text that stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from workbench.core.errors import InputError
from workbench.core.events import State
from workbench.core.typed_limits import dollars

RUNNING, FAILED = "running", "failed"
STATES = (*(state.value for state in State), FAILED, RUNNING)
"""What `state:` takes; `failed` is error or truncated."""
_WORD = re.compile(r'"[^"]*"|(?:[a-z]+[:<>])"[^"]*"|\S+')
_DAYS = re.compile(r"(\d{1,4})d")


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """Which runs are looked for; without anything, all. Days are those of the person's own clock, both included."""

    text: str = ""
    """Stands literally in the prompt, in an answer, or in the name or the note."""
    model: str = ""
    """A part of its name, as asked for or as answered."""
    preset: str = ""
    connection: str = ""
    states: tuple[str, ...] = ()
    """Of STATES; one of them."""
    since: date | None = None
    until: date | None = None
    over_usd: float | None = None
    under_usd: float | None = None
    starred: bool = False

    @property
    def asks_of_runs(self) -> bool:
        """Whether it asks for what a comparison of many runs has not: then each run stands for itself."""
        return bool(
            self.text
            or self.model
            or self.connection
            or self.states
            or self.starred
            or self.over_usd is not None
            or self.under_usd is not None
        )


def parsed(typed: str, today: date) -> HistoryQuery:
    """The query of a line. What is no filter is the text, as it stands; in double quotes it is the text whatever it
    is. Raises InputError where a filter has a value that it does not take."""
    query, rest, end = HistoryQuery(), "", 0
    for found in _WORD.finditer(typed):
        changed = _with_filter(query, found[0], today)
        if changed is None:
            rest += (typed[end : found.start()] if rest else "") + found[0]
        else:
            query = changed
        end = found.end()
    quoted = len(rest) > 1 and rest.startswith('"') and rest.endswith('"') and rest.count('"') == 2
    return replace(query, text=rest[1:-1] if quoted else rest)


def _with_filter(query: HistoryQuery, word: str, today: date) -> HistoryQuery | None:
    """The query with the filter that the word is; None where it is none."""
    if word == "starred":
        return replace(query, starred=True)
    found = re.fullmatch(r'([a-z]+)([:<>])"?([^"]*)"?', word)
    if found is None or (found[1], found[2]) not in _FILTERS:
        return None
    return _FILTERS[found[1], found[2]](query, found[3], today)


def _states(query: HistoryQuery, value: str, today: date) -> HistoryQuery:
    names = tuple(value.split(","))
    for name in names:
        if name not in STATES:
            raise InputError(f"state:{value} is no state", f"it is one of {', '.join(STATES)}")
    return replace(query, states=names)


def day_of(value: str, today: date) -> date:
    """`2026-11-01`, `today`, `yesterday`, or `7d` for seven days ago. Raises InputError."""
    if value in ("today", "yesterday"):
        return today - timedelta(days=value == "yesterday")
    try:
        ago = _DAYS.fullmatch(value)
        return today - timedelta(days=int(ago[1])) if ago is not None else date.fromisoformat(value)
    except ValueError:
        raise InputError(f"{value!r} is no day", "write it as 2026-11-01, today, yesterday or 7d") from None


_FILTERS: dict[tuple[str, str], Callable[[HistoryQuery, str, date], HistoryQuery]] = {
    ("model", ":"): lambda query, value, today: replace(query, model=value),
    ("preset", ":"): lambda query, value, today: replace(query, preset=value),
    ("connection", ":"): lambda query, value, today: replace(query, connection=value),
    ("state", ":"): _states,
    ("since", ":"): lambda query, value, today: replace(query, since=day_of(value, today)),
    ("until", ":"): lambda query, value, today: replace(query, until=day_of(value, today)),
    ("on", ":"): lambda query, value, today: replace(query, since=day_of(value, today), until=day_of(value, today)),
    ("cost", ">"): lambda query, value, today: replace(query, over_usd=dollars(value, "cost>")),
    ("cost", "<"): lambda query, value, today: replace(query, under_usd=dollars(value, "cost<")),
}
