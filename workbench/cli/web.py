"""`workbench --web`: the same screen in a browser, on this machine only, through textual-serve.

A page of any site may send requests to a port of this machine, and so may other people who work on it. The screen can
spend money and shows prompts, so the address that is printed has a pass in it: without that pass, or the cookie that
was given for it, nothing is answered. A host name that is not ours (DNS rebinding) and a WebSocket that another page
opened are refused as well.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import secrets
import shlex
import sys
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.diagnostics import say
from workbench.cli.output import Output
from workbench.core.errors import InputError

try:
    from aiohttp import web
    from textual_serve.server import Server
except ImportError as error:
    raise InputError(
        "serving to a browser needs the extra `web`", "install it: pip install 'prompt-workbench[web]'"
    ) from error

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

HOST = "127.0.0.1"
PORT = 8000
_PAGE = Path(__file__).parent / "web_page"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self' {socket}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def serve(port: int) -> int:
    """Serve until ctrl+c; the exit code comes back. Raises InputError where the port is taken or not allowed."""
    # textual-serve's own logging prints every exception with its local variables, prompts among them.
    logging.getLogger("textual-serve").addHandler(logging.NullHandler())
    logging.getLogger("textual-serve").propagate = False
    try:
        asyncio.run(_serve(port))
    except KeyboardInterrupt:
        say("the screen is no longer served; drafts are kept")
    return 0


async def _serve(port: int) -> None:
    server = LoopbackServer(port)
    runner = web.AppRunner(await server._make_app(), handle_signals=False, shutdown_timeout=5)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HOST, port).start()
        except (OSError, OverflowError) as error:
            # asyncio's own text repeats the address around the system's reason.
            reason = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno else str(error)
            raise InputError(f"port {port} of {HOST} can't be used: {reason}", "choose another with --port") from error
        Output().text(f"{server.address}\n")
        say("open this address in a browser of this machine; it is for you alone. ctrl+c ends it.")
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


class LoopbackServer(Server):
    """textual-serve behind a pass, with a page of our own: its page asks another host for a font."""

    def __init__(self, port: int) -> None:
        # -P: a folder `workbench` in the working folder is not this program.
        command = shlex.join([sys.executable, "-P", "-m", "workbench.cli.web_screen"])
        super().__init__(command, host=HOST, port=port, title="workbench", templates_path=_PAGE)
        self._pass = secrets.token_urlsafe(24)
        self._cookie = f"workbench-{port}"
        self._sessions: weakref.WeakSet[asyncio.Task[object]] = weakref.WeakSet()

    @property
    def address(self) -> str:
        """What a person opens: with the pass."""
        return f"{self.public_url}/?pass={self._pass}"

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.router.add_get("/focus.js", self._focus)

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._guard(request, handler)

        app.middlewares.append(guard)
        return app

    async def _focus(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(_PAGE / "focus.js")

    async def on_startup(self, app: web.Application) -> None:
        """Nothing: the address is told once the port is open."""

    async def on_shutdown(self, app: web.Application) -> None:
        """End the open screens in order: each saves its draft."""
        sessions = list(self._sessions)
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)

    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host != f"{HOST}:{self.port}":
            raise web.HTTPForbidden(text="this address is not served here")
        if self._is_pass(request.query.get("pass", "")) and request.path == "/":
            welcome = web.HTTPSeeOther("/")
            welcome.set_cookie(self._cookie, self._pass, httponly=True, samesite="Strict")
            raise welcome
        if not self._is_pass(request.cookies.get(self._cookie, "")):
            raise web.HTTPForbidden(text="open the address that `workbench --web` printed: it has the pass in it")
        if request.path == "/ws":
            if request.headers.get("Origin") != f"http://{request.host}":
                raise web.HTTPForbidden(text="only the workbench's own page may open its screen")
            session = asyncio.current_task()
            assert session is not None
            self._sessions.add(session)
        response = await handler(request)
        if not response.prepared:
            socket = f"ws://{request.host}"
            response.headers["Content-Security-Policy"] = _POLICY.format(socket=socket)
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _is_pass(self, text: str) -> bool:
        return hmac.compare_digest(text.encode("utf-8", "replace"), self._pass.encode())
