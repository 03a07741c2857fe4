"""What is a preset, what is a message, and what is never sent by mistake."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.conftest import CommandLine
from workbench.cli.main import parser
from workbench.cli.options import StandardInput, StartedPrompt, prompt_from
from workbench.cli.preset_names import split_words
from workbench.core.errors import InputError
from workbench.core.prompt import Message, Prompt, Role, Variable
from workbench.services import Services


@pytest.fixture
def services(cli: CommandLine) -> Iterator[Services]:
    with Services.open(os.environ, cli.folder) as opened:
        yield opened


def started(services: Services, *arguments: str) -> StartedPrompt:
    return prompt_from(parser("run").parse_args(["run", *arguments]), services, StandardInput())


def prompt(services: Services, *arguments: str) -> Prompt:
    return started(services, *arguments).prompt


def words(services: Services, *given: str) -> tuple[str | None, str | None]:
    """The slug and the message."""
    opened, message = split_words(given, services)
    return (opened.slug if opened is not None else None), message


def refused(services: Services, *given: str) -> str:
    with pytest.raises(InputError) as caught:
        split_words(given, services)
    return caught.value.line


@pytest.mark.parametrize(
    "word",
    [
        "Name three dishes. And/or more.",
        "summary.yaml is a file",
        "and/or",
        "hello",
        "a" * 5000,
        "nul\0byte",
        "two\nlines",
        "~nobody-here",
        "well-known",
        "half \ud800",
        "-",
        "",
    ],
)
def test_other_words_are_messages(services: Services, word: str) -> None:
    assert words(services, word) == (None, word)
    assert words(services) == (None, None)


@pytest.mark.parametrize("word", ["summary.yaml", "summary.yml", "./x", "../x", "/no/such", "~/no-such-file"])
def test_a_word_that_looks_like_a_file_is_never_sent(services: Services, word: str) -> None:
    assert "no such file" in refused(services, word)
    assert "--message" in refused(services, word)


@pytest.mark.parametrize(("word", "meant"), [("worldcup-", "world-cup"), ("world_series", "world-series")])
def test_a_misspelt_preset_is_never_sent(services: Services, word: str, meant: str) -> None:
    line = refused(services, word)
    assert f"did you mean {meant}?" in line
    assert "--message" in line


@pytest.mark.parametrize(("word", "meant"), [("extrct", "extract"), ("Capital", "capitals"), ("pirat", "pirate")])
def test_a_word_that_is_sent_and_may_be_a_slip_is_told(services: Services, word: str, meant: str) -> None:
    said = f"there is no preset {word!r}, so it is sent as a message: did you mean {meant}?"
    assert started(services, word).warnings == (said,)
    assert started(services, "--message", word).warnings == ()
    assert started(services, "capitals", word).warnings == ()


@pytest.mark.parametrize("word", ["hello", "hi", "capital cities", "extrct\nit", "x" * 5000, "", "안녕"])
def test_other_messages_are_sent_without_a_word(services: Services, word: str) -> None:
    assert started(services, word).warnings == ()


def test_a_misspelt_preset_can_be_sent_as_a_message(services: Services) -> None:
    sent = prompt(services, "--message", "world_series")
    assert sent.messages == (Message(Role.USER, "world_series"),)


def test_a_slug_and_a_path_are_presets(services: Services, cli: CommandLine) -> None:
    (cli.folder / "my notes.yaml").write_text("kind: prompt\nmessages: [{role: user, content: hi}]\n")
    assert words(services, "capitals") == ("capitals", None)
    assert words(services, "personas/pirate") == ("pirate", None)
    assert words(services, "capitals", "and of Peru?") == ("capitals", "and of Peru?")
    assert words(services, "./my notes.yaml") == ("my notes", None)
    assert words(services, str(cli.folder / "my notes.yaml"), "more") == ("my notes", "more")


def test_two_words_without_a_preset(services: Services) -> None:
    assert refused(services, "hello", "world").startswith("there is no preset 'hello'")
    assert "did you mean pirate?" in refused(services, "pirat", "hello")
    assert "did you mean personas/pirate?" in refused(services, "personas/pirat", "hello")
    assert "3 arguments" in refused(services, "a", "b", "c")


def test_the_prompt_of_the_options(services: Services) -> None:
    given = "hi --system s --model m --set temperature=0 --set stop=END --var a=@b.txt --var c=d=e --var c=f"
    made = prompt(services, *given.split())
    assert made.messages == (Message(Role.SYSTEM, "s"), Message(Role.USER, "hi"))
    assert made.model == "m"
    assert dict(made.parameters) == {"temperature": 0, "stop": "END"}
    assert made.variables == (Variable("a", value="@b.txt"), Variable("c", value="f"))


PRESET = """\
kind: prompt
name: Mine
model: its-own
persona: pirate
format: bullets
messages:
  - {role: user, content: before}
  - {role: developer, content: "old {{who}}"}
  - {role: system, content: old}
  - {role: assistant, content: ok}
variables:
  who: {description: a name, default: Kim}
  other: {default: x}
parameters: {temperature: 1, max_completion_tokens: 100}
"""


def test_the_options_win_over_the_preset(services: Services, cli: CommandLine) -> None:
    cli.preset("prompts/mine.yaml", PRESET)
    as_it_is = started(services, "mine")
    assert as_it_is.preset == "mine"
    assert as_it_is.prompt == services.presets.find("mine").value  # type: ignore[union-attr]
    options = "--system new --persona teacher --model other --set temperature=0 --set max_tokens=5 --var who=Lee"
    made = prompt(services, "mine", "go on", *options.split(), "--format", "")
    assert (made.name, made.model, made.persona, made.format) == ("Mine", "other", "teacher", "")
    assert made.messages == (
        Message(Role.USER, "before"),
        Message(Role.DEVELOPER, "new"),
        Message(Role.ASSISTANT, "ok"),
        Message(Role.USER, "go on"),
    )
    assert dict(made.parameters) == {"temperature": 0, "max_tokens": 5}
    assert made.variables[0] == Variable("who", "a name", "Kim", "Lee")
    assert made.variables[1] == Variable("other", default="x")


def test_an_empty_system_text_takes_the_presets_own_off(services: Services, cli: CommandLine) -> None:
    cli.preset("prompts/mine.yaml", PRESET)
    assert [message.role for message in prompt(services, "mine", "--system", "").messages] == ["user", "assistant"]


def test_both_limits_stay_where_both_were_given(services: Services) -> None:
    given = "hi --set max_tokens=5 --set max_completion_tokens=6".split()
    assert dict(prompt(services, *given).parameters) == {"max_tokens": 5, "max_completion_tokens": 6}


def test_a_persona_or_a_format_is_an_empty_prompt_with_it(services: Services) -> None:
    assert prompt(services, "pirate", "hi") == Prompt(persona="pirate", messages=(Message(Role.USER, "hi"),))
    assert prompt(services, "formats/bullets") == Prompt(format="bullets")


def test_a_part_from_outside_of_the_folders_gives_its_messages(services: Services, cli: CommandLine) -> None:
    persona = cli.folder / "one.yaml"
    persona.write_text("kind: persona\nmessages: [{role: system, content: be kind}]\nparameters: {temperature: 0.3}\n")
    form = cli.folder / "two.yaml"
    form.write_text("kind: format\ninstruction: short\nresponse_format: {type: json_object}\n")
    made = prompt(services, str(persona), "hi", "--system", "more")
    assert made.persona == ""
    assert [message.content for message in made.messages] == ["be kind", "more", "hi"]
    assert dict(made.parameters) == {"temperature": 0.3}
    made = prompt(services, str(form), "hi")
    assert [message.content for message in made.messages] == ["short", "hi"]
    assert dict(made.parameters) == {"response_format": {"type": "json_object"}}


def test_a_shadowed_persona_given_by_its_path_is_the_one_that_is_meant(services: Services, cli: CommandLine) -> None:
    mine = cli.home / "presets" / "personas" / "pirate.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text("kind: persona\nmessages: [{role: system, content: mine}]\n")
    cli.preset("personas/pirate.yaml", "kind: persona\nmessages: [{role: system, content: the project's}]\n")
    assert prompt(services, "pirate").persona == "pirate"
    assert prompt(services, str(mine)).messages == (Message(Role.SYSTEM, "mine"),)


def test_a_variable_that_no_message_names_is_said(services: Services, cli: CommandLine) -> None:
    cli.preset("prompts/mine.yaml", PRESET)
    made = started(services, "mine", "--var", "whom=x", "--var", "zzz=x", "--var", "who=Lee")
    assert made.warnings == (
        "--var whom: the messages have no {{whom}}: did you mean who?",
        "--var zzz: the messages have no {{zzz}}: they have who",
    )
    assert "no variable" in started(services, "hi", "--var", "a=b").warnings[0]


def test_a_variable_of_the_persona_is_known(services: Services, cli: CommandLine) -> None:
    cli.preset("personas/guide.yaml", "kind: persona\nmessages: [{role: system, content: 'Know {{도시}}'}]\n")
    assert started(services, "hi", "--persona", "guide", "--var", "도시=서울").warnings == ()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a", "--message", "b"], "two messages"),
        (["a", "--set", "temprature=1"], "temperature"),
        (["a", "--set", "temperature"], "no ="),
        (["a", "--var", "1x=2"], "not NAME=VALUE"),
        (["a", "--var", "a b=2"], "not NAME=VALUE"),
        (["-", "--var", "x=@-"], "standard input is asked for twice"),
        (["--var", "x=@-", "--var", "y=@-"], "standard input is asked for twice"),
    ],
)
def test_wrong_usage_says_what(cli: CommandLine, arguments: list[str], said: str) -> None:
    ended = cli("run", *arguments, stdin=b"text")
    assert ended.code == 2
    assert said in ended.err
    assert ended.out == ""


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        (b"\xff\xfe", "not UTF-8 at byte 0"),
        ("가\0".encode(), "a zero byte at byte 3"),
        (b"a" * 20_000_001, "20,000,000"),
    ],
)
def test_standard_input_that_is_no_text(cli: CommandLine, stdin: bytes, said: str) -> None:
    ended = cli("run", "{{a}}", "--var", "a=@-", stdin=stdin)
    assert ended.code == 2
    assert said in ended.err


def test_standard_input_is_literal_text(cli: CommandLine, tmp_path: Path) -> None:
    ended = cli("run", "{{a}}", "--var", "a=@-", "--json", "--model", "practice-fast", stdin=b"@secret {{b}}\r\n")
    assert ended.code == 0
    assert '"content": "@secret {{b}}"' in ended.out


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(word=st.text() | st.from_regex(r"[~./]{0,3}(personas/)?[\w-]{0,300}(\.yaml)?", fullmatch=True))
def test_any_word_is_a_preset_a_message_or_an_error_of_one_line(services: Services, word: str) -> None:
    try:
        opened, message = split_words([word], services)
    except InputError as error:
        said = error.hint
    else:
        assert opened is not None or message == word
        return
    assert "--message" in said


def test_a_variable_without_a_value_says_how_it_is_given(cli: CommandLine) -> None:
    cli.preset("prompts/two.yaml", 'kind: prompt\nmessages: [{role: user, content: "{{본문}} {{b}}"}]\n')
    hint = "workbench: give it a value with --var 본문=TEXT, or --var 본문=@FILE for a file's text\n"
    ended = cli("run", "two", "--var", "b=1")
    assert ended.code == 2
    assert ended.err.endswith(hint)
    assert hint in cli("presets", "export", "two", "--var", "b=1").err
    assert "give it a value" not in cli("run", "two", "--var", "b=1", "--var", "본문=@none").err
