"""The index that finds runs by any part of their texts: made beside the program's work, a block of runs at a time.

A run waits in `search_waiting` from its first row on; while it does, its texts are looked through one by one
(history_search.py). Once there are a thousand of them, or their texts are long, they make a block.
"""

from __future__ import annotations

import contextlib
import json
import time
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters import locks, pieces
from workbench.adapters.write import Statement, Write
from workbench.core.search_grams import grams, packed
from workbench.core.search_text import folded, prompt_texts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from workbench.adapters.database import Database

BLOCK = 1024
"""Places in a block. Larger ones take less room, and more time to make again."""
_FULL = BLOCK
"""Runs that make a block."""
_ENOUGH = 4_000_000
"""Characters that are no longer looked through one by one, however few runs they are of."""
_BREATH = 0.003
"""Seconds of rest after each run and each statement, so that the screen has the interpreter to itself most of the time:
a key takes many turns, and waits for each while another thread is at work."""
_ROWS = 100
"""Rows that one statement writes: each statement is a turn."""
_PATIENCE = 10.0
"""Seconds that a block waits to be written before no other is made."""

_ENDED = """
SELECT w.run FROM search_waiting w JOIN runs r ON r.id = w.run WHERE r.state IS NOT NULL ORDER BY w.run DESC LIMIT ?
"""
_TEXTS_OF_ANSWERS = "SELECT text, reasoning, refusal, tool_calls FROM answers WHERE run = ? ORDER BY choice"
_PLACE = """
INSERT OR IGNORE INTO search_places (run, block, place)
SELECT w.run, ?1, each.key FROM json_each(?2) AS each JOIN search_waiting w ON w.run = each.value
"""
# The block is only what was read if none of its runs was deleted, or indexed by another process, meanwhile.
_ALL_PLACED = "(SELECT count(*) FROM search_places WHERE block = ?1) = ?2"


class RunTexts(NamedTuple):
    """The columns of a run that are searched, as they are stored."""

    prompt: str
    request: str
    answers: tuple[str, ...]

    def each(self) -> Iterator[str]:
        """Each text on its own, the answers first."""
        yield from self.answers
        yield from prompt_texts(json.loads(self.prompt), json.loads(self.request))

    @property
    def size(self) -> int:
        return len(self.prompt) + len(self.request) + sum(map(len, self.answers))


def texts_of(connection: sqlite3.Connection, run: str) -> RunTexts:
    """What a run is searched by."""
    row = connection.execute("SELECT prompt, request FROM bodies WHERE run = ?", (run,)).fetchone()
    answers = connection.execute(_TEXTS_OF_ANSWERS, (run,)).fetchall()
    if not answers:  # it goes on, or was cut off a moment ago
        answers = [(each.text, each.reasoning, each.refusal) for each in pieces.join(connection, run).choices]
    prompt, request = row or ("null", "null")  # of a damaged file not all may have been saved
    return RunTexts(prompt, request, tuple(text for answer in answers for text in answer if text not in ("", "[]")))


class SearchIndex:
    """The index of one database. Every method takes its time: not for the thread of the screen."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self) -> int:
        """How many runs are not indexed. Raises StorageError."""
        with self._database.read() as connection:
            return int(connection.execute("SELECT count(*) FROM search_waiting").fetchone()[0])

    def keep_up(self, goes_on: Callable[[], bool]) -> None:
        """Index what there is to index, newest first, while `goes_on()`. Raises StorageError.

        Returns at once where another process is at it.
        """
        lock = locks.take(self._database.paths.locks / "search.lock")
        if lock is None:
            return
        try:
            while goes_on() and self._step(goes_on):
                pass
        finally:
            lock.release()

    def _step(self, goes_on: Callable[[], bool]) -> bool:
        """Index one block; whether there was enough for one."""
        with self._database.read() as connection:
            runs = [run for (run,) in connection.execute(_ENDED, (_FULL,))]
            taken, size = [], 0
            for run in runs:
                taken.append((run, texts_of(connection, run)))
                size += taken[-1][1].size
                if size >= _ENOUGH:
                    break
            last = connection.execute("SELECT ifnull(max(block), 0) FROM search_blocks").fetchone()[0]
        if len(runs) < _FULL and size < _ENOUGH:
            return False
        taken.reverse()
        places: dict[str, list[int]] = {}
        for place, (_, texts) in enumerate(taken):
            if not goes_on():
                return False
            for gram in {gram for text in texts.each() for gram in grams(folded(text))}:
                places.setdefault(gram, []).append(place)
            time.sleep(_BREATH)
        # Never one that was given before: what a killed process had not written may be written by the next one.
        number = max(int(last) + 1, int(time.time()))
        rows = _block(number, [run for run, _ in taken], places)
        write = self._database.submit(Write(lambda: rows, expendable=True))
        with contextlib.suppress(FutureTimeout):  # the disk is in trouble, which is told elsewhere
            write.result(_PATIENCE)
            return True
        return False


def _block(number: int, runs: list[str], places: dict[str, list[int]]) -> list[Statement]:
    statements: list[Statement] = [(_PLACE, (number, json.dumps(runs)))]
    packs: list[object] = []
    for count, gram in enumerate(sorted(places), 1):
        packs += (gram, packed(places[gram], BLOCK))
        if not count % _ROWS or count == len(places):
            values = ", ".join(["(?, ?)"] * (len(packs) // 2)).replace("(", f"({number:d}, ")
            statements.append(
                (f"INSERT OR IGNORE INTO search_grams (block, gram, places) VALUES {values}", tuple(packs))
            )
            packs = []
            time.sleep(_BREATH)
    whole = (number, len(runs))
    statements += [
        (f"INSERT OR IGNORE INTO search_blocks (block, oldest, newest) SELECT ?1, ?3, ?4 WHERE {_ALL_PLACED}",
         (*whole, runs[0], runs[-1])),
        (f"DELETE FROM search_grams WHERE block = ?1 AND NOT {_ALL_PLACED}", whole),
        (f"DELETE FROM search_places WHERE block = ?1 AND NOT {_ALL_PLACED}", whole),
        ("DELETE FROM search_waiting WHERE run IN (SELECT run FROM search_places WHERE block = ?)", (number,)),
    ]  # fmt: skip
    return statements
