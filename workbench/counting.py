"""How token counts become better while one works: ranks that are loaded, or fetched once, and estimates that learn
from what endpoints report."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from workbench.adapters.ranks_download import Fetched, fetch_ranks, was_tried
from workbench.adapters.recent_runs import recent_runs
from workbench.adapters.token_ranks import RANKS, encoding_for
from workbench.core.errors import StorageError
from workbench.core.token_calibration import calibrate, samples_of
from workbench.core.usage import size_text

if TYPE_CHECKING:
    from workbench.core.connection import Connection
    from workbench.core.token_calibration import Sample
    from workbench.services import Services

_RUNS = 40
"""The newest runs of a model that its calibration is from."""
_CHARACTERS = 1_000_000
"""Of the texts that are weighed for it at once: about a second of one core."""


class Counting:
    """What is done for the counts of one program. All of it takes its time: for a thread, one at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._samples: dict[tuple[str, str], dict[str, tuple[Sample, ...]]] = {}
        """By host and model: what each run says. A run is weighed once."""

    def improve(self, model: str, connection: Connection) -> bool:
        """Make the counts of this model as good as they can be without a request; whether any may be another now."""
        counter = self._services.tokens
        had = counter.has_ranks(model)
        if connection.is_practice or counter.load(model):
            return not had and not connection.is_practice
        return self._calibrate(model, connection.host) or had != counter.has_ranks(model)

    def _calibrate(self, model: str, host: str) -> bool:
        with contextlib.suppress(StorageError):  # told by the database's `trouble`; the estimate stays as it is
            known = self._samples.setdefault((host, model), {})
            samples: dict[str, tuple[Sample, ...]] = {}
            room = _CHARACTERS
            for run in recent_runs(self._services.database, host, _RUNS, model):
                if run.id in known:
                    samples[run.id] = known[run.id]
                elif room > 0:
                    samples[run.id] = samples_of(run.counted)
                    room -= 4 * run.prompt_tokens + len(run.answer or "")
            self._samples[host, model] = samples
            return self._services.tokens.calibrate(host, model, calibrate(list(samples.values())))
        return False

    def missing(self, model: str, connection: Connection) -> str:
        """The encoding whose ranks would make the counts of this model exact and may be fetched now; else "".

        Only for a model that has it for certain, asked over the network: who works with the practice model or with a
        server on this machine sends nothing elsewhere.
        """
        services = self._services
        encoding, known = encoding_for(model)
        if not known or services.settings.token_table != "fetch" or services.costs_nothing(connection):
            return ""
        if services.tokens.has_ranks(model) or was_tried(encoding, services.paths.ranks):
            return ""
        return encoding

    def size_of(self, encoding: str) -> str:
        """How large its file is, for a person."""
        return size_text(RANKS[encoding].size)

    def is_announced(self, encoding: str) -> bool:
        """Whether the person was told on another day that these ranks are asked for."""
        return was_tried(encoding, self._services.paths.ranks, ever=True)

    def fetch(self, encoding: str) -> tuple[bool, str]:
        """Fetch these ranks: whether they are there now, and why they are not, in a few words or ""."""
        how, why = fetch_ranks(encoding, self._services.paths.ranks)
        return how is Fetched.THERE, why
