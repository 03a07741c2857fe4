"""Where a request goes and with which key: one value, chosen by the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from workbench.core.secret import Secret

PRACTICE = "practice"
PRACTICE_MODELS = ("practice", "practice-fast")


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection, ready to use. The key belongs to this host and goes to no other."""

    name: str
    """`practice`, `openai`, the name in the settings file, or the host for OPENAI_BASE_URL."""
    kind: Literal["practice", "openai", "endpoint"]
    base_url: str
    """Normalised, ends with the API's root such as `/v1`, no trailing slash, no user:password."""
    host: str
    """host or host:port, in punycode: what lessons are remembered for and what errors name."""
    key: Secret | None = None
    key_source: str = ""
    """Where the key comes from, for people: `OPENAI_API_KEY in the environment`, `OPENAI_API_KEY in .env`, or ""."""
    organization: str = ""
    project: str = ""
    default_model: str = ""

    @property
    def is_practice(self) -> bool:
        return self.kind == PRACTICE
