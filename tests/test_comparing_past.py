"""Runs that were made one by one, read as an experiment that nothing is sent of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.storage import a_connection, a_prompt, a_request, an_outcome
from workbench.comparing_opened import judged_outcomes
from workbench.comparing_past import open_runs
from workbench.core.errors import InputError
from workbench.core.experiment import Cell
from workbench.core.prompt import ParameterValues
from workbench.services import Services
from workbench.tui.compare_desk import CompareDesk


async def test_runs_stand_side_by_side_and_history_has_no_new_comparison(tmp_path: Path) -> None:
    with Services.open({"WORKBENCH_HOME": str(tmp_path)}, tmp_path) as services:
        ids = []
        for number, temperature in enumerate((0.0, 1.0, 1.0)):
            prompt = replace(a_prompt(), parameters=ParameterValues({"temperature": temperature}))
            run = await services.history.begin(prompt=prompt, request=a_request(), connection=a_connection())
            await run.end(an_outcome(f"answer {number}"))
            ids.append(run.id)
        assert services.database.flush()
        opened = open_runs(services, ids[::-1])
        assert opened.stored.summary.open == 1
        assert {cell: outcome.answer.choices[0].text for cell, outcome in judged_outcomes(opened).items()} == {
            Cell(0, 0, 0): "answer 0",
            Cell(1, 0, 0): "answer 1",
            Cell(1, 0, 1): "answer 2",
        }
        desk = CompareDesk.of(opened)
        assert desk.spent.requests == 6
        assert services.experiments.recent() == ()
        with pytest.raises(InputError):
            open_runs(services, ids[:1])
