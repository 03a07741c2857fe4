"""Preset files that are wrong, or look it: the Y rows of the fault catalogue that concern reading (Y01 to Y46).

Each row is what a person may have in a file, and the lines they are told; a file without lines is read. What saving
and the folders have to stand (Y13's line ends, Y48 to Y53) is tested where they are.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.adapters.presets.read import PresetFault, ReadPreset, read_preset
from workbench.adapters.yaml_file import MOST_BYTES, parse_yaml
from workbench.core.json_text import describe
from workbench.core.preset import Kind
from workbench.core.prompt import Message, Prompt, Role
from workbench.core.request import build_request
from workbench.core.visible import marked

QUOTE = "put the text in quotes or into a | block"
EMPTY = "1: the preset is empty: begin with kind: prompt, kind: persona or kind: format"
ROLES = "write one of system, developer, user, assistant, tool"
NO_KEYS = "presets hold no secret (its value is not shown): take it out; keys come from the environment or .env"
NO_HEADERS = "presets hold no headers (its value is not shown): take it out; keys come from the environment or .env"
NO_HOSTS = (
    "presets say nothing about where they are sent: take it out; connections live in the settings file, as "
    "[endpoints.NAME] with base_url and api_key_env"
)
NO_FILES = (
    "presets read no file and no environment: write the text out, or use {{name}} and give it with --var name=@file"
)
CANARY = "sk-canary-0123456789abcdefABCDEF"


def content(text: str) -> str:
    """A prompt whose one message has this behind `content:`, on line 4."""
    return f"kind: prompt\nmessages:\n  - role: user\n    content: {text}"


def parameter(text: str) -> str:
    """A prompt with this parameter on line 3."""
    return f"kind: prompt\nparameters:\n  {text}\n"


def top(text: str) -> str:
    """A prompt with this on line 2 and below."""
    return f"kind: prompt\n{text}\n"


def read(data: str | bytes, kind: Kind | None = None) -> ReadPreset:
    return read_preset(data if isinstance(data, bytes) else data.encode(), "my.yaml", "my", kind)


def prompt_of(data: str | bytes) -> Prompt:
    value = read(data).value
    assert isinstance(value, Prompt)
    return value


def text_of(data: str) -> str:
    """The content of the file's one message."""
    (message,) = prompt_of(data).messages
    return message.content


REFUSED: dict[str, tuple[str | bytes, list[str]]] = {
    "Y01 empty": (b"", [EMPTY]),
    "Y01 comment only": ("# later\n", [EMPTY]),
    "Y01 null": ("null", [EMPTY]),
    "Y02 list": ("- kind: prompt", ["1: expected a mapping at the top, found a list: begin with kind: prompt"]),
    "Y02 scalar": ("hello", ['1: expected a mapping at the top, found the text "hello": begin with kind: prompt']),
    "Y02 number": ("42", ["1: expected a mapping at the top, found the number 42: begin with kind: prompt"]),
    "Y03": ("kind: prompt\n---\nkind: persona", ["2: a second document (---) begins here: one preset per file"]),
    "Y05": (
        parameter("temperature: 0\n  n: 1\n  temperature: 1"),
        ["5: parameters.temperature: temperature stands here a second time; the first is on line 3"],
    ),
    "Y07 list": (
        top("name: &a [*a]"),
        [
            "2: name[0]: a recursive alias: *a stands inside what it repeats: write the value out",
            "2: name: found a list: write a text",
        ],
    ),
    "Y07 mapping": (
        top("parameters: &a {extra: *a}"),
        ["2: parameters.extra: a recursive alias: *a stands inside what it repeats: write the value out"],
    ),
    "Y08": (
        "kind: prompt\nparameters:\n  <<: {n: 1}\n",
        ["3: parameters.<<: merge keys (<<) are not supported: write the keys out"],
    ),
    "Y10 a line of 5 MB": (
        b"kind: prompt\nname: " + b"x" * 5_000_000,
        [" has 5,000,019 bytes, and 1,000,000 are the most that is read"],
    ),
    "Y12 png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ["1: not text, at byte 0 (0x89): save the file as UTF-8 text"]),
    "Y12 NUL": (b"kind: prompt\nname: a\0b", ["2: not text, at byte 20 (0x00): save the file as UTF-8 text"]),
    "Y12 raw ESC": (
        b"kind: prompt\nname: \x1b[31m",
        [
            "2: not text, at byte 19 (the character U+001B): take it out, or write it as \\u001B in a text in "
            '"double quotes"'
        ],
    ),
    "Y13 Latin-1": (
        "kind: prompt\nname: café".encode("latin-1"),
        ["2: not UTF-8 text, at byte 22 (0xE9): save the file as UTF-8 text"],
    ),
    "Y13 Shift-JIS": (
        "kind: prompt\nname: 日本".encode("shift-jis"),
        ["2: not UTF-8 text, at byte 19 (0x93): save the file as UTF-8 text"],
    ),
    "Y13 UTF-16 without a mark": (
        "kind: prompt".encode("utf-16-le"),
        ["1: not text, at byte 1 (0x00): save the file as UTF-8 text"],
    ),
    "Y14 name": (
        content("!!python/name:os.system x"),
        [
            "4: messages[0].content: unsupported YAML type !!python/name:os.system: leave the tag out, or quote a text "
            "that begins with !"
        ],
    ),
    "Y14 important": (
        content("!important read this"),
        [
            "4: messages[0].content: unsupported YAML type !important: leave the tag out, or quote a text that begins "
            "with !"
        ],
    ),
    "Y15 binary": (
        top("name: !!binary aGk="),
        ["2: name: unsupported YAML type !!binary: leave the tag out, or quote a text that begins with !"],
    ),
    "Y15 set": (
        top("variables: !!set {a, b}"),
        ["2: variables: unsupported YAML type !!set: leave the tag out, or quote a text that begins with !"],
    ),
    "Y15 omap": (
        top("parameters: !!omap [n: 1]"),
        ["2: parameters: unsupported YAML type !!omap: leave the tag out, or quote a text that begins with !"],
    ),
    "Y15 timestamp": (
        top("name: !!timestamp 2024-01-01"),
        ["2: name: unsupported YAML type !!timestamp: leave the tag out, or quote a text that begins with !"],
    ),
    "Y16 role": (top("messages: [{role: yes}]"), [f"2: messages[0].role: unknown role yes: {ROLES}"]),
    "Y16 true": (content("true"), ["4: messages[0].content: found true: put it in quotes: a text is meant here"]),
    "Y18 number": (top("name: 2024"), ["2: name: found the number 2024: put it in quotes: a text is meant here"]),
    "Y18 null": (
        top("name: null"),
        ['2: name: found nothing (null): leave the key out, or write "" for an empty text'],
    ),
    "Y19 nan": (
        parameter("temperature: .nan"),
        ['3: parameters.temperature: must be a number, not the text ".nan"'],
    ),
    "Y19 inf": (
        parameter("temperature: .inf"),
        ['3: parameters.temperature: must be a number, not the text ".inf"'],
    ),
    "Y19 1e400": (
        parameter("temperature: 1e400"),
        ['3: parameters.temperature: must be a number, not the text "1e400"'],
    ),
    "Y19 text": (
        parameter("temperature: '0.7'"),
        ['3: parameters.temperature: must be a number, not the text "0.7": write 0.7 without quotes'],
    ),
    "Y19 list": (parameter("temperature: []"), ["3: parameters.temperature: must be a number, not an empty list"]),
    "Y19 null": (
        parameter("temperature: null"),
        [
            "3: parameters.temperature: found nothing (null): leave it out where it is not to be sent, or give it a "
            "value"
        ],
    ),
    "Y19 true": (parameter("temperature: true"), ["3: parameters.temperature: must be a number, not true"]),
    "Y21": (
        content("note: this breaks"),
        [f"4: a second ': ' on this line, where the text before it has no quotes: {QUOTE}"],
    ),
    "Y22 all of it": (
        content("#1 of the list"),
        ["4: messages[0].content: found nothing: what begins with # is a comment: put the text in quotes"],
    ),
    "Y23 @": (content("@user"), [f"4: a text can't begin with @: {QUOTE}"]),
    "Y23 `": (content("`x`"), [f"4: a text can't begin with `: {QUOTE}"]),
    "Y23 *": (content("*bold*"), [f"4: a text can't begin with *: {QUOTE}"]),
    "Y23 * word": (
        content("*note this"),
        [
            "4: messages[0].content: aliases (*note) are not supported: write the value out, or quote a text that "
            "begins with *"
        ],
    ),
    "Y23 !": (
        content("!x"),
        ["4: messages[0].content: unsupported YAML type !x: leave the tag out, or quote a text that begins with !"],
    ),
    "Y23 quotes": (
        content("'it's'"),
        ["4: the text goes on after its closing quote ': put the text into a | block, or write '' for a quote"],
    ),
    "Y23 braces": (
        content("{{name}}"),
        [f"4: messages[0].content: a text can't begin with {{{{: YAML reads braces as a mapping: {QUOTE}"],
    ),
    "Y23 braces and text": (
        content("{{name}}, hello"),
        [f"4: messages[0].content: a text can't begin with {{{{: YAML reads braces as a mapping: {QUOTE}"],
    ),
    "Y23 %": (content("%PATH%"), [f"4: a text can't begin with %: {QUOTE}"]),
    "Y23 &": (
        content("&co wrote"),
        [f"4: messages[0].content: a text can't begin with &: &co is an anchor in YAML: {QUOTE}"],
    ),
    "Y30 misspelt": (
        top("messages: [{role: sytem}]"),
        ["2: messages[0].role: unknown role sytem: did you mean system?"],
    ),
    "Y30 missing": (top("messages: [{content: x}]"), [f"2: messages[0].role: is missing: {ROLES}"]),
    "Y30 null": (top("messages: [{role: null}]"), [f"2: messages[0].role: found nothing (null): {ROLES}"]),
    "Y31": (
        parameter("temprature: 1\n  max_token: 5\n  Temperature: 1"),
        [
            "3: parameters.temprature: unknown key: did you mean temperature?",
            "4: parameters.max_token: unknown key: did you mean max_tokens?",
            "5: parameters.Temperature: unknown key: did you mean temperature?",
        ],
    ),
    "Y31 at the top": (
        top("mesages: []\ntemprature: 1"),
        [
            "2: mesages: unknown key: did you mean messages?",
            "3: temprature: unknown key: did you mean temperature, under parameters?",
        ],
    ),
    "Y32 messages a text": (
        top("messages: hello"),
        ['2: messages: found the text "hello": begin each message with - role: and content:'],
    ),
    "Y32 messages a mapping": (
        top("messages: {role: user}"),
        ["2: messages: found a mapping: begin each message with - role: and content:"],
    ),
    "Y32 messages texts": (
        top("messages:\n  - hello"),
        ['3: messages[0]: found the text "hello": write a message as - role: and content:'],
    ),
    "Y32 content": (
        top(
            "messages:\n  - role: user\n  - role: user\n  - role: user\n    content: [a]\n  - {role: user, content: 5}"
        ),
        [
            "6: messages[2].content: found a list: write one text; a | block has several lines",
            "7: messages[3].content: found the number 5: put it in quotes: a text is meant here",
        ],
    ),
    "Y37 newer": (
        "kind: prompt\nversion: 3\nmodels: [a]",
        [
            "2: version: 3 is newer than this program, which reads up to 1: a program that reads version 3 is needed; "
            "the file is left as it is"
        ],
    ),
    "Y37 none": (top("version: one"), ['2: version: found the text "one": write a whole number from 1 on']),
    "Y38": (top(f"base_url: https://evil.example/{CANARY}"), [f"2: base_url: {NO_HOSTS}"]),
    "Y38 under parameters": (parameter("base_url: https://evil.example"), [f"3: parameters.base_url: {NO_HOSTS}"]),
    "Y38 organization": (top("organization: org-1"), [f"2: organization: {NO_HOSTS}"]),
    "Y40 api_key": (top(f"api_key: {CANARY}"), [f"2: api_key: {NO_KEYS}"]),
    "Y40 headers": (
        top(f"headers:\n  Authorization: Bearer {CANARY}\n  Cookie: {CANARY}"),
        [f"2: headers: {NO_HEADERS}"],
    ),
    "Y40 each": (
        top(f"Authorization: {CANARY}\nCookie: {CANARY}\nHost: {CANARY}\nX-Api-Key: {CANARY}\nX-Org: {CANARY}"),
        [
            f"2: Authorization: {NO_HEADERS}",
            f"3: Cookie: {NO_HEADERS}",
            f"4: Host: {NO_HEADERS}",
            f"5: X-Api-Key: {NO_KEYS}",
            f"6: X-Org: {NO_HEADERS}",
        ],
    ),
    "Y40 in extra": (
        parameter(f"extra: {{api_key: {CANARY}, top_k: 4}}"),
        [f"3: parameters.extra.api_key: {NO_KEYS}"],
    ),
    "Y40 as a value": (
        parameter(f"temperature: {CANARY}"),
        ['3: parameters.temperature: must be a number, not the text "[key]"'],
    ),
    "Y40 as a role": (top(f"messages: [{{role: {CANARY}}}]"), [f"2: messages[0].role: unknown role [key]: {ROLES}"]),
    "Y40 as a key": (
        top("parameters:\n  " + CANARY + ": 1"),
        ["3: parameters.[key]: unknown key: what an endpoint adds of its own goes into extra"],
    ),
    "Y43 include": (top("include: ../other.yaml"), [f"2: include: {NO_FILES}"]),
    "Y43 env": (top("env: [OPENAI_API_KEY]"), [f"2: env: {NO_FILES}"]),
    "Y43 cases": (
        top("compare: {cases: /proc/self/environ}"),
        [
            '2: compare.cases: found the text "/proc/self/environ": a preset opens no file: write rows such as - '
            "{text: ...}, or give the file when it is run"
        ],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_file_is_refused_with_the_line_and_what_to_write(case: str) -> None:
    data, said = REFUSED[case]
    with pytest.raises(PresetFault) as caught:
        read(data)
    assert list(caught.value.lines) == [f"my.yaml:{line}" for line in said]
    assert caught.value.line.isprintable()
    assert CANARY[4:] not in str(caught.value.lines)


READ: dict[str, tuple[str | bytes, str]] = {
    "Y13 BOM": ("\ufeff" + content("카페"), "카페"),
    "Y13 UTF-16": (content("카페").encode("utf-16"), "카페"),
    "Y13 UTF-16 the other way": (("\ufeff" + content("카페")).encode("utf-16-be"), "카페"),
    "Y13 CRLF": (content("|\n      a\n      b\n").replace("\n", "\r\n").encode(), "a\nb\n"),
    "Y16 no": (content("no"), "no"),
    "Y16 off": (content("off"), "off"),
    "Y18 day": (content("2024-01-01"), "2024-01-01"),
    "Y18 no day": (content("2024-13-45"), "2024-13-45"),
    "Y18 time": (content("12:30:45"), "12:30:45"),
    "Y25 block": (content("|-\n      {{var}}"), "{{var}}"),
    "Y25 quotes": (content('"{{var}}"'), "{{var}}"),
    "Y25 single quotes": (content("'{{ var }}'"), "{{ var }}"),
    "Y26 trailing": (content("|\n      a  \n      b\t\n"), "a  \nb\t\n"),
    "Y26 blank lines": (content("|\n      a\n\n\n      b\n"), "a\n\n\nb\n"),
    "Y26 kept": (content("|+\n      a\n\n"), "a\n\n"),
    "Y26 stripped": (content("|-\n      a\n\n"), "a"),
    "Y26 leading spaces": (content("|6\n            a\n           b\n"), "  a\n b\n"),
    "Y27": (content('"\\e]52;c;aGk=\\a"'), "\x1b]52;c;aGk=\x07"),
    "Y29": (content('"\\u202e\\u200bа"'), "\u202e\u200bа"),
    "Y42 shell": (content("${OPENAI_API_KEY} $HOME $(id) `id`"), "${OPENAI_API_KEY} $HOME $(id) `id`"),
    "Y42 windows": (content("the %PATH%"), "the %PATH%"),
    "Y42 braces": (content("'{{ env.X }} {{env[\"X\"]}}'"), '{{ env.X }} {{env["X"]}}'),
    "Y43 file": (content("'{{file:~/.ssh/id_rsa}} {{@../../x}}'"), "{{file:~/.ssh/id_rsa}} {{@../../x}}"),
    "Y43 at": (content("'@/proc/self/environ'"), "@/proc/self/environ"),
    "Y43 url": (content("file:///etc/passwd http://x.example"), "file:///etc/passwd http://x.example"),
    "Y44 class": (content("\"{{ ''.__class__.__mro__ }} {0.__class__}\""), "{{ ''.__class__.__mro__ }} {0.__class__}"),
    "Y44 bomb": (content("\"{{ 'a'*300000000 }}{% for %}\""), "{{ 'a'*300000000 }}{% for %}"),
}


@pytest.mark.parametrize("case", READ)
def test_what_only_looks_wrong_is_text_and_is_sent_as_it_stands(case: str) -> None:
    data, text = READ[case]
    prompt = prompt_of(data)
    assert prompt.messages == (Message(Role.USER, text),)
    assert read(data).warnings == ()
    sent = build_request(prompt, values={"var": "filled"}).body["messages"]
    filled = text.replace("{{var}}", "filled").replace("{{ var }}", "filled")
    assert sent == [{"role": "user", "content": filled}]


def test_y06_an_anchor_bomb_is_refused_before_it_is_expanded() -> None:
    lines = ["kind: prompt", "a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    text = "\n".join(lines)
    with pytest.raises(PresetFault) as caught:
        read(text)
    said = [line for line in caught.value.lines if "alias" in line]
    assert said[0] == (
        "my.yaml:3: a1[0]: aliases (*a0) are not supported: write the value out, or quote a text that begins with *"
    )
    assert len(said) == 81
    assert len(parse_yaml(text, "my.yaml").lines) < 120  # of the 9 ** 9 values that it stands for


def test_y10_what_is_too_large_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(data: bytes, name: str) -> str:
        raise AssertionError("decoded")

    monkeypatch.setattr("workbench.adapters.yaml_file.decode_text", decoded)
    with pytest.raises(PresetFault, match="1,000,001 bytes"):
        read(b"\xff" * (MOST_BYTES + 1))


@pytest.mark.parametrize("tag", ["apply:os.system", "apply:subprocess.run", "new:os.system", "apply:builtins.eval"])
def test_y14_a_tag_runs_nothing(tag: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    with pytest.raises(PresetFault) as caught:
        read(top(f"name: !!python/object/{tag} ['touch {canary}']"))
    (line,) = (line for line in caught.value.lines if "YAML type" in line)
    assert line.startswith(f"my.yaml:2: name: unsupported YAML type !!python/object/{tag}: ")
    assert os.listdir(tmp_path) == []


def test_y16_a_word_of_yaml_1_1_is_a_text() -> None:
    assert prompt_of(parameter("stop: no")).parameters["stop"] == "no"
    assert prompt_of(parameter("stop: [yes, on, off]")).parameters["stop"] == ["yes", "on", "off"]


def test_y19_a_number_with_an_exponent_is_one() -> None:
    found = read(parameter("max_tokens: 1e3"))
    assert isinstance(found.value, Prompt)
    assert found.value.parameters["max_tokens"] == 1000
    assert found.warnings == ()


def test_y22_a_text_that_a_comment_cuts_is_warned_of() -> None:
    data = content("C# is nice #comment")
    assert text_of(data) == "C# is nice"
    assert read(data).warnings == (
        "my.yaml:4: messages[0].content: the text ends before ' #', which begins a comment: quote a text that goes on",
    )
    assert read(data).comments == 1


@pytest.mark.parametrize("key", ["name", "description", "model"])
def test_y27_controls_in_other_fields_are_kept_and_can_be_shown(key: str) -> None:
    value = getattr(prompt_of(top(f'{key}: "\\e]52;c;aGk=\\a\\u202e"')), key)
    assert value == "\x1b]52;c;aGk=\x07\u202e"
    shown = marked(value)
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ("", "there is no message to send: write one"),
        ("messages: []", "there is no message to send: write one"),
        ("messages: [{role: user, content: x, enabled: false}]", "every message is off: turn one on"),
    ],
)
def test_y33_no_message_is_no_fault_of_the_file_but_not_sent(messages: str, problem: str) -> None:
    found = build_request(prompt_of(top(messages)), default_model="m").problems
    assert [each.text for each in found] == [problem]


def test_y33_only_assistant_and_ten_thousand() -> None:
    alone = build_request(prompt_of(top("messages: [{role: assistant, content: x}]")), default_model="m")
    assert alone.problems == ()
    assert "only assistant messages are sent" in alone.notes[0].text
    many = prompt_of("kind: prompt\nmessages:\n" + "- {role: user, content: hi}\n" * 10_000)
    assert len(many.messages) == 10_000


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("temperature: 9", "must be from 0 to 2, not 9"),
        ("top_p: -1", "must be from 0 to 1, not -1"),
        ("max_tokens: 0", "must be from 1 to 2147483647, not 0"),
        ("max_tokens: 1000000000000", "must be from 1 to 2147483647, not 1000000000000"),
        ("n: 0", "must be from 1 to 128, not 0"),
        ("n: 10000", "must be from 1 to 128, not 10000"),
        (f"stop: [{', '.join('abcde' * 10)}]", "may have 4 texts at most, not 50"),
    ],
)
def test_y35_out_of_range_is_warned_of_and_the_builder_s_to_refuse(given: str, said: str) -> None:
    found = read(content("x") + f"\nparameters:\n  {given}")
    name = given.partition(":")[0]
    instead = "it is refused before sending, unless sent anyway"
    assert found.warnings == (f"my.yaml:6: parameters.{name}: {said}: {instead}",)
    assert isinstance(found.value, Prompt)
    (problem,) = build_request(found.value, default_model="m").problems
    assert (problem.field, problem.text, problem.can_send) == (name, f"{name} {said}", True)


def test_y37_the_first_version_may_be_named() -> None:
    assert prompt_of(top("version: 1")) == prompt_of("kind: prompt")


BAD_SLUGS = [
    "../x",
    "/etc/x",
    "con",
    ".",
    "-rf",
    "a/b",
    "a\\b",
    "a.",
    "a\nb",
    "a\0b",
    "a\u202eb",
    "x" * 256,
    "~/.ssh/id_rsa",
    "C:x",
    " a",
]


@pytest.mark.parametrize("part", ["persona", "format"])
@pytest.mark.parametrize("slug", BAD_SLUGS, ids=ascii)
def test_y46_a_reference_is_a_short_name_and_never_a_path(part: str, slug: str) -> None:
    quoted = '"' + "".join(f"\\U{ord(char):08X}" for char in slug) + '"'
    with pytest.raises(PresetFault) as caught:
        read(top(f"{part}: {quoted}"))
    (line,) = caught.value.lines
    assert line.startswith(f"my.yaml:2: {part}: ")
    assert line.endswith(": write the name of its file without .yaml, such as concise")
    assert line.isprintable()


@pytest.mark.parametrize("name", ["../x", "con", "a/b", "-rf", "x" * 256, "한국어 😀", "'"], ids=ascii)
def test_y46_a_name_inside_the_file_may_be_anything(name: str) -> None:
    quoted = "'" + name.replace("'", "''") + "'"
    assert prompt_of(top(f"name: {quoted}")).name == name


def test_one_line_each_and_no_more_than_a_screen() -> None:
    for data, _ in REFUSED.values():
        with pytest.raises(PresetFault) as caught:
            read(data)
        assert all(len(line) < 250 for line in caught.value.lines), describe(data)
