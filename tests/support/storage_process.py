"""Programs that the storage tests start, kill and look behind: `python -m tests.support.storage_process <name> ...`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.storage import a_connection, a_prompt, a_request, an_outcome
from workbench.adapters import database as database_adapter
from workbench.adapters import database_file, migrations
from workbench.adapters.database import Database
from workbench.adapters.deletions import Deletions
from workbench.adapters.drafts import Drafts
from workbench.adapters.files import Paths, private_folder, write_atomic
from workbench.adapters.history import History, RunRecord
from workbench.adapters.lessons import LessonStore
from workbench.core.draft import DraftState
from workbench.core.events import TextDelta


def paths_of(home: str) -> Paths:
    return Paths.find({"WORKBENCH_HOME": home})


def say(*words: object) -> None:
    print(*words, flush=True)


async def begin(history: History, text: str = "Say hello") -> RunRecord:
    return await history.begin(prompt=a_prompt(text), request=a_request(text), connection=a_connection())


class Troubles:
    """What a watcher was told, and waiting for the next word."""

    def __init__(self) -> None:
        self.told: list[str | None] = []
        self._changed = threading.Condition()

    def __call__(self, trouble: str | None) -> None:
        with self._changed:
            self.told.append(trouble)
            self._changed.notify_all()

    def wait_for(self, fits: Callable[[str | None], bool], seconds: float = 20) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: bool(self.told) and fits(self.told[-1]), seconds), self.told


def stream(home: str) -> None:
    """Streams numbered words at 200 a second and says of each when it came, until it is killed."""
    database = Database.open(paths_of(home))

    async def work() -> None:
        record = await begin(History(database))
        record.attempt(1)
        say(record.id)
        number = 0
        while True:
            record.append([TextDelta(0, f"{number} ")])
            say(number, time.monotonic())
            number += 1
            await asyncio.sleep(0.005)

    asyncio.run(work())


def rows(home: str, count: str) -> None:
    """Runs `count` runs one after the other."""
    troubles = Troubles()
    database = Database.open(paths_of(home))
    database.watch(troubles)

    async def work() -> None:
        history = History(database)
        for number in range(int(count)):
            record = await begin(history, f"{os.getpid()} {number}")
            await record.end(an_outcome(f"answer {number}"))

    asyncio.run(work())
    assert database.flush(50)
    assert database.close() == 0
    assert not troubles.told, troubles.told


def full(home: str) -> None:
    """The disk takes nothing in the middle of a run, then it does again."""
    import resource

    troubles = Troubles()
    database = Database.open(paths_of(home))
    database.watch(troubles)
    history = History(database)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

    async def work() -> tuple[str, str]:
        first = await begin(history)
        first.append([TextDelta(0, "before ")])
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        first.append([TextDelta(0, "x" * 50_000)])
        started = time.monotonic()
        second = await begin(history)
        assert time.monotonic() - started < 2.0, "the run waits for the disk"
        await asyncio.to_thread(troubles.wait_for, lambda told: told is not None)
        await second.end(an_outcome("while full"))
        await first.end(an_outcome("y" * 50_000))
        return first.id, second.id

    first, second = asyncio.run(work())
    assert "not being saved" in str(troubles.told[0]), troubles.told
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    troubles.wait_for(lambda told: told is None)
    for run, text in ((first, "y" * 50_000), (second, "while full")):
        stored = history.get(run)
        assert stored is not None
        assert stored.choices[0].text == text
    assert database.close() == 0


def full_from_the_start(home: str) -> None:
    """The disk takes nothing from the first moment."""
    import resource

    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    troubles = Troubles()
    database = Database.open(paths_of(home))
    database.watch(troubles)
    assert "not being saved" in str(database.trouble)
    drafts = Drafts(database, database.paths)
    assert drafts.restore().kind == "new"
    drafts.journal(drafts.new(), DraftState({"a": 1}))
    record = asyncio.run(begin(History(database)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    troubles.wait_for(lambda told: told is None)
    assert database.flush()
    assert History(database).get(record.id) is not None
    assert database.close() == 0


def never_room(home: str) -> None:
    """Memory for what waits is bounded, and what no longer fits is said."""
    import resource

    troubles = Troubles()
    database = Database.open(paths_of(home), memory_limit=100_000)
    database.watch(troubles)
    history = History(database)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

    async def work() -> None:
        kept = await begin(history, "kept")
        say(kept.id)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        for _ in range(5):
            record = await begin(history, "z" * 40_000)
            await record.end(an_outcome("z" * 40_000))
        await kept.end(an_outcome("small"))

    asyncio.run(work())
    troubles.wait_for(lambda told: told is not None and "could not be saved" in told)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    troubles.wait_for(lambda told: told is not None and told.startswith("history is being saved; "))
    assert database.close() > 0


def no_permission(home: str) -> None:
    """The file may not be written when the program starts; later it may."""
    import urllib.parse  # noqa: F401 - pathlib loads it late, when this process may not read it any more

    if os.getuid() == 0:
        for path in (Path(home), *Path(home).rglob("*")):
            os.chown(path, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
    paths = paths_of(home)
    paths.database.chmod(0o400)
    troubles = Troubles()
    # `open` sets its own file 0600 again, so the test takes that power away.
    chmod, os.chmod = os.chmod, lambda *_args, **_more: None
    database = Database.open(paths)
    database.watch(troubles)
    assert "Permission denied" in str(database.trouble), database.trouble
    record = asyncio.run(begin(History(database)))
    chmod(paths.database, 0o600)
    troubles.wait_for(lambda told: told is None)
    assert History(database).get(record.id) is not None
    assert database.close() == 0
    os.chmod = chmod
    paths.data.chmod(0o500)
    _folder_that_takes_nothing(paths, record.id)


def _folder_that_takes_nothing(paths: Paths, before: str) -> None:
    """What is in it can be read, and what is run is saved once it takes something."""
    troubles = Troubles()
    database = Database.open(paths)
    database.watch(troubles)
    assert "may not be written" in str(database.trouble), database.trouble
    record = asyncio.run(begin(History(database)))
    assert [run.id for run in History(database).recent()] == [before]
    paths.data.chmod(0o700)
    troubles.wait_for(lambda told: told is None)
    assert [run.id for run in History(database).recent()] == [record.id, before]
    assert database.close() == 0


def every_file(home: str, umask: str) -> None:
    """Makes each kind of file under this umask, and says so while they are open."""
    os.umask(int(umask, 8))
    paths = paths_of(home)
    write_atomic(private_folder(paths.config) / "settings.toml", b"a = 1")
    write_atomic(private_folder(paths.presets) / "p.yaml", b"a: 1")
    write_atomic(private_folder(paths.crashes) / "crash.txt", b"text")
    database = Database.open(paths)
    record = asyncio.run(begin(History(database)))
    record.append([TextDelta(0, "text")])
    drafts = Drafts(database, paths)
    drafts.journal(drafts.new(), DraftState({"name": "draft"}))
    LessonStore(database).trust("host", "plain-http")
    assert database.flush()
    say("ready")
    sys.stdin.readline()
    assert database.close() == 0


def draft(home: str, text: str, ending: str) -> None:
    """Restores, says what it found, journals `text`, then `waits` to be killed, `closes`, or ends with the `offer`."""
    paths = paths_of(home)
    database = Database.open(paths)
    drafts = Drafts(database, paths)
    found = drafts.restore()
    say(json.dumps([found.kind, found.content.prompt_json if found.content is not None else None]))
    if ending == "offer":
        sys.stdin.readline()
        return
    mine = drafts.new()
    if found.kind == "reopened":
        mine = found.front
    elif ending == "accept":
        drafts.accept(found)
        mine = found.front
    state = DraftState({"text": text})
    if text:
        drafts.journal(mine, state)
    if ending == "close":
        drafts.close({mine: state})
        assert database.close() == 0
        return
    assert database.flush()
    say("journalled")
    sys.stdin.readline()
    if ending == "close_later":
        drafts.close({mine: state})
        assert database.close() == 0


def typing(home: str) -> None:
    """Journals a growing text at 200 keys a second and says of each when it came, until it is killed."""
    paths = paths_of(home)
    drafts = Drafts(Database.open(paths), paths)
    mine = drafts.new()

    async def work() -> None:
        number = 0
        while True:
            drafts.journal(mine, DraftState({"number": number}))
            say(number, time.monotonic())
            number += 1
            await asyncio.sleep(0.005)

    asyncio.run(work())


def locked_out(home: str) -> None:
    """Opens, waits for a line (the lock is taken meanwhile), then journals, streams and says so, until it is killed."""
    paths = paths_of(home)
    database = Database.open(paths)
    drafts = Drafts(database, paths)
    say("open")
    sys.stdin.readline()

    async def work() -> None:
        record = await begin(History(database))
        record.append([TextDelta(0, "came while it was locked")])
        drafts.journal(drafts.new(), DraftState({"text": "typed while it was locked"}))
        say(record.id)

    asyncio.run(work())
    sys.stdin.readline()


def killed_saves(path: str) -> None:
    """Saves over `path` again and again, each time killed one system call later, until one goes through."""
    target, old, new = Path(path), b"old " * 1000, b"new" * 5000
    target.write_bytes(old)
    for calls in range(100):
        child = os.fork()
        if child == 0:
            _die_after(calls)
            write_atomic(target, new)
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        found = target.read_bytes()
        assert found in (old, new), f"killed after {calls} calls: {found[:20]!r}..., {len(found)} bytes"
        if ended == 0:
            assert found == new
            say(calls)
            return
        target.write_bytes(old)


def killed_migrations(path: str) -> None:
    """Brings copies of an old file up to date, each killed some steps of SQLite later, and says what is found then."""
    old, steps, ended = Path(path), 0, 9
    with contextlib.closing(sqlite3.connect(old)) as connection:
        number = migrations.version(connection)
    while ended == 9:
        folder = old.with_name(f"killed-{steps}")
        folder.mkdir()
        copy = Path(shutil.copy(old, folder / "db"))
        ended = _killed_after(steps, copy)
        with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            found = migrations.version(connection)
            assert found in (number, migrations.LATEST), found
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("SELECT count(*) FROM runs").fetchone() == (50,)
            say("old" if found == number else "new")
            migrations.migrate(connection, copy)
            assert migrations.version(connection) == migrations.LATEST
        assert not list(folder.glob("*unfinished*"))
        steps += 2000
    assert ended == 0


def _killed_after(steps: int, path: Path) -> int:
    """Brings a file up to date in a process that is killed after so many steps of SQLite; how that one ended."""
    child = os.fork()
    if child == 0:
        left = [steps]

        def step() -> int:
            left[0] -= 100
            if left[0] < 0:
                os._exit(9)
            return 0

        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.set_progress_handler(step, 100)
            migrations.migrate(connection, path)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_deletions(home: str, text: str) -> None:
    """Deletes the newest run in copies of a data folder, each time killed some steps of SQLite later, and looks what
    the next start makes of it."""
    steps, ended, whole = 0, 9, 0
    while ended == 9:
        copy = Path(f"{home}-killed-{steps}")
        shutil.copytree(home, copy)
        ended = _deletion_killed_after(steps, copy)
        database = Database.open(paths_of(str(copy)))
        history, deletions = History(database), Deletions(database)
        deletions.forget_hidden()
        left = history.recent()
        if len(left) == 2:
            whole += 1
            deletions.forget([left[0].id])
        assert [run.first_line for run in history.recent()] == ["stays"]
        assert database.close() == 0
        assert not [file for file in copy.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]
        with contextlib.closing(sqlite3.connect(paths_of(str(copy)).database)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        steps += 1600
    say(ended, whole, steps)


def _deletion_killed_after(steps: int, home: Path) -> int:
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    database = Database.open(paths_of(str(home)))
    run = History(database).recent()[0].id
    left = [steps]

    def step() -> int:
        left[0] -= 20
        if left[0] < 0:
            os._exit(9)
        return 0

    def counted(path: Path, **named: float) -> sqlite3.Connection:
        connection = database_file.connect(path, **named)  # type: ignore[arg-type]
        connection.set_progress_handler(step, 20)
        return connection

    setattr(database_adapter, "connect", counted)  # noqa: B010
    Deletions(database).forget([run])
    os._exit(0)


def _die_after(calls: int) -> None:
    left = [calls]

    def counted(call: Callable[..., object]) -> Callable[..., object]:
        def wrapper(*args: object, **more: object) -> object:
            if left[0] == 0:
                os._exit(9)
            left[0] -= 1
            return call(*args, **more)

        return wrapper

    real_write = os.write
    setattr(os, "write", lambda handle, data: real_write(handle, data[:4000]))  # noqa: B010 - several writes
    for name in ("open", "write", "fsync", "replace", "close"):
        setattr(os, name, counted(getattr(os, name)))


COMMANDS: dict[str, Callable[..., None]] = {
    "stream": stream,
    "rows": rows,
    "full": full,
    "full_from_the_start": full_from_the_start,
    "never_room": never_room,
    "no_permission": no_permission,
    "every_file": every_file,
    "draft": draft,
    "typing": typing,
    "locked_out": locked_out,
    "killed_saves": killed_saves,
    "killed_migrations": killed_migrations,
    "killed_deletions": killed_deletions,
}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
