"""What the tests of preset files share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder of our own as an ordinary user: nothing is forbidden to root."""
    with TemporaryDirectory() as name:
        os.chmod(name, 0o777)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65_534)
        try:
            folder = Path(name, "presets")
            folder.mkdir(mode=0o755)
            yield folder
            folder.chmod(0o755)
        finally:
            if is_root:
                os.seteuid(0)
