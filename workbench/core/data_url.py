"""`data:` addresses, which carry an image in themselves: RFC 2397."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from workbench.core.usage import size_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workbench.core.json_value import JSON

_LONGEST_SHOWN = 120
"""Characters of an address that is shown whole."""


_LONGEST_HEAD = 200
"""Characters before its comma: a longer one is no image's."""


def is_data_url(text: str) -> bool:
    return text[:5].lower() == "data:"


def bytes_of(text: str) -> bytes | None:
    """What a data address carries; None where that can't be read."""
    head, comma, rest = text.partition(",")
    if not comma or not is_data_url(head):
        return None
    payload = unquote_to_bytes(rest)
    if not head.lower().endswith(";base64"):
        return payload
    try:
        return base64.b64decode(payload)
    except (binascii.Error, ValueError):
        return None


def digest_of(text: str) -> str:
    """SHA-256 in hex of the bytes that a data address carries, or of its text where they can't be read."""
    data = bytes_of(text)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass") if data is None else data).hexdigest()


def shown_url(text: str, longest: int = _LONGEST_SHOWN) -> str:
    """The address for the screen: of a longer data address its type and size (`data:image/png;base64,… (123 KB)`)."""
    comma = text.find(",", 0, _LONGEST_HEAD) if len(text) > longest and is_data_url(text) else -1
    if comma < 0:
        return text
    payload = len(text) - comma - 1
    size = payload * 3 // 4 if text[:comma].lower().endswith(";base64") else payload
    return f"{text[:comma]},… ({size_text(size)})"


def shortened(value: JSON) -> JSON:
    """A copy for the screen: each text that is a data address as `shown_url` has it."""
    if isinstance(value, str):
        return shown_url(value)
    if isinstance(value, list):
        return [shortened(item) for item in value]
    return {name: shortened(item) for name, item in value.items()} if isinstance(value, dict) else value


def image_urls(body: Mapping[str, JSON]) -> Iterator[tuple[str, str]]:
    """The address and the detail of each image in a request's messages, in order."""
    messages = body.get("messages")
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        for part in content if isinstance(content, list) else ():
            inner = part.get("image_url") if isinstance(part, dict) else None
            if isinstance(inner, dict) and isinstance(url := inner.get("url"), str):
                detail = inner.get("detail")
                yield url, detail if isinstance(detail, str) else ""
