"""`workbench presets list`, `show`, `path`, `schema` and `check`, and bad files on the command line."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine

GOOD = """\
# a comment of mine
kind: prompt
name: 좋은 것
messages:
  - {role: user, content: "hi {{who}}"}
variables: {who: {default: Kim}}
"""
BAD = """\
kind: prompt
mesages: []
parameters:
  temprature: 1
"""
HOSTILE = 'kind: prompt\nname: "a\\e]52;c;aGk=\\ab"\nmessages: [{role: user, content: "\\e[2J"}]\n'


def test_the_list_has_all_presets_and_marks_the_bad_ones(cli: CommandLine) -> None:
    cli.preset("prompts/good.yaml", GOOD)
    bad = cli.preset("prompts/bad.yaml", BAD)
    ended = cli("presets", "list")
    assert ended.code == 0
    rows = [line.split("\t") for line in ended.out.splitlines()]
    assert ["prompt", "good", "project", "좋은 것"] in rows
    assert ["persona", "pirate", "shipped", "Coding pirate in Korean"] in rows
    (row,) = [row for row in rows if row[1] == "bad"]
    assert row[3].startswith("! ")
    assert f"{bad.name}:2" in row[3]


def test_the_list_of_one_kind_as_json(cli: CommandLine) -> None:
    path = cli.preset("formats/mine.yaml", "kind: format\nname: M\ninstruction: short\n")
    told = json.loads(cli("presets", "list", "--kind", "format", "--json").out)
    assert {each["kind"] for each in told} == {"format"}
    (mine,) = [each for each in told if each["slug"] == "mine"]
    assert mine == {
        "kind": "format", "slug": "mine", "place": "project", "path": str(path), "name": "M", "description": "",
        "error": "",
    }  # fmt: skip


def test_a_terminal_gets_columns(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.preset("formats/one.yaml", "kind: format\nname: 하나\ninstruction: short\n")
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True)
    monkeypatch.setenv("COLUMNS", "60")
    lines = cli("presets", "list", "--kind", "format").out.splitlines()
    assert lines[0].split() == ["kind", "name", "place", "title"]
    assert len({line.index("format") for line in lines[1:]}) == 1
    assert max(len(line) for line in lines) <= 60


def test_a_narrow_terminal_still_says_what_is_wrong_with_a_file(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.preset("formats/one.yaml", "kind: format\nname: a\nnmae: b\n")
    cli.preset("formats/two.yaml/three", "")
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True)
    monkeypatch.setenv("COLUMNS", "40")
    lines = cli("presets", "list", "--kind", "format").out.splitlines()
    assert any("! line 3: nmae: unknown key: did you " in line for line in lines)
    assert any(line.endswith("! is a folder: name a file in it") for line in lines)


def test_show_is_the_file_made_safe(cli: CommandLine) -> None:
    cli.preset("prompts/good.yaml", GOOD)
    assert cli("presets", "show", "good").out == GOOD
    path = cli.preset("prompts/utf16.yaml", "")
    path.write_bytes(GOOD.encode("utf-16"))
    assert cli("presets", "show", "utf16").out == GOOD
    raw = cli.preset("prompts/del.yaml", "kind: prompt\nname: a\u202eb\nmessages: [{role: user, content: c}]\n")
    assert "‹U+202E›" in cli("presets", "show", str(raw)).out


def test_show_as_the_request(cli: CommandLine) -> None:
    cli.preset("prompts/good.yaml", GOOD)
    ended = cli("presets", "show", "good", "--json")
    assert ended.code == 0
    body = json.loads(ended.out)
    assert body["messages"] == [{"role": "user", "content": "hi Kim"}]
    assert json.loads(cli("presets", "show", "personas/pirate", "--json").out)["messages"][0]["role"] == "system"


def test_an_unknown_name_has_its_nearest(cli: CommandLine) -> None:
    for action in ("show", "path"):
        ended = cli("presets", action, "capitols")
        assert ended.code == 2
        assert "did you mean capitals?" in ended.err
        assert "presets list" in cli("presets", action, "qqqqqqqqqqqq").err


def test_paths(cli: CommandLine) -> None:
    folders = dict(line.split("\t") for line in cli("presets", "path").out.splitlines())
    assert list(folders) == ["shipped", "yours", "project"]
    assert folders["yours"] == str(cli.home / "presets")
    assert folders["project"] == str(cli.folder / "presets")
    assert (Path(folders["shipped"]) / "prompts").is_dir()
    path = cli.preset("prompts/bad.yaml", BAD)
    for word in ("bad", "prompts/bad"):
        assert cli("presets", "path", word).out == f"{path}\n"
    assert cli("presets", "path", "personas/pirate").out.endswith("personas/pirate.yaml\n")


def test_the_schema_and_its_modeline(cli: CommandLine) -> None:
    schema = json.loads(cli("presets", "schema").out)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert cli("presets", "schema", "--modeline").out.startswith("# yaml-language-server: $schema=")


def test_check_prints_every_fault_of_every_file(cli: CommandLine) -> None:
    cli.preset("prompts/good.yaml", GOOD)
    bad = cli.preset("prompts/bad.yaml", BAD)
    list_ = cli.preset("personas/list.yaml", "- a\n")
    ended = cli("presets", "check")
    assert ended.code == 2
    lines = ended.out.splitlines()
    assert any(f"{bad.name}:2:" in line and "messages" in line for line in lines)
    assert any(f"{bad.name}:4:" in line and "temperature" in line for line in lines)
    assert any(f"{list_.name}:1:" in line for line in lines)
    assert lines[-1].endswith("errors in 2 files")


def test_check_says_where_a_file_is_whose_name_is_wrong(cli: CommandLine) -> None:
    path = cli.preset("prompts/-rf.yaml", GOOD)
    for arguments in ([], ["presets"], [str(path)]):
        ended = cli("presets", "check", *arguments)
        assert ended.code == 2
        assert ended.out.startswith(f"{path}: a short name begins with neither - nor .")


def test_check_does_not_pass_over_a_folder_that_it_can_t_read(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.preset("prompts/good.yaml", GOOD)
    shut = cli.preset("personas/good.yaml", GOOD).parent
    scandir = os.scandir

    def refusing(path: str | Path) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == "personas":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    for arguments in ([], ["presets"], ["presets/personas"]):
        ended = cli("presets", "check", *arguments)
        assert ended.code == 2
        line = f"the folder {shut} can't be read: Permission denied: change its permissions\n"
        assert ended.out.count(line) == 1


@pytest.mark.parametrize("path", ["~nobody-of-this-name/x.yaml", "a" * 300, "a" * 5000, "a\0b", "\udcff.yaml"])
def test_check_of_what_can_be_no_path(cli: CommandLine, path: str) -> None:
    ended = cli("presets", "check", path)
    assert ended.code == 2
    assert ended.out.endswith("1 preset checked: 1 error in 1 file\n")


def test_check_without_a_fault(cli: CommandLine) -> None:
    ended = cli("presets", "check")
    assert (ended.code, ended.err) == (0, "")
    (line,) = ended.out.splitlines()
    assert line.endswith("presets checked: nothing is wrong")
    good = cli.preset("prompts/good.yaml", GOOD)
    assert cli("presets", "check", str(good)).out == "1 preset checked: nothing is wrong\n"


def test_check_finds_what_only_a_request_shows(cli: CommandLine) -> None:
    cli.preset("prompts/lost.yaml", "kind: prompt\npersona: pirat\nmessages: [{role: user, content: hi}]\n")
    schema = "{type: object, properties: {a: {type: string}}, required: [a]}"
    strict = f"{{type: json_schema, json_schema: {{name: x, strict: true, schema: {schema}}}}}"
    cli.preset("formats/loose.yaml", f"kind: format\nresponse_format: {strict}\n")
    cli.preset("prompts/uses.yaml", "kind: prompt\nformat: loose\nmessages: [{role: user, content: hi}]\n")
    ended = cli("presets", "check", "presets")
    assert ended.code == 2
    lines = ended.out.splitlines()
    assert any("lost.yaml: persona: " in line and "pirate" in line for line in lines)
    assert any("loose.yaml: response_format" in line and "additionalProperties" in line for line in lines)
    assert not any("uses.yaml" in line for line in lines)


def test_check_of_what_is_not_there(cli: CommandLine) -> None:
    ended = cli("presets", "check", "none.yaml")
    assert ended.code == 2
    assert "none.yaml" in ended.out


def test_check_tells_of_names_that_can_not_be_used(cli: CommandLine) -> None:
    cli.preset("prompts/con.yaml", GOOD)
    cli.preset("prompts/twin.yaml", GOOD)
    cli.preset("prompts/twin.yml", GOOD)
    (cli.folder / "presets" / "personas").write_text("no folder")
    for arguments in ([], ["presets"]):
        ended = cli("presets", "check", *arguments)
        assert ended.code == 2
        assert "con.yaml" in ended.out
        assert "twin.yml" in ended.out
        assert ("is no folder" in ended.out) == (not arguments)


def test_check_of_a_folder_leaves_hidden_files_and_others(cli: CommandLine) -> None:
    cli.preset("prompts/good.yaml", GOOD)
    cli.preset("prompts/.hidden.yaml", BAD)
    cli.preset(".git/x.yaml", BAD)
    cli.preset("prompts/notes.txt", BAD)
    assert cli("presets", "check", "presets").out == "1 preset checked: nothing is wrong\n"


def test_a_file_whose_name_another_bad_one_has(cli: CommandLine) -> None:
    cli.preset("personas/pirate.yaml", "kind: persona\nmesages: []\n")
    mine = cli.home / "presets" / "personas" / "pirate.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text("kind: persona\nmessages: [{role: system, content: mine}]\n")
    assert cli("presets", "check", str(mine)).code == 0
    assert json.loads(cli("presets", "show", str(mine), "--json").out)["messages"][0]["content"] == "mine"
    ended = cli("run", "pirate", "hi")
    assert ended.code == 2
    assert str(cli.folder / "presets") in ended.err


def test_check_shows_warnings_and_ends_well(cli: CommandLine) -> None:
    path = cli.preset(
        "prompts/hash.yaml", "kind: prompt\nmessages:\n  - role: user\n    content: C# is nice #comment\n"
    )
    ended = cli("presets", "check", str(path))
    assert ended.code == 0
    assert ended.out.count("(warning)") == 1
    assert ended.out.endswith("nothing is wrong, 1 warning\n")


def test_a_bad_file_named_as_the_preset(cli: CommandLine) -> None:
    cli.preset("prompts/bad.yaml", BAD)
    for word in ("bad", "presets/prompts/bad.yaml", "./presets/prompts/bad.yaml"):
        ended = cli("run", word)
        assert ended.code == 2
        assert ended.out == ""
        lines = ended.err.splitlines()
        assert len(lines) >= 2
        assert any("bad.yaml:2" in line and "messages" in line for line in lines)
        assert any("bad.yaml:4" in line and "temperature" in line for line in lines)


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n\0", b"- a\n", b"kind: prompt\n--- \nkind: prompt\n", b"\xff"]
)
def test_a_file_that_is_no_preset(cli: CommandLine, data: bytes) -> None:
    cli.preset("prompts/odd.yaml", "").write_bytes(data)
    ended = cli("run", "odd", "--model", "practice-fast")
    assert ended.code == 2
    assert "odd.yaml" in ended.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("base_url: https://evil.example/v1\n", "base_url"),
        ("api_key: sk-proj-canary-4f9a8b7c6d5e\n", "api_key"),
        ("headers: {Authorization: Bearer sk-proj-canary-4f9a8b7c6d5e}\n", "headers"),
        ("version: 99\n", "99"),
        ("name: " + "a" * 1_000_001 + "\n", "1,000,000"),
    ],
)
def test_what_a_preset_may_not_hold_is_never_sent(cli: CommandLine, text: str, said: str) -> None:
    cli.preset("prompts/odd.yaml", f"kind: prompt\n{text}messages: [{{role: user, content: hi}}]\n")
    for arguments in (["run", "odd"], ["presets", "check", "presets"]):
        ended = cli(*arguments)
        assert ended.code == 2
        assert said in ended.out + ended.err
        assert "canary" not in ended.out + ended.err


def test_a_link_to_nothing_and_links_in_a_circle(cli: CommandLine) -> None:
    good = cli.preset("prompts/good.yaml", GOOD)
    (good.parent / "linked.yaml").symlink_to(good)
    (good.parent / "dangling.yaml").symlink_to("nothing.yaml")
    (good.parent / "circle.yaml").symlink_to("circle.yaml")
    assert cli("presets", "show", "linked").out == GOOD
    for name in ("dangling", "circle"):
        ended = cli("run", name)
        assert (ended.code, ended.out) == (2, "")
        assert f"{name}.yaml" in ended.err
    assert cli("presets", "check", "presets").code == 2


def test_a_bad_file_does_not_hinder_another(cli: CommandLine) -> None:
    cli.preset("prompts/bad.yaml", BAD)
    cli.preset("personas/bad.yaml", "\t:")
    cli.preset("prompts/good.yaml", GOOD)
    ended = cli("run", "good", "--model", "practice-fast", "--json", "--persona", "pirate")
    assert ended.code == 0
    assert json.loads(ended.out)["request"]["messages"][-1] == {"role": "user", "content": "hi Kim"}


def test_a_broken_persona_is_named(cli: CommandLine) -> None:
    cli.preset("personas/broken.yaml", "kind: persona\nmesages: []\n")
    cli.preset("prompts/uses.yaml", "kind: prompt\npersona: broken\nmessages: [{role: user, content: hi}]\n")
    cli.preset("prompts/lost.yaml", "kind: prompt\npersona: pirat\nmessages: [{role: user, content: hi}]\n")
    broken, lost = cli("run", "uses"), cli("run", "lost")
    assert broken.code == lost.code == 2
    assert "broken.yaml:2" in broken.err
    assert "pirat" in lost.err
    assert "pirate" in lost.err


def test_a_refused_prompt_says_each_problem_once(cli: CommandLine) -> None:
    ended = cli("run", "hi {{who}}", "--set", "temperature=9", "--model", "practice-fast")
    assert ended.code == 2
    assert ended.err.count("{{who}}") == 1
    assert ended.err.count("temperature") == 2  # its field, and its text
    assert "--anyway" in ended.err


def test_what_anyway_does_not_help_is_not_offered(cli: CommandLine) -> None:
    ended = cli("run", "{{a}}", "--var", "a=@none.txt", "--model", "practice-fast")
    assert ended.code == 2
    assert "none.txt" in ended.err
    assert "--anyway" not in ended.err


def test_hostile_text_of_a_file_reaches_no_terminal(cli: CommandLine) -> None:
    path = cli.preset("prompts/hostile.yaml", HOSTILE)
    outputs = [
        cli("presets", *arguments)
        for arguments in (["list"], ["show", "hostile"], ["show", "hostile", "--json"], ["check"], ["list", "--json"])
    ]
    outputs.append(cli("run", str(path), "--model", "practice-fast"))
    assert all("\x1b" not in ended.out + ended.err for ended in outputs)
    assert json.loads(outputs[2].out)["messages"][0]["content"] == "\x1b[2J"


def test_the_run_of_a_preset_is_kept_under_its_name(cli: CommandLine) -> None:
    import sqlite3

    cli.preset("prompts/good.yaml", GOOD)
    (cli.folder / "text.txt").write_text("글")
    ended = cli("run", "good", "--var", "who=@text.txt", "--model", "practice-fast", "--json")
    assert json.loads(ended.out)["request"]["messages"] == [{"role": "user", "content": "hi 글"}]
    with sqlite3.connect(cli.home / "workbench.db") as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(runs)")]
        assert "good" in database.execute(f"SELECT {', '.join(columns)} FROM runs").fetchone()


def test_json_and_raw_exclude_each_other(cli: CommandLine) -> None:
    ended = cli("run", "hi", "--json", "--raw")
    assert (ended.code, ended.out) == (2, "")
    assert "--raw" in ended.err


@pytest.mark.parametrize(
    ("arguments", "of"),
    [(["presets"], "presets"), (["presets", "lists"], "presets"), (["presets", "list", "x"], "presets list")],
)
def test_wrong_usage(cli: CommandLine, arguments: list[str], of: str) -> None:
    ended = cli(*arguments)
    assert ended.code == 2
    assert ended.err.endswith(f": see workbench {of} --help\n")
    assert ended.err.count("\n") == 1
