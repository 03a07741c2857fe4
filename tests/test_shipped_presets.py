"""Every shipped preset is read, built and run on the practice model as it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest

from workbench.adapters.presets.library import shipped_folder
from workbench.adapters.presets.read import ReadPreset, read_preset
from workbench.adapters.presets.schema import MODELINE
from workbench.adapters.presets.write import preset_yaml
from workbench.core.events import State
from workbench.core.findings import Findings
from workbench.core.json_schema_strict import check_strict
from workbench.core.merge import variable_names
from workbench.core.message_parts import function_call
from workbench.core.outcome import Outcome
from workbench.core.parts import Format, Persona
from workbench.core.preset import Kind
from workbench.core.prompt import Prompt
from workbench.core.slug import check_slug
from workbench.services import Services

FOLDER = Path(__file__).parents[1] / "presets"
FILES = sorted(FOLDER.glob("*/*.yaml"))
PROMPTS = [path.stem for path in FILES if path.parent.name == "prompts"]
FROM_THE_COURSE = {
    Kind.PERSONA: "kind-ko summariser json-only pirate consultant historian korea-fan",
    Kind.FORMAT: "plain markdown bullets table one-word json entities review",
    Kind.PROMPT: "world-series world-series-json world-cup news-ko capitals isinstance consult product-name "
    "token-economy classify extract csv",
}
OF_DAILY_USE = "reviewer translator teacher editor sql"
HANGUL = re.compile("[가-힣]")


def read(path: Path) -> ReadPreset:
    return read_preset(path.read_bytes(), path.name, path.stem)


def prompt_of(path: Path) -> Prompt:
    """What `workbench run` makes of the file alone."""
    match read(path).value:
        case Prompt() as prompt:
            return prompt
        case Persona(slug=slug):
            return Prompt(persona=slug)
        case Format(slug=slug):
            return Prompt(format=slug)


def formats() -> Mapping[str, Format]:
    found = {path.stem: read(path).value for path in FILES if path.parent.name == "formats"}
    return {slug: value for slug, value in found.items() if isinstance(value, Format)}


def prompts() -> Mapping[str, Prompt]:
    found = {path.stem: read(path).value for path in FILES if path.parent.name == "prompts"}
    return {slug: value for slug, value in found.items() if isinstance(value, Prompt)}


def open_services(folder: Path) -> Services:
    (folder / "settings.toml").write_text('default_model = "practice-fast"\n')
    return Services.open({"WORKBENCH_HOME": str(folder)}, folder)


each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")


def test_every_case_of_the_course_and_of_daily_use_is_there() -> None:
    wanted = {kind: set(slugs.split()) for kind, slugs in FROM_THE_COURSE.items()}
    wanted[Kind.PERSONA] |= set(OF_DAILY_USE.split())
    for kind, least in ((Kind.PERSONA, 12), (Kind.FORMAT, 8), (Kind.PROMPT, 12)):
        there = {path.stem for path in FILES if path.parent.name == kind.folder}
        assert wanted[kind] <= there
        assert len(there) >= least
    slugs = [path.stem for path in FILES]
    assert len(set(slugs)) == len(slugs), "a slug that two kinds share is found as one of them only"


def test_the_program_finds_them_where_they_are(tmp_path: Path) -> None:
    assert shipped_folder() == FOLDER
    with open_services(tmp_path) as services:
        entries = services.presets.entries()
    assert [entry for entry in entries if entry.error] == []
    assert sorted(Path(entry.path) for entry in entries) == FILES


@each_file
def test_a_file_is_read_without_a_word_and_can_be_learned_from(path: Path) -> None:
    found = read(path)
    assert (found.warnings, found.comments, found.modeline) == ((), 0, MODELINE)
    assert found.kind.folder == path.parent.name
    assert check_slug(path.stem) == ""
    for text in (found.value.name, found.value.description):
        assert text.strip()
        assert len(text.splitlines()) == 1
        assert len(text) <= 120
    # Saved as yours it looks the same, so that a diff shows only what you changed.
    assert preset_yaml(found.value, modeline=found.modeline) == path.read_text("utf-8")


@pytest.mark.parametrize("slug", PROMPTS)
def test_a_prompt_runs_with_nothing_typed(slug: str, tmp_path: Path) -> None:
    prompt = prompts()[slug]
    assert prompt.model == ""
    for variable in prompt.variables:
        assert variable.description
        assert (variable.default or "").strip()
        assert variable.value is None
    with open_services(tmp_path) as services:
        parts, problems = services.parts(prompt)
        assert problems == []
        assert (parts.persona is None, parts.format is None) == (not prompt.persona, not prompt.format)
        used = variable_names(prompt, parts)
    assert {variable.name for variable in prompt.variables} == set(used)


def test_no_preset_leaves_the_builder_with_a_problem(tmp_path: Path) -> None:
    with open_services(tmp_path) as services:
        connection = services.connection("practice")
        problems = {path.stem: services.build(prompt_of(path), connection).problems for path in FILES}
    assert {slug: found for slug, found in problems.items() if found} == {}


def test_schemas_are_strict_and_a_json_format_says_so() -> None:
    schemas = 0
    for slug, each in formats().items():
        assert each.instruction.strip(), slug
        if each.response_format is None:
            continue
        assert "json" in each.instruction.lower(), slug
        given = each.response_format.get("json_schema")
        if isinstance(given, dict):
            schema = given["schema"]
            assert given["strict"] is True
            assert isinstance(schema, dict)
            findings = Findings()
            check_strict(schema, slug, findings)
            assert (findings.problems, findings.notes) == ([], [])
            schemas += 1
    assert schemas == 2


def test_who_answers_in_korean_is_told_so_in_korean() -> None:
    for slug in ("kind-ko", "pirate", "korea-fan"):
        persona = read(FOLDER / "personas" / f"{slug}.yaml").value
        assert isinstance(persona, Persona)
        assert all(len(HANGUL.findall(message.content)) > 150 for message in persona.messages), slug


def test_the_experiments_vary_what_there_is(tmp_path: Path) -> None:
    compared = {slug: prompt.compare for slug, prompt in prompts().items() if prompt.compare is not None}
    assert {"product-name", "token-economy", "classify"} <= set(compared)
    assert [*compared["product-name"].vary] == ["temperature"]
    personas = ["wordy", "concise"]
    assert compared["token-economy"].vary["persona"] == personas
    with open_services(tmp_path) as services:
        both = [services.parts(Prompt(persona=slug))[0].persona for slug in personas]
    wordy, concise = (len(persona.messages[0].content) for persona in both if persona is not None)
    assert wordy > 5 * concise


async def test_each_answers_on_the_practice_model_and_json_answers_are_valid(tmp_path: Path) -> None:
    with open_services(tmp_path) as services:
        connection = services.connection("practice")
        outcomes: dict[str, Outcome] = {}
        requests = {}
        for path in FILES:
            job = services.job(prompt_of(path), connection, source="cli", preset=path.stem)
            requests[path.stem] = job.request
            outcomes[path.stem] = await services.start(job, lambda events: None).execute()
        await services.close_endpoints()
    assert {slug: outcome.error for slug, outcome in outcomes.items() if outcome.state is not State.COMPLETE} == {}
    checked = 0
    for slug, outcome in outcomes.items():
        text = outcome.answer.choices[0].text
        assert text.strip() or requests[slug].body.get("tools"), slug
        asked = requests[slug].body.get("response_format")
        if isinstance(asked, dict):
            answer = json.loads(text)
            assert isinstance(answer, dict), slug
            given = asked.get("json_schema")
            if isinstance(given, dict):
                assert isinstance(given["schema"], dict)
                jsonschema.validate(answer, given["schema"])
            checked += 1
    assert checked == 6, "three formats alone, and three prompts with one of them"
    calls = [function_call(call) for call in outcomes["functions"].answer.choices[0].tool_calls]
    assert {call.name for call in calls if call} == {reply.name for reply in prompts()["functions"].replies}
