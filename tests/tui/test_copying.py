"""Copying the prompt: one that holds a key leaves only as the person wants it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.core.prompt import Message, Prompt, Role
from workbench.services import Services
from workbench.tui.desk import Desk
from workbench.tui.screens.copying import Copying
from workbench.tui.session import Session

KEY = "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2"


@pytest.mark.parametrize(("answer", "held", "there"), [("masked", "[key]", 1), ("as-it-is", KEY, 1), (None, "", 0)])
async def test_a_key_in_the_prompt_is_asked_about(tmp_path: Path, answer: str | None, held: str, there: int) -> None:
    copied: list[str] = []
    said: list[str] = []

    async def ask(_question: object) -> Any:
        return answer

    with Services.open({"WORKBENCH_HOME": str(tmp_path)}, tmp_path) as services:
        desk = Desk(Session(services), services.drafts.new())
        desk.open(Prompt(messages=(Message(Role.USER, f"use {KEY}"),)))
        copying = Copying(desk, say=lambda text, _kind: said.append(text), to_clipboard=copied.append)
        await copying.copy_prompt("json", ask)
        await copying.copy_prompt("json", ask)
        assert len(copied) == 2 * there
        assert all(held in text for text in copied)
        desk.open(Prompt(messages=(Message(Role.USER, "no key"),)))
        answer = None
        await copying.copy_prompt("json", ask)
        assert "no key" in copied[-1]
