"""`data:` addresses, which carry an image in themselves: RFC 2397."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes

from workbench.core.usage import size_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workbench.core.json_value import JSON

_LONGEST_SHOWN = 120
"""Characters of an address that is shown whole."""


class DataUrl(NamedTuple):
    """`head` is `data:image/png;base64`; `payload` what comes after the comma."""

    head: str
    payload: str

    @property
    def size(self) -> int:
        """Bytes, about: what base64 says without decoding it."""
        return len(self.payload) * 3 // 4 if self.head.lower().endswith(";base64") else len(self.payload)


def is_data_url(text: str) -> bool:
    return text[:5].lower() == "data:"


def split_data_url(text: str) -> DataUrl | None:
    """The two halves; None for what is no data address."""
    head, comma, payload = text.partition(",")
    return DataUrl(head, payload) if comma and is_data_url(head) else None


def bytes_of(text: str) -> bytes | None:
    """What a data address carries; None where that can't be read."""
    found = split_data_url(text)
    if found is None:
        return None
    payload = unquote_to_bytes(found.payload)
    if not found.head.lower().endswith(";base64"):
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
    found = split_data_url(text) if len(text) > longest else None
    return f"{found.head[:_LONGEST_SHOWN]},… ({size_text(found.size)})" if found is not None else text


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
