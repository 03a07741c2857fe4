"""`workbench chat`: over a pipe against practice and a server of the tests, with scripted lines, and on a terminal."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sqlite3
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.cli.conftest import CommandLine, Ended, serving
from tests.support.fault_server import CUT, FaultServer, Seen, Step, completion, sse, text_chunk, whole
from tests.support.terminal import Terminal
from workbench.cli import chat_session
from workbench.cli.chat_input import PipeLines, read_turn
from workbench.cli.output import Output
from workbench.cli.signals import Interrupted, Signals
from workbench.services import Services

FAST = ("--model", "practice-fast", "--set", "max_completion_tokens=20")
REFUSED = whole({"error": {"message": "no such thing", "type": "invalid_request_error"}}, 400)


def answer(text: str, finish: str = "stop") -> tuple[Step, ...]:
    return sse(text_chunk(text), text_chunk(finish=finish))


def talk(cli: CommandLine, typed: str, *arguments: str) -> Ended:
    return cli("chat", *arguments, stdin=typed.encode())


def sent(server: FaultServer) -> list[list[str]]:
    """The messages of each request, as `user: hi`."""
    return [[f"{m['role']}: {m['content']}" for m in seen.json["messages"]] for seen in server.requests]


def rows(cli: CommandLine) -> list[Any]:
    with sqlite3.connect(cli.home / "workbench.db") as database:
        columns = "source, preset, state, (SELECT text FROM answers WHERE run = id)"
        return database.execute(f"SELECT {columns} FROM runs ORDER BY id").fetchall()


class TestOverAPipe:
    def test_it_remembers_and_answers_line_by_line(self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(monkeypatch, answer("Seoul"), answer("9 million"), answer("bye")) as server:
            ended = talk(cli, "capital?\n\n  \nhow many\\\npeople?\r\nwhy", "--model", "m", "--system", "Be brief")
        assert (ended.code, ended.out) == (0, "Seoul\n9 million\nbye\n")
        first = ["system: Be brief", "user: capital?"]
        second = [*first, "assistant: Seoul", "user: how many\npeople?"]
        assert sent(server) == [first, second, [*second, "assistant: 9 million", "user: why"]]
        assert server.connections == 1
        lines = ended.err.splitlines()
        assert lines[0] == f"workbench: chat with m at {server.host}: exit, 종료 or ctrl-d ends it; /help"
        assert sum(" · out " in line for line in lines) == 3
        assert ended.err.count("stream_options") == 1  # a note is said once, not at every turn
        assert rows(cli) == [("chat", "", "complete", text) for text in ("Seoul", "9 million", "bye")]

    def test_practice_is_named_for_what_it_is(self, cli: CommandLine) -> None:
        ended = talk(cli, "hello", *FAST)
        assert ended.code == 0
        assert ended.out.strip()
        assert ended.err.startswith("workbench: chat with practice-fast at practice, not an AI: exit, 종료")
        assert "its answers mean nothing" in ended.err

    @pytest.mark.parametrize("word", ["exit", " QUIT ", "Bye", "종료", unicodedata.normalize("NFD", "종료"), ""])
    def test_it_ends_at_a_word_or_the_end(self, cli: CommandLine, word: str) -> None:
        ended = talk(cli, f"{word}\nnever sent\n" if word else "", *FAST)
        assert (ended.code, ended.out) == (0, "")
        assert " out " not in ended.err

    def test_a_failed_turn_is_taken_back_and_the_chat_goes_on(
        self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cut = sse(text_chunk("half"), CUT, done=False, end=False)
        with serving(monkeypatch, answer("1"), REFUSED, cut, answer("4")) as server:
            ended = talk(cli, "one\ntwo\nthree\nfour", "--model", "m")
        assert (ended.code, ended.out) == (1, "1\nhalf\n4\n")
        assert sent(server)[-1] == ["user: one", "assistant: 1", "user: four"]
        assert "no such thing" in ended.err
        assert "workbench: taken back: two\n" in ended.err
        assert "workbench: taken back: three\n" in ended.err
        assert [row[2] for row in rows(cli)] == ["complete", "error", "truncated", "complete"]

    def test_a_refused_turn_ends_it_with_nothing_sent(self, cli: CommandLine) -> None:
        ended = talk(cli, "hi {{who}}\nnever", *FAST)
        assert (ended.code, ended.out) == (2, "")
        assert "{{who}} has no value" in ended.err
        assert "taken back: hi {{who}}" in ended.err
        assert "never" not in ended.err

    def test_what_is_no_text_ends_it(self, cli: CommandLine) -> None:
        ended = cli("chat", *FAST, stdin=b"hi\n\xff\xfe\nnever")
        assert ended.code == 2
        assert ended.err.splitlines()[-1] == "workbench: line 2 of standard input is not UTF-8 at byte 0: send text"

    def test_braces_of_an_answer_are_text_in_the_next_turn(
        self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with serving(monkeypatch, answer(r"use {{name}} or \{{"), answer("ok")) as server:
            ended = talk(cli, "jinja for {{who}}?\n" + r"and \{{this}}?", "--model", "m", "--var", "who=me")
        assert ended.code == 0
        assert sent(server)[1] == ["user: jinja for me?", r"assistant: use {{name}} or \{{", "user: and {{this}}?"]

    def test_only_the_last_turns_are_sent(self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(monkeypatch, answer("ok")) as server:
            ended = talk(cli, "1\n2\n3", "--model", "m", "--last-turns", "2")
        assert sent(server)[-1] == ["user: 2", "assistant: ok", "user: 3"]
        assert ended.err.count("2 earlier messages are not sent: the last 2 turns are sent") == 1

    def test_only_what_fits_is_sent(self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(monkeypatch, answer("ok")) as server:
            ended = talk(cli, f"{'long ' * 200}\n2", "--model", "m", "--history-tokens", "50")
        assert sent(server)[-1] == ["user: 2"]
        assert "as many turns as fit into 50 tokens are sent" in ended.err
        assert talk(cli, "", "--history-tokens", "0").code == 2
        assert talk(cli, "", "--history-tokens", "9", "--last-turns", "1").code == 2

    def test_an_answer_that_was_cut_at_its_limit_is_kept_and_told(
        self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with serving(monkeypatch, answer("half an", finish="length"), answer("ok")) as server:
            ended = talk(cli, "1\n2", "--model", "m")
        assert ended.code == 0
        assert sent(server)[1] == ["user: 1", "assistant: half an", "user: 2"]
        assert "the answer was cut at its limit of tokens" in ended.err

    def test_filtered_empty_and_refusing_answers(self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        refusal = completion("")
        refusal["choices"][0]["message"] = {"role": "assistant", "content": None, "refusal": "I can't."}
        replies = (answer("part", finish="content_filter"), answer(""), whole(refusal), answer("ok"))
        with serving(monkeypatch, *replies) as server:
            ended = talk(cli, "1\n2\n3\n4", "--model", "m")
        assert ended.code == 1
        assert sent(server)[-1] == ["user: 3", "assistant: I can't.", "user: 4"]
        assert "stopped by a content filter" in ended.err
        assert "the answer has no text" in ended.err
        assert "the model refused: I can't." in ended.err

    def test_ctrl_c_ends_it_and_keeps_what_came(self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(monkeypatch) as server:

            def stall(seen: Seen) -> Sequence[Step]:
                interrupt = asyncio.Event()
                asyncio.get_running_loop().call_later(0.1, os.kill, os.getpid(), signal.SIGINT)
                return sse(text_chunk("partial"), interrupt, done=False, end=False)

            server.answer_with(stall)
            ended = talk(cli, "1\nnever", "--model", "m")
        assert (ended.code, ended.out) == (130, "partial\n")
        assert len(server.requests) == 1
        assert rows(cli) == [("chat", "", "cancelled", "partial")]

    def test_a_reader_that_goes_away_ends_it(self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        def closed(self: Output, text: str) -> None:
            raise BrokenPipeError

        monkeypatch.setattr(Output, "text", closed)
        assert talk(cli, "1\n2", *FAST).code == 141
        assert len(rows(cli)) == 1

    def test_standard_input_is_the_chats(self, cli: CommandLine) -> None:
        ended = talk(cli, "hi {{x}}", *FAST, "--var", "x=@-")
        assert ended.code == 2
        assert "standard input is asked for twice, by the chat and --var x" in ended.err


class TestPresets:
    def test_a_question_at_its_end_is_the_first_turn(self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        cli.preset(
            "prompts/quiz.yaml",
            "kind: prompt\nname: Quiz\nmessages:\n- {role: system, content: Ask}\n- {role: user, content: '{{n}}+1?'}\n"
            "variables: {n: {default: '1'}}\n",
        )
        with serving(monkeypatch, answer("two"), answer("ok")) as server:
            ended = talk(cli, "sure?", "quiz", "--model", "m", "--var", "n=4")
        assert ended.out == "two\nok\n"
        assert "workbench: the preset asks: {{n}}+1?" in ended.err
        assert sent(server)[1] == ["system: Ask", "user: 4+1?", "assistant: two", "user: sure?"]
        assert rows(cli)[0][:2] == ("chat", "quiz")

    def test_one_without_a_question_waits_for_one(self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        cli.preset(
            "prompts/guide.yaml",
            "kind: prompt\nname: Guide\n"
            "messages:\n- {role: assistant, content: Where to?}\n- {role: user, content: ''}\n",
        )
        with serving(monkeypatch, answer("ok")) as server:
            assert talk(cli, "Busan\n/undo\n/undo\nJeju", "guide", "--model", "m").code == 0
        assert sent(server) == [["assistant: Where to?", f"user: {place}"] for place in ("Busan", "Jeju")]

    def test_an_unknown_one_names_the_nearest(self, cli: CommandLine) -> None:
        ended = talk(cli, "hi", "consultent")
        assert ended.code == 2
        assert "did you mean consultant?" in ended.err


class TestCommands:
    def test_undo_takes_the_last_turn_back(self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(monkeypatch, answer("a"), answer("b"), answer("c")) as server:
            ended = talk(cli, "1\n2\n/undo\n3\n/undo\n/undo\n/undo", "--model", "m")
        assert sent(server)[-1] == ["user: 1", "assistant: a", "user: 3"]
        assert [line[11:] for line in ended.err.splitlines() if "take" in line] == [
            "taken back: 2", "taken back: 3", "taken back: 1", "there is no turn to take back",
        ]  # fmt: skip

    def test_what_is_saved_can_be_gone_on_with(self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(monkeypatch, answer("{{a}}"), answer("b"), answer("c")) as server:
            saved = talk(cli, "1\n/save 내 대화\n2\n/save 내 대화\n", "--model", "m", "--persona", "pirate")
            assert saved.code == 0
            assert (cli.home / "presets" / "prompts" / "내-대화.yaml").exists()
            assert talk(cli, "3", "내-대화").code == 0
        assert sent(server)[2][1:] == ["user: 1", "assistant: {{a}}", "user: 2", "assistant: b", "user: 3"]
        assert server.requests[2].json["model"] == "m"

    def test_a_preset_that_is_there_already_is_not_written_over(self, cli: CommandLine) -> None:
        file = cli.home / "presets" / "prompts" / "mine.yaml"
        file.parent.mkdir(parents=True)
        file.write_text("kind: prompt\nname: Mine\n", "utf-8")
        ended = talk(cli, "1\n/save mine\n/save", *FAST)
        assert ended.code == 1
        assert file.read_text("utf-8") == "kind: prompt\nname: Mine\n"
        assert any("mine" in line and "there" in line for line in ended.err.splitlines())
        assert "/save needs a name" in ended.err
        assert "nothing to save yet" in talk(cli, "/save x", *FAST).err

    def test_usage_is_the_sum(self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        counted = whole(completion("ok", usage={"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010}))
        with serving(monkeypatch, counted, counted, answer("no usage")):
            ended = talk(cli, "/usage\n1\n2\n3\n/usage", "--model", "m")
        sums = [line for line in ended.err.splitlines() if " run" in line]
        assert sums == [
            "0 runs · in 0 · out 0 · free",
            "3 runs (1 without a token count) · in 2,000 · out 20 · free",
        ]

    def test_help_tells_all_of_them_and_two_slashes_are_text(
        self, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with serving(monkeypatch, answer("ok")) as server:
            ended = talk(cli, "/help\n//undo is a command?\n/ undo", "--model", "m")
        for word in ("/undo", "/save NAME", "/usage", "//text", "종료", "ctrl-c"):
            assert word in ended.err
        assert sent(server) == [["user: /undo is a command?"]]
        assert ended.code == 2
        assert ended.err.splitlines()[-1] == ("workbench: there is no command /: /help lists them, // sends it as text")


class Key(NamedTuple):
    """A signal while a line is typed, with something in it or nothing."""

    signal: int
    typed: bool = False


CTRL_C, CTRL_C_CLEARS = Key(signal.SIGINT), Key(signal.SIGINT, typed=True)


class Typed:
    """Lines that a person types: texts, None for ctrl-d, or keys. Keeps what is offered again."""

    interactive = True

    def __init__(self, *lines: str | Key | None) -> None:
        self.offered: list[str] = []
        self._lines = list(lines)
        self._typed = False

    def read(self, prompt: str) -> str | None:
        line = self._lines.pop(0)
        if isinstance(line, Key):
            self._typed = line.typed
            raise Interrupted(line.signal)
        return line

    def typed(self) -> bool:
        return self._typed

    def offer(self, text: str) -> bool:
        self.offered.append(text)
        return True


Talks = Callable[..., tuple[Ended, Typed]]


@pytest.fixture
def person(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Talks:
    def talks(*lines: str | Key | None, options: Sequence[str] = FAST) -> tuple[Ended, Typed]:
        typed = Typed(*lines)
        monkeypatch.setattr(chat_session, "standard_lines", lambda signals: typed)
        monkeypatch.setattr(Services, "warm", lambda services: None)
        return cli("chat", *options), typed

    return talks


class TestAPersonTypes:
    def test_what_failed_is_offered_again_and_the_chat_goes_on(
        self, person: Talks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with serving(monkeypatch, REFUSED, answer("ok")) as server:
            ended, typed = person("한 줄", "//{{x}}", "/unknown", "한 줄!", None, options=("--model", "m"))
        assert ended.code == 2
        assert typed.offered == ["한 줄", "//{{x}}", "/unknown"]
        assert sent(server) == [["user: 한 줄"], ["user: 한 줄!"]]
        assert ended.err.count("taken back: it stands in the next line") == 3

    def test_a_name_that_another_file_has_asks_for_another_name(self, person: Talks, cli: CommandLine) -> None:
        kept = cli.home / "presets" / "prompts" / "talk.yaml"
        kept.parent.mkdir(parents=True)
        kept.write_text("kind: prompt\nmessages: []\n")
        ended, _ = person("hi", "/save talk", "exit")
        assert ended.code == 1
        assert f"workbench: {kept} is there already: choose another name\n" in ended.err

    def test_a_slip_in_a_command_is_no_failure(self, person: Talks) -> None:
        assert person("/hlep", "exit")[0].code == 0

    def test_ctrl_c_clears_a_line_asks_and_leaves(self, person: Talks) -> None:
        ended, _ = person(CTRL_C_CLEARS, CTRL_C, "/usage", CTRL_C, CTRL_C_CLEARS, CTRL_C, CTRL_C)
        assert ended.code == 130
        assert ended.err.count("ctrl-c again, ctrl-d or exit ends the chat") == 3

    def test_ctrl_c_in_a_turn_of_several_lines_clears_it(self, person: Talks) -> None:
        ended, _ = person("one\\", CTRL_C, None)
        assert ended.code == 0
        assert "ctrl-c again" not in ended.err

    def test_a_terminating_signal_ends_it(self, person: Talks) -> None:
        assert person(Key(signal.SIGTERM))[0].code == 143
        assert person(Key(signal.SIGHUP))[0].code == 129


class TestLines:
    @pytest.mark.parametrize(
        ("data", "turns"),
        [
            (b"", []),
            (b"\n", [""]),
            (b"\xef\xbb\xbfone\r\ntwo", ["one", "two"]),
            (b"a\\\nb\\\nc\nd", ["a\nb\nc", "d"]),
            (b"latex \\\\\n\\\\\\\nx", ["latex \\\\", "\\\\\nx"]),
            (b"open\\", ["open"]),
            ("한글\u2028\x0bone line".encode(), ["한글\u2028\x0bone line"]),
        ],
    )
    def test_turns_of_a_pipe(self, monkeypatch: pytest.MonkeyPatch, data: bytes, turns: list[str]) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), "latin-1"))
        lines = PipeLines(Signals())
        assert [read_turn(lines) for _ in turns] == turns
        assert read_turn(lines) is None


class TestSignals:
    def test_one_that_comes_between_ends_the_next_wait(self) -> None:
        with Signals() as signals:
            signal.raise_signal(signal.SIGTERM)
            assert signals.terminated == signal.SIGTERM
            with pytest.raises(Interrupted) as caught, signals.waiting():
                pytest.fail("it waited")
            assert caught.value.number == signal.SIGTERM
            with signals.waiting():
                pass

    def test_one_that_comes_between_stops_the_next_run(self) -> None:
        stopped: list[str] = []
        with Signals() as signals:
            signal.raise_signal(signal.SIGINT)
            with signals.stopping(lambda: stopped.append("before")):
                assert stopped == ["before"]
            with signals.stopping(lambda: stopped.append("during")):
                signal.raise_signal(signal.SIGINT)
            assert stopped == ["before", "during"]
            assert signals.terminated == 0

    def test_the_handlers_before_it_come_back_and_ignored_signals_stay_so(self) -> None:
        before = signal.getsignal(signal.SIGTERM)
        hangup = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            with Signals():
                assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
                assert signal.getsignal(signal.SIGTERM) is not before
            assert signal.getsignal(signal.SIGTERM) is before
        finally:
            signal.signal(signal.SIGHUP, hangup)


def test_a_chat_on_a_terminal(tmp_path: Path) -> None:
    endless = ("--set", "max_completion_tokens=8000", "--set", 'logit_bias={"0": -100}')
    arguments = ["chat", "--model", "practice", "--set", "seed=2", *endless]
    with Terminal(arguments, tmp_path, size=(100, 30)) as terminal:
        terminal.wait_for(lambda text: text.rstrip().endswith(">"))
        # A syllable of three bytes and two cells goes with one press of backspace.
        terminal.send("안녕녕\x7f {{이름}}\r")
        terminal.wait_for("{{이름}} has no value")
        terminal.wait_for("stands in the next line\n> 안녕 {{이름}}")
        terminal.send("\x15\x1b[200~여러\n줄\x1b[201~\r")
        terminal.wait_for(lambda text: len(text.partition("> 여러\n줄\n")[2].split()) > 2)
        terminal.send("\x03")
        terminal.wait_for("stopped; what came is kept as the answer")
        terminal.send("half")
        terminal.wait_for("> half")
        terminal.send("\x03")
        terminal.wait_for("> half\n>")
        terminal.send("종료\r")
        assert terminal.wait_end() == 2  # one turn was refused
    assert terminal.written.rstrip().endswith(b"\x1b[?2004l")
    with sqlite3.connect(tmp_path / "workbench" / "workbench.db") as database:
        assert database.execute("SELECT state, source FROM runs").fetchall() == [("cancelled", "chat")]


def test_a_terminal_that_goes_away(tmp_path: Path) -> None:
    with Terminal(["chat", "--model", "practice"], tmp_path) as terminal:
        terminal.wait_for(lambda text: text.rstrip().endswith(">"))
        terminal.send("typed")
        terminal.wait_for("> typed")
        begin = time.monotonic()
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_end() == 143
        assert time.monotonic() - begin < 5
    assert b"\x1b[?2004l" in terminal.written[-20:]
