"""Which tables hold what belongs to a run or to an experiment, for whatever has to find all of it.

A new table is entered here: `tests/adapters/test_deletions.py` fails where one is in none of these lists. What indexes
texts must not point at the rowid of a table without an INTEGER PRIMARY KEY: VACUUM may number those anew.
"""

from __future__ import annotations

OF_RUN = ("bodies", "answers", "pieces", "attempts", "run_images")
"""Their column `run` is a run's id."""
OF_EXPERIMENT = ("cells", "judgements")
"""Their column `experiment` is an experiment's id."""
KEPT = {
    "drafts": "what a person is writing, which is no part of history",
    "lessons": "what hosts taught: names of models and parameters",
    "trust": "what a person allowed a host",
    "migrations": "what was done to the file",
    "images": "each goes with the last row of run_images that names it: a trigger",
    "ledger": "what requests cost, in figures: it is summed after their runs are gone",
    "deletions": "ids alone, until what they name is gone from every file",
}
"""What stays when a run or an experiment is deleted, and why."""
INDEXED = ("search_waiting", "search_blocks", "search_places", "search_grams")
"""What finds runs: a trigger on `runs` deletes what a deleted run has in there, see migrations.py."""
