from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.adapters.presets.read import PresetFault, ReadPreset, read_preset
from workbench.core.parts import Format, Persona
from workbench.core.preset import Kind
from workbench.core.prompt import Check, Comparison, Message, ParameterValues, Prompt, Role, SendLimit, Variable

WHOLE = """\
# yaml-language-server: $schema=../schema.json
# Two comments of the person's own,
kind: prompt
version: 1
name: Summarise 한국 news   # and a third
description: Two bullets
model: gpt-5.4-mini
persona: concise
format: bullets
messages:
  - role: system
    content: "# not a comment"
  - role: user
    content: |   # a fourth
      Summarise in two bullets: {{text}}
      # nor this
  - {role: assistant, content: "- a", enabled: false}
variables:
  text: {description: the article, default: ""}
  tone: {}
parameters:
  temperature: 0.7
  stop: [a, b]
  logit_bias: {50256: -100}
  stream: false
send: {last_turns: 4}
checks:
  - {type: contains, value: 점심}
  - {type: regex, value: "^- "}
  - {type: json}
  - {type: schema, value: {type: object}}
  - {type: max_tokens, value: 200}
  - {type: max_cost, value: 0.5}
compare:
  vary: {temperature: 0..2 step 0.25, model: [a, b], stop: [[x], y]}
  repeats: 5
  cases: [{text: one}, {text: two}]
"""


def read(text: str, kind: Kind | None = None) -> ReadPreset:
    return read_preset(text.encode(), "my.yaml", "my", kind)


def lines(text: str, kind: Kind | None = None) -> list[str]:
    with pytest.raises(PresetFault) as caught:
        read(text, kind)
    return [line.removeprefix("my.yaml:") for line in caught.value.lines]


def test_a_prompt_with_everything() -> None:
    found = read(WHOLE, Kind.PROMPT)
    assert found.kind is Kind.PROMPT
    assert found.value == Prompt(
        name="Summarise 한국 news",
        description="Two bullets",
        model="gpt-5.4-mini",
        persona="concise",
        format="bullets",
        messages=(
            Message(Role.SYSTEM, "# not a comment"),
            Message(Role.USER, "Summarise in two bullets: {{text}}\n# nor this\n"),
            Message(Role.ASSISTANT, "- a", on=False),
        ),
        parameters=ParameterValues(
            {"temperature": 0.7, "stop": ["a", "b"], "logit_bias": {"50256": -100}, "stream": False}
        ),
        variables=(Variable("text", "the article", ""), Variable("tone")),
        send=SendLimit(last_turns=4),
        checks=(
            Check("contains", "점심"),
            Check("regex", "^- "),
            Check("json"),
            Check("schema", {"type": "object"}),
            Check("max_tokens", 200),
            Check("max_cost", 0.5),
        ),
        compare=Comparison(
            {"temperature": "0..2 step 0.25", "model": ["a", "b"], "stop": [["x"], "y"]},
            5,
            ({"text": "one"}, {"text": "two"}),
        ),
    )
    assert found.modeline == "# yaml-language-server: $schema=../schema.json"
    assert found.comments == 3
    assert found.warnings == (
        "my.yaml:5: name: the text ends before ' #', which begins a comment: quote a text that goes on",
    )


def test_a_persona_and_a_format() -> None:
    persona = read("kind: persona\nname: P\nmessages: [{role: system, content: x}]\nparameters: {n: 2}\n")
    assert persona.value == Persona("my", "P", "", (Message(Role.SYSTEM, "x"),), ParameterValues({"n": 2}))
    form = read("kind: format\ninstruction: Be JSON.\nresponse_format: {type: json_object}\n")
    assert form.value == Format("my", "", "", "Be JSON.", {"type": "json_object"})
    assert (persona.warnings, form.warnings) == ((), ())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("kind: prompt", Prompt()),
        ("kind: prompt\nmessages: []\nvariables: {}\nparameters: {}\nsend: {}\nchecks: []", Prompt()),
        ("kind: prompt\ncompare: {}", Prompt(compare=Comparison({}))),
        ("kind: prompt\nsend: {tokens: 2000}", Prompt(send=SendLimit(tokens=2000))),
        ("kind: persona", Persona("my")),
        ("kind: format", Format("my")),
        ("kind: format\nresponse_format: {}", Format("my", response_format={})),
    ],
)
def test_what_is_absent_is_not_set(text: str, value: object) -> None:
    assert read(text).value == value


def test_every_fault_is_told_at_once_in_the_order_of_the_file() -> None:
    text = "kind: prompt\nnmae: x\nname: 5\nname: y\nmessages:\n  - role: usr\n  - &a b\nparameters: {n: x, m: 1}\n"
    assert lines(text) == [
        "2: nmae: unknown key: did you mean name?",
        "3: name: found the number 5: put it in quotes: a text is meant here",
        "4: name: name stands here a second time; the first is on line 3",
        "6: messages[0].role: unknown role usr: did you mean user?",
        "7: messages[1]: a text can't begin with &: &a is an anchor in YAML: put the text in quotes or into a | block",
        '8: parameters.n: must be a whole number, not the text "x"',
        "8: parameters.m: unknown key: what an endpoint adds of its own goes into extra",
    ]


def test_the_fault_s_own_line_is_the_first_and_how_many_more() -> None:
    with pytest.raises(PresetFault) as caught:
        read("kind: prompt\na: 1\nb: 2\nnaem: 3")
    assert caught.value.line == f"{caught.value.lines[0]} (and 2 more)"
    with pytest.raises(PresetFault) as caught:
        read("kind: prompt\nnaem: 3")
    assert caught.value.line == "my.yaml:2: naem: unknown key: did you mean name?"


def test_thousands_of_faults_are_cut() -> None:
    found = lines("kind: prompt\n" + "".join(f"k{number}: 1\n" for number in range(5000)))
    assert len(found) == 201
    assert found[-1] == "and more"


KNOWN = (
    "known here are kind, version, name, description, model, persona, format, messages, variables, parameters, "
    "replies, send, checks, compare"
)
ROLES = "write one of system, developer, user, assistant"


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("qqqqq: 1", f"qqqqq: unknown key: {KNOWN}"),
        ("temprature: 1", "temprature: unknown key: did you mean temperature, under parameters?"),
        ("temperature: 1", "temperature: unknown key: temperature belongs under parameters"),
        ("system: x", "system: unknown key: write a message as - {role: system, content: ...}"),
        ("instruction: x", "instruction: unknown key: a prompt has none; it is a key of a format"),
        ("parameters: {model: x}", "parameters.model: unknown key: model stands at the top of a prompt's file, not "
         "under parameters"),
        ("messages: [{role: user, contnet: x}]", "messages[0].contnet: unknown key: did you mean content?"),
        ("messages: [{role: user, user: x}]", "messages[0].user: unknown key: write a message as - {role: user, "
         "content: ...}"),
        ("messages: [{role: user, enabled: no}]", 'messages[0].enabled: found the text "no": write false, without '
         "quotes"),
        ("messages: [{role: user, enabled: 1}]", "messages[0].enabled: found the number 1: write true or false, "
         "without quotes"),
        ("model: 4", "model: found the number 4: put it in quotes: a text is meant here"),
        ("name: {a: b}", "name: found a mapping: write a text"),
        ("variables: [text]", 'variables: found a list: write each as name: {default: "..."} below it'),
        ("variables: {text: }", 'variables.text: found nothing (null): write text: {default: "..."}, or text: {} '
         "where it has none"),
        ("variables: {text: hello}", 'variables.text: found the text "hello": write text: {default: "..."}, or '
         "text: {} where it has none"),
        ("variables: {t: {default: 5}}", "variables.t.default: found the number 5: put it in quotes: a text is meant "
         "here"),
        ("variables: {t: {vlaue: x}}", "variables.t.vlaue: unknown key: known here are description, default"),
        ("variables: {2nd: {}}", "variables.2nd: no name of a variable: a name is letters, digits and _, and does not "
         "begin with a digit"),
        ("variables: {'a b': {}}", "variables.a b: no name of a variable: a name is letters, digits and _, and does "
         "not begin with a digit"),
        ("send: 4", "send: found the number 4: write {last_turns: 4} or {tokens: 2000}"),
        ("send: {last_turns: 1, tokens: 5}", "send: last_turns and tokens are both set: keep one of them"),
        ("send: {tokens: 0}", "send.tokens: found the number 0: write a whole number from 1 on"),
        ("send: {tokens: 1.5}", "send.tokens: found the number 1.5: write a whole number from 1 on"),
        ("checks: x", 'checks: found the text "x": begin each check with - type: and value:'),
        ("checks: [{type: contians, value: x}]", "checks[0].type: unknown check contians: did you mean contains?"),
        ("checks: [{type: contains, value: 3}]", "checks[0].value: found the number 3: write a text, in quotes"),
        ("checks: [{type: regex, value: [a]}]", "checks[0].value: found a list: write a text"),
        ("checks: [{type: equals}]", "checks[0].value: is missing: write value: and what equals tests for"),
        ("checks: [{type: json, value: 1}]", "checks[0].value: found the number 1: leave value out: json only tests "
         "that the answer is JSON"),
        ("checks: [{type: schema, value: x}]", 'checks[0].value: found the text "x": write a JSON Schema as a '
         "mapping"),
        ("checks: [{type: max_tokens, value: 0.5}]", "checks[0].value: found the number 0.5: write a whole number "
         "from 1 on"),
        ("checks: [{type: max_cost, value: -1}]", "checks[0].value: found the number -1: write a number from 0 on"),
        ("checks: [{value: x}]", "checks[0].type: is missing: write one of contains, not_contains, regex, equals, "
         "json, schema, max_tokens, max_seconds, max_cost"),
        ("compare: 3", "compare: found the number 3: write vary: and what is varied below it"),
        ("compare: {vary: [n]}", "compare.vary: found a list: write name: [value, value] below it"),
        ("compare: {vary: {temprature: [1]}}", "compare.vary.temprature: can't be varied: did you mean temperature?"),
        ("compare: {vary: {off: 3}}", "compare.vary.off: found the number 3: write a list of messages by number, such "
         "as [null, 0, 1], or each for all in turn"),
        ("compare: {vary: {timeout: [1]}}", "compare.vary.timeout: can't be varied: it changes how an answer is "
         "fetched, not the answer: vary another parameter"),
        ("compare: {vary: {extra: [{top_k: 1}, {api_key: x}]}}", "compare.vary.extra[1].api_key: presets hold no "
         "secret (its value is not shown): take it out; keys come from the environment or .env"),
        ("compare: {vary: {'messages[2]': [x]}}", "compare.vary.messages[2]: can't be varied: the prompt has no "
         "messages: name one that is there"),
        ("compare: {vary: {'messages[0]': [5]}}\nmessages: [{role: user, content: a}]", "compare.vary.messages[0][0]: "
         "found the number 5: write a text, in quotes where it looks like a number"),
        ("compare: {vary: {off: [null, 1]}}\nmessages: [{role: user, content: a}]", "compare.vary.off[1]: names "
         "messages[1]: the prompt has only messages[0]: write values such as none, 0, 1"),
        ("compare: {vary: {connection: ['']}}", "compare.vary.connection[0]: has a connection without a name: write "
         "values such as openai, practice"),
        ("compare: {vary: {model: gpt}}", 'compare.vary.model: found the text "gpt": write a list of values'),
        ("compare: {vary: {n: 3}}", "compare.vary.n: found the number 3: write a list of values, such as [0, 0.5, 1], "
         "or a range, such as 0..2 step 0.25"),
        ("compare: {vary: {n: []}}", "compare.vary.n: found an empty list: write a list of values, such as [0, 0.5, "
         "1], or a range, such as 0..2 step 0.25"),
        ("compare: {vary: {top_p: 0..1}}", 'compare.vary.top_p: has a range without a step: "0..1": write a '
         "range such as 0..2 step 0.25, or a list of values"),
        ("compare: {vary: {top_p: 0..1 step x}}", 'compare.vary.top_p: can\'t take "0..1 step x": write a '
         "range such as 0..2 step 0.25, or a list of values"),
        ("compare: {vary: {seed: 1..1000}}", "compare.vary.seed: has more than 100 values, and 100 are the most: take "
         "a larger step, or fewer, or a list of values"),
        ("compare: {vary: {n: [1, x]}}", 'compare.vary.n[1]: must be a whole number, not the text "x"'),
        ("compare: {vary: {model: [4]}}", "compare.vary.model[0]: found the number 4: write a name, in quotes where it "
         "looks like a number"),
        ("compare: {vary: {persona: [a/b]}}", "compare.vary.persona[0]: a short name has no / in it: letters, digits "
         "and - do: write the name of its file without .yaml, such as concise"),
        ("compare: {repeats: 0}", "compare.repeats: found the number 0: write a whole number from 1 on"),
        ("compare: {cases: rows.csv}", 'compare.cases: found the text "rows.csv": a preset opens no file: write rows '
         "such as - {text: ...}, or give the file when it is run"),
        ("compare: {cases: [x]}", 'compare.cases[0]: found the text "x": write a row such as {text: ...}'),
        ("compare: {cases: [{a: 1}]}", "compare.cases[0].a: found the number 1: put it in quotes: a text is meant "
         "here"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place_and_what_to_write(rest: str, said: str) -> None:
    assert lines(f"kind: prompt\n{rest}\n") == [f"2: {said}"]


def test_a_pattern_that_is_none() -> None:
    (line,) = lines("kind: prompt\nchecks: [{type: regex, value: '(a'}]")
    assert line.startswith("2: checks[0].value: no regular expression (missing ), unterminated subpattern")


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("name: x", None, ["1: kind: is missing: write kind: prompt, kind: persona or kind: format"]),
        ("mesages: []", Kind.PROMPT, ["1: kind: is missing: write kind: prompt",
                                      "1: mesages: unknown key: did you mean messages?"]),
        ("kind: promt\nnaem: x", None, ["1: kind: unknown kind promt: did you mean prompt?",
                                        "2: naem: unknown key: did you mean name?"]),
        ("kind: 7", None, ["1: kind: found the number 7: write prompt, persona or format"]),
        ("kind: qqqq", None, ["1: kind: unknown kind qqqq: write prompt, persona or format"]),
        ("kind: persona\nchecks: []", None, ["2: checks: unknown key: a persona has none; it is a key of a prompt"]),
        ("kind: format\nn: 1", None, ["2: n: unknown key: n belongs under parameters of a prompt or persona"]),
        ("kind: persona", Kind.PROMPT, ["1: kind: this is a persona, and a prompt is expected here: move the file to "
                                        "personas/, or write kind: prompt"]),
    ],
)  # fmt: skip
def test_the_kind(text: str, kind: Kind | None, said: list[str]) -> None:
    assert lines(text, kind) == said


@pytest.mark.parametrize(
    ("text", "comments", "modeline"),
    [
        ("kind: prompt", 0, ""),
        ("# a\n\n# b\nkind: prompt # c\n# d", 4, ""),
        ("# a\n#yaml-language-server : $schema=x \nkind: prompt", 1, "#yaml-language-server : $schema=x"),
        ("kind: prompt\n# yaml-language-server: $schema=x", 1, ""),
        ("kind: prompt\nname: C#\ndescription: 'a # b'\nmodel: \"a # b\"", 0, ""),
        ("kind: prompt\nmessages:\n- role: user\n  content: |\n    # a\n     # b\n  # c\n# d", 2, ""),
        ("kind: prompt\nmessages:\n- role: user\n  content: >-  # a\n    # b\n\n    c", 1, ""),
        ("kind: prompt\nparameters: {n: 1, # a\n  seed: 2} # b", 2, ""),
        ("kind: prompt\r\n# a\r\nname: x # b\r\n", 2, ""),
        ("kind: prompt\n'name' : x\n? description\n: y # a", 1, ""),
    ],
)
def test_comments_are_counted_and_a_sign_in_a_text_is_none(text: str, comments: int, modeline: str) -> None:
    found = read(text)
    assert (found.comments, found.modeline) == (comments, modeline)


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("name: C# is nice #1", ["2: name"]),
        ("name: 'x' # y", []),
        ("persona: concise # x", []),
        ("parameters: {n: 5} # x", []),
        ("parameters:\n  n: 5 # x", []),
        ("messages:\n- role: user # x\n  content: a\n    b # c", ["5: messages[0].content"]),
        ("variables:\n  v: {default: a # b\n  }", ["3: variables.v.default"]),
        ("checks:\n- type: contains\n  value: a #b", ["4: checks[0].value"]),
        ("compare:\n  cases:\n  - t: a\t# b", ["4: compare.cases[0].t"]),
    ],
)
def test_a_text_that_a_comment_cuts_is_warned_of(text: str, warned: list[str]) -> None:
    said = [f"my.yaml:{where}: the text ends before ' #', which begins a comment: quote a text that goes on"
            for where in warned]  # fmt: skip
    assert [*read(f"kind: prompt\n{text}\n").warnings] == said


def test_what_the_builder_would_refuse_is_a_warning() -> None:
    found = read("kind: prompt\nparameters:\n  n: 0\n  verbosity: hgh\n  response_format: {type: json_shema}\n")
    assert found.warnings == (
        "my.yaml:3: parameters.n: must be from 1 to 128, not 0: it is refused before sending, unless sent anyway",
        'my.yaml:4: parameters.verbosity: must be low, medium or high, not "hgh": did you mean high?',
        "my.yaml:5: parameters.response_format.type: must be text, json_object or json_schema, not \"json_shema\"",
    )  # fmt: skip
    form = read("kind: format\nresponse_format:\n  type: json_schema\n  json_schema:\n    name: a b\n    schema: {}\n")
    assert form.warnings == (
        "my.yaml:5: response_format.json_schema.name: must be 1 to 64 letters, digits, _ or - (A-Z, a-z, 0-9), "
        'not "a b"',
    )


def test_names_of_files_and_keys_are_shown_so_that_they_do_nothing() -> None:
    data = b'kind: prompt\n"a\\e]52;c;x\\a\\u202e": 1\nmessages: [{role: "\\e[31m"}]\n'
    with pytest.raises(PresetFault) as caught:
        read_preset(data, "a\n\x1bb\udc80.yaml", "a")
    assert all(line.isprintable() for line in caught.value.lines)
    assert caught.value.lines[0].startswith("a\\n\\x1bb\\udc80.yaml:2: a\\x1b]52;c;x\\x07\\u202e: unknown key: ")


def test_what_is_shipped_is_fast_to_read() -> None:
    """Bounded by work, not by time: a file of some ten values takes no more than some hundred calls."""
    data = (Path(__file__).parents[3] / "presets" / "personas" / "concise.yaml").read_bytes()
    read_preset(data, "concise.yaml", "concise")
    calls = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        read_preset(data, "concise.yaml", "concise")
    finally:
        sys.setprofile(None)
    assert calls < 400


RAW = st.binary(max_size=80)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALAR = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=True) | TEXT
KEY = TEXT | st.sampled_from(
    "kind version name description model persona format messages role content enabled variables default parameters "
    "temperature stop extra response_format send last_turns tokens checks type value compare vary repeats cases "
    "instruction api_key headers n seed".split()
)
WORD = st.sampled_from("prompt persona format user system contains regex json schema max_cost 0..2_step_1 ( #".split())
TREE = st.recursive(
    SCALAR | WORD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=4), max_leaves=12
)


@given(RAW | st.dictionaries(KEY, TREE, max_size=6), st.sampled_from([None, *Kind]))
@settings(max_examples=125)
def test_anything_is_read_or_refused_in_lines_for_a_person(given_data: object, kind: Kind | None) -> None:
    if isinstance(given_data, bytes):
        data = given_data
    else:
        assert isinstance(given_data, dict)
        tree = {"kind": "prompt", **given_data}
        data = yaml.dump(tree, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False).encode()
    refused: tuple[str, ...] = ()
    try:
        read_preset(data, "my.yaml", "my", kind)
    except PresetFault as fault:
        refused = fault.lines
        assert refused
    for line in refused:
        assert line.startswith("my.yaml:")
        assert line.isprintable()
        assert "pydantic" not in line
        assert "Input should" not in line
