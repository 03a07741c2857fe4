"""What `workbench run` says of an answer that is not all that was asked for, and of history that is not kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.conftest import CommandLine, serving
from tests.cli.test_chat import answer
from tests.support.fault_server import completion, sse, text_chunk, whole

CUT = "the answer was cut at its limit of tokens"
FILTERED = "the answer was stopped by a content filter"
BLANK = "the answer has no text"


@pytest.mark.parametrize("json", [(), ("--json",)])
@pytest.mark.parametrize(
    ("text", "finish", "said", "code"),
    [
        ("half", "length", CUT, 0),
        ("half", "content_filter", FILTERED, 1),
        (" ", "stop", BLANK, 0),
        ("a", "stop", "", 0),
    ],
)
def test_an_answer_that_is_not_whole_is_told(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, text: str, finish: str, said: str, code: int, json: tuple[str]
) -> None:
    with serving(monkeypatch, answer(text, finish)):
        ended = cli("run", "hi", "--model", "m", *json)
    assert ended.code == code
    assert [words for words in (CUT, FILTERED, BLANK) if words in ended.err] == [said] * bool(said)


def test_one_of_several_answers_was_cut(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    chunks = text_chunk("a", finish="stop"), text_chunk("b", index=1, finish="length")
    with serving(monkeypatch, sse(*chunks)):
        ended = cli("run", "hi", "--model", "m", "--set", "n=2")
    assert "an answer was cut at its limit of tokens" in ended.err


def test_a_tool_that_is_called_is_told(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    called: dict[str, Any] = completion("")
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    called["choices"][0]["message"] = {"role": "assistant", "content": None, "tool_calls": [call]}
    with serving(monkeypatch, whole(called)):
        ended = cli("run", "hi", "--model", "m", "--no-stream")
    assert "the model calls f {}" in ended.err
    assert BLANK not in ended.err


def test_broken_json_is_told_once(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, answer('{"a', "length")):
        ended = cli("run", "hi", "--model", "m", "--format", "json")
    assert "cut by max tokens" in ended.err
    assert CUT not in ended.err


def test_history_that_is_not_kept_is_told(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    (cli.home / "workbench.db").mkdir()
    ended = cli("run", "hi", "--model", "practice-fast")
    assert ended.code == 0
    assert "history is not being saved" in ended.err
