"""A folder and a database of its own for each test of what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.storage import paths_in
from workbench.adapters.database import Database
from workbench.adapters.files import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return paths_in(tmp_path)


@pytest.fixture
def database(paths: Paths) -> Iterator[Database]:
    opened = Database.open(paths)
    yield opened
    opened.close()
