"""The palette's entries: every command of `tui/commands`, run on the widget of its scope."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

from workbench.tui.commands import COMMANDS, SCOPES, Command
from workbench.tui.keys import key_text, keymap_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.dom import DOMNode

    Node = DOMNode | Callable[[], DOMNode]
    """Where a command runs, or what brings it up."""


class WorkbenchCommands(Provider):
    """All commands that make sense on the screen that is open."""

    async def discover(self) -> Hits:
        for command, node in self._runnable():
            yield DiscoveryHit(
                _title(command, keymap_of(self.app)), partial(self._run, command, node), help=command.help
            )

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command, node in self._runnable():
            title = _title(command, keymap_of(self.app))
            if (score := matcher.match(title)) > 0:
                yield Hit(score, matcher.highlight(title), partial(self._run, command, node), help=command.help)

    def _runnable(self) -> list[tuple[Command, Node]]:
        nodes = getattr(self.screen, "command_nodes", lambda: {"app": self.app})()
        return [(c, nodes[c.scope]) for c in COMMANDS if c.scope in nodes and c.id != "palette"]

    async def _run(self, command: Command, node: Node) -> None:
        await self.app.run_action(command.action, node() if callable(node) else node)


def _title(command: Command, keymap: dict[str, str]) -> str:
    scope = "" if command.scope in ("app", "workbench") else f"{SCOPES[command.scope].split(' (')[0]}: "
    keys = key_text(command, keymap)
    return f"{scope}{command.title}{f'  {keys}' if keys else ''}"
