"""`workbench settings`: the file and its schema."""

from __future__ import annotations

import json

from tests.cli.conftest import CommandLine


def test_the_path_a_commented_file_and_its_schema(cli: CommandLine) -> None:
    path = cli.home / "settings.toml"
    assert (cli("settings", "path").out, path.exists()) == (f"{path}\n", False)
    assert cli("settings", "path", "--write").out == f"{path}\n"
    modeline = cli("settings", "schema", "--modeline").out
    assert path.read_text().startswith(modeline)
    schema = json.loads(cli("settings", "schema").out)
    assert schema == json.loads((cli.home / modeline.split("./")[1].strip()).read_text())
    path.write_text("retries = 1\n")
    cli("settings", "path", "--write")
    assert path.read_text() == "retries = 1\n"
