"""`workbench check`: what it records, what it says moved, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import KEY, CommandLine, Ended, serving
from tests.support.fault_server import FaultServer, Seen, Step, completion, whole
from tests.test_readme import ENGLISH, KOREAN, commands_of, section
from workbench.cli.diagnostics import ExitCode

PRESET = """\
kind: prompt
name: Menu
model: m
messages:
  - {role: system, content: Be brief.}
  - {role: user, content: "What is for {{meal}}?"}
parameters: {temperature: 0}
checks: [{type: contains, value: 점심}]
"""
TEXT = "점심 is noodles."


def replying(text: str = TEXT, **more: Any) -> Callable[[Seen], Sequence[Step]]:
    return lambda _: whole(completion(text, **{"system_fingerprint": "fp_1", **more}))


@pytest.fixture
def lock(cli: CommandLine) -> Path:
    """Of the preset `menu`, which is there."""
    return cli.preset("prompts/menu.yaml", PRESET).with_suffix(".lock")


def record(cli: CommandLine, endpoint: FaultServer, *more: str, repeats: int = 3) -> Ended:
    endpoint.answer_with(replying())
    return cli("check", "menu", "--record", "--repeats", str(repeats), "--var", "meal=lunch", *more)


def test_recorded_and_checked_on_practice_nothing_moves(cli: CommandLine) -> None:
    """Without a key, a network, or a preset of one's own."""
    cli.preset(
        "prompts/warm.yaml",
        "kind: prompt\nname: W\nmodel: practice-fast\nmessages: [{role: user, content: hi}]\n"
        "parameters: {max_completion_tokens: 20}\ncompare: {vary: {temperature: [0, 1], seed: [7]}, repeats: 2}\n",
    )
    assert cli("check", "warm").code == ExitCode.BAD_INPUT
    first = cli("check", "warm", "--record", "--json")
    assert first.code == ExitCode.OK, first.err
    assert [(each["state"], Path(each["lock"]).exists()) for each in first.json["presets"]] == [("recorded", True)]
    again = cli("check", "warm", "presets/prompts/warm.yaml")
    assert again.code == ExitCode.OK, again.err
    assert again.out.count("warm: unchanged") == 1
    assert "all 4 answers are as recorded" in again.out
    assert "practice costs nothing" in again.err
    assert cli("check", "warm", "--record").code == ExitCode.BAD_INPUT
    assert "warm.lock" not in cli("presets", "list").out
    assert cli("presets", "check", "presets").code == ExitCode.OK
    # What came with the program is recorded where it would be saved as one's own.
    shipped = cli("check", "product-name", "--record", "--dry-run", "--json").json["presets"][0]
    assert Path(shipped["lock"]) == cli.home / "presets" / "prompts" / "product-name.lock"


@pytest.mark.parametrize(("guide", "title"), [(ENGLISH, "Drift"), (KOREAN, "변화 확인")])
def test_the_guides_commands_in_their_order(cli: CommandLine, guide: Path, title: str) -> None:
    (cli.home / "settings.toml").write_text('default_model = "practice-fast"\n', "utf-8")
    for each in commands_of(section(guide, title)):
        done = cli(*each.arguments)
        assert done.code == each.code == ExitCode.OK, done.err


def test_the_file_says_what_was_asked_and_answered_and_no_key(cli: CommandLine, lock: Path) -> None:
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        endpoint.answer_with(replying(f"점심: {KEY} noodles\nand soup"))
        (cli.folder / "meal.txt").write_text("lunch", "utf-8")
        done = cli("check", "menu", "--record", "--repeats", "2", "--var", "meal=@meal.txt")
        assert done.code == ExitCode.OK, done.err
        (cli.folder / "meal.txt").write_text("supper", "utf-8")
        assert cli("check", "menu").code == ExitCode.OK
        assert cli("check", "menu", "--var", "meal=@meal.txt").code == ExitCode.RUN_FAILED
    text = lock.read_text("utf-8")
    assert lock.stat().st_mode & 0o777 == 0o600
    for part in ("meal: lunch", "parameters: {temperature: 0}", "fingerprints: {fp_1: 2}", "models: {m-1: 2}",
                 "- times: 2\n            text: |-\n              점심: [key] noodles\n              and soup",
                 "{type: contains, value: 점심, passed: 2, failed: 0, not_judged: 0}",
                 f'host: "{endpoint.host}"'):  # fmt: skip
        assert part in text, text
    assert KEY not in text + done.err + done.out


def test_the_object_of_json_has_its_fixed_names(cli: CommandLine, lock: Path) -> None:
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        record(cli, endpoint)
        endpoint.answer_with(replying("Dinner is soup.", model="m-2"))
        done = cli("check", "menu", "--json")
    told = done.json
    assert done.code == ExitCode.RUN_FAILED
    assert list(told) == ["state", "planned_requests", "sent_requests", "cost_usd", "presets"]
    assert (told["state"], told["planned_requests"], told["sent_requests"]) == ("drift", 3, 3)
    (preset,) = told["presets"]
    assert list(preset) == [
        "preset", "file", "lock", "state", "recorded_at", "verdict", "drift", "changed", "models_ending",
        "sent_requests", "cost_usd", "test", "columns", "missing", "notes",
    ]  # fmt: skip
    (column,) = preset["columns"]
    assert list(column) == [
        "label", "setting", "moved", "same_text_expected", "answers", "recorded_among_them", "identical",
        "distance_between", "p_value", "checks", "recorded", "now",
    ]  # fmt: skip
    assert column["moved"] == ["model", "text", "checks"]
    assert (column["recorded"]["models"], column["now"]["models"]) == ({"m-1": 3}, {"m-2": 3})
    assert "m-2 answers in place of m-1" in preset["verdict"]
    assert "3 of 3 answers are not the recorded text" in preset["verdict"]
    assert 'contains "점심" passes 0 of 3 (3 of 3 then)' in preset["verdict"]


def test_the_day_is_the_one_of_this_machines_clock(cli: CommandLine, lock: Path) -> None:
    cli.monkeypatch.setenv("TZ", "Asia/Seoul")
    time.tzset()
    try:
        with serving(cli.monkeypatch, key=KEY) as endpoint:
            record(cli, endpoint)
            written = lock.read_text("utf-8")
            for told, shown in (("2026-05-01T23:30:00Z", "since 2026-05-02"), ("soon", "since a day that can't be")):
                lock.write_text(re.sub("recorded_at: .*", f'recorded_at: "{told}"', written), "utf-8")
                assert shown in cli("check", "menu", "--dry-run").out
    finally:
        cli.monkeypatch.delenv("TZ")
        time.tzset()


def test_a_new_fingerprint_alone_is_told_and_is_no_drift(cli: CommandLine, lock: Path) -> None:
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        record(cli, endpoint)
        endpoint.answer_with(replying(system_fingerprint="fp_2"))
        done = cli("check", "menu")
    assert done.code == ExitCode.OK
    assert "system_fingerprint fp_2 in place of fp_1: another build answers, which by itself is no drift" in done.out


def test_a_check_that_is_new_is_told_and_is_no_change_of_the_request(cli: CommandLine, lock: Path) -> None:
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        record(cli, endpoint)
        cli.preset("prompts/menu.yaml", PRESET.replace("value: 점심}", "value: 점심}, {type: max_tokens, value: 9}"))
        done = cli("check", "menu")
    assert done.code == ExitCode.OK, done.out
    assert "the check max_tokens 9 was not recorded" in done.out


def test_what_changed_here_is_told_and_nothing_is_sent_until_it_is_recorded_anew(cli: CommandLine, lock: Path) -> None:
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        record(cli, endpoint)
        cli.preset("prompts/menu.yaml", PRESET.replace("Be brief.", "Be long.").replace("temperature: 0", "seed: 1"))
        sent, before = len(endpoint.requests), lock.read_bytes()
        done = cli("check", "menu")
        assert (done.code, len(endpoint.requests)) == (ExitCode.RUN_FAILED, sent)
        for part in ("changed here", "no drift of the model", "temperature 0, now not sent", "message 1 (system)"):
            assert part in done.out
        assert cli("check", "menu", "--dry-run", "--update").code == ExitCode.OK
        assert (lock.read_bytes(), len(endpoint.requests)) == (before, sent)
        assert cli("check", "menu", "--update").code == ExitCode.OK
        stays = lock.read_bytes()
        assert cli("check", "menu", "--update").code == ExitCode.OK
        assert lock.read_bytes() == stays != before


def test_a_model_that_is_gone_is_drift_by_its_day_or_by_a_404(cli: CommandLine, lock: Path) -> None:
    missing = {"error": {"message": "The model `m` does not exist", "code": "model_not_found"}}
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        record(cli, endpoint)
        endpoint.answer_with(lambda _: whole(missing, 404))
        gone = cli("check", "menu", "--json")
        assert (gone.code, gone.json["state"]) == (ExitCode.RUN_FAILED, "drift")
        assert gone.json["presets"][0]["models_ending"] == [{"model": "m", "day": None, "gone": True}]
        assert cli("check", "menu", "--update").code == ExitCode.RUN_FAILED
        # Nothing answers at this address: that says nothing of the model.
        endpoint.answer_with(lambda _: whole("not here", 404))
        assert cli("check", "menu", "--json").json["state"] == "incomplete"
        (cli.home / "models.yaml").write_text("version: 1\nmodels: [{names: [m], shutdown: 2026-01-02}]\n", "utf-8")
        sent = len(endpoint.requests)
        done = cli("check", "menu")
        assert (done.code, len(endpoint.requests)) == (ExitCode.RUN_FAILED, sent)
    assert "m was switched off on 2026-01-02" in done.out


def test_a_model_that_ends_soon_is_told_once_and_is_no_drift(cli: CommandLine, lock: Path) -> None:
    cli.preset("prompts/menu.yaml", f"{PRESET}compare: {{vary: {{temperature: [0, 0.0]}}}}\n")
    soon = date.today() + timedelta(30)
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        record(cli, endpoint)
        (cli.home / "models.yaml").write_text(f"version: 1\nmodels: [{{names: [m], shutdown: {soon}}}]\n", "utf-8")
        done = cli("check", "menu")
    assert done.code == ExitCode.OK, done.err
    assert done.out.count(f"m will be switched off on {soon}") == 1


def test_failures_and_caps_are_never_no_drift(cli: CommandLine, lock: Path) -> None:
    answered: list[Seen] = []

    def second_fails(seen: Seen) -> Sequence[Step]:
        answered.append(seen)
        return whole({"error": {"message": "no"}}, 400) if len(answered) == 2 else replying()(seen)

    with serving(cli.monkeypatch, key=KEY) as endpoint:
        endpoint.answer_with(second_fails)
        partial = cli("check", "menu", "--record", "--repeats", "3", "--var", "meal=lunch")
        assert (partial.code, lock.exists()) == (ExitCode.RUN_FAILED, False)
        assert "nothing was recorded" in partial.err
        record(cli, endpoint)
        answered.clear()
        endpoint.answer_with(second_fails)
        done = cli("check", "menu", "--json")
        assert (done.code, done.json["state"], len(done.json["presets"][0]["missing"])) == (1, "incomplete", 1)
        endpoint.answer_with(replying())
        capped = cli("check", "menu", "--max-requests", "2", "--json")
        assert (capped.code, capped.json["state"], capped.json["sent_requests"]) == (4, "incomplete", 2)
        assert "Not known: 1 answer is missing" in capped.json["presets"][0]["verdict"]


def test_terminated_it_says_that_not_all_is_known(cli: CommandLine, lock: Path) -> None:
    def stopping(seen: Seen) -> Sequence[Step]:
        os.kill(os.getpid(), signal.SIGTERM)
        return replying()(seen)

    with serving(cli.monkeypatch, key=KEY) as endpoint:
        record(cli, endpoint)
        before = lock.read_bytes()
        endpoint.answer_with(stopping)
        done = cli("check", "menu", "--update", "--concurrency", "1")
    assert done.code == 128 + signal.SIGTERM
    assert "menu: incomplete" in done.out
    assert lock.read_bytes() == before


def test_what_so_few_repeats_leave_unknown_is_told_when_they_are_recorded(cli: CommandLine, lock: Path) -> None:
    cli.preset("prompts/menu.yaml", f"{PRESET}compare: {{vary: {{temperature: [0, 1]}}}}\n")
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        once = record(cli, endpoint, repeats=1)
        lock.unlink()
        often = record(cli, endpoint, repeats=4)
    assert "one answer does not tell whether the same text comes each time" in once.out
    assert "can't be told from noise with 1 repeat: 4 would do" in once.out
    assert len(often.out.splitlines()) == 2


def test_what_can_not_be_written_is_told_before_anything_is_paid(cli: CommandLine, lock: Path) -> None:
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        with cli.monkeypatch.context() as patched:
            patched.setattr(os, "access", lambda *_, **__: False)
            shut = record(cli, endpoint)
        assert (shut.code, endpoint.requests) == (ExitCode.RUN_FAILED, [])
    assert "you may not write into" in shut.err


def test_a_recording_that_changed_meanwhile_is_not_written_over(cli: CommandLine, lock: Path) -> None:
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        record(cli, endpoint)

        def meddling(seen: Seen) -> Sequence[Step]:
            lock.write_text("else", "utf-8")
            return replying("other")(seen)

        endpoint.answer_with(meddling)
        done = cli("check", "menu", "--update")
        lock.unlink()
        first = cli("check", "menu", "--record", "--var", "meal=lunch")
    assert first.code == ExitCode.RUN_FAILED
    assert "Nothing was recorded: it could not be written" in first.out
    assert done.code == ExitCode.RUN_FAILED
    assert "was changed by something else" in done.err
    assert lock.read_text("utf-8") == "else"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "this is no recording"),
        ("version: 2\n", "version 2 is newer"),
        ("version: 1\npreset: [\n", "menu.lock"),
        ("version: 1\npreset: p\nconnection: c\nrepeats: 1\nwhat: 1\ncolumns: []\n", "what:"),
        (
            "version: 1\npreset: p\nconnection: c\nrepeats: 1\ncolumns:\n  - {setting: {}, connection: c, host: h, "
            "model: m, cases: [{request: r, answers: [{times: 500, text: a}, {times: 500, text: b}]}]}\n",
            "more than 500 answers",
        ),
    ],
)
def test_what_is_no_recording_is_told_with_its_line(cli: CommandLine, lock: Path, text: str, said: str) -> None:
    lock.write_text(text, "utf-8")
    done = cli("check", "menu")
    assert done.code == ExitCode.BAD_INPUT
    assert said in done.err
    assert f"{lock}" in done.err
    assert lock.read_text("utf-8") == text


def test_a_recording_from_elsewhere_opens_no_file_and_no_connection(cli: CommandLine, lock: Path) -> None:
    (cli.folder / "secret.txt").write_text("the secret", "utf-8")
    with serving(cli.monkeypatch, key=KEY) as endpoint:
        record(cli, endpoint)
        good = lock.read_text("utf-8")
        lock.write_text(good.replace("meal: lunch", 'meal: "@secret.txt"'), "utf-8")
        sent = len(endpoint.requests)
        done = cli("check", "menu", "--update")
        assert done.code == ExitCode.OK
        bodies = [seen.json["messages"][1]["content"] for seen in endpoint.requests[sent:]]
        assert set(bodies) == {"What is for @secret.txt?"}
        lock.write_text(good.replace(f'connection: "{endpoint.host}"', "connection: evil.example"), "utf-8")
        elsewhere = cli("check", "menu")
        lock.write_text(good.replace("models: {m-1: 3}", 'models: {"\\e]52;c;x\\a": 3}'), "utf-8")
        shown = cli("check", "menu")
    assert "m-1 answers in place of ␛]52;c;x␇" in shown.out
    assert "\x1b" not in shown.out + shown.err
    assert elsewhere.code == ExitCode.BAD_INPUT
    assert "evil.example" in elsewhere.err


def test_wrong_usage(cli: CommandLine, lock: Path) -> None:
    for arguments in ((), ("menu", "--record", "--update"), ("menu", "--repeats", "0"), ("nothing",),
                      ("menu", "--record", "--repeats", "501", "--var", "meal=x"), ("menu", "--record")):  # fmt: skip
        assert cli("check", *arguments).code == ExitCode.BAD_INPUT
    assert not lock.exists()
