from __future__ import annotations

import base64
import hashlib

import pytest

from workbench.core.data_url import bytes_of, digest_of, image_urls, shortened, shown_url
from workbench.core.json_value import JSON

DATA = bytes(range(256)) * 8
URL = f"data:image/png;base64,{base64.b64encode(DATA).decode()}"


@pytest.mark.parametrize(
    ("url", "data"),
    [
        (URL, DATA),
        ("DATA:;BASE64,aGk=", b"hi"),
        ("data:,a%20b", b"a b"),
        ("https://x.test/a.png", None),
        ("data:none", None),
        ("data:;base64,a", None),
    ],
)
def test_what_an_address_carries(url: str, data: bytes | None) -> None:
    assert bytes_of(url) == data
    assert digest_of(url) == hashlib.sha256(url.encode() if data is None else data).hexdigest()


def test_on_the_screen_it_is_a_type_and_a_size() -> None:
    part: JSON = {"type": "image_url", "image_url": {"url": URL, "detail": "low"}}
    body: dict[str, JSON] = {"messages": [{"role": "user", "content": [{"type": "text", "text": "data:"}, part]}]}
    assert shown_url(URL) == "data:image/png;base64,… (2.0 kB)"
    assert shortened(body) == {
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "data:"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,… (2.0 kB)", "detail": "low"}},
                ],
            }
        ]
    }
    assert list(image_urls(body)) == [(URL, "low")]
    assert list(image_urls({"messages": [3, {"content": [None, {"image_url": "x"}]}]})) == []
