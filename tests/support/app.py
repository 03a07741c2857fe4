"""The whole app in a test: its own folder, the practice model, and waiting for what is on the screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from textual._compositor import Compositor
from textual.pilot import Pilot

from tests.support import settle
from tests.support.tasks import EAGER
from workbench.core.json_value import JSON
from workbench.core.prompt import ParameterValues
from workbench.services import Services
from workbench.tui.app import WorkbenchApp
from workbench.tui.screens.workbench import WorkbenchScreen

ENDLESS: dict[str, JSON] = {"max_completion_tokens": 8_000, "logit_bias": {"0": -100}}
"""What makes the practice model write to its cap, two minutes long: the token that ends an answer never comes."""


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

    @property
    def shown(self) -> str:
        """What is on the screen, line by line."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    async def until(self, holds: Callable[[], object], seconds: float = 15.0) -> None:
        """Let the app work until `holds()` is true and what a screen that was opened holds is there; AssertionError in
        time."""

        def there() -> bool:
            return bool(holds()) and all(screen.is_mounted for screen in self.app.screen_stack)

        await settle.until(there, seconds, lambda: f"the screen is\n{self.shown}")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Put text in at the cursor, as a paste would."""
        self.screen.messages.editor.insert(text)
        await self.pilot.pause()

    def let_it_run_on(self) -> None:
        """The next answers of the practice model go on until they are stopped, however busy the machine is."""
        desk = self.app.desk
        desk.edit(desk.prompt.with_parameters(ParameterValues(ENDLESS)))

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
        with _nothing_drawn() as draw:
            async with app.run_test(size=size) as pilot:
                bench = Bench(pilot, services)
                await bench.until(app.warmed.is_set)
                draw()
                app.screen.refresh()
                await pilot.pause()
                yield bench
                # As a program that is left does; the pilot takes the widgets away first, from under a late thread.
                app.workers.cancel_all()
        app.drafts.save()


@contextmanager
def _nothing_drawn() -> Iterator[Callable[[], None]]:
    """Until what it gives is called, frames are laid out and not drawn: the ten of a start, at which nobody looks,
    are a third of its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Compositor, "render_update", lambda *_, **__: None)
        yield patch.undo
