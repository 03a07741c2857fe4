from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from workbench.adapters.presets.read import PresetFault, read_preset
from workbench.adapters.presets.schema import MODELINE, json_schema, schema_text
from workbench.adapters.yaml_file import read_yaml
from workbench.core.parameters import PARAMETERS

PRESETS = Path(__file__).parents[3] / "presets"
FILES = sorted(PRESETS.glob("*/*.yaml"))
SCHEMA = Draft202012Validator(json_schema())


def fits(text: str) -> bool:
    return bool(SCHEMA.is_valid(read_yaml(text.encode(), "f.yaml").value))


def reads(text: str) -> bool:
    try:
        return not read_preset(text.encode(), "f.yaml", "f").warnings
    except PresetFault:
        return False


def test_it_is_the_schema_that_lies_beside_the_presets() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert (PRESETS / "schema.json").read_text("utf-8") == schema_text()
    assert json.loads(schema_text()) == json_schema()
    assert MODELINE == "# yaml-language-server: $schema=../schema.json"


def test_it_explains_every_key_and_holds_every_parameter() -> None:
    parts = json_schema()["$defs"]
    assert isinstance(parts, dict)
    for part in parts.values():
        assert isinstance(part, dict)
        fields = part["properties"]
        assert isinstance(fields, dict)
        assert all(isinstance(field, dict) and field["description"] for field in fields.values())
    parameters = parts["PersonaFile"]["properties"]["parameters"]["properties"]  # type: ignore[index, call-overload]
    assert [*parameters] == [parameter.name for parameter in PARAMETERS]  # type: ignore[misc]
    assert parameters["temperature"] == {  # type: ignore[index, call-overload]
        "description": "How freely words are picked: 0 takes the likeliest, higher is more varied",
        "type": "number",
        "minimum": 0,
        "maximum": 2,
        "default": 1,
    }


def test_nothing_in_it_is_fetched() -> None:
    references = [line.split('"')[3] for line in schema_text().splitlines() if '"$ref"' in line]
    assert references
    assert all(reference.startswith("#/$defs/") for reference in references)


def test_there_are_shipped_presets() -> None:
    assert len(FILES) >= 30


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_shipped_preset_fits(path: Path) -> None:
    file = read_yaml(path.read_bytes(), path.name)
    assert [error.message for error in SCHEMA.iter_errors(file.value)] == []


@pytest.mark.parametrize(
    "text",
    [
        "kind: prompt",
        "kind: persona\nversion: 1",
        "kind: format\nresponse_format: {type: text}",
        "kind: prompt\nmessages: [{role: developer, content: x, enabled: false}]",
        "kind: prompt\nparameters: {stop: [a], n: 1.0, tool_choice: auto, extra: {top_k: 1}, logit_bias: {5: 1}}",
        "kind: prompt\nvariables: {점심: {}, _x1: {default: ''}}\nsend: {tokens: 5}\npersona: 한국 팬",
        "kind: prompt\nchecks: [{type: json}, {type: schema, value: {}}, {type: max_cost, value: 0}]",
        "kind: prompt\ncompare: {vary: {n: 1..5 step 1, model: [a], persona: [x, '']}, cases: [{a: b}], repeats: 2}",
        "kind: prompt\ncompare: {vary: {n: 1..5, connection: [practice, openai], extra: [{top_k: 1}]}}",
        "kind: prompt\ncompare: {vary: {temperature: 1..0 step 0.5, reasoning_effort: [low, high]}}",
        "kind: prompt\nmessages: [{role: user, content: x}]\ncompare: {vary: {off: each, 'messages[0]': [a, '']}}",
        "kind: prompt\nmessages: [{role: user, content: x}]\ncompare: {vary: {off: [null, 0]}}",
    ],
)
def test_what_both_take(text: str) -> None:
    assert reads(text)
    assert fits(text)


@pytest.mark.parametrize(
    "text",
    [
        "name: x",
        "kind: promt",
        "kind: prompt\nversion: 2",
        "kind: prompt\nnaem: x",
        "kind: prompt\nname: 5",
        "kind: prompt\nname:",
        "kind: persona\nchecks: []",
        "kind: format\nmessages: []",
        "kind: prompt\npersona: ../x",
        "kind: prompt\nformat: a/b",
        "kind: prompt\nmessages: x",
        "kind: prompt\nmessages: [x]",
        "kind: prompt\nmessages: [{content: x}]",
        "kind: prompt\nmessages: [{role: function}]",
        "kind: prompt\nmessages: [{role: user, content: [x]}]",
        "kind: prompt\nmessages: [{role: user, enabled: no}]",
        "kind: prompt\nparameters: {temprature: 1}",
        "kind: prompt\nparameters: {temperature: 9}",
        "kind: prompt\nparameters: {temperature: '1'}",
        "kind: prompt\nparameters: {n: 1.5}",
        "kind: prompt\nparameters: {stop: [a, b, c, d, e]}",
        "kind: prompt\nparameters: {stop: 5}",
        "kind: prompt\nparameters: {verbosity: loud}",
        "kind: prompt\nparameters: {tools: {}}",
        "kind: prompt\nparameters: {stream: yes}",
        "kind: prompt\nvariables: {x: y}",
        "kind: prompt\nvariables: {2x: {}}",
        "kind: prompt\nvariables: {'a b': {}}",
        "kind: prompt\nsend: {last_turns: 1, tokens: 2}",
        "kind: prompt\nsend: {last_turns: 0}",
        "kind: prompt\nchecks: [{type: contains}]",
        "kind: prompt\nchecks: [{type: contains, value: 5}]",
        "kind: prompt\nchecks: [{type: json, value: 5}]",
        "kind: prompt\nchecks: [{type: nothing}]",
        "kind: prompt\nchecks: [{type: max_seconds, value: -1}]",
        "kind: prompt\ncompare: {vary: {temperature: 1}}",
        "kind: prompt\ncompare: {vary: {temperature: 0..1}}",
        "kind: prompt\ncompare: {vary: {verbosity: 0..2 step 1}}",
        "kind: prompt\ncompare: {vary: {nothing: [1]}}",
        "kind: prompt\ncompare: {vary: {model: []}}",
        "kind: prompt\ncompare: {vary: {timeout: [1]}}",
        "kind: prompt\ncompare: {vary: {stream: [true]}}",
        "kind: prompt\ncompare: {vary: {connection: ['']}}",
        "kind: prompt\ncompare: {vary: {off: all}}",
        "kind: prompt\ncompare: {vary: {off: [-1]}}",
        "kind: prompt\ncompare: {vary: {'messages[01]': [x]}}",
        f"kind: prompt\ncompare: {{vary: {{seed: {list(range(101))}}}}}",
        "kind: prompt\ncompare: {cases: rows.csv}",
        "kind: prompt\ncompare: {cases: [{a: 1}]}",
        "kind: prompt\nbase_url: https://x.example",
        "kind: prompt\napi_key: x",
    ],
)
def test_what_neither_takes(text: str) -> None:
    assert not reads(text)
    assert not fits(text)
