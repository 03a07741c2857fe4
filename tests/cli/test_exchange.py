"""`workbench presets import` and `export`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from workbench.core.exchange.exports import SHAPES

BODY = '{"model": "gpt-5.4-mini", "messages": [{"role": "user", "content": "안녕"}], "temperature": 0}'


def test_an_import_goes_to_standard_output(cli: CommandLine) -> None:
    ended = cli("presets", "import", stdin=BODY.encode())
    assert ended.code == 0
    assert ended.out.startswith("kind: prompt\n")
    assert "안녕" in ended.out
    assert "read as " in ended.err


def test_an_import_is_saved_checked_and_run(cli: CommandLine) -> None:
    (cli.folder / "body.json").write_text(BODY)
    ended = cli("presets", "import", "body.json", "--save", "hello-ko", "--project")
    path = cli.folder / "presets" / "prompts" / "hello-ko.yaml"
    assert (ended.code, ended.out) == (0, f"{path}\n")
    assert cli("presets", "check", str(path)).code == 0
    ran = cli("run", "hello-ko", "--model", "practice-fast", "--json")
    assert json.loads(ran.out)["request"]["messages"] == [{"role": "user", "content": "안녕"}]


def test_a_name_that_is_no_file_name_is_kept_inside(cli: CommandLine) -> None:
    ended = cli("presets", "import", "--save", "../Hello there", stdin=BODY.encode())
    path = cli.home / "presets" / "prompts" / "hello-there.yaml"
    assert (ended.code, ended.out) == (0, f"{path}\n")
    assert 'name: "../Hello there"' in path.read_text() or "name: ../Hello there" in path.read_text()


def test_an_import_writes_over_nothing(cli: CommandLine) -> None:
    assert cli("presets", "import", "--save", "one", stdin=BODY.encode()).code == 0
    path = cli.home / "presets" / "prompts" / "one.yaml"
    before = path.read_bytes()
    again = cli("presets", "import", "--save", "one", stdin=BODY.replace("안녕", "잘가").encode())
    assert again.code == 2
    assert "one" in again.err
    assert path.read_bytes() == before


@pytest.mark.parametrize("arguments", [["none.json"], ["."], ["nul\0"], ["--project"], ["binary"]])
def test_what_can_not_be_imported(cli: CommandLine, arguments: list[str]) -> None:
    (cli.folder / "binary").write_bytes(b"\x89PNG\xff")
    ended = cli("presets", "import", *arguments, stdin=BODY.encode())
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("workbench: ")


def test_text_that_is_nothing_known(cli: CommandLine) -> None:
    ended = cli("presets", "import", stdin=b"")
    assert (ended.code, ended.out) == (2, "")


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_an_export(cli: CommandLine, shape: str) -> None:
    ended = cli(
        "presets", "export", "capitals", "and {{x}}?", "--var", "x=Peru", "--as", shape, "--set", "temperature=0"
    )
    assert ended.code == 0
    assert "Peru" in ended.out or "{{x}}" in ended.out
    assert ended.out.endswith("\n")


def test_an_export_as_json_is_the_request(cli: CommandLine) -> None:
    options = ["--persona", "", "--system", "s", "--model", "practice-fast"]
    ended = cli("presets", "export", "hi", "--as", "json", *options)
    ran = cli("run", "hi", "--json", *options)
    assert json.loads(ended.out) == json.loads(ran.out)["request"]


def test_an_export_has_no_key(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-proj-canary-4f9a8b7c6d5e4f3a2b1c0d9e8f7a")
    for shape in SHAPES:
        ended = cli("presets", "export", "hi", "--as", shape, "--model", "gpt-5.4-mini")
        assert ended.code == 0
        assert "canary" not in ended.out + ended.err
    assert "$OPENAI_API_KEY" in cli("presets", "export", "hi", "--model", "gpt-5.4-mini").out


def test_a_problem_of_an_export_is_said(cli: CommandLine) -> None:
    ended = cli("presets", "export", "hi {{who}}", "--as", "json")
    assert ended.code == 0
    assert "{{who}} has no value" in ended.err
    assert "{{who}}" in ended.out


def test_no_export_of_what_can_not_be_read(cli: CommandLine, tmp_path: Path) -> None:
    ended = cli("presets", "export", "hi {{who}}", "--var", "who=@none", "--as", "json")
    assert (ended.code, ended.out) == (2, "")
    assert "@none" in ended.err


def test_a_key_in_the_prompt_is_told_and_masked_when_asked(cli: CommandLine) -> None:
    key = "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2"
    refused = cli("run", f"use {key}", "--model", "practice-fast")
    assert refused.code == 2
    assert "message 1 holds what looks like a key" in refused.err
    assert "--anyway" in refused.err
    assert cli("run", f"use {key}", "--model", "practice-fast", "--anyway").code == 0
    plain = cli("presets", "export", f"use {key}", "--as", "json")
    assert key in plain.out
    assert "message 1 holds what looks like a key" in plain.err
    masked = cli("presets", "export", f"use {key}", "--as", "json", "--mask-keys")
    assert masked.code == 0
    assert "use [key]" in masked.out
    assert key not in masked.out + masked.err
