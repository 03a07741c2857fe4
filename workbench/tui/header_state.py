"""What the header shows, from what lies on the workbench and the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.tui.widgets.header import HeaderState

if TYPE_CHECKING:
    from workbench.tui.desk import Desk
    from workbench.tui.live import Live


def header_state(desk: Desk, live: Live) -> HeaderState:
    """The prompt on the desk, where it would go, and how the run stands."""
    return HeaderState(
        name=desk.prompt.name,
        changed=desk.changed,
        model=desk.model,
        connection=desk.connection.name,
        state=live.stage,
        seconds=None if live.stage in ("ready", "retrying") else live.elapsed,
        saved=desk.services.database.saves,
        detail=f"in {live.retry_in:.0f} s" if live.retry_in is not None else "",
    )
