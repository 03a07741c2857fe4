"""Slugs: made from any name, and checked where a person or a file gives one (Y46)."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.slug import MOST_BYTES, check_slug, slug_of

# Every character, lone surrogates too.
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Summarise Korean news", "summarise-korean-news"),
        ("요약 도우미!", "요약-도우미"),
        ("\u1112\u1161\u11ab", "한"),  # NFD, as some Macs name their files
        ("Straße №5", "strasse-5"),
        ("नमस्ते दुनिया", "नमस्ते-दुनिया"),
        ("../x", "x"),
        ("/etc/x", "etc-x"),
        ("a/b", "a-b"),
        ("con", "preset-con"),
        ("NUL", "preset-nul"),
        ("com1", "preset-com1"),
        ("console", "console"),
        ("", "preset"),
        (".", "preset"),
        ("-rf", "rf"),
        ("a\nb\0c", "a-b-c"),
        ("half\ud800", "half"),
        ("trailing.", "trailing"),
        ("a\u202eb\u200bc", "a-b-c"),
        ("\u3164", "preset"),
        ("x" * 256, "x" * 80),
        ("가" * 100, "가" * 26),
        ("🎉", "preset"),
    ],
)
def test_a_name_becomes_a_slug(name: str, slug: str) -> None:
    assert slug_of(name) == slug
    assert check_slug(slug) == ""


@given(ANY_TEXT)
@settings(max_examples=150)
def test_every_name_becomes_a_slug_that_is_fine_and_names_one_file_here(name: str) -> None:
    slug = slug_of(name)
    assert check_slug(slug) == ""
    assert len(slug.encode()) <= 90
    assert PurePosixPath(slug).name == PureWindowsPath(slug).name == slug
    assert slug_of(slug) == slug


@pytest.mark.parametrize("text", ["a", "한국어", "my_prompt", "v1.2", "My prompt", "نمی\u200cخواهم", "x" * MOST_BYTES])
def test_names_that_people_give_their_files_are_fine(text: str) -> None:
    assert check_slug(text) == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at least one letter"),
        ("../x", "begins with neither"),
        (".hidden", "begins with neither"),
        ("-rf", "begins with neither"),
        ("trailing.", "end with a ."),
        ("/etc/x", "no / in it"),
        ("a/b", "no / in it"),
        ("a\\b", "no \\ in it"),
        ("c:x", "no : in it"),
        ("a..b", "no .. in it"),
        (" a", "no blank"),
        ("a\u00a0b", "\\xa0"),
        ("a\nb", "\\n"),
        ("a\0b", "\\x00"),
        ("a\x1b[2Jb", "\\x1b"),
        ("a\u202eb", "\\u202e"),
        ("a\u200bb", "\\u200b"),
        ("a\u3164b", "\\u3164"),
        ("half\ud800", "\\ud800"),
        ("a\ufffe", "\\ufffe"),
        ("a\r\nb", "\\r"),
        ("x" * 201, "at most 200 bytes"),
        ("가" * 67, "at most 200 bytes"),
        ("con", "device"),
        ("Aux.v2", "device"),
        ("com¹", "device"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_that_can_be_shown(text: str, says: str) -> None:
    wrong = check_slug(text)
    assert says in wrong
    assert wrong.isprintable()


@given(ANY_TEXT)
@settings(max_examples=100)
def test_what_is_fine_stays_in_its_folder(text: str) -> None:
    wrong = check_slug(text)
    assert wrong.isprintable()
    if not wrong:
        assert Path("folder", f"{text}.yaml").parent == Path("folder")
        assert len(f"{text}.yaml".encode()) <= 255
