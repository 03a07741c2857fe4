"""A headless Chromium, spoken to over its own debugging protocol; and what a terminal in its page shows."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pyte

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser_path() -> str | None:
    """The path of a browser of this machine, if there is one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


class Page:
    """One page, the addresses it asked for, and the terminal that its WebSocket draws."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._last = 0
        self.addresses: list[str] = []
        # Larger than the page's own, whose size follows its font: what is drawn has its place all the same.
        self.screen = pyte.Screen(300, 100)
        self._stream = pyte.ByteStream(self.screen)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    async def call(self, method: str, **parameters: object) -> dict[str, object]:
        """Send one command and take up what happens until its answer."""
        self._last += 1
        number = self._last
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            message = await self._socket.receive_json()
            if message.get("id") == number:
                assert "error" not in message, message
                result: dict[str, object] = message["result"]
                return result
            self._take(message)

    async def until(self, holds: Callable[[], object], seconds: float = 30) -> None:
        """Take up what happens until `holds()` is true; TimeoutError in time, with the screen's text."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    self._take(await self._socket.receive_json())
        except TimeoutError:
            raise TimeoutError(self.text) from None

    def _take(self, event: dict[str, Any]) -> None:
        match event.get("method"):
            case "Network.webSocketFrameReceived":
                frame = event["params"]["response"]
                if str(frame["opcode"]) == "2":
                    self._stream.feed(base64.b64decode(frame["payloadData"]))
            case "Network.requestWillBeSent":
                self.addresses.append(event["params"]["request"]["url"])


@asynccontextmanager
async def open_page(profile: Path, address: str) -> AsyncIterator[Page]:
    """A browser with its files under `profile`, and `address` open in it."""
    path = browser_path()
    assert path is not None
    process = await asyncio.create_subprocess_exec(
        path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0",
        f"--user-data-dir={profile}", "--window-size=1200,800", "about:blank",
        stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, env={**os.environ, "HOME": str(profile)},
    )  # fmt: skip
    try:
        assert process.stderr is not None
        line = ""
        while "DevTools listening on" not in line:
            line = (await process.stderr.readline()).decode()
            assert line, "the browser did not start"
        root = line.split("ws://")[1].split("/")[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://{root}/json") as answer:
                target = next(page for page in await answer.json() if page["type"] == "page")
            async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Page(socket)
                await page.call("Network.enable")
                await page.call("Emulation.setFocusEmulationEnabled", enabled=True)
                await page.call("Page.navigate", url=address)
                yield page
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
