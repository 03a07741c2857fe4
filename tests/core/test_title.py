"""What a prompt is called on its tab."""

from __future__ import annotations

import pytest

from workbench.core.prompt import Message, Prompt, Role
from workbench.core.title import title_of


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        (Prompt(), ""),
        (Prompt(messages=(Message(Role.USER, " \n"),)), ""),
        (Prompt(name=" 뉴스\n요약 ", messages=(Message(Role.USER, "words"),)), "뉴스 요약"),
        (Prompt(messages=(Message(Role.SYSTEM, "rules"), Message(Role.USER, "\n first\twords "))), "first words"),
        (Prompt(messages=(Message(Role.SYSTEM, "rules"), Message(Role.USER))), "rules"),
        (Prompt(messages=(Message(Role.USER, "x" * 1_000_000),)), "x" * 80),
        (Prompt(messages=(Message(Role.USER, " " * 5_000 + "late words"),)), "late"),
    ],
)
def test_the_name_or_the_first_words(prompt: Prompt, title: str) -> None:
    assert title_of(prompt) == title
