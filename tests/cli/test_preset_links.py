"""Y48 on the command line: presets that are links, lie in linked folders, or are links to nothing."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import CommandLine

GOOD = "kind: prompt\nmessages:\n  - role: user\n    content: Say hi\n"


def sent(cli: CommandLine, word: str) -> object:
    """The message that running this preset sends."""
    ended = cli("run", word, "--model", "practice-fast", "--json")
    assert ended.code == 0, ended.err
    return json.loads(ended.out)["request"]["messages"][-1]["content"]


def test_a_link_and_a_linked_folder_are_run_and_checked(cli: CommandLine) -> None:
    shared = cli.folder / "shared"
    shared.mkdir()
    (shared / "far.yaml").write_text(GOOD)
    (cli.folder / "presets").mkdir()
    (cli.folder / "presets" / "prompts").symlink_to(shared)
    (shared / "linked.yaml").symlink_to("far.yaml")
    for word in ("linked", "prompts/linked", "presets/prompts/linked.yaml", "far", str(shared / "linked.yaml")):
        assert sent(cli, word) == "Say hi"
    ended = cli("presets", "check")
    assert ended.code == 0
    assert "nothing is wrong" in ended.out
    assert cli("presets", "check", "presets/prompts/linked.yaml", str(shared)).code == 0


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("gone.yaml", "is a link to a file that is not there: mend or remove the link"),
        ("bad.yaml", "can't be read: Too many levels of symbolic links: name another file"),
        ("other.yaml", "can't be read: Too many levels of symbolic links: name another file"),
        ("..", "is a folder: name a file in it"),
    ],
)
def test_a_link_that_leads_to_no_file_is_one_line_and_hides_no_other(cli: CommandLine, target: str, says: str) -> None:
    good = cli.preset("prompts/good.yaml", GOOD)
    bad = good.with_name("bad.yaml")
    bad.symlink_to(target)
    if target == "other.yaml":
        good.with_name("other.yaml").symlink_to("bad.yaml")
    for words in (["run", "bad"], ["run", "presets/prompts/bad.yaml", "--json"]):
        ended = cli(*words)
        assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
        assert says in ended.err
    for folder in ([], ["presets"], [str(bad)]):
        ended = cli("presets", "check", *folder)
        # A folder that is named is looked into, whatever its own name.
        assert ended.code == (0 if target == ".." and folder else 2)
        assert ended.code == 0 or f"{bad.name} {says}" in ended.out
    assert sent(cli, "good") == "Say hi"


def test_a_second_name_is_a_warning_and_no_fault(cli: CommandLine) -> None:
    good = cli.preset("prompts/good.yaml", GOOD)
    good.with_name("second.yaml").hardlink_to(good)
    ended = cli("presets", "check")
    assert ended.code == 0
    assert ended.out.count("has a second name (a hard link): saving changes it under this name alone (warning)") == 2
    assert sent(cli, "second") == "Say hi"


def test_a_folder_of_presets_that_is_a_link_in_a_circle(cli: CommandLine) -> None:
    (cli.folder / "presets").symlink_to("presets")
    ended = cli("presets", "check")
    assert ended.code == 2
    assert "presets/prompts can't be read: Too many levels of symbolic links" in ended.out
    ended = cli(
        "presets", "import", "--save", "new", "--project", stdin=b'{"messages": [{"role": "user", "content": "x"}]}'
    )
    assert (ended.code, ended.out) == (1, "")
    assert "the links of this path lead in a circle" in ended.err
    assert (cli.folder / "presets").is_symlink()
    assert sent(cli, "capitals") != ""
