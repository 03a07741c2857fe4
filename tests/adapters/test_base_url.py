"""Base URLs as people write them (H79 of the fault catalogue)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.adapters.base_url import is_this_machine, parse_base_url, parse_typed
from workbench.core.errors import InputError


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("https://api.openai.com", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1"),
        ("https://h.example/chat/completions", "https://h.example"),
        ("HTTPS://API.OpenAI.com:443/v1", "https://api.openai.com/v1"),
        ("  http://127.0.0.1:8089 \n", "http://127.0.0.1:8089/v1"),
        ("http://h.example:80/v1", "http://h.example/v1"),
        ("http://[::1]:8080", "http://[::1]:8080/v1"),
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
        ("https://x.openai.azure.com/openai/v1/", "https://x.openai.azure.com/openai/v1"),
        ("https://faß.de", "https://xn--fa-hia.de/v1"),
        ("https://h.example./v1", "https://h.example/v1"),
    ],
)
def test_every_way_to_write_it_gives_the_root(text: str, url: str) -> None:
    assert parse_base_url(text).url == url


def test_what_was_made_of_it_is_said() -> None:
    assert parse_base_url("https://api.openai.com/v1").said == ""
    assert parse_base_url("https://h.example/v1/chat/completions").said == "taken as https://h.example/v1"


def test_a_letter_that_only_looks_latin_shows() -> None:
    url = parse_base_url("https://аpple.com/v1")
    assert url.host == "xn--pple-43d.com"
    assert url.said.startswith("xn--pple-43d.com (written аpple.com)")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("notaurl", "does not begin with https://"),
        ("localhost:8080/v1", "does not begin with https://"),
        ("https:/h.example", "does not begin with https://"),
        ("ftp://h.example/v1", "http:// or https://"),
        ("file:///etc/passwd", "http:// or https://"),
        ("http://", "names no host"),
        ("https:///v1", "names no host"),
        ("http://h.example:99999/v1", "bad host or port"),
        ("http://h.example:abc/v1", "bad host or port"),
        ("http://h.example:0/v1", "port 0"),
        ("http://[::1", "bad host or port"),
        ("http://[::zz]/v1", "bad host or port"),
        ("http://[fe80::1%25eth0]/v1", "zone"),
        ("https://h.example/v1?key=x", "after ? or #"),
        ("https://h.example/v1#x", "after ? or #"),
        ("https://h.example/v1?", "after ? or #"),
        ("https://h.\nexample", "invisible"),
        ("https://h.example/v 1", "invisible"),
        ("https://\u202eh.example", "invisible"),
        ("https://h\x00.example", "invisible"),
        ("https://h\u200b.example", "invisible"),
        ("https://a..example", "can't exist"),
        ("https://%41.example", "can't exist"),
        ("https://a。example", "can't exist"),
        ("https://-a.example", "can't exist"),
        ("https://h.example/../v1", "path"),
        ("https://h.example/é", "path"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_base_url(text)
    assert words in caught.value.message
    assert caught.value.hint
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "http://user:hunter2@h.example/v1",
        "https://hunter2@h.example",
        "http://user:hun/hunter2@h.example/v1",
        "http://user:hunter2@h.example:99999",
        "http://user:hunter2@[::1",
        "ftp://user:hunter2@h.example",
        "user:hunter2@h.example",
        "https://user:hunter2@h.example/v1 x",
        "https://h.example/v1?api_key=hunter2",
        "https://h\\hunter2@h.example",
    ],
)
def test_a_password_or_query_is_never_repeated(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_base_url(text)
    assert "hunter2" not in caught.value.message + caught.value.hint + repr(caught.value)


def test_a_key_in_the_place_of_the_url_is_not_repeated() -> None:
    with pytest.raises(InputError) as caught:
        parse_base_url("sk-canary-7f3a9b2c4d5e6f708192")
    assert "canary" not in caught.value.message + caught.value.hint


def test_the_hint_completes_what_was_written() -> None:
    hints = {}
    for text in ("notaurl", "localhost:8080", "127.0.0.1:8000/v1", "api.example.com/v1"):
        with pytest.raises(InputError) as caught:
            parse_base_url(text)
        hints[text] = caught.value.hint
    assert hints == {
        "notaurl": "Write https://notaurl.",
        "localhost:8080": "Write http://localhost:8080.",
        "127.0.0.1:8000/v1": "Write http://127.0.0.1:8000/v1.",
        "api.example.com/v1": "Write https://api.example.com/v1.",
    }


@pytest.mark.parametrize(
    "host",
    ["localhost", "LocalHost.", "x.localhost", "127.0.0.1", "127.9.9.9", "[::1]", "::1", "0.0.0.0", "::ffff:127.0.0.1"],
)
def test_this_machine(host: str) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "h.example",
        "127.0.0.1.example.com",
        "localhost.example.com",
        "10.0.0.1",
        "192.168.1.2",
        "[fe80::1]",
        "128.0.0.1",
    ],
)
def test_another_machine(host: str) -> None:
    assert not is_this_machine(host)


@settings(max_examples=75)
@given(st.one_of(st.text(max_size=30), st.text(max_size=30).map(lambda text: f"http://{text}")))
def test_a_result_is_plain_and_reading_it_again_changes_nothing(text: str) -> None:
    try:
        url = parse_base_url(text)
    except InputError:
        return
    assert url.url.isascii()
    assert not url.url.endswith("/")
    assert "@" not in url.host
    if url.url.count("/") > 2:
        again = parse_base_url(url.url)
        assert (again.url, again.host, again.said) == (url.url, url.host, "")


@pytest.mark.parametrize(
    ("typed", "url", "said"),
    [
        ("localhost:11434", "http://localhost:11434/v1", True),
        ("127.0.0.1:8000/v1/chat/completions", "http://127.0.0.1:8000/v1", True),
        ("[::1]:8080", "http://[::1]:8080/v1", True),
        ("api.groq.com/openai/v1", "https://api.groq.com/openai/v1", True),
        (" lab.example:8000 ", "https://lab.example:8000/v1", True),
        ("https://api.openai.com/v1", "https://api.openai.com/v1", False),
        ("http://lab.example", "http://lab.example/v1", True),
    ],
)
def test_the_scheme_of_a_typed_host_may_be_left_out(typed: str, url: str, said: bool) -> None:
    found = parse_typed(typed)
    assert found.url == url
    assert bool(found.said) is said
    assert found.origin == url.partition("://")[0] + "://" + found.host


@pytest.mark.parametrize("typed", ["notaurl", "", "user:pw@host.example", "ftp://host.example", "host.example?a=1"])
def test_what_is_no_plain_host_is_still_refused(typed: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_typed(typed)
    assert "pw" not in caught.value.line
