from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.core.exchange.support import KEY, body_of, contents, imported, says
from workbench.core.errors import InputError
from workbench.core.prompt import Variable


def test_the_call_of_the_new_sdk() -> None:
    found = imported(f'''
from openai import OpenAI
client = OpenAI(api_key="{KEY}", base_url="http://localhost:11434/v1")

completion = client.chat.completions.create(
    model="gpt-4o-mini",
    messages=[
        {{"role": "developer", "content": "You are a helpful assistant."}},
        {{"role": "user", "content": "안녕!"}},
    ],
    temperature=-0 + 0.5, stop=["a", 'b'], n=2, stream=True, logit_bias={{50256: -100}}, seed=None,
    extra_body={{"top_k": 5}}, timeout=20.0, extra_headers={{"X": "1"}},
)
print(completion.choices[0].message.content)
''')
    assert found.what == "a Python call of client.chat.completions.create"
    assert contents(found) == [("developer", "You are a helpful assistant."), ("user", "안녕!")]
    assert dict(found.prompt.parameters) == {
        "temperature": 0.5,
        "stop": ["a", "b"],
        "n": 2,
        "stream": True,
        "logit_bias": {"50256": -100},
        "extra": {"top_k": 5},
        "timeout": 20.0,
    }
    assert says(found, "a key was left out")
    assert says(found, "localhost:11434")
    assert says(found, "seed was null")
    assert says(found, "extra_headers")


def test_the_old_sdk_with_a_function_and_a_conversation() -> None:
    found = imported(f"""
import openai
openai.api_key = '{KEY}'
messages = [{{"role": "system", "content": "You are kind."}}]
def ask(text, model="gpt-3.5-turbo", temperature=0):
    messages.append({{"role": "user", "content": text}})
    response = openai.ChatCompletion.create(engine=model, messages=messages, temperature=temperature)
    return response["choices"][0]["message"]["content"]
messages += [{{"role": "user", "content": "hi"}}, {{"role": "assistant", "content": "hello"}}]
messages.extend([{{"role": "user", "content": "more"}}])
messages.insert(1, dict(role="user", content="first"))
print(ask("2020년 월드시리즈 우승팀은?", temperature=1))
""")
    assert contents(found) == [
        ("system", "You are kind."),
        ("user", "first"),
        ("user", "hi"),
        ("assistant", "hello"),
        ("user", "more"),
        ("user", "2020년 월드시리즈 우승팀은?"),
    ]
    assert found.prompt.model == "gpt-3.5-turbo"
    assert dict(found.prompt.parameters) == {"temperature": 1}


def test_a_function_that_is_never_called_has_its_parameters_as_variables() -> None:
    found = imported('''
def summarise(text, model="m"):
    prompt = f"""Summarise:
{text}"""
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}])
''')
    assert contents(found) == [("user", "Summarise:\n{{text}}")]
    assert found.prompt.variables == (Variable("text"),)


@pytest.mark.parametrize(
    ("lines", "content", "variables"),
    [
        ('p = f"a {{b}} {text}"', "a {b} {{text}}", [("text", None)]),
        ('text = "본문"\np = f"요약: {text}"', "요약: {{text}}", [("text", "본문")]),
        ('n = 5\np = f"{n:>3} capitals"', "{{n}} capitals", [("n", "5")]),
        ('p = "요약: {text}, {1} {0}".format(a, b.c, text="x")', "요약: {{text}}, {{b_c}} {{a}}",
         [("text", "x"), ("b_c", None), ("a", None)]),
        ('p = "%s and %(x)d%%" % name', "{{name}} and {{x}}%", [("name", None), ("x", None)]),
        ('p = "a" "b" + "c" + text', "abc{{text}}", [("text", None)]),
        ("p = ''\np += 'a'\np += load()", "a{{load}}", [("load", None)]),
        ('p = "-" * 3 + "\\n".join(["a", b])', "---a\n{{b}}", [("b", None)]),
        ('p = textwrap.dedent(f"""\n    a {x}\n      b\n    """).strip()', "a {{x}}\n  b", [("x", None)]),
        ('p = inspect.cleandoc("""a\n    b""")', "a\nb", []),
        ('p = input("you: ")', "{{p}}", [("p", None)]),
        ('a, p = "x", "y"', "y", []),
        ('d = {"k": ["z"]}\nd["k"][0] += "!"\np = d["k"][0].upper().replace("Z", "가")', "가!", []),
        ('p = r"{{name}} \\d"', "\\{{name}} \\d", []),
        ('p = "C:\\\\" + name', "C:\\ {{name}}", [("name", None)]),
        ('p: str = "typed"', "typed", []),
        ('if True:\n    p = str(3)', "3", []),
        ('with open("f") as f:\n    p = f.read()', "{{p}}", [("p", None)]),
    ],
)  # fmt: skip
def test_texts_are_put_together_as_python_does(
    lines: str, content: str, variables: list[tuple[str, str | None]]
) -> None:
    found = imported(f'{lines}\nclient.chat.completions.create(model="m", messages=[{{"role": "user", "content": p}}])')
    assert contents(found) == [("user", content)]
    assert [(v.name, v.default) for v in found.prompt.variables] == variables


def test_what_is_not_written_out_is_said_with_its_line_and_left_out() -> None:
    found = imported("""response = await client.chat.completions.create(
    model=MODEL,
    messages=[*history, system_message(), {"role": "user", "content": get_text()}],
    temperature=config.temperature,
    **settings,
)""")
    assert contents(found) == [("user", "{{get_text}}")]
    assert found.prompt.model == ""
    assert "line 3: messages: history is not written out and is left out" in found.notes
    assert "line 3: messages: system_message() is not written out and is left out" in found.notes
    assert "line 4: temperature: config.temperature is not written out and is left out" in found.notes
    assert says(found, "line 5", "settings")
    assert says(found, "no model is named")


def test_known_settings_are_spread_and_unknown_messages_refused() -> None:
    found = imported("""
settings = {"model": "m", "top_p": 0.5}
settings["top_p"] = 0.25
settings.update({"seed": 1})
client.chat.completions.create(messages=[{"role": "user", "content": "x"}], **settings)
""")
    assert body_of(found) == {
        "model": "m",
        "messages": [{"role": "user", "content": "x"}],
        "top_p": 0.25,
        "seed": 1,
    }
    with pytest.raises(InputError, match=r"line 1: messages is build\(\), which is not written out"):
        imported("client.chat.completions.create(model='m', messages=build())")


def test_the_first_call_is_taken_and_the_others_named() -> None:
    found = imported("""
client.chat.completions.create(model="a", messages=[{"role": "user", "content": "1"}])
client.chat.completions.create(model="b", messages=[{"role": "user", "content": "2"}])
client.responses.create(model="c", input="3")
""")
    assert found.prompt.model == "a"
    assert "the call of line 2 runs first and is taken, not the calls of line 3, line 4" in found.notes


@pytest.mark.parametrize(
    ("call", "parameters"),
    [
        ("with client.chat.completions.stream(model='m', messages=M) as stream:\n    pass", {"stream": True}),
        ("async def main():\n  async with c.beta.chat.completions.stream(model='m', messages=M) as s:\n    pass",
         {"stream": True}),
        ("for chunk in client.chat.completions.create(model='m', messages=M, stream=True):\n    pass",
         {"stream": True}),
        ("client.chat.completions.parse(model='m', messages=M, response_format=Review)", {}),
        ("client.chat.completions.with_raw_response.create(model='m', messages=M)", {}),
        ("litellm.completion(model='m', messages=M)", {}),
        ("print(openai.ChatCompletion.create(model='m', messages=M)['choices'])", {}),
        ("while True:\n    r = client.chat.completions.create(model='m', messages=M)", {}),
        ("try:\n    r = client.chat.completions.create(model='m', messages=M)\nexcept E:\n    pass", {}),
        ("class Bot:\n  def ask(self):\n    return self.c.chat.completions.create(model='m', messages=M)", {}),
        ("    r = client.chat.completions.create(model='m', messages=M)", {}),
    ],
)  # fmt: skip
def test_the_shapes_of_a_call(call: str, parameters: dict[str, object]) -> None:
    first = 'M = [{"role": "user", "content": "가"}]'
    indent = "    " if call.startswith(" ") else ""
    found = imported(f"{indent}{first}\n{call}\n")
    assert contents(found) == [("user", "가")]
    assert found.prompt.model == "m"
    assert dict(found.prompt.parameters) == parameters


def test_the_responses_and_the_old_completions_api() -> None:
    found = imported('r = client.responses.create(model="m", instructions="Be kind", input=f"요약 {text}")')
    assert found.what == "a Python call of client.responses.create"
    assert contents(found) == [("system", "Be kind"), ("user", "요약 {{text}}")]
    old = imported('openai.Completion.create(engine="davinci", prompt="Once", max_tokens=5)')
    assert contents(old) == [("user", "Once")]
    assert says(old, "old Completions endpoint")


def test_cells_of_a_notebook_and_of_an_interpreter() -> None:
    cells = [
        {"cell_type": "markdown", "source": "# messages"},
        {"cell_type": "code", "source": ["!pip install openai\n", 'text = "본문"\n']},
        {"cell_type": "code", "source": "this is not python ("},
        {"cell_type": "code", "source": ["%%time\n", "r = client.chat.completions.create(model='m',\n",
                                         " messages=[{'role': 'user', 'content': f'{text}!'}], stop=STOP)"]},
        {"cell_type": "code", "source": "client.chat.completions.create(model='n', messages=[])"},
    ]  # fmt: skip
    found = imported(json.dumps({"cells": cells, "nbformat": 4}))
    assert found.what == "a Jupyter notebook"
    assert contents(found) == [("user", "{{text}}!")]
    assert found.prompt.variables == (Variable("text", default="본문"),)
    assert says(found, "cell 3 is not Python")
    assert "cell 4 line 3: stop: STOP is not written out and is left out" in found.notes
    assert "the call of cell 4 line 2 runs first and is taken, not the call of cell 5 line 1" in found.notes
    typed = imported(
        ">>> m = [{'role': 'user', 'content': 'x'}]\n>>> client.chat.completions.create(\n...  messages=m)"
    )
    assert contents(typed) == [("user", "x")]


def test_messages_without_a_call() -> None:
    for text in (
        "messages = [{'role': 'user', 'content': 'a'}]",
        "[{'role': 'user', 'content': 'a'},]",
        "{'messages': [{'role': 'user', 'content': 'a'}],}",
    ):
        found = imported(text)
        assert found.what == "a Python list of messages"
        assert contents(found) == [("user", "a")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("client.chat.completions.create(model='m', messages=[", "the Python text can't be read: line 1"),
        ("x = create(1)", "has no call of the API and no messages"),
        ("a = ['x']\n" + "a = a + a\n" * 60 + "c.chat.completions.create(messages=a)", "makes more than 1,000,000"),
        ("a = 'x' * 1000\n" + "a = a.replace('x', a)\n" * 9 + "c.chat.completions.create(messages=[a])", "makes more"),
        ("m = []\nm.append(m)\nc.chat.completions.create(messages=m)", "nested too deep"),
        ("c.chat.completions.create(messages=[f'" + "{a}" * 20_000 + "'])", "more than 10,000 braces"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, message: str) -> None:
    with pytest.raises(InputError) as fault:
        imported(text)
    assert message in fault.value.line


def test_nothing_is_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    found = imported(
        f'x = __import__("pathlib").Path({str(canary)!r}).touch()\n'
        'c.chat.completions.create(model="m", messages=[{"role": "user", "content": f"{x.__class__.__mro__}"}])\n'
    )
    assert not canary.exists()
    assert contents(found) == [("user", "{{x___class_____mro}}")]


HUGE = "1" + "0" * 399
ENDLESS = "0x" + "f" * 8_000


@pytest.mark.parametrize(
    "value", [f"{HUGE} / 3", f"1.5 * {HUGE}", f"1.5 + {HUGE}", f"1.5 - {HUGE}", HUGE, ENDLESS, f"-{ENDLESS}"]
)
def test_a_number_that_no_request_holds_is_left_out_and_said(value: str) -> None:
    found = imported(f'c.chat.completions.create(messages=[{{"role": "user", "content": "a"}}], n={value})')
    assert not found.prompt.parameters
    assert says(found, "n:", "not written out")
    assert found.summary


@pytest.mark.parametrize("text", [f'f"{{{ENDLESS}}}"', f"str({ENDLESS})", f'"%s" % {ENDLESS}', f"rows[{ENDLESS}]"])
def test_an_endless_number_in_a_text_is_a_variable(text: str) -> None:
    found = imported(f'c.chat.completions.create(messages=[{{"role": "user", "content": {text}}}])')
    assert contents(found)[0][1].startswith("{{")
