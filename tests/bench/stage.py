"""Where a bench starts programs of which each needs a home of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.bench.endpoint import Served
from tests.bench.harness import Program
from tests.support.terminal import clean_environ


class Stage:
    """An endpoint, and a home for each start that has been used once before."""

    def __init__(self, folder: Path, served: Served) -> None:
        self.served = served
        self.used = folder / "used"
        """A home that is copied for each start."""
        self._folder = folder
        self._homes = 0
        (self.used / "workbench").mkdir(parents=True)

    def home(self) -> Path:
        """A new one."""
        self._homes += 1
        home = self._folder / f"home-{self._homes}"
        shutil.copytree(self.used, home)
        return home

    def program(self, command: list[str], home: Path) -> Program:
        """Start `command` there, with the endpoint as OpenAI's."""
        # Without PYTHONDONTWRITEBYTECODE of whoever runs this: imports would be measured that no user has.
        environ = clean_environ(home, {"OPENAI_BASE_URL": self.served.base_url, "OPENAI_API_KEY": "no-key-is-needed"})
        return Program(command, environ, home)
