"""`workbench history delete`, `prune` and `vacuum`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import CommandLine
from tests.support.storage import a_connection, a_prompt, a_request, an_outcome
from workbench.adapters.database import Database
from workbench.adapters.database_file import connect
from workbench.adapters.experiments import Experiments
from workbench.adapters.files import Paths
from workbench.adapters.history import History
from workbench.core.events import State
from workbench.core.experiment import Cell, Experiment
from workbench.core.grid_values import GridState

NOW = datetime.now(UTC)


@contextmanager
def opened(cli: CommandLine) -> Iterator[Database]:
    database = Database.open(Paths.find({"WORKBENCH_HOME": str(cli.home)}))
    yield database
    assert database.close() == 0


async def run(database: Database, days_ago: float, text: str = "hello") -> str:
    record = await History(database).begin(
        prompt=a_prompt(text), request=a_request(text), connection=a_connection(), at=NOW - timedelta(days=days_ago)
    )
    await record.end(an_outcome(text))
    return record.id


def three_runs_and_a_comparison(cli: CommandLine) -> tuple[list[str], str]:
    """Of 100 (starred), 50 and 1 days ago; the middle one is large. The comparison has a run of 60 days ago."""

    async def work() -> tuple[list[str], str]:
        runs = [await run(database, 100), await run(database, 50, "large " * 5000), await run(database, 1)]
        experiment = Experiments(database).new()
        await experiment.begin(Experiment(prompt=a_prompt()))
        experiment.cell(Cell(0, 0, 0), await run(database, 60), State.COMPLETE)
        await experiment.end(GridState.COMPLETE)
        return runs, experiment.id

    with opened(cli) as database:
        made = asyncio.run(work())
    with contextlib.closing(connect(cli.home / "workbench.db")) as connection:
        connection.execute("UPDATE runs SET starred = 1 WHERE id = ?", (made[0][0],))
        connection.execute("UPDATE experiments SET began_at = ?", ((NOW - timedelta(days=60)).isoformat(),))
    return made


def left(cli: CommandLine) -> tuple[set[str], set[str]]:
    with opened(cli) as database:
        return {each.id for each in History(database).recent()}, {each.id for each in Experiments(database).recent()}


def dry(cli: CommandLine, *arguments: str) -> list[str]:
    """The ids that would go."""
    ended = cli("history", *arguments, "--dry-run")
    assert ended.code == 0
    return [line.split("\t")[0] for line in ended.out.splitlines()]


def test_prune_takes_what_fits_all_that_is_asked_and_no_starred_one(cli: CommandLine) -> None:
    (starred, large, new), comparison = three_runs_and_a_comparison(cli)
    assert dry(cli, "prune", "--older-than", "7w") == [large, comparison]
    assert dry(cli, "prune", "--older-than", "30d", "--starred") == [large, comparison, starred]
    assert dry(cli, "prune", "--keep", "1") == [large, comparison]
    assert dry(cli, "prune", "--keep", "0") == [new, large, comparison]
    assert dry(cli, "prune", "--larger-than", "20 kB") == [large]
    assert dry(cli, "prune", "--larger-than", "20kB", "--older-than", "55d") == []
    day = f"{NOW - timedelta(days=55):%Y-%m-%d}"
    assert dry(cli, "delete", "--before", day) == [comparison]
    assert dry(cli, "delete", "last") == [new]
    assert len(left(cli)[0]) == 4
    ended = cli("history", "prune", "--older-than", "30d", "--yes")
    assert (ended.code, ended.out) == (0, "")
    assert "deleted 2 runs and 1 comparison" in ended.err
    assert left(cli) == ({starred, new}, set())


def test_named_ones_go_after_a_question(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    (starred, large, new), comparison = three_runs_and_a_comparison(cli)
    ended = cli("history", "delete", large)
    assert ended.code == 2
    assert "--yes deletes without asking" in ended.err
    monkeypatch.setattr("workbench.cli.diagnostics._is_attended", lambda: True)
    ended = cli("history", "delete", large[:-2], stdin=b"n\n")
    assert ended.code == 2
    assert "delete 1 run (" in ended.err
    assert "nothing is deleted" in ended.err
    assert cli("history", "delete", large[:-2], starred, comparison, stdin=b"y\n").code == 0
    assert left(cli) == ({new}, set())


def test_a_cell_of_a_comparison_is_said(cli: CommandLine) -> None:
    _, comparison = three_runs_and_a_comparison(cli)
    with opened(cli) as database, database.read() as connection:
        ((cell,),) = connection.execute("SELECT run FROM cells").fetchall()
    ended = cli("history", "delete", cell, "--yes")
    assert f"{cell} is a cell of the comparison {comparison}, which keeps the prompt" in ended.err
    assert comparison in left(cli)[1]


def test_what_runs_elsewhere_is_left_alone(cli: CommandLine) -> None:
    with opened(cli) as database:
        begun = asyncio.run(History(database).begin(prompt=a_prompt(), request=a_request(), connection=a_connection()))
        ended = cli("history", "delete", begun.id, "--yes")
        assert ended.code == 1
        assert f"{begun.id} is still running" in ended.err
        assert History(database).get(begun.id) is not None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("delete", "nope"), "there is no run nope"),
        (("delete", "last"), "there is no run in history yet"),
        (("delete", ""), "there is no run"),
        (("delete",), "either ids or --before"),
        (("delete", "x", "--before", "2026-01-01"), "either ids or --before"),
        (("delete", "--before", "1.1.2026"), "not a date"),
        (("prune",), "needs --older-than"),
        (("prune", "--older-than", "90"), "not an age"),
        (("prune", "--keep", "-1"), "not a whole number"),
        (("prune", "--larger-than", "big"), "not a size"),
    ],
)
def test_what_makes_no_sense_deletes_nothing(cli: CommandLine, arguments: Sequence[str], said: str) -> None:
    ended = cli("history", *arguments)
    assert ended.code == 2
    assert said in ended.err


def test_vacuum_tells_the_bytes(cli: CommandLine) -> None:
    three_runs_and_a_comparison(cli)
    with contextlib.closing(connect(cli.home / "workbench.db")) as connection:
        connection.execute("DELETE FROM answers")
        connection.execute("DELETE FROM bodies")
    before = (cli.home / "workbench.db").stat().st_size
    ended = cli("history", "vacuum")
    after = (cli.home / "workbench.db").stat().st_size
    assert ended.code == 0
    assert f"({after:,} bytes), before" in ended.err
    assert f"({before:,} bytes)" in ended.err
    assert after < before
