"""What every test of the screen shares."""

from __future__ import annotations

from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

from tests.support import settle


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys and pauses of the pilot wait until the app has nothing left to do."""
    settle.use(monkeypatch)


@pytest.fixture(autouse=True, scope="session")
def _styles_parsed_once() -> None:
    """Hundreds of apps have the same style sheets, and each would parse them anew."""
    parsed: dict[Any, list[RuleSet]] = {}
    parse = Stylesheet._parse_rules

    def parse_once(self: Stylesheet, *given: Any, **named: Any) -> list[RuleSet]:
        key = (given, *named.items(), *self._variables.items())
        if key not in parsed:
            parsed[key] = parse(self, *given, **named)
        return parsed[key]

    Stylesheet._parse_rules = parse_once  # type: ignore[method-assign]
    # Each widget that is styled hashes a thousand rules: by `id`, as before, and not through a function of Python.
    RuleSet.__hash__ = object.__hash__  # type: ignore[method-assign]
