"""The tokens on the cards are those of what would be sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workbench.core.prompt import Message, Prompt, Role, SendLimit, Variable
from workbench.services import Services
from workbench.tui.derived import count_messages, derive
from workbench.tui.desk import Desk
from workbench.tui.session import Session

ARTICLE = "한국어 기사 본문입니다. " * 40


def test_variables_are_filled_files_read_and_messages_that_are_off_counted_as_they_would_be(tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text(ARTICLE)
    with Services.open({"WORKBENCH_HOME": str(tmp_path / "home")}, tmp_path) as services:
        desk = Desk(Session(services), "draft")
        desk.prompt = Prompt(
            messages=(
                Message(Role.SYSTEM, "Be {{how}}."),
                Message(Role.USER, "Summarise: {{text}}"),
                Message(Role.ASSISTANT, "{{text}}", on=False),
                Message(Role.USER, "{{missing}}"),
            ),
            variables=(Variable("text", value="@article.txt"), Variable("how", default="very brief")),
        )

        def count(text: str) -> int:
            return services.tokens.count(text, desk.model, practice=True).value

        tokens = [each.value for each in derive(desk).tokens]
        assert tokens == [
            count("Be very brief."),
            count(f"Summarise: {ARTICLE}"),
            count(ARTICLE),
            count("{{missing}}"),
        ]
        assert [each.value for each in count_messages(desk)] == tokens


def test_what_a_limit_saves_is_counted_with_the_variables_filled(tmp_path: Path) -> None:
    with Services.open({"WORKBENCH_HOME": str(tmp_path / "home")}, tmp_path) as services:
        desk = Desk(Session(services), "draft")
        turns = (Message(Role.USER, "{{text}}"), Message(Role.ASSISTANT, "Done."), Message(Role.USER, "And now?"))
        desk.prompt = Prompt(messages=turns, variables=(Variable("text", value=ARTICLE),))
        whole = derive(desk)
        all_tokens = desk.prompt_tokens
        desk.prompt = replace(desk.prompt, send=SendLimit(last_turns=1))
        derive(desk)
        assert all_tokens is not None
        assert desk.prompt_tokens is not None
        assert desk.unsent_tokens == whole.tokens[0].value + whole.tokens[1].value
        assert all_tokens - desk.prompt_tokens >= desk.unsent_tokens
