"""What is recorded of a preset: what each of its requests was, by digest, and what came of them, by text and figures.

A recording without answers is what would be asked now; one with them is what was answered. Drift is the difference of
two of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.core.json_value import JSON

VERSION = 1
"""The newest form of such a file that this program reads."""
MOST_ANSWERS = 500
"""More are not recorded: nobody could look through the file's difference."""
_ROOM = 240_000
"""Characters of all answers together: with three bytes for each, what a file may hold."""
_LENGTHS = (64_000, 32_000, 16_000, 8_000, 4_000, 2_000, 1_000, 480)


@dataclass(frozen=True, slots=True)
class RecordedCheck:
    """How one check of the preset went over a column's answers."""

    type: str
    value: JSON = None
    passed: int = 0
    failed: int = 0
    not_judged: int = 0

    @property
    def judged(self) -> int:
        return self.passed + self.failed


@dataclass(frozen=True, slots=True)
class RecordedCase:
    """One request of a column, with its answers; without cases a column has one."""

    request: str
    """SHA-256 of the body, without what only says how it comes (`stream`)."""
    messages: tuple[str, ...] = ()
    """Of each message its role and the beginning of a SHA-256: `user 1f0c9a...`."""
    prompt_tokens: int | None = None
    """As the endpoint counts it; None where it told none, or not the same each time."""
    answers: tuple[str, ...] = ()
    """The complete ones, by repeat; once written, equal ones stand together."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How much the answers of a column differ among themselves; see `compare.spread`."""

    runs: int = 0
    distinct: int | None = None
    identical_share: float | None = None
    distance_within: float | None = None


@dataclass(frozen=True, slots=True)
class Took:
    """What an answer takes, as the mean over a column; None where it is not known."""

    completion_tokens: float | None = None
    cost_usd: float | None = None
    """US dollars."""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class RecordedColumn:
    """One setting."""

    setting: Mapping[str, JSON]
    connection: str
    host: str
    model: str
    """The one that is asked."""
    parameters: Mapping[str, JSON] = field(default_factory=dict)
    """What is sent beside model and messages; of what is long, its digest."""
    models: Mapping[str, int] = field(default_factory=dict)
    """The models that answered, as they call themselves (a snapshot), with the number of answers."""
    fingerprints: Mapping[str, int] = field(default_factory=dict)
    """The same of `system_fingerprint`."""
    noise: Noise = Noise()
    took: Took = Took()
    checks: tuple[RecordedCheck, ...] = ()
    cases: tuple[RecordedCase, ...] = ()

    @property
    def should_repeat(self) -> bool:
        """Whether the request asks for the same answer each time (temperature 0, a seed), and it came: then a text
        that differs counts. Of one answer alone it is taken to."""
        asked = self.parameters.get("temperature") == 0 or self.parameters.get("seed") is not None
        return asked and all(len(set(case.answers)) == 1 for case in self.cases)

    @property
    def answers(self) -> tuple[tuple[str, ...], ...]:
        """By case, then by repeat."""
        return tuple(case.answers for case in self.cases)


@dataclass(frozen=True, slots=True)
class Recording:
    """All that a `.lock` file says."""

    preset: str
    connection: str
    """What the base's connection is called; a column may have another."""
    repeats: int
    columns: tuple[RecordedColumn, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    """The texts that were given for variables of the prompt."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """Persona and format with the beginning of a SHA-256 of each: `persona kind-ko`."""
    recorded_at: str = ""
    """ISO 8601, in UTC."""
    program: str = ""
    """The version that wrote it."""
    characters: int | None = None
    """Only so many of each answer are kept, the first; None: all."""

    def with_texts(self, change: Callable[[str], str]) -> Recording:
        """With every answer changed so."""
        return self._with_cases(lambda case: replace(case, answers=tuple(map(change, case.answers))))

    def masked(self, mask: Callable[[str], str]) -> Recording:
        """With every text changed so that a key might stand in: what was given, what was set, and what came."""

        def masked(value: JSON) -> JSON:
            if isinstance(value, list):
                return [masked(item) for item in value]
            if isinstance(value, dict):
                return {mask(name): masked(item) for name, item in value.items()}
            return mask(value) if isinstance(value, str) else value

        def texts(values: Mapping[str, JSON]) -> dict[str, JSON]:
            return {mask(name): masked(value) for name, value in values.items()}

        columns = tuple(
            replace(
                each,
                setting=texts(each.setting),
                parameters=texts(each.parameters),
                models={mask(name): count for name, count in each.models.items()},
                fingerprints={mask(name): count for name, count in each.fingerprints.items()},
                checks=tuple(replace(check, value=masked(check.value)) for check in each.checks),
            )
            for each in self.columns
        )
        variables = {name: mask(text) for name, text in self.variables.items()}
        return replace(self, columns=columns, variables=variables).with_texts(mask)

    def _with_cases(self, change: Callable[[RecordedCase], RecordedCase]) -> Recording:
        columns = tuple(replace(each, cases=tuple(map(change, each.cases))) for each in self.columns)
        return replace(self, columns=columns)

    def cut(self, characters: int | None) -> Recording:
        """With only the first characters of each answer."""
        if characters is None:
            return self
        return replace(self.with_texts(lambda text: text[:characters]), characters=characters)

    def to_keep(self) -> Recording:
        """As it is written: equal answers together, and of long ones as much as a file takes."""
        lengths = [len(text) for column in self.columns for case in column.answers for text in set(case)]
        fits = (most for most in _LENGTHS if sum(min(length, most) for length in lengths) <= _ROOM)
        most = next(fits, _LENGTHS[-1])
        kept = self.cut(most) if most < max(lengths, default=0) else self
        return kept._with_cases(lambda case: replace(case, answers=tuple(Counter(case.answers).elements())))
