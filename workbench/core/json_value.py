"""What a JSON value is, for the types of everything that goes into a request body or comes out of an answer."""

from __future__ import annotations

from typing import TypeAlias

JSON: TypeAlias = "str | int | float | bool | list[JSON] | dict[str, JSON] | None"
