"""An experiment with the objects of the program: what keeps it from being sent, and what is said of it before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.comparing import Comparing
from workbench.core.axes import Axis
from workbench.core.experiment import Experiment
from workbench.core.prompt import Message, ParameterValues, Prompt, Role
from workbench.services import Services

SETTINGS = """
[endpoints.lab]
base_url = "http://127.0.0.1:9/v1"
[endpoints.same-lab]
base_url = "http://127.0.0.1:9/v1/"
[endpoints.team]
base_url = "http://127.0.0.1:9/v1"
api_key_env = "TEAM_API_KEY"
"""
MESSAGES = (Message(Role.USER, "tell me about rain"),)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    (tmp_path / "settings.toml").write_text(SETTINGS)
    environ = {"WORKBENCH_HOME": str(tmp_path), "TEAM_API_KEY": "sk-a-key-for-nobody-0123456789abcdef"}
    with Services.open(environ, tmp_path) as services:
        yield services


def comparing(services: Services, *axes: Axis, model: str = "a-model", **parameters: float | str) -> Comparing:
    prompt = Prompt(model=model, messages=MESSAGES, parameters=ParameterValues(parameters))
    return Comparing(services, Experiment(prompt, axes), connection="practice" if "practice" in model else "lab")


def problems(services: Services, *axes: Axis, model: str = "a-model") -> list[str]:
    return [problem.text for problem in comparing(services, *axes, model=model).problems()]


def test_two_names_of_one_endpoint_are_not_two_columns(services: Services) -> None:
    (told,) = problems(services, Axis("connection", ("lab", "same-lab")))
    assert told == "@ lab and @ same-lab make the same request: both lead to one endpoint"
    assert problems(services, Axis("connection", ("lab", "lab"))) == []
    assert problems(services, Axis("connection", ("lab", "team"))) == []  # another key may be led elsewhere


def test_a_connection_that_the_practice_model_would_hide_is_named(services: Services) -> None:
    varied = Axis("connection", ("practice", "nowhere"))
    (told,) = problems(services, varied, model="practice-fast")
    assert "'nowhere'" in told
    (told,) = problems(services, Axis("connection", ("practice", "lab")), model="practice-fast")
    assert told == "practice-fast is a model of practice and of no other connection: take lab away"
    assert problems(services, Axis("model", ("practice", "a-model"))) == []


def test_what_is_said_before_is_of_use(services: Services) -> None:
    assert comparing(services, Axis("seed", (1, 2))).notes() == ()
    effort = comparing(services, Axis("reasoning_effort", ("none", "low")), model="gpt-5.4", temperature=0.7)
    (told,) = effort.notes()
    assert told.startswith("reasoning_effort low: temperature is not sent: ")
