from __future__ import annotations

import json

import pytest

from tests.core.exchange.support import KEY, contents, imported, says
from workbench.core.errors import InputError
from workbench.core.exchange import read_any
from workbench.core.prompt import Check, Comparison, Variable

CONFIG = """
# yaml-language-server: $schema=https://promptfoo.dev/config-schema.json
description: 뉴스 요약
prompts:
  - |
    [{"role": "system", "content": "Be {{ tone | upper }}"},
     {"role": "user", "content": "요약: {{text}} {% raw %}{{literal}}{% endraw %} {{ '{{' }}x}}"}]
  - file://other.txt
  - 'second {{text}}'
providers:
  - id: openai:chat:gpt-4.1-mini
    config: {temperature: 0.2, max_tokens: 50, apiKey: KEY, apiBaseUrl: "https://x.test/v1",
      passthrough: {top_k: 3, seed: 1}}
  - anthropic:messages:claude
defaultTest:
  vars: {tone: kind}
  assert:
    - {type: contains, value: 점심}
    - {type: not-contains, value: sorry}
    - {type: is-json}
    - {type: is-json, value: {type: object}}
    - {type: latency, threshold: 2000}
    - {type: cost, threshold: 0.01}
    - {type: llm-rubric, value: nice}
    - {type: regex, value: file://x.js}
tests:
  - vars: {text: 첫째, n: 3}
  - vars: {text: file://b.txt, tone: [dry, odd]}
evaluateOptions: {repeat: 4}
sharing: false
""".replace("KEY", KEY)


def test_a_configuration() -> None:
    found = imported(CONFIG)
    prompt = found.prompt
    assert found.what == "a promptfoo configuration"
    assert prompt.name == "뉴스 요약"
    assert prompt.model == "gpt-4.1-mini"
    assert contents(found) == [("system", "Be {{tone}}"), ("user", "요약: {{text}} \\{{literal}} \\{{x}}")]
    assert dict(prompt.parameters) == {"temperature": 0.2, "max_tokens": 50, "seed": 1, "extra": {"top_k": 3}}
    assert prompt.variables == (Variable("tone", default="kind"), Variable("text", default="첫째"))
    assert prompt.checks == (
        Check("contains", "점심"),
        Check("not_contains", "sorry"),
        Check("json"),
        Check("schema", {"type": "object"}),
        Check("max_seconds", 2),
        Check("max_cost", 0.01),
    )
    assert prompt.compare == Comparison({}, 4, ({"tone": "kind", "text": "첫째", "n": "3"}, {"tone": "dry"}))
    for words in (
        ("file://other.txt", "not opened"), ("2 prompts", "first"), ("2 providers",), ("a key was left out",),
        ("x.test",), ("tone", "filter"), ("file://b.txt",), ("{{tone}}", "2 values"), ("llm-rubric",), ('"regex"',),
        ("sharing",), ("temperature 0 and max_tokens 1024",),
    ):  # fmt: skip
        assert says(found, *words), words


@pytest.mark.parametrize(
    ("prompts", "expected"),
    [
        ("['Hello {{name}}']", [("user", "Hello {{name}}")]),
        ("[{raw: 'Hi {{name}}', label: l}]", [("user", "Hi {{name}}")]),
        ("Hi", [("user", "Hi")]),
        ('["- role: system\\n  content: Be {{a}}"]', [("system", "Be {{a}}")]),
        ("['{% if a %}x{% endif %}{# gone #}']", [("user", "{% if a %}x{% endif %}")]),
        ("['{{ user.name }} {{ env.HOME }} {{ 1 + 1 }}']", [("user", "{{user_name}} {{ env.HOME }} {{ 1 + 1 }}")]),
        ("['{not json']", [("user", "{not json")]),
    ],
)
def test_prompts_in_their_shapes(prompts: str, expected: list[tuple[str, str]]) -> None:
    found = imported(f"prompts: {prompts}\nproviders: openai:gpt-4o\n")
    assert contents(found) == expected
    assert found.prompt.model == "gpt-4o"


@pytest.mark.parametrize(
    ("providers", "model"),
    [
        ("[openai:responses:gpt-5]", "gpt-5"),
        ("[{openai:chat:ft:gpt-4o:org::id: {config: {top_p: 1}}}]", "ft:gpt-4o:org::id"),
        ("[openai:embedding:x]", ""),
        ("[file://p.yaml]", ""),
    ],
)
def test_providers_in_their_shapes(providers: str, model: str) -> None:
    found = imported(f"prompts: [x]\nproviders: {providers}\n")
    assert found.prompt.model == model
    assert bool(model) or says(found, "is not carried over")


def test_checks_only_where_all_tests_share_them() -> None:
    same = imported(
        "prompts: [x]\ntests:\n- assert: [{type: equals, value: a}]\n- assert: [{type: equals, value: a}]\n"
    )
    assert same.prompt.checks == (Check("equals", "a"),)
    differ = imported("prompts: [x]\ntests:\n- assert: [{type: equals, value: a}]\n- vars: {b: c}\n")
    assert differ.prompt.checks == ()
    assert says(differ, "different things")


def test_a_configuration_as_json_and_a_bare_prompt() -> None:
    found = imported(json.dumps({"prompts": ["{{a}}"], "tests": "file://t.csv"}))
    assert contents(found) == [("user", "{{a}}")]
    assert says(found, "tests are in another file")
    bare = imported('[{"role": "user", "content": "안녕 {{name}} {{a b}}"}]')
    assert bare.what == "a promptfoo prompt"
    assert contents(bare) == [("user", "안녕 {{name}} {{a b}}")]
    yaml = imported("- role: user\n  content: 안녕 {{name}}\n")
    assert contents(yaml) == [("user", "안녕 {{name}}")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prompts: file://prompts/chat.json\nproviders: [x]\n", "in another file (file://prompts/chat.json)"),
        ("providers: [openai:gpt-4o]\n", "nothing that can be imported"),
        ("prompts: []\nproviders: [x]\n", "has no prompt"),
        ("prompts: [x\nproviders: y\n", "pasted text"),
        ("prompts: &a [*a]\n", "pasted text:1: "),
    ],
)
def test_what_cannot_be_read_is_said(text: str, message: str) -> None:
    with pytest.raises(InputError) as fault:
        imported(text)
    assert message in fault.value.line


def test_without_a_yaml_reader() -> None:
    with pytest.raises(InputError, match="this is YAML"):
        read_any(CONFIG)


@pytest.mark.parametrize("threshold", [-1, 10**400, 1e308])
def test_a_threshold_that_no_check_takes_is_left_out_and_said(threshold: float) -> None:
    asserts = [{"type": kind, "threshold": threshold} for kind in ("latency", "cost")]
    config = {"prompts": ["x"], "providers": ["openai:gpt-5"], "defaultTest": {"assert": asserts}}
    found = imported(json.dumps(config))
    assert found.prompt.checks == ()
    assert says(found, "latency", "no counterpart")
