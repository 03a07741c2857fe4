"""One preset against what was recorded of it: what would be asked, what of that is another than it was, and the
recording that is made of what came.

The command line uses this one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from workbench import __version__
from workbench.comparing import Comparing
from workbench.core.drift.asked import asked_case, asked_parameters, changes, short_digest
from workbench.core.drift.measure import recorded
from workbench.core.drift.recording import MOST_ANSWERS, RecordedColumn, Recording
from workbench.core.drift.retired import Retirement, retirement
from workbench.core.errors import InputError
from workbench.core.experiment import Cell, Experiment, with_case
from workbench.core.secret import mask_for

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from workbench.adapters.presets.lock_file import LockFile
    from workbench.core.drift.asked import Change
    from workbench.core.drift.measure import Backend
    from workbench.core.experiment import Column
    from workbench.core.experiment_report import ExperimentReport
    from workbench.core.findings import Problem
    from workbench.core.preset import OpenedPreset
    from workbench.core.prompt import Prompt
    from workbench.services import Services

REPEATS = 5
"""Of a preset that says nothing of it: with five recorded and five new answers p can fall to 0.008."""


class Given(NamedTuple):
    """What the person said beside the preset's name."""

    connection: str | None = None
    """None: the one of the recording, or else the one that the model means."""
    repeats: int | None = None
    """None: those of the recording, or else of the preset."""
    variables: Collection[str] = ()
    """The names of those that have a value in the prompt; the others have the recorded one."""
    anyway: bool = False


class DriftCheck:
    """A preset, its `.lock` file, and the requests that it makes now."""

    def __init__(self, services: Services, opened: OpenedPreset, prompt: Prompt, given: Given) -> None:
        """`prompt` is what the preset is, with the values given. InputError: the file beside it can't be read, or the
        experiment or a connection of it is not there."""
        from workbench.adapters.presets.lock_file import lock_path, read_lock

        self.slug = opened.slug
        self.path = opened.path
        self.lock: LockFile = read_lock(lock_path(opened, services.presets))
        self._services = services
        self._texts = _texts_given(services, prompt, given.variables)
        recording = self.lock.recording
        if recording is not None:
            older = {name: text for name, text in recording.variables.items() if name not in given.variables}
            prompt = with_case(prompt, older)
            self._texts = {**older, **self._texts}
        self.comparing = Comparing(
            services,
            self._experiment(prompt, given.repeats),
            connection=given.connection or (recording.connection if recording is not None else None),
            anyway=given.anyway,
            preset=opened.slug,
        )
        self.asked = self._asked()
        ends = map(self._retirement, self.comparing.experiment.columns())
        self.retirements = tuple(dict.fromkeys(end for end in ends if end is not None))

    def _experiment(self, prompt: Prompt, repeats: int | None) -> Experiment:
        known = self.lock.recording.repeats if self.lock.recording is not None else None
        if prompt.compare is None:
            experiment = Experiment(prompt, repeats=repeats or known or REPEATS)
        else:
            experiment = Experiment.from_comparison(prompt)
            experiment = replace(experiment, repeats=repeats or known or experiment.repeats)
        if experiment.cell_count > MOST_ANSWERS:
            what = f"{self.slug} has {experiment.cell_count:,} cells ({experiment.size_text})"
            raise InputError(f"{what}, and {MOST_ANSWERS} answers are the most that are recorded", "take fewer repeats")
        return replace(experiment, prompt=replace(prompt, compare=experiment.to_comparison()))

    @property
    def recorded_on(self) -> str:
        """The day of the recording on this machine's clock; "" where there is none."""
        if self.lock.recording is None:
            return ""
        try:
            return datetime.fromisoformat(self.lock.recording.recorded_at).astimezone().strftime("%Y-%m-%d")
        except (ValueError, OverflowError):
            return "a day that can't be read"  # someone else wrote into it

    # -- before anything is sent ---------------------------------------------------------------------------------

    @property
    def changes(self) -> tuple[Change, ...]:
        """What changed here since it was recorded; () where nothing did, or nothing was recorded."""
        return changes(self.lock.recording, self.asked) if self.lock.recording is not None else ()

    @property
    def gone(self) -> tuple[Retirement, ...]:
        """The models that were switched off, by what is known of them."""
        return tuple(each for each in self.retirements if each.gone)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """What is to be asked: all but what a model would answer that was switched off."""
        experiment = self.comparing.experiment
        if self.comparing.anyway:
            return experiment.cells()
        gone = {column.index for column in experiment.columns() if (end := self._retirement(column)) and end.gone}
        return tuple(cell for cell in experiment.cells() if cell.column not in gone)

    def check_can_write(self) -> None:
        """Raises StorageError where the file could not be written: before anything is paid for it."""
        from workbench.adapters.presets.save import check_can_save

        check_can_save(self.lock.path)

    def problems(self) -> tuple[Problem, ...]:
        """What keeps these cells from being sent."""
        cells = self.cells
        if len(cells) == self.comparing.experiment.cell_count:
            return self.comparing.problems()
        return self.comparing.problems_of(cells) if cells else ()

    def _retirement(self, column: Column) -> Retirement | None:
        connection = self.comparing.connection_of(column)
        model = self._services.asked_model(column.prompt, connection)
        rules = self._services.rules(model, connection)
        return retirement(model, rules.shutdown if rules is not None else None, date.today())

    def _asked(self) -> Recording:
        experiment = self.comparing.experiment
        columns = experiment.columns()
        return Recording(
            preset=self.slug,
            connection=self._base_name(columns),
            repeats=experiment.repeats,
            columns=tuple(map(self._asked_column, columns)),
            variables=self._texts,
            parts=dict(part for column in columns for part in self._parts(column)),
            program=__version__,
        )

    def _base_name(self, columns: Sequence[Column]) -> str:
        """The connection of what names none; a practice model, which means its own, is no sign of it."""
        used = (self.comparing.connection_of(column) for column in columns if not column.connection)
        named = next((each.name for each in used if not each.is_practice), "")
        return named or self.comparing.connection("", self.comparing.experiment.prompt.model).name

    def _asked_column(self, column: Column) -> RecordedColumn:
        cases = range(self.comparing.experiment.case_count)
        bodies = [self.comparing.request(Cell(column.index, case, 0)).body for case in cases]
        connection = self.comparing.connection_of(column)
        return RecordedColumn(
            setting=dict(column.setting),
            connection=connection.name,
            host=connection.host,
            model=str(bodies[0].get("model", "")),
            parameters=asked_parameters(bodies[0]),
            cases=tuple(map(asked_case, bodies)),
        )

    def _parts(self, column: Column) -> list[tuple[str, str]]:
        from workbench.adapters.presets.write import as_plain

        parts = self._services.parts(column.prompt)[0]
        named = [("persona", column.prompt.persona, parts.persona), ("format", column.prompt.format, parts.format)]
        return [(f"{kind} {slug}", short_digest(as_plain(part))) for kind, slug, part in named if part is not None]

    # -- after -----------------------------------------------------------------------------------------------------

    def recording(self, report: ExperimentReport, backends: Mapping[Cell, Backend]) -> Recording:
        """What came, as it may be written. It takes a second with many answers: for a thread."""
        return self.to_write(recorded(self.asked, report, backends))

    def to_write(self, came: Recording) -> Recording:
        """The same without a key in any text."""
        for column in self.comparing.experiment.columns():
            came = came.masked(mask_for(self.comparing.connection_of(column).key))
        return replace(came, recorded_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))

    def write(self, recording: Recording) -> LockFile:
        """Write it beside the preset, in place of what was read there. StorageError."""
        from workbench.adapters.presets.lock_file import write_lock

        self.lock = write_lock(self.lock.path, recording, known=self.lock.digest)
        return self.lock


def _texts_given(services: Services, prompt: Prompt, names: Collection[str]) -> dict[str, str]:
    """The texts of these variables, files read. What can't be read is a problem of the request."""
    values, _ = services.values(prompt)
    defaults = {each.name: each.default for each in prompt.variables if each.default is not None}
    texts = {**defaults, **values}
    return {name: texts[name] for name in names if name in texts}
