"""What is kept with a draft and is no part of its prompt: its file, where it goes, the run whose answer it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbench.tui.preset_source import PresetSource

if TYPE_CHECKING:
    from workbench.core.json_value import JSON


class DraftView(NamedTuple):
    """ "" stands for what there is none of."""

    source: PresetSource | None = None
    connection: str = ""
    """The connection that the person chose for it."""
    run: str = ""
    """The last run of its prompt, in history."""

    @classmethod
    def from_json(cls, value: dict[str, JSON] | None) -> DraftView:
        """What `to_json` made; what is missing, or was described otherwise by another version, is left out."""
        value = value or {}
        connection, run = value.get("connection"), value.get("run")
        return cls(
            PresetSource.from_view(value),
            connection if isinstance(connection, str) else "",
            run if isinstance(run, str) else "",
        )

    def to_json(self) -> dict[str, JSON] | None:
        fields: dict[str, JSON] = self.source.to_view() if self.source is not None else {}
        if self.connection:
            fields["connection"] = self.connection
        if self.run:
            fields["run"] = self.run
        return fields or None
