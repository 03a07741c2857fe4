"""The whole app in a test: its own folder, the practice model, and waiting for what is on the screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from tests.support.tasks import EAGER
from workbench.services import Services
from workbench.tui.app import WorkbenchApp
from workbench.tui.screens.workbench import WorkbenchScreen


class Bench:
    """A running workbench and the hands on it."""

    def __init__(self, pilot: Pilot[None], services: Services) -> None:
        self.pilot = pilot
        self.services = services
        assert isinstance(pilot.app, WorkbenchApp)
        self.app = pilot.app

    @property
    def screen(self) -> WorkbenchScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, WorkbenchScreen)
        return screen

    async def until(self, holds: Callable[[], object], seconds: float = 15.0) -> None:
        """Let the app work until `holds()` is true; AssertionError in time."""
        async with asyncio.timeout(seconds):
            while not holds():
                await self.pilot.pause(0.01)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Put text in at the cursor, as a paste would."""
        self.screen.messages.editor.insert(text)
        await self.pilot.pause()

    async def run_to_end(self) -> None:
        """Press the run key and wait until the run has ended."""
        before = self.screen.output.outcome
        await self.press("ctrl+j")
        await self.until(lambda: self.screen.output.outcome not in (None, before))
        await self.pilot.pause()


@asynccontextmanager
async def open_bench(
    home: Path,
    *,
    size: tuple[int, int] = (120, 40),
    environ: Mapping[str, str] | None = None,
    model: str = "practice-fast",
    first_start: bool = False,
) -> AsyncIterator[Bench]:
    """The app on files under `home`, with no environment but `environ`. `model` is set in the settings file."""
    folder = home / "files"
    folder.mkdir(exist_ok=True)
    if model:
        (folder / "settings.toml").write_text(f'default_model = "{model}"\n')
    if not first_start:
        (folder / "first-start").touch()
    work = home / "work"
    work.mkdir(exist_ok=True)
    own = {"WORKBENCH_HOME": str(folder), "LLM_USER_PATH": str(home / "llm")}
    with Services.open({**own, **(environ or {})}, work) as services:
        app = WorkbenchApp(services)
        asyncio.get_running_loop().set_task_factory(EAGER)
        async with app.run_test(size=size) as pilot:
            bench = Bench(pilot, services)
            await bench.until(app.warmed.is_set)
            await pilot.pause()
            yield bench
        app.drafts.save()
