"""`workbench --web`: who may open the screen, and the whole of it in a real browser."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.support.browser import browser_path, open_page
from workbench.cli.web import HOST, LoopbackServer
from workbench.core.errors import InputError

PORT = 8000
OURS = {"Host": f"{HOST}:{PORT}"}


async def served(server: LoopbackServer, path: str, headers: dict[str, str]) -> int:
    async with (
        TestClient(TestServer(await server._make_app())) as client,
        client.get(path, headers=headers, allow_redirects=False) as answer,
    ):
        return answer.status


@pytest.mark.parametrize(
    "path", ["/", "/ws", "/static/js/textual.js", "/focus.js", "/download/x", "/?pass=", "/?pass=x"]
)
async def test_without_the_pass_nothing_is_served(path: str) -> None:
    assert await served(LoopbackServer(PORT), path, OURS) == 403


async def test_the_pass_gives_a_cookie_that_opens_the_page_and_only_under_its_own_name() -> None:
    server = LoopbackServer(PORT)
    query = server.address.split("/", 3)[3]
    async with TestClient(TestServer(await server._make_app())) as client:
        async with client.get(f"/{query}", headers=OURS, allow_redirects=False) as welcome:
            assert (welcome.status, welcome.headers["Location"]) == (303, "/")
            given = welcome.headers["Set-Cookie"]
        assert "HttpOnly" in given
        assert "SameSite=Strict" in given
        cookie = {"Cookie": given.split(";")[0]}
        async with client.get("/", headers=OURS | cookie) as page:
            assert page.status == 200
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]
            assert "https://" not in await page.text()
        async with client.get("/static/js/textual.js", headers=OURS | cookie) as script:
            assert script.status == 200
        for name in ("rebound.example", f"rebound.example:{PORT}", f"{HOST}:{PORT + 1}"):
            async with client.get("/", headers={"Host": name} | cookie) as page:
                assert page.status == 403
        for origin in ({}, {"Origin": "https://other.example"}, {"Origin": f"http://{HOST}:{PORT + 1}"}):
            async with client.get("/ws", headers=OURS | cookie | origin) as socket:
                assert socket.status == 403


async def test_a_port_that_is_taken_is_told() -> None:
    from workbench.cli.web import _serve

    taken = await asyncio.start_server(lambda reader, writer: None, HOST, 0)
    async with taken:
        port = taken.sockets[0].getsockname()[1]
        with pytest.raises(InputError, match=rf"port {port} of {HOST} can't be used: address already in use"):
            await _serve(port)


async def test_type_run_and_see_the_stream_in_a_browser(tmp_path: Path) -> None:
    if browser_path() is None:
        pytest.skip("no chromium on this machine: the screen was not opened in a real browser")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text('default_model = "practice-fast"\n')
    probe = await asyncio.start_server(lambda reader, writer: None, HOST, 0)
    port = probe.sockets[0].getsockname()[1]
    probe.close()
    await probe.wait_closed()
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workbench", "--web", "--port", str(port), stdout=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.getcwd(), "WORKBENCH_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    try:
        assert server.stdout is not None
        address = (await server.stdout.readline()).decode().strip()
        async with open_page(tmp_path / "profile", address) as page:
            await page.until(lambda: "^J Run" in page.text)
            await page.call("Input.insertText", text="두 단어 please")
            await page.until(lambda: "please" in page.text)
            control_j = {"key": "j", "code": "KeyJ", "modifiers": 2, "windowsVirtualKeyCode": 74}
            await page.call("Input.dispatchKeyEvent", type="keyDown", **control_j)
            await page.until(lambda: "✓ complete" in page.text)
            hosts = {address.split("/")[2] for address in page.addresses if address.startswith("http")}
            assert hosts == {f"{HOST}:{port}"}
            screens = await children(server.pid)
            assert len(screens) == 1
            # The server is gone at once: the screen notices by itself and leaves, so that nothing stays behind.
            server.send_signal(signal.SIGKILL)
            await gone(screens[0])
    finally:
        if server.returncode is None:
            server.kill()
        await server.communicate()


async def children(pid: int) -> list[int]:
    ps = await asyncio.create_subprocess_exec("pgrep", "-P", str(pid), stdout=asyncio.subprocess.PIPE)
    out, _ = await ps.communicate()
    return [int(line) for line in out.split()]


async def gone(pid: int) -> None:
    async with asyncio.timeout(15):
        while True:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            await asyncio.sleep(0.05)
