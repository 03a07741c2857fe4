"""What the composition root adds to a request: the day, the user's rules, the files that variables name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from workbench.core.parts import NO_PARTS, Format, Parts
from workbench.core.prompt import Image, Message, Prompt, Role, SendLimit, Variable
from workbench.core.request import Request
from workbench.services import Services

RULES = """\
version: 1
models:
  - {names: [gone], shutdown: 2001-02-03}
  - {names: [here], shutdown: 9999-02-03}
"""


def built(folder: Path, prompt: Prompt) -> Request:
    (folder / "models.yaml").write_text(RULES)
    environ = {"WORKBENCH_HOME": str(folder), "OPENAI_API_KEY": "sk-test-0123456789abcdef"}
    with Services.open(environ, folder) as services:
        return services.build(prompt, services.connection("openai"))


@pytest.mark.parametrize(
    ("model", "problems"),
    [("gone", ["gone was shut down on 2001-02-03: choose another model"]), ("here", [])],
)
def test_a_shutdown_date_is_judged_by_the_day_of_the_computer(tmp_path: Path, model: str, problems: list[str]) -> None:
    prompt = Prompt(model=model, messages=(Message(Role.USER, "hi"),))
    assert [problem.text for problem in built(tmp_path, prompt).problems] == problems


def test_a_variable_reads_its_file_and_says_where_it_can_not(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("the article")
    asked = (Message(Role.USER, "{{text}}{{gone}}"),)
    there = Variable("text", value="@text.txt")
    request = built(tmp_path, Prompt(model="m", messages=asked, variables=(there, Variable("gone", value="@no.txt"))))
    assert [(problem.field, problem.can_send) for problem in request.problems][:1] == [("variables.gone", False)]
    request = built(tmp_path, Prompt(model="m", messages=asked, variables=(there, Variable("gone", value=""))))
    assert request.body["messages"] == [{"role": "user", "content": "the article"}]


def test_an_image_that_is_gone_is_said_only_where_it_would_be_sent(tmp_path: Path) -> None:
    older = Message(Role.USER, "look", images=(Image("gone.png", "", "d"),))
    prompt = Prompt(model="m", messages=(older, Message(Role.ASSISTANT, "seen"), Message(Role.USER, "and now?")))
    assert [problem.field for problem in built(tmp_path, prompt).problems] == ["messages[0].images[0]"]
    assert not built(tmp_path, replace(prompt, send=SendLimit(last_turns=1))).problems


def test_of_the_parts_each_is_found_or_said(tmp_path: Path) -> None:
    (tmp_path / "presets" / "formats").mkdir(parents=True)
    (tmp_path / "presets" / "formats" / "bad.yaml").write_text("kind: format\nresponse_format: 3\n")
    (tmp_path / "presets" / "formats" / "one.yaml").write_text("kind: format\ninstruction: One word.\n")
    with Services.open({"WORKBENCH_HOME": str(tmp_path / "home")}, tmp_path) as services:
        assert services.parts(Prompt()) == (NO_PARTS, [])
        parts, problems = services.parts(Prompt(persona="pirat", format="one"))
        assert parts == Parts(format=Format("one", instruction="One word."))
        assert [(each.field, each.text) for each in problems] == [
            ("persona", "there is no persona named 'pirat': did you mean pirate?")
        ]
        for _ in range(2):
            parts, problems = services.parts(Prompt(persona="pirate", format="bad"))
            assert (parts.persona is not None, parts.format) == (True, None)
            assert "bad.yaml:2: response_format" in problems[0].text
        assert services.parts(Prompt(format="../formats/one"))[0] == NO_PARTS
