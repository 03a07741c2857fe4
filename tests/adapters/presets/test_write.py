"""Presets as YAML: what is written reads back, here and with PyYAML, for a person to read (Y16, Y18, Y25-27, Y52)."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.presets.strategies import ODD_SCALARS, clean_texts, presets, values
from workbench.adapters.presets.read import read_preset
from workbench.adapters.presets.write import as_plain, preset_yaml
from workbench.core.errors import InputError
from workbench.core.json_clean import clean_json
from workbench.core.json_value import JSON
from workbench.core.parts import Format, Persona
from workbench.core.preset import Preset
from workbench.core.prompt import Check, Comparison, Message, ParameterValues, Prompt, Role, SendLimit, Variable
from workbench.core.yaml_text import yaml_text

LOADERS = [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)]

FULL = Prompt(
    name="Summarise Korean news",
    description="Two bullets: nothing else",
    model="gpt-5.4-mini",
    persona="concise",
    format="010",
    messages=(
        Message(Role.SYSTEM, 'Be "brief": answer in 한국어 👩\u200d👩\u200d👧'),
        Message(Role.USER, "Summarise in two bullets:\n\n\t{{text}} \n"),
        Message(Role.ASSISTANT, "  - first\n  - second", on=False),
        Message(Role.USER, "Now {{tone}}"),
    ),
    parameters=ParameterValues(
        {"temperature": 0.7, "seed": 7, "stop": ["END", "a:b", "3"], "extra": {"tiny": 1e-05, "on": None}}
    ),
    variables=(Variable("text", "the article", "", value="@secret.txt"), Variable("tone", value="typed")),
    send=SendLimit(last_turns=4),
    checks=(Check("contains", "점심"), Check("json"), Check("max_tokens", 200)),
    compare=Comparison({"temperature": [0, 0.5, 1]}, 5, ({"text": "one"}, {"text": "two\nlines"})),
)
FULL_FILE = """\
# yaml-language-server: $schema=presets.json
kind: prompt
name: Summarise Korean news
description: "Two bullets: nothing else"
model: gpt-5.4-mini
persona: concise
format: "010"
messages:
  - role: system
    content: 'Be "brief": answer in 한국어 👩\u200d👩\u200d👧'
  - role: user
    content: |
      Summarise in two bullets:

      \t{{text}}\x20
  - role: assistant
    content: |2-
        - first
        - second
    enabled: false
  - role: user
    content: Now {{tone}}
variables:
  text: {description: the article, default: ""}
  tone: {}
parameters:
  temperature: 0.7
  seed: 7
  stop: [END, "a:b", "3"]
  extra: {tiny: 1.0e-05, "on": null}
send: {last_turns: 4}
checks:
  - {type: contains, value: 점심}
  - {type: json}
  - {type: max_tokens, value: 200}
compare:
  vary: {temperature: [0, 0.5, 1]}
  repeats: 5
  cases:
    - {text: one}
    - text: |-
        two
        lines
"""


def without_typed(value: Preset) -> Preset:
    """What a file keeps: no value that a person typed, and no half of a character."""
    if not isinstance(value, Prompt):
        return value
    return replace(value, variables=tuple(replace(variable, value=None) for variable in value.variables))


def plain(value: Preset) -> JSON:
    return clean_json(as_plain(value), "", lambda _: None)


def test_a_prompt_is_a_file_that_a_person_reads() -> None:
    assert preset_yaml(FULL, modeline="# yaml-language-server: $schema=presets.json") == FULL_FILE
    assert read_preset(FULL_FILE.encode(), "x.yaml", "x").value == without_typed(FULL)


def test_only_what_is_set_is_written() -> None:
    assert preset_yaml(Prompt()) == "kind: prompt\n"
    assert preset_yaml(Persona("x", "Pirate")) == "kind: persona\nname: Pirate\n"
    assert preset_yaml(Format("x", instruction="Answer in one word.")) == (
        "kind: format\ninstruction: Answer in one word.\n"
    )
    assert preset_yaml(Format("x", response_format={"type": "json_object"})) == (
        "kind: format\nresponse_format: {type: json_object}\n"
    )


@given(presets)
@settings(max_examples=75)
def test_what_is_saved_is_what_is_opened(value: Preset) -> None:
    text = preset_yaml(value)
    again = read_preset(text.encode(), "x.yaml", "x").value
    # Through the plain form, where halves of characters are mended on both sides.
    assert plain(again) == plain(value)
    assert type(again) is type(value)
    if "\ufffd" not in text:
        assert again == without_typed(value)
    # A script with PyYAML reads the same.
    for loader in LOADERS:
        assert yaml.load(text, loader) == plain(value)


@given(st.dictionaries(clean_texts, values, min_size=1, max_size=4))
@settings(max_examples=80)
def test_any_value_reads_back_with_its_types_and_its_order(value: dict[str, JSON]) -> None:
    for loader in LOADERS:
        assert repr(yaml.load(yaml_text(value), loader)) == repr(value)


@pytest.mark.parametrize("text", ODD_SCALARS)
def test_what_readers_take_for_something_else_stays_text(text: str) -> None:
    value: dict[str, JSON] = {"x": text, text: [text, {text: text}], "deep": {"list": [[text], text]}}
    for loader in LOADERS:
        assert yaml.load(yaml_text(value), loader) == value
    prompt = Prompt(name=text, messages=(Message(Role.USER, text),))
    assert read_preset(preset_yaml(prompt).encode(), "x.yaml", "x").value == prompt


@pytest.mark.parametrize("pattern", ["{}", "a{}b", "{}a\nb\n", "a\n{}b\n", "a {}\nb"])
def test_every_character_there_is_reads_back_in_every_place(pattern: str) -> None:
    chars = [chr(code) for code in (*range(0x3100), *range(0xD7F0, 0xD800), *range(0xE000, 0x10FFFF, 0x3FF))]
    edges = [
        chr(code) for plane in range(0, 0x110000, 0x10000) for code in (plane + 0xFFFD, plane + 0xFFFE, plane + 0xFFFF)
    ]
    value: dict[str, JSON] = {"x": [pattern.format(char) for char in (*chars, *edges)]}
    assert yaml.load(yaml_text(value), LOADERS[1]) == value


def test_nothing_hidden_and_nothing_a_terminal_obeys_stands_in_a_line() -> None:
    text = preset_yaml(
        Prompt(name="a\x1b]52;c;x\x07\u202eb\u200b\ufeff\x85", messages=(Message(Role.USER, "a\u2028b\nc"),))
    )
    assert text.isascii()
    assert text.replace("\n", "").isprintable()


def test_long_text_is_not_folded_and_blocks_keep_blanks_and_tabs() -> None:
    long = "word " * 400 + "end"
    code = "def f():\n\treturn 1   \n\n\n"
    text = preset_yaml(Prompt(messages=(Message(Role.USER, long), Message(Role.USER, code))))
    assert f"content: {long}\n" in text
    assert "    content: |+\n      def f():\n      \treturn 1   \n\n\n" in text


def test_halves_of_a_character_become_what_is_sent() -> None:
    prompt = Prompt(name="\ud83d\ude00 \ud800", messages=(Message(Role.USER, "x\udc00"),))
    read = read_preset(preset_yaml(prompt).encode(), "x.yaml", "x").value
    assert read == Prompt(name="😀 \ufffd", messages=(Message(Role.USER, "x\ufffd"),))


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"temperature": float("nan")}, "parameters.temperature must be a number, not NaN"),
        ({"extra": {"x": [float("inf")]}}, "parameters.extra.x[0] must be a number"),
        ({"seed": 10**1200}, "that many digits"),
        ({"seed": 10**5000}, "parameters.seed is a number with too many digits"),
    ],
)
def test_a_value_that_no_file_can_hold_is_named(parameters: dict[str, JSON], says: str) -> None:
    with pytest.raises(InputError, match=says.replace("[", r"\[")):
        preset_yaml(Prompt(parameters=ParameterValues(parameters)))


def test_two_variables_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match='two variables have the name "a"'):
        preset_yaml(Prompt(variables=(Variable("a"), Variable("a", default="1"))))
