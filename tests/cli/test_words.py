"""What is a preset, what is a message, and what is never sent by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.cli.main import parser
from workbench.cli.run import prompt_from, split_words
from workbench.core.errors import InputError
from workbench.core.prompt import Message, Role, Variable


def test_a_sentence_is_the_message() -> None:
    assert split_words(["Name three dishes. And/or more."]) == (None, "Name three dishes. And/or more.")
    assert split_words([]) == (None, None)


@pytest.mark.parametrize("word", ["summary.yaml", "summary.yml", "./x", "../x", "/no/such", "~/no-such-file"])
def test_a_word_that_looks_like_a_file_is_never_sent(word: str) -> None:
    with pytest.raises(InputError, match="no such file"):
        split_words([word])


@pytest.mark.parametrize("word", ["summary.yaml is a file", "and/or", "hello", "a" * 5000, "nul\0byte", "~nobody-here"])
def test_other_words_are_messages(word: str) -> None:
    assert split_words([word]) == (None, word)


def test_an_existing_file_is_a_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes").write_text("kind: prompt")
    assert split_words(["notes"]) == ("notes", None)
    assert split_words(["notes", "hello"]) == ("notes", "hello")


def test_two_words_without_a_preset() -> None:
    with pytest.raises(InputError, match="no preset 'hello'"):
        split_words(["hello", "world"])
    with pytest.raises(InputError, match="3 arguments"):
        split_words(["a", "b", "c"])


def options(*arguments: str) -> object:
    return prompt_from(parser().parse_args(["run", *arguments]))


def test_the_prompt_of_the_options() -> None:
    prompt = prompt_from(
        parser().parse_args(
            "run hi --system s --model m --set temperature=0 --set stop=END --no-stream".split()
            + "--var a=@b.txt --var c=d=e".split()
        )
    )
    assert prompt.messages == (Message(Role.SYSTEM, "s"), Message(Role.USER, "hi"))
    assert prompt.model == "m"
    assert dict(prompt.parameters) == {"temperature": 0, "stop": "END", "stream": False}
    assert prompt.variables == (Variable("a", value="@b.txt"), Variable("c", value="d=e"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a", "--message", "b"], "two messages"),
        (["a", "--set", "temprature=1"], "temperature"),
        (["a", "--set", "temperature"], "no ="),
        (["a", "--var", "1x=2"], "not NAME=VALUE"),
        (["-", "--var", "x=@-"], "standard input is asked for twice"),
    ],
)
def test_wrong_usage_says_what(arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"text")))
    with pytest.raises(InputError) as caught:
        options(*arguments)
    assert words in caught.value.line
