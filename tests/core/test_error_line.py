"""The one line of an error."""

from __future__ import annotations

import pytest

from workbench.core.errors import WorkbenchError


@pytest.mark.parametrize(
    ("message", "hint", "line"),
    [
        ("Unknown parameter: 'x'.", "unset x", "Unknown parameter: 'x': unset x"),
        ("wait...", "do", "wait...: do"),
        ("It ended.", "", "It ended."),
        ("plain", "do", "plain: do"),
    ],
)
def test_a_full_stop_does_not_stand_before_the_colon(message: str, hint: str, line: str) -> None:
    assert WorkbenchError(message, hint).line == line
