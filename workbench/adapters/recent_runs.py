"""The last runs at a host with what they sent and what was counted: to learn from, not to be shown one by one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.deletions import VISIBLE
from workbench.core.token_calibration import CountedRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.adapters.database import Database
    from workbench.core.json_value import JSON

_LOOKED_AT = 5_000
"""Of all runs so many of the newest are looked at: what is older says little, and there may be 100,000."""
_LARGEST = 60_000
"""Prompt tokens. A longer prompt takes too long to be read for this."""
_SOLE_TEXT = """
a.choice IS NOT NULL AND a.reasoning = '' AND a.refusal = '' AND a.tool_calls = '[]'
  AND coalesce(r.reasoning_tokens, 0) = 0
  AND NOT EXISTS (SELECT 1 FROM answers more WHERE more.run = r.id AND more.choice <> 0)
"""
_RECENT = f"""
SELECT r.id, r.model, r.preset, r.prompt_name, r.prompt_tokens, r.cached_tokens, r.completion_tokens, b.request,
  CASE WHEN {_SOLE_TEXT} THEN a.text END
FROM (SELECT * FROM runs WHERE {VISIBLE} ORDER BY id DESC LIMIT {_LOOKED_AT}) r
  JOIN bodies b ON b.run = r.id LEFT JOIN answers a ON a.run = r.id AND a.choice = 0
WHERE r.host = ? AND (r.model = ? OR ? = '') AND r.state = 'complete' AND r.prompt_tokens BETWEEN 1 AND {_LARGEST}
ORDER BY r.id DESC LIMIT ?
"""


class RecentRun(NamedTuple):
    """One run that ended well and whose endpoint told its prompt's tokens."""

    id: str
    model: str
    preset: str
    prompt_name: str
    prompt_tokens: int
    cached_tokens: int | None
    completion_tokens: int | None
    request: Mapping[str, JSON]
    answer: str | None
    """The text, where that is all that was written; else None."""

    @property
    def counted(self) -> CountedRun:
        """As far as its counts can be compared with its texts."""
        return CountedRun(self.request, self.prompt_tokens, self.completion_tokens, self.answer)


def recent_runs(database: Database, host: str, limit: int, model: str = "") -> tuple[RecentRun, ...]:
    """The newest runs at a host, newest first; of one model where it is named. For a thread. Raises StorageError."""
    with database.read() as connection:
        rows = connection.execute(_RECENT, (host, model, model, limit)).fetchall()
    return tuple(RecentRun._make((*row[:7], json.loads(row[7]), row[8])) for row in rows)
