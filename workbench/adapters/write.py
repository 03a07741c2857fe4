"""One thing to write into the database, handed from any thread to the writer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeAlias

Statement: TypeAlias = tuple[str, tuple[object, ...]]
Build: TypeAlias = Callable[[], Sequence[Statement]]


class Write:
    """Statements that are done whole or not at all.

    `build` is called once, in the writer thread, so that making JSON of a long answer does not hold up the screen;
    what it uses must not change any more.

    durable     synced through to the disk: lasts through a power cut, not just through a kill
    expendable  may be dropped where memory runs out, since a later write has it all again
    """

    __slots__ = ("_build", "durable", "expendable", "failure", "future", "size", "statements")

    def __init__(self, build: Build, *, durable: bool = False, expendable: bool = False) -> None:
        self._build: Build | None = build
        self.durable = durable
        self.expendable = expendable
        self.statements: Sequence[Statement] = ()
        self.size = 0
        """Bytes, about; known once it is built."""
        self.failure: BaseException | None = None
        self.future: Future[None] = Future()
        # A running future can't be cancelled by a task that stops waiting for it.
        self.future.set_running_or_notify_cancel()

    def prepare(self) -> None:
        """Build the statements; what goes wrong is this write's own failure, never the writer's."""
        build, self._build = self._build, None
        if build is None:
            return
        try:
            self.statements = build()
            self.size = sum(_size(values) for _, values in self.statements)
        except Exception as error:  # it belongs to whoever waits for this write; the writer thread has to live on
            self.failure = error

    def settle(self) -> None:
        """Tell whoever waits how it went."""
        if self.failure is None:
            self.future.set_result(None)
        else:
            self.future.set_exception(self.failure)


def _size(values: tuple[object, ...]) -> int:
    return 200 + sum(len(value) for value in values if isinstance(value, str | bytes))
