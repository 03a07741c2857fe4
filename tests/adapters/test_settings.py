"""The settings file: what is wrong is named, the default is used, and no key is repeated."""

from __future__ import annotations

import dataclasses
import os
import re
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.adapters.settings import EndpointSettings, Settings, load_settings
from workbench.adapters.settings_prices import OwnPrice
from workbench.adapters.settings_table import SETTINGS
from workbench.adapters.settings_template import settings_template
from workbench.core.wire import Limits

CANARY = "sk-canary-7f3a9b2c4d5e6f708192"


def load(folder: Path, text: str | bytes) -> tuple[Settings, tuple[str, ...]]:
    path = folder / "settings.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_settings(path)


def test_no_file_is_no_fault(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none" / "settings.toml") == (Settings(), ())


def test_the_table_and_the_class_agree() -> None:
    defaults = {field.name: getattr(Settings(), field.name) for field in dataclasses.fields(Settings)}
    assert {s.attribute: s.default for s in SETTINGS} == {
        k: v for k, v in defaults.items() if k not in ("keymap", "endpoints", "prices", "text")
    }
    assert Settings().limits == Limits()


def test_a_whole_file(tmp_path: Path) -> None:
    found, faults = load(
        tmp_path,
        """
        default_connection = "local"
        default_model = "m"
        theme = "nord"
        retries = 0
        [limits]
        connect_s = 5
        first_byte_s = 30
        idle_s = 20.5
        total_s = 300
        response_mb = 8
        [keymap]
        run = "ctrl+r, f5"
        message.edit = "e"
        "output.find" = ["slash", "ctrl+f"]
        [endpoints.local]
        base_url = "http://127.0.0.1:11434"
        [endpoints.gateway]
        base_url = "https://gateway.example/v1/"
        api_key_env = "GATEWAY_API_KEY"
        organization_env = "GATEWAY_ORG"
        project_env = "GATEWAY_PROJECT"
        default_model = "x/y"
        """,
    )
    assert faults == ()
    assert (found.default_connection, found.default_model, found.theme, found.retries) == ("local", "m", "nord", 0)
    limits = found.limits
    assert (limits.connect, limits.first_byte, limits.idle, limits.total) == (5, 30, 20.5, 300)
    assert limits.response_bytes == 8 * 1024 * 1024
    assert found.keymap == {"run": "ctrl+r,f5", "message.edit": "e", "output.find": "slash,ctrl+f"}
    assert found.endpoints == (
        EndpointSettings("local", "http://127.0.0.1:11434/v1"),
        EndpointSettings(
            "gateway", "https://gateway.example/v1", "GATEWAY_API_KEY", "GATEWAY_ORG", "GATEWAY_PROJECT", "x/y"
        ),
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("retries = 11", "1: retries: 11 is out of range, 0 to 10: using 2"),
        ("retries = 1.5", "1: retries: expected a whole number from 0 to 10, found 1.5: using 2"),
        ("retries = true", "1: retries: expected a whole number from 0 to 10, found true: using 2"),
        ("theme = 3", '1: theme: expected a text in quotes, found 3: using ""'),
        ("limits.idle_s = 'x'", "1: limits.idle_s: expected a number from 0.1 to 86400, found 'x': using 60"),
        ("limits.idle_s = nan", "1: limits.idle_s: nan is out of range, 0.1 to 86400: using 60"),
        ("limits.idle_s = inf", "1: limits.idle_s: inf is out of range, 0.1 to 86400: using 60"),
        ("limits = 3", "1: limits: expected a table, [limits], found a number"),
        ("retires = 1", "1: retires: no such setting; did you mean retries?: ignored"),
        ("Default-Model = 'x'", "1: Default-Model: no such setting; did you mean default_model?: ignored"),
        ("limits.idel_s = 1", "1: limits.idel_s: no such setting; did you mean idle_s?: ignored"),
        ("zzz = 1", "1: zzz: no such setting: ignored"),
        ("keymap.run = 3", "1: keymap.run: expected key names in quotes, found 3: ignored"),
        ("endpoints = []", "1: endpoints: expected a table, [endpoints], found a list"),
        ("[endpoints.a]", "1: endpoints.a: base_url is missing: endpoint left out"),
        ("endpoints.a = 3", "1: endpoints.a: expected a table, [endpoints.a], found a number: endpoint left out"),
        (
            "[endpoints.a]\nbase_url = 'ftp://h'",
            "2: endpoints.a.base_url: 'ftp://h' does not begin with http:// or https://: "
            "endpoint left out. Write it like https://api.example.com/v1.",
        ),
        (
            "[endpoints.practice]\nbase_url='https://h'",
            "1: endpoints.practice: the name practice is the program's own; choose another: endpoint left out",
        ),
        (b"theme = '\xff'", "1: is not UTF-8 text: using the defaults"),
        ("a = " + "[" * 100_000, " nested too deep or a number too long: using the defaults"),
        ("#" * 300_000, " is larger than 256 kB: using the defaults"),
    ],
)
def test_each_fault_is_named_and_the_default_used(tmp_path: Path, text: str | bytes, fault: str) -> None:
    found, faults = load(tmp_path, text)
    assert faults == (f"settings.toml:{fault}",)
    assert found == Settings()


@pytest.mark.parametrize("text", ["a = 1\nb = ", "a = 1\na = 2", "a = 1\n[x\nb = 1\n", "a = 1\n= 2\nb = 3"])
def test_what_is_not_toml_is_named_by_its_line(tmp_path: Path, text: str) -> None:
    found, faults = load(tmp_path, text)
    assert found == Settings()
    assert faults[0].startswith("settings.toml:2: not TOML: ")
    assert faults[0].endswith(": using the defaults")
    assert len(faults) == 1


def test_a_bad_setting_leaves_the_good_ones(tmp_path: Path) -> None:
    found, faults = load(
        tmp_path,
        "retries = 5\nretry_wait_max_s = -1\n[endpoints]\na.base_url='x'\nb.base_url='http://b/v1'",
    )
    assert found.retries == 5
    assert found.retry_wait_max_s == Settings().retry_wait_max_s
    assert [endpoint.name for endpoint in found.endpoints] == ["b"]
    assert len(faults) == 2


def test_a_fault_is_told_with_the_line_of_its_statement(tmp_path: Path) -> None:
    text = """
# retries = "in a comment"
theme = '''
retries = "in a text"
'''
retries = [
  1,
]
[panels]   # of mine
prompt_width = 5
[keymap]
message.edit = 3
"quoted.id" = 4
[endpoints.a]
api_key_env = "A"
"""
    _, faults = load(tmp_path, text)
    places = [fault.partition(": ")[0].removeprefix("settings.toml:") for fault in faults]
    said = [fault.split(": ")[1] for fault in faults]
    assert dict(zip(said, places, strict=True)) == {
        "theme": "3",
        "retries": "6",
        "panels.prompt_width": "10",
        "keymap.message.edit": "12",
        "keymap.quoted.id": "13",
        "endpoints.a": "14",
    }


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    assert load(tmp_path, b"\xef\xbb\xbfretries = 1\r\n") == (Settings(retries=1), ())


@pytest.mark.parametrize(
    "text",
    [
        f'api_key = "{CANARY}"',
        f'openai_api_key = "{CANARY}"',
        f'theme = "{CANARY}"',
        f'default_model = "{CANARY}"',
        f'limits.idle_s = "{CANARY}"',
        f'"{CANARY}" = 1',
        f'keymap.run = "{CANARY}"',
        f'[keymap]\n"{CANARY}" = 3',
        f'[endpoints.a]\nbase_url = "https://h/v1"\napi_key = "{CANARY}"',
        f'[endpoints.a]\nbase_url = "https://h/v1"\napi_key_env = "{CANARY}"',
        '[endpoints.a]\nbase_url = "https://h/v1"\napi_key_env = "canary7f3a9b2c4d5e6f708192"',
        f'[endpoints.a]\nbase_url = "https://h/v1"\ndefault_model = "{CANARY}"',
        f'[endpoints.a]\nbase_url = "https://u:{CANARY}@h/v1"',
        f'[endpoints.a]\nbase_url = "{CANARY}"',
        f'[endpoints."{CANARY}"]\nbase_url = "https://h/v1"',
        f'"{CANARY}" = 1\n"{CANARY}" = 2',
        f'"{CANARY}" = ',
    ],
)
def test_a_key_in_the_file_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    found, faults = load(tmp_path, text)
    assert faults
    assert "canary" not in "".join(faults)
    assert "canary" not in repr(found)


def test_an_endpoint_whose_key_is_unclear_is_left_out(tmp_path: Path) -> None:
    found, faults = load(tmp_path, '[endpoints.a]\nbase_url = "https://h/v1"\napi_key_env = "not a name"')
    assert found.endpoints == ()
    assert "the NAME of a variable" in faults[0]


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").mkdir()
    assert load_settings(tmp_path / "settings.toml")[1] == ("settings.toml: is not a file: using the defaults",)
    os.mkfifo(tmp_path / "pipe")
    assert load_settings(tmp_path / "pipe")[1] == ("settings.toml: is not a file: using the defaults",)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("retries = 1")
    path.chmod(0)
    assert load_settings(path)[1] == ("settings.toml: can't be read (Permission denied): using the defaults",)


def test_the_template_is_all_defaults_with_or_without_its_marks(tmp_path: Path) -> None:
    template = settings_template()
    assert load(tmp_path, template) == (Settings(), ())
    lines = [line for line in template.splitlines() if re.match(r"# (\[|\w+ = )", line)]
    found, faults = load(tmp_path, "\n".join(line[2:] for line in lines))
    assert faults == ()
    assert dataclasses.replace(found, keymap={}, endpoints=(), prices={}) == Settings()
    assert found.prices == {"example-model": OwnPrice(0.5, 2, 0.05)}
    assert [endpoint.name for endpoint in found.endpoints] == ["example"]
    for setting in SETTINGS:
        assert setting.help in template


def test_budgets_and_own_prices(tmp_path: Path) -> None:
    found, faults = load(
        tmp_path,
        """
        [budget]
        day = 1.50
        month = 20
        [prices."my-model"]
        input = 0.5
        output = 2
        [prices."gpt-9.1"]
        input = 0
        output = 0.1
        cached_input = 0
        """,
    )
    assert faults == ()
    assert (found.budget_day, found.budget_month) == (1.5, 20)
    assert found.prices == {"my-model": OwnPrice(0.5, 2), "gpt-9.1": OwnPrice(0, 0.1, 0)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[budget]\nday = -1", "budget.day: -1 is out of range"),
        ("[budget]\nweek = 1", "budget.week: no such setting"),
        ('[prices."m"]\ninput = 1', "prices.m: output is missing"),
        ('[prices."m"]\ninput = "1"\noutput = 2', "prices.m.input: expected US dollars per million tokens"),
        ('[prices."m"]\ninput = 1\noutput = nan', "prices.m.output: expected US dollars per million tokens from 0"),
        ('[prices."m"]\ninput = 1\noutput = 2\ncached = 1', "prices.m.cached: no such price"),
        ("[prices.gpt-5.4]\ninput = 1\noutput = 2", 'write the model in quotes, [prices."gpt-5.4"]'),
        ("prices = 3", "prices: expected a table"),
        ("[prices]\nm = 3", "prices.m: expected a table"),
    ],
)
def test_a_bad_budget_or_price_is_named_and_left_out(tmp_path: Path, text: str, said: str) -> None:
    found, faults = load(tmp_path, text)
    assert found == Settings()
    assert len(faults) == 1
    assert said in faults[0]


def test_reading_a_usual_file_is_quick(tmp_path: Path) -> None:
    text = "\n".join(line.removeprefix("# ") for line in settings_template().splitlines() if line.startswith("# ["))
    load(tmp_path, text)
    best = 1.0
    for _ in range(5):
        began = time.perf_counter()
        load_settings(tmp_path / "settings.toml")
        best = min(best, time.perf_counter() - began)
    assert best < 0.003


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=60))
def test_no_file_stops_the_program(tmp_path: Path, data: bytes) -> None:
    _, faults = load(tmp_path, data)
    assert all(fault.isprintable() for fault in faults)
