"""Images that were sent, kept once each: a run's row names them by hash, so that it can be sent again without the file.

What stands for an image in a stored request or prompt is `stored-image:` and the SHA-256 of its bytes, in hex.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workbench.core.data_url import digest_of, is_data_url

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from workbench.adapters.row_text import Clean
    from workbench.adapters.write import Statement
    from workbench.core.json_value import JSON

MARK = "stored-image:"
_SHORTEST = 200
"""Characters: a shorter address is left where it stands."""
# The run's id is in it for a copy of this statement outside the database, which is found by the id of its run.
_KEEP = "INSERT OR IGNORE INTO images (digest, address) SELECT ?, ? WHERE ? <> ''"
_NAME = "INSERT OR IGNORE INTO run_images (run, digest) VALUES (?, ?)"


def taken_out(value: JSON, found: dict[str, str]) -> JSON:
    """A copy without the data addresses, which go into `found` by digest."""

    def mark(text: str) -> str:
        if len(text) < _SHORTEST or not is_data_url(text):
            return text
        digest = digest_of(text)
        found[digest] = text
        return f"{MARK}{digest}"

    try:
        return _mapped(value, mark)
    except RecursionError:
        return value  # nested too deep to be kept at all


def keeping(run: str, found: dict[str, str], clean: Clean) -> list[Statement]:
    """What stores the images that were taken out of a run."""
    rows: list[Statement] = []
    for digest, address in found.items():
        rows += [(_KEEP, (digest, clean(address), run)), (_NAME, (run, digest))]
    return rows


def read_json(connection: sqlite3.Connection, run: str, texts: Iterable[str | None]) -> list[Any]:
    """The JSON of a run's columns, its images back in their places; a NULL is None."""
    texts = tuple(texts)
    values: list[Any] = [json.loads(text or "null") for text in texts]
    if not any(MARK in text for text in texts if text):
        return values
    rows = connection.execute(
        "SELECT digest, address FROM run_images JOIN images USING (digest) WHERE run = ?", (run,)
    ).fetchall()
    addresses = {f"{MARK}{digest}": str(address) for digest, address in rows}
    return [_mapped(value, lambda text: addresses.get(text, text)) for value in values]


def _mapped(value: JSON, change: Callable[[str], str]) -> JSON:
    """A copy with each text changed; names stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    return {name: _mapped(item, change) for name, item in value.items()} if isinstance(value, dict) else value
