"""False alarms and power, by hand: `pytest tests/core/compare/test_simulation.py -m sweep -n 0 -s`.

Half an hour on two cores; `python -m tests.core.compare.simulation` prints the same tables.
"""

from __future__ import annotations

from math import sqrt

import pytest

from tests.core.compare.simulation import content_effects, effects, nulls, rates, table

RUNS = 1000
_ERRORS = 3.5
"""Of some 300 rates of exactly 5 % at once, one in twenty sweeps has one that lies more standard errors above."""


def test_a_few_nulls_raise_few_alarms() -> None:
    """So few that only a broken test fails here."""
    setup = next(one for one in nulls() if one.title == "null other slots    0.3  2 x 5")
    assert max(rates(setup, 40).values()) <= 0.2


@pytest.mark.sweep
@pytest.mark.timeout(7200)
def test_false_alarms_and_power() -> None:
    found = table(f"False alarms in {RUNS} nulls", nulls(), RUNS, 2)
    most = 0.05 + _ERRORS * sqrt(0.05 * 0.95 / RUNS)
    assert {title: rate for title, row in found.items() for rate in row.values() if rate > most} == {}
    power = table(f"Power in {RUNS // 5} runs", [*effects(), *content_effects()], RUNS // 5, 2)
    assert power["slots 0.1 - 0.4      4 x 3"]["trend"] > 0.9
    assert power["20% other content    2 x 5"]["content"] > 0.9
