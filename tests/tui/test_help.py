"""F1: every command, what is focused first, with what is said of each under itself."""

from __future__ import annotations

import pytest

from workbench.tui.commands import COMMANDS, SCOPES
from workbench.tui.screens.help import help_text


@pytest.mark.parametrize("width", [40, 75, 79])
def test_every_command_is_there_and_no_line_is_wider(width: int) -> None:
    lines = help_text(("tokens", "output", "workbench", "app"), (), {"run": "f11"}, width).plain.split("\n")
    assert max(len(line) for line in lines if line.startswith(" ")) <= width
    said = " ".join(" ".join(lines).split())
    assert all(f"{command.title}:" in said and command.id in said for command in COMMANDS)
    assert said.index("Tokens (") < said.index("Output ·") < said.index("Workbench ·") < said.index("Messages (")
    assert all(title in said for title in SCOPES.values())
    assert "F11" in said


def test_a_line_goes_on_under_itself() -> None:
    text = help_text(("messages", "app"), (("enter", "Take it"),), {}, 60).plain
    lines = text.split("\n")
    assert lines[0] == "In this window · here"
    assert lines[1] == "  enter          Take it"
    assert lines[2].startswith("  The keys of a window stay as they are;")
    begins = next(number for number, line in enumerate(lines) if "Invisible characters:" in line)
    assert lines[begins].startswith("  i              Invisible")
    assert len(lines[begins + 1]) - len(lines[begins + 1].lstrip()) == 17
