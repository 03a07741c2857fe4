"""Changing the settings file: what the person wrote there stays, and nothing wrong is written."""

from __future__ import annotations

import json
import stat
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.adapters.settings import Settings, load_settings
from workbench.adapters.settings_read import read_settings
from workbench.adapters.settings_schema import MODELINE, SCHEMA_FILE, json_schema
from workbench.adapters.settings_write import (
    remove_endpoint,
    set_endpoint,
    set_keys,
    set_setting,
    unset_setting,
    write_template,
)
from workbench.core.errors import InputError, StorageError

MINE = """# my settings
retries = 3   # three is enough

[endpoints.lab]           # in the cellar
base_url = "http://10.0.0.5:8000/v1"

[limits]
# idle_s = 90
idle_s = 45.5

[endpoints.cloud]
# the key is in my shell
base_url = "https://api.example.com/v1"
api_key_env = "CLOUD_API_KEY"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "settings.toml"


@pytest.fixture
def mine(path: Path) -> Path:
    path.parent.mkdir()
    path.write_text(MINE)
    return path


def loaded(path: Path) -> Settings:
    found, faults = load_settings(path)
    assert faults == ()
    return found


def test_a_file_that_is_not_there_begins_as_the_commented_template(path: Path) -> None:
    set_setting(path, "default_model", "m-1")
    set_setting(path, "limits.idle_s", 33.5)
    set_setting(path, "limits.connect_s", 3)
    set_endpoint(path, "lab", {"base_url": "http://127.0.0.1:8000/v1"})
    set_setting(path, "default_connection", "lab")
    found = loaded(path)
    assert (found.default_model, found.default_connection) == ("m-1", "lab")
    assert (found.idle_s, found.connect_s, found.total_s) == (33.5, 3.0, 0.0)
    assert [endpoint.name for endpoint in found.endpoints] == ["lab"]
    lines = path.read_text().splitlines()
    at = lines.index('default_model = "m-1"')
    assert lines[at - 1] == "## the model of a prompt that names none"
    assert lines.index("connect_s = 3") < lines.index("idle_s = 33.5") < lines.index("# [keymap]")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_comments_order_and_spaces_stay(mine: Path) -> None:
    set_setting(mine, "retries", 1)
    set_setting(mine, "theme", "nord")
    set_endpoint(mine, "lab", {"api_key_env": "LAB_API_KEY"})
    set_endpoint(mine, "new", {"base_url": "https://new.example/v1"})
    after = mine.read_text()
    added = ('theme = "nord"', 'api_key_env = "LAB_API_KEY"', "[endpoints.new]", 'base_url = "https://new.example/v1"')
    kept = [line for line in after.splitlines() if line not in added and line]
    assert kept == [line.replace("retries = 3", "retries = 1") for line in MINE.splitlines() if line]
    assert [endpoint.name for endpoint in loaded(mine).endpoints] == ["lab", "new", "cloud"]


def test_an_endpoint_is_taken_out_and_the_rest_stays(mine: Path) -> None:
    remove_endpoint(mine, "lab")
    remove_endpoint(mine, "lab")
    assert [endpoint.name for endpoint in loaded(mine).endpoints] == ["cloud"]
    assert "# the key is in my shell" in mine.read_text()
    assert "retries = 3   # three is enough" in mine.read_text()


def test_a_sentence_in_a_comment_is_not_taken_for_a_setting(mine: Path) -> None:
    mine.write_text("# theme = the one I like\n" + MINE)
    set_setting(mine, "theme", "nord")
    assert mine.read_text().startswith("# theme = the one I like\n")
    assert loaded(mine).theme == "nord"


def test_line_ends_and_a_byte_order_mark_stay(mine: Path) -> None:
    mine.write_bytes(b"\xef\xbb\xbf" + MINE.replace("\n", "\r\n").encode())
    set_endpoint(mine, "new", {"base_url": "https://new.example/v1"})
    data = mine.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf# my")
    assert data.count(b"\n") == data.count(b"\r\n") > MINE.count("\n")
    assert len(loaded(mine).endpoints) == 3


def test_endpoints_written_as_inline_tables_are_added_to(mine: Path) -> None:
    mine.write_text('endpoints = {a = {base_url = "http://a.example/v1"}}\n')
    set_endpoint(mine, "b", {"base_url": "http://b.example/v1"})
    assert [endpoint.name for endpoint in loaded(mine).endpoints] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("a = [\n", "settings.toml:1: not TOML"), ("endpoints = 3\n", "endpoints is no [table]")],
)
def test_a_file_that_is_broken_is_left_as_it_is(mine: Path, text: str, said: str) -> None:
    mine.write_text(text)
    with pytest.raises(InputError, match=r"settings\.toml") as caught:
        set_endpoint(mine, "b", {"base_url": "http://b.example/v1"})
    assert said in caught.value.line
    assert "using the defaults" not in caught.value.line
    assert mine.read_text() == text


def test_what_the_loader_would_complain_about_is_not_written(mine: Path) -> None:
    key = "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2"
    changes: tuple[Callable[[], None], ...] = (
        lambda: set_endpoint(mine, "b", {"base_url": "nowhere"}),
        lambda: set_endpoint(mine, "b", {"base_url": "http://b.example", "api_key_env": key}),
        lambda: set_endpoint(mine, "openai", {"base_url": "http://b.example"}),
        lambda: set_setting(mine, "retries", 99),
        lambda: set_setting(mine, "theme", key),
    )
    for change in changes:
        with pytest.raises(InputError, match="not saved") as caught:
            change()
        assert key not in caught.value.line
    assert mine.read_text() == MINE


def test_faults_that_were_there_before_do_not_keep_a_change_from_being_saved(mine: Path) -> None:
    mine.write_text("thme = 'x'\n" + MINE)
    set_setting(mine, "theme", "nord")
    found, faults = load_settings(mine)
    assert (found.theme, len(faults)) == ("nord", 1)


def test_a_default_that_is_taken_back_leaves_the_line_as_a_comment(mine: Path) -> None:
    unset_setting(mine, "retries")
    unset_setting(mine, "limits.idle_s")
    unset_setting(mine, "theme")
    changed = MINE.replace("retries =", "# retries =").replace("\nidle_s", "\n# idle_s")
    assert mine.read_text() == changed
    assert loaded(mine) == replace(loaded(mine), retries=2, idle_s=60.0)


@pytest.mark.parametrize(
    "given",
    ['[keymap]\nmessage.edit = "e"  # mine\n', '[keymap]\n"message.edit" = ["e"]\n', '[keymap.message]\nedit = "e"\n'],
)
def test_keys_are_given_and_taken_back_however_they_are_written(mine: Path, given: str) -> None:
    mine.write_text(given)
    set_keys(mine, "message.edit", "f11,ctrl+r")
    set_keys(mine, "run", "f12")
    assert loaded(mine).keymap == {"message.edit": "f11,ctrl+r", "run": "f12"}
    set_keys(mine, "message.edit", "")
    assert loaded(mine).keymap == {"run": "f12"}


def test_the_schema_lies_beside_the_file_and_says_what_the_loader_does(path: Path) -> None:
    write_template(path)
    assert path.read_text().startswith(f"{MODELINE}\n")
    schema = json.loads((path.parent / SCHEMA_FILE).read_text())
    assert schema == json_schema()
    check = jsonschema.Draft7Validator(schema)
    check.check_schema(schema)
    good = (
        MINE
        + '[keymap]\nrun = "f11"\nmessage.edit = ["e"]\n[panels]\nprompt_width = 0\n[prices.m]\ninput = 1\noutput = 2\n'
    )
    bad = (
        "retries = 11", "retires = 1", "view = 'answer'", "mark_blanks = 'on'", "panels.prompt_width = 5",
        "keymap.run = 3", "endpoints.practice.base_url = 'http://h'", "endpoints.a.api_key_env = 'A'",
        "limits.idle_s = 0", "prices.m.input = 1",
    )  # fmt: skip
    assert list(check.iter_errors(tomllib.loads(good))) == []
    assert read_settings(good)[1] == ()
    for text in bad:
        assert list(check.iter_errors(tomllib.loads(text))), text
        assert read_settings(text)[1], text


def test_a_file_that_is_no_text_is_left_as_it_is(mine: Path) -> None:
    mine.write_bytes(b"\xff\xfe\x00")
    with pytest.raises((StorageError, InputError)):
        set_setting(mine, "theme", "nord")
    assert mine.read_bytes() == b"\xff\xfe\x00"


@settings(max_examples=40)
@given(name=st.text("abc.-_1", min_size=1, max_size=8), model=st.text(min_size=1, max_size=12))
def test_what_is_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, name: str, model: str) -> None:
    path = tmp_path_factory.mktemp("s") / "settings.toml"
    path.write_text(MINE)
    before = tomllib.loads(MINE)
    try:
        set_endpoint(path, name, {"base_url": "https://x.example/v1", "default_model": model})
    except InputError:
        assert path.read_text() == MINE
        return
    after = tomllib.loads(path.read_bytes().decode())
    assert after["endpoints"].pop(name) == {"base_url": "https://x.example/v1", "default_model": model}
    assert after == before
