"""The programs that the workbench is measured against; each is as little as does the job.

.venv/bin/python tests/bench/floors.py empty           a Textual app with one line of text
.venv/bin/python tests/bench/floors.py field           a Textual app with one input field
.venv/bin/python tests/bench/floors.py sdk MODEL       streams with the SDK's own objects at ctrl+j, draws once at
                                                       the end; everything is imported and was used once before
.venv/bin/python tests/bench/floors.py sdk-cold MODEL  the same, but the SDK is imported at ctrl+j
.venv/bin/python tests/bench/floors.py columns MODEL   eight answers side by side from ctrl+j on, over an input field:
                                                       plain text cut hard, one pane drawn a twentieth of a second
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.scroll_view import ScrollView
from textual.strip import Strip
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


COLUMNS = 8


class Column(ScrollView, can_focus=False):
    """The end of a text, in lines of its width; what is full is cut once."""

    DEFAULT_CSS = "Column { width: 1fr; border: round $foreground 25%; }"

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Strip] = []
        self._open = ""
        self.dirty = False

    def feed(self, text: str) -> None:
        self._open += text
        self.dirty = True

    def flush(self) -> None:
        self.dirty = False
        width = self.size.width
        while width and ("\n" in self._open or len(self._open) > width):
            line = self._open[:width].partition("\n")[0]
            self._open = self._open[len(line) :].removeprefix("\n")
            self._lines.append(Strip([Segment(line)]).adjust_cell_length(width))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        row = max(0, len(self._lines) + 1 - self.size.height) + y
        if row < len(self._lines):
            return self._lines[row]
        return Strip([Segment(self._open if row == len(self._lines) else "")]).adjust_cell_length(self.size.width)


class Columns(App[None]):
    """The least that eight streams on a screen take."""

    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+j", "run", "Run")]

    def __init__(self, model: str) -> None:
        super().__init__()
        self._model = model
        self._panes = [Column() for _ in range(COLUMNS)]
        self._turn = 0

    def compose(self) -> ComposeResult:
        yield Horizontal(*self._panes)
        yield Input(placeholder=READY)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self.set_interval(1 / 20, self._flush_one)

    def _flush_one(self) -> None:
        waiting = [pane for pane in (*self._panes[self._turn :], *self._panes[: self._turn]) if pane.dirty]
        for pane in waiting[:1]:
            self._turn = self._panes.index(pane) + 1
            pane.flush()

    def action_run(self) -> None:
        for pane in self._panes:
            self.run_worker(self._stream(pane))

    async def _stream(self, pane: Column) -> None:
        import httpx2

        async with httpx2.AsyncClient(timeout=60) as client:
            url = f"{os.environ['OPENAI_BASE_URL']}/chat/completions"
            async with client.stream("POST", url, json={"model": self._model, "stream": True}) as reply:
                async for line in reply.aiter_lines():
                    if line.startswith("data: {"):
                        pane.feed(
                            "".join(each["delta"].get("content") or "" for each in json.loads(line[6:])["choices"])
                        )


def main(name: str, model: str = "") -> None:
    apps: dict[str, App[None]] = {
        "empty": Empty(),
        "field": Field(),
        "sdk": Sdk(model, cold=False),
        "sdk-cold": Sdk(model, cold=True),
        "columns": Columns(model),
    }
    apps[name].run()


if __name__ == "__main__":
    main(*sys.argv[1:])
