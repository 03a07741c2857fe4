"""The programs that the workbench is measured against; each is as little as does the job.

.venv/bin/python tests/bench/floors.py empty           a Textual app with one line of text
.venv/bin/python tests/bench/floors.py field           a Textual app with one input field
.venv/bin/python tests/bench/floors.py sdk MODEL       streams with the SDK's own objects at ctrl+j, draws once at
                                                       the end; everything is imported and was used once before
.venv/bin/python tests/bench/floors.py sdk-cold MODEL  the same, but the SDK is imported at ctrl+j
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult
from textual.widgets import Input, Static

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from textual.binding import BindingType

READY = "FLOORREADY"
WARM = "FLOORWARM"


class Empty(App[None]):
    def compose(self) -> ComposeResult:
        yield Static(READY)


class Field(App[None]):
    def compose(self) -> ComposeResult:
        yield Static(READY)
        yield Input()


class Sdk(App[None]):
    """Collects the whole answer and draws its last lines, no more than fit when wrapped: nobody could see the rest."""

    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+j", "run", "Run")]

    def __init__(self, model: str, *, cold: bool) -> None:
        super().__init__()
        self._model = model
        self._cold = cold
        self._client: AsyncOpenAI | None = None

    def compose(self) -> ComposeResult:
        yield Static(READY, markup=False)

    def on_mount(self) -> None:
        if not self._cold:
            self.call_after_refresh(self._warm)

    async def _warm(self) -> None:
        await self._answer("bench-20")
        self.query_one(Static).update(WARM)

    def action_run(self) -> None:
        self.run_worker(self._run())

    async def _run(self) -> None:
        text = await self._answer(self._model)
        self.query_one(Static).update("\n".join(text.splitlines()[-self.size.height // 2 :]))

    async def _answer(self, model: str) -> str:
        if self._client is None:
            from openai import AsyncOpenAI

            self._client = AsyncOpenAI()
        stream = await self._client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": "go"}], stream=True
        )
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])


def main(name: str, model: str = "") -> None:
    apps: dict[str, App[None]] = {
        "empty": Empty(),
        "field": Field(),
        "sdk": Sdk(model, cold=False),
        "sdk-cold": Sdk(model, cold=True),
    }
    apps[name].run()


if __name__ == "__main__":
    main(*sys.argv[1:])
