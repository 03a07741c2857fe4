"""The ledger's table, and how it is filled from the runs that were there before it (a step of migrations.py)."""

from __future__ import annotations

# Money is in whole billionths of a US dollar (core/money.py). No text: the row stays when the run is deleted.
_LEDGER = """
CREATE TABLE ledger (
  run TEXT NOT NULL,
  attempt INTEGER NOT NULL,             -- one row for each physical request
  session TEXT NOT NULL,                -- the process that sent it
  sent_at TEXT NOT NULL,                -- ISO 8601, UTC
  source TEXT NOT NULL,
  model TEXT NOT NULL,
  preset TEXT NOT NULL,
  connection TEXT NOT NULL,
  host TEXT NOT NULL,
  state TEXT,                           -- NULL while under way: figures are expected ones; retried: was sent again
  error_kind TEXT,
  prompt_tokens INTEGER,
  cached_tokens INTEGER,
  completion_tokens INTEGER,
  reasoning_tokens INTEGER,
  counted TEXT NOT NULL,                -- reported, counted (here), '' where nothing was used
  cost INTEGER,                         -- NULL: unknown
  certainty TEXT NOT NULL,              -- exact, estimated, unknown, free
  price TEXT NOT NULL,                  -- whose price: genai-prices and its version, own price, ''
  PRIMARY KEY (run, attempt)
)
"""

# The last request of a run has what the run told; one before it failed and was sent again, and of what that cost
# nothing was kept. A run without a price at practice or on this machine was free, else the price is unknown.
FILL = """
INSERT OR IGNORE INTO ledger
SELECT a.run, a.number, r.session, a.sent_at, r.source, r.model, r.preset, r.connection, r.host,
  CASE WHEN a.number < r.attempts THEN 'retried' ELSE r.state END,
  CASE WHEN a.number < r.attempts THEN NULL ELSE r.error_kind END,
  CASE WHEN a.number = r.attempts THEN max(0, min(r.prompt_tokens, 1000000000)) END,
  CASE WHEN a.number = r.attempts THEN max(0, min(r.cached_tokens, r.prompt_tokens, 1000000000)) END,
  CASE WHEN a.number = r.attempts THEN max(0, min(r.completion_tokens, 1000000000)) END,
  CASE WHEN a.number = r.attempts THEN max(0, min(r.reasoning_tokens, r.completion_tokens, 1000000000)) END,
  CASE WHEN a.number = r.attempts AND r.completion_tokens IS NOT NULL THEN 'reported' ELSE '' END,
  CASE WHEN r.cost_usd = 0 THEN 0
    WHEN a.number = r.attempts THEN CAST(round(min(r.cost_usd, 1000000) * 1000000000) AS INTEGER) END,
  CASE WHEN r.cost_usd = 0 THEN 'free'
    WHEN a.number < r.attempts OR r.cost_usd IS NULL THEN 'unknown' ELSE 'exact' END,
  CASE WHEN a.number = r.attempts AND r.cost_usd > 0 THEN 'genai-prices' ELSE '' END
FROM attempts a JOIN runs r ON r.id = a.run
"""

STATEMENTS = (
    _LEDGER,
    FILL,
    # All that a budget asks, so that it reads no row.
    "CREATE INDEX ledger_spent ON ledger (sent_at, cost, certainty, state)",
    "CREATE INDEX ledger_open ON ledger (session) WHERE state IS NULL",
)
