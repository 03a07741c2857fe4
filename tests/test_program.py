"""The real command in a real terminal: type, run, stop, quit, kill, and come back."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import stat
from pathlib import Path

from tests.support.terminal import RESTORED, Terminal

KEY = "sk-proj-canary-4f9a8b7c6d5e4f3a2b1c0d9e8f7a"


def rows(home: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{home / 'workbench' / 'workbench.db'}?mode=ro", uri=True) as database:
        return database.execute(query).fetchall()


def test_type_run_stop_quit_and_find_all_in_order(tmp_path: Path) -> None:
    # An answer that goes on until it is stopped, however busy the machine is.
    (tmp_path / "endless.yaml").write_text(
        "kind: prompt\nname: endless\nparameters: {max_completion_tokens: 8000, logit_bias: {'0': -100}}\n"
    )
    mask = os.umask(0)
    try:
        with Terminal(["open", "endless.yaml"], tmp_path) as terminal:
            terminal.wait_for("not an AI")
            terminal.send(b"\xff\xfe\xc3\x28")  # no text in any encoding
            terminal.send("서울을 소개해 줘")
            terminal.wait_for("서울을 소개해 줘")
            terminal.send("\n")
            before = terminal.wait_for(streams)
            assert "waiting" not in before
            terminal.send("\x1b")
            terminal.wait_for(lambda text: "cancelled" in headline(text))
            terminal.send("\n")
            terminal.wait_for(streams)
            os.kill(terminal.pid, signal.SIGINT)
            terminal.wait_for(lambda text: "cancelled" in headline(text))
            terminal.send("still here")
            terminal.wait_for("still here")
            check_modes(tmp_path / "workbench")
            terminal.send("\x11")
            assert terminal.wait_end() == 0
            for sequence in RESTORED:
                assert sequence in terminal.written, sequence
    finally:
        os.umask(mask)
    (first, prompt), (second, _) = rows(tmp_path, "SELECT state, prompt FROM runs JOIN bodies ON run = id ORDER BY id")
    assert first == second == "cancelled"
    assert "서울을 소개해 줘" in str(prompt)
    check_modes(tmp_path / "workbench")


def headline(text: str) -> str:
    return text.splitlines()[0]


def streams(text: str) -> bool:
    return "streaming" in headline(text) and re.search(r"out ~\d\d", text) is not None


def check_modes(home: Path) -> None:
    """Everything in it is for this person alone, whatever the umask."""
    kept = list(home.rglob("*"))
    assert any(path.name == "workbench.db" for path in kept)
    for path in [home, *kept]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_another_editor_has_the_terminal_while_the_answer_streams_on(tmp_path: Path) -> None:
    editor = tmp_path / "my editor"
    editor.write_text("#!/bin/sh\ntrap '' INT\necho IN THE EDITOR\nread line\nprintf ' %s\\n' \"$line\" >> \"$1\"\n")
    editor.chmod(0o700)
    with Terminal([], tmp_path, environ={"EDITOR": f"'{editor}'"}) as terminal:
        terminal.wait_for("not an AI")
        terminal.send("서울\n")
        terminal.wait_for("streaming")
        terminal.send("\x1bOS")
        terminal.wait_for("IN THE EDITOR")
        # Its line is read as any shell reads one, and its ctrl+c is not ours.
        terminal.send("\x03부산\r")
        terminal.wait_for("taken back from my editor")
        screen = terminal.wait_for("complete")
        assert "서울 부산" in screen
        terminal.send("\x11")
        assert terminal.wait_end() == 0
    assert [state for (state,) in rows(tmp_path, "SELECT state FROM runs")] == ["complete"]


def test_a_terminated_program_restores_the_terminal_and_keeps_the_draft(tmp_path: Path) -> None:
    """By SIGTERM, SIGHUP and a key, one after the other: what was typed is there at the next start."""
    typed = ""
    for number in (signal.SIGTERM, signal.SIGHUP, 0):
        with Terminal([], tmp_path) as terminal:
            terminal.wait_for("not an AI")
            terminal.wait_for(typed)
            typed += f"(before {number:d})"
            terminal.send(f"(before {number:d})")
            terminal.wait_for(typed)
            if number:
                os.kill(terminal.pid, number)
                assert terminal.wait_end() == 128 + number
            else:
                terminal.send("\x11")
                assert terminal.wait_end() == 0
            for sequence in RESTORED:
                assert sequence in terminal.written, sequence


def test_a_killed_program_offers_the_draft_back(tmp_path: Path) -> None:
    with Terminal([], tmp_path) as terminal:
        terminal.wait_for("not an AI")
        terminal.send("typed before the kill")
        terminal.wait_for(lambda text: "typed before the kill" in text and "changed" in text)
        # On disk at most 250 ms after the key: read it there, so that the kill does not race with the promise.
        wait_for_row(tmp_path, "SELECT 1 FROM drafts WHERE prompt LIKE '%before the kill%'")
        os.kill(terminal.pid, signal.SIGKILL)
        assert terminal.wait_end() == -signal.SIGKILL
    with Terminal([], tmp_path) as terminal:
        asked = terminal.wait_for("A draft is left")
        assert (
            "typed before the kill" not in asked
        )  # it is not replayed: it may have been what brought the program down
        terminal.send("\r")
        terminal.wait_for("typed before the kill")


def wait_for_row(home: Path, query: str, seconds: float = 2.0) -> None:
    import time

    end = time.monotonic() + seconds
    while not rows(home, query):
        assert time.monotonic() < end, query
        time.sleep(0.01)


def test_a_key_is_nowhere(tmp_path: Path) -> None:
    environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    with Terminal([], tmp_path, environ=environ) as terminal:
        terminal.wait_for("127.0.0.1:9")
        terminal.send("hello\n")
        terminal.wait_for("error", 30)
        terminal.wait_for(lambda text: "is the server running" in text.lower())
        terminal.send("\x11")
        assert terminal.wait_end() == 0
        assert b"canary" not in terminal.written
    for path in (tmp_path / "workbench").rglob("*"):
        if path.is_file():
            assert b"canary" not in path.read_bytes(), path


def test_a_crash_leaves_a_usable_terminal_and_a_report_without_values(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    # A fault where no exception is expected, with a secret in a local variable and in the message; in a worker, whose
    # errors come wrapped in one that has no frames.
    (site / "sitecustomize.py").write_text(
        "import workbench.tui.screens.workbench as w\n"
        "async def broken():\n"
        f"    secret = {KEY!r}\n"
        "    raise KeyError(secret)\n"
        "w.WorkbenchScreen.action_next_view = lambda self: self.run_worker(broken())\n"
    )
    root = str(Path(__file__).resolve().parents[1])
    with Terminal([], tmp_path, environ={"PYTHONPATH": f"{site}:{root}"}) as terminal:
        terminal.wait_for("not an AI")
        terminal.send("typed before the crash")
        terminal.wait_for(lambda text: "typed before the crash" in text and "changed" in text)
        wait_for_row(tmp_path, "SELECT 1 FROM drafts WHERE prompt LIKE '%before the crash%'")
        terminal.send("\x1bOQ")
        assert terminal.wait_end() == 70
        for sequence in RESTORED:
            assert sequence in terminal.written, sequence
        assert b"canary" not in terminal.written
        assert b"a report without your texts" in terminal.written
    reports = list((tmp_path / "workbench" / "crashes").iterdir())
    assert len(reports) == 1
    text = reports[0].read_text()
    assert "KeyError" in text
    assert "in broken" in text
    assert "canary" not in text
    assert stat.S_IMODE(reports[0].stat().st_mode) == 0o600


def test_without_a_terminal_it_says_what_to_do(tmp_path: Path) -> None:
    import subprocess
    import sys

    from tests.support.terminal import clean_environ

    done = subprocess.run(
        [sys.executable, "-m", "workbench"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=clean_environ(tmp_path),
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
    assert done.stdout == ""


def test_a_prompt_is_opened_saved_found_again_and_run_without_the_screen(tmp_path: Path) -> None:
    (tmp_path / "from-a-colleague.yaml").write_text(
        "kind: prompt\nname: 회의록 요약\nmessages:\n  - {role: user, content: 'Sum up: {{text}}'}\n"
    )
    (tmp_path / "minutes.txt").write_text("We met and agreed.")
    with Terminal(["open", "from-a-colleague.yaml"], tmp_path) as terminal:
        terminal.wait_for("Sum up: {{text}}")
        terminal.wait_for("not an AI")
        terminal.send("\x02")  # ctrl+b
        terminal.wait_for("Choose a persona")
        terminal.wait_for("shipped")
        terminal.send("editor\r")
        terminal.wait_for("persona: editor")
        terminal.send("\x13")  # ctrl+s
        terminal.wait_for("Save the prompt")
        terminal.send("\r")
        terminal.wait_for("✓ saved")
        terminal.send("\x0c")  # ctrl+l
        terminal.wait_for("shipped")
        terminal.send("회의\r")
        terminal.wait_for("opened 회의록 요약")
        terminal.send("\x11")
        assert terminal.wait_end() == 0
    with Terminal(
        ["run", "회의록-요약", "--var", "text=@minutes.txt", "--model", "practice-fast"], tmp_path
    ) as terminal:
        assert terminal.wait_end() == 0
    [(request, preset)] = rows(tmp_path, "SELECT request, preset FROM runs JOIN bodies ON run = id")
    assert "Sum up: We met and agreed." in str(request)
    assert preset == "회의록-요약"
