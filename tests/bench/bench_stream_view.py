"""What the streaming pane costs, side by side in one run. Run it by hand:

    .venv/bin/python tests/bench/bench_stream_view.py

Ratios matter, not milliseconds: the first table sets the pane beside a Static that is drawn once, at the end; the
second one sets 20,000 chunks beside 2,000 (10 is linear).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable

from textual.app import App, ComposeResult
from textual.widgets import Static

from workbench.tui.display import install
from workbench.tui.flush import Flusher
from workbench.tui.layout.document import Document
from workbench.tui.widgets.stream_view import StreamView

SIZE = (120, 40)
MIXED = (
    "## Heading\n\nSome **bold** and `code` in a paragraph that is long enough to be wrapped, and 한글.\n\n"
    "- an item\n- another with *emphasis*\n\n```python\ndef f(x):\n    return x + 1\n```\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n"
)
TEXTS: dict[str, Callable[[int], str]] = {
    "mixed Markdown": lambda size: (MIXED * (size // len(MIXED) + 1))[:size],
    "one long fence": lambda size: "```\n" + ("    value = compute(value)  # next\n" * (size // 30))[:size],
    "one long paragraph": lambda size: ("many words in one line that never ends " * (size // 30))[:size],
    "one long list": lambda size: ("- an item of a list\n" * (size // 18))[:size],
    "one long table": lambda size: "| a | b |\n|---|---|\n" + ("| cell | 한글 |\n" * (size // 12))[:size],
}


class PaneApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        install(self)

    def compose(self) -> ComposeResult:
        yield StreamView()


class StaticApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Static(markup=False)


def chunks(text: str) -> list[str]:
    return [text[index : index + 5] for index in range(0, len(text), 5)]


async def pane(parts: list[str]) -> float:
    """Seconds of processor until the last of the unpaced chunks is drawn."""
    app = PaneApp()
    async with app.run_test(size=SIZE) as pilot:
        view = app.query_one(StreamView)
        await pilot.pause()
        start = time.process_time()
        for index, part in enumerate(parts):
            view.append(part)
            if index % 20 == 0:
                await asyncio.sleep(0)
        view.finish()
        while not Flusher.of(app).idle:
            await pilot.pause(0.002)
        await pilot.pause()
        return time.process_time() - start


async def static(parts: list[str]) -> float:
    """The same for a Static that gets the whole text once."""
    app = StaticApp()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        start = time.process_time()
        text = ""
        for index, part in enumerate(parts):
            text += part
            if index % 20 == 0:
                await asyncio.sleep(0)
        app.query_one(Static).update(text)
        await pilot.pause()
        return time.process_time() - start


async def relaid(text: str, kind: str) -> tuple[float, float]:
    """Seconds to open a text, and to lay it out again at another width, until drawn."""
    app = PaneApp()
    async with app.run_test(size=SIZE) as pilot:
        view = app.query_one(StreamView)
        view.kind = "json" if kind == "json" else "markdown"
        await pilot.pause()
        start = time.perf_counter()
        view.set_text(text)
        view.flush()
        opened = time.perf_counter() - start
        await pilot.resize_terminal(100, 40)
        start = time.perf_counter()
        Document(99, view.kind).feed(text)
        return opened, time.perf_counter() - start


async def main() -> None:
    print(f"{'20,000 against 2,000 chunks':30} {'2,000 s':>9} {'20,000 s':>9} {'ratio':>7} {'us/chunk':>9}")
    await pane(chunks(TEXTS["mixed Markdown"](10_000)))
    for name, text in TEXTS.items():
        small, large = [await pane(chunks(text(size))) for size in (10_000, 100_000)]
        print(f"{name:30} {small:9.3f} {large:9.3f} {large / small:7.1f} {large / 20_000 * 1e6:9.1f}")
    print(f"\n{'against a Static drawn once':30} {'pane s':>9} {'static s':>9} {'ratio':>7}")
    for count in (2_000, 20_000):
        parts = chunks(TEXTS["mixed Markdown"](count * 5))
        mine, other = await pane(parts), await static(parts)
        print(f"{count:>12,} chunks            {mine:9.3f} {other:9.3f} {mine / other:7.1f}")
    print(f"\n{'opened, and laid out again':30} {'open s':>9} {'again s':>9}")
    body = json.dumps([{"index": i, "text": "value " * 6} for i in range(14_000)], indent=2)
    for label, content in (("20,000 chunks of Markdown", TEXTS["mixed Markdown"](100_000)), ("1 MB of JSON", body)):
        opened, again = await relaid(content, "json" if "JSON" in label else "markdown")
        print(f"{label:30} {opened:9.3f} {again:9.3f}")


if __name__ == "__main__":
    asyncio.run(main())
