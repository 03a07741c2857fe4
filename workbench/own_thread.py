"""Work that may never end, such as asking a folder of a network disk that is gone."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_own_thread(work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """What `work` returns or raises, as with `asyncio.to_thread`; but a thread that hangs keeps nothing else waiting.

    Those of `to_thread` are few, and the program can't end before each of them does. Not for saving, which has to end.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: BaseException | None) -> None:
        if answer.done():  # nobody waits any more
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]  # it is a T where there is no error

    def run() -> None:
        result, error = None, None
        try:
            result = work(*args, **named)
        except BaseException as raised:
            error = raised
        with contextlib.suppress(RuntimeError):  # the program has ended meanwhile
            loop.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=run, name="aside", daemon=True).start()
    return await answer
