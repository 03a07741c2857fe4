"""False alarms and power, by hand: `pytest tests/core/compare/test_simulation.py -m sweep -n 0 -s`.

Half an hour on two cores; `python -m tests.core.compare.simulation` prints the same tables.
"""

from __future__ import annotations

from math import sqrt

import pytest

from tests.core.compare.simulation import content_effects, effects, nulls, rates, table

RUNS = 1000
_CERTAIN = {"slots 0.1 - 0.4      4 x 3": "trend", "20% other content    2 x 5": "content"}
"""Effects that are always found, and by which test."""
_ERRORS = 3.5
"""Of some 300 rates of exactly 5 % at once, one in twenty sweeps has one that lies more standard errors above."""


@pytest.mark.parametrize(
    "title",
    [
        "null same  parting  0.05 2 x 4",
        "null other parting  0.05 2 x 4",
        "null other slots    0.3  3, 4, 6",
        "null other wordings 0.5  2 x 5",
    ],
)
def test_some_nulls_raise_few_alarms(title: str) -> None:
    """Always the same 100: equal content and other, equal numbers of repeats and not."""
    setup = next(one for one in nulls() if one.title == title)
    assert max(rates(setup, 100).values()) <= 0.05 + 3 * sqrt(0.05 * 0.95 / 100)


def test_cases_raise_few_alarms_too() -> None:
    setup = next(one for one in nulls() if one.title == "null same  slots    0.3  3 cases, uneven")
    assert max(rates(setup, 25).values()) <= 0.17


def test_what_is_there_is_found() -> None:
    found = {one.title: rates(one, 15) for one in [*effects(), *content_effects()] if one.title in _CERTAIN}
    assert {title: row[_CERTAIN[title]] > 0.9 for title, row in found.items()} == dict.fromkeys(_CERTAIN, True)


@pytest.mark.sweep
@pytest.mark.timeout(7200)
def test_false_alarms_and_power() -> None:
    found = table(f"False alarms in {RUNS} nulls", nulls(), RUNS, 2)
    most = 0.05 + _ERRORS * sqrt(0.05 * 0.95 / RUNS)
    assert {title: rate for title, row in found.items() for rate in row.values() if rate > most} == {}
    power = table(f"Power in {RUNS // 5} runs", [*effects(), *content_effects()], RUNS // 5, 2)
    assert all(power[title][test] > 0.9 for title, test in _CERTAIN.items())
