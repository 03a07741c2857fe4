from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from workbench.tui.layout import stream_text
from workbench.tui.layout.document import Document, Kind
from workbench.tui.layout.find import Finder
from workbench.tui.layout.inline import inline
from workbench.tui.layout.lines import Line, Look
from workbench.tui.layout.stream_text import StreamText

SAMPLE = """# Title
Under it.

Setext
---
**bold** and `code` <think>no</think> &amp; [link](https://e.org/a) \\(x\\)
second line\x20\x20
hard break

- one
  - nested

    paragraph in it
- [ ] todo
- [x] done
10. ten
> quote
> - item
lazy

```python
def f():

    return 1
```
text
| a | 한글 |
|---|---:|
| `x` | 1 |
| long cell | 22 |

    indented

    code
***
~~~
open fence 👨‍👩‍👧‍👦
"""

PIECES = st.sampled_from(
    [
        "word ",
        "**b** ",
        "`c` ",
        "\n",
        "\n\n",
        "- ",
        "  ",
        "    ",
        "1. ",
        "> ",
        "```\n",
        "# ",
        "|a|b|\n",
        "|-|-|\n",
        "---\n",
        "===\n",
        "한글 ",
        "日本語",
        "\r\n",
        "\r",
        "\t",
        "👨‍👩‍👧 ",
        "e\u0301",
        "[x](http://y.z)",
        "<a>",
        "\\",
        "*",
        "~~",
        "[ ] ",
        "🇰🇷",
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


def rows(text: str, width: int = 40, kind: Kind = "markdown") -> list[str]:
    document = Document(width, kind)
    document.feed(text)
    document.finish()
    return [line.text for line in document.settled]


def laid(text: str, cuts: list[int], width: int, kind: Kind = "markdown") -> list[Line]:
    document = Document(width, kind)
    edges = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    for start, end in pairwise(edges):
        document.feed(text[start:end])
    document.finish()
    return document.settled


@settings(max_examples=60)
@given(
    TEXTS,
    st.lists(st.integers(0, 120), max_size=12),
    st.integers(1, 60),
    st.sampled_from(["markdown", "plain", "json"]),
)
def test_any_split_gives_the_same_rows(text: str, cuts: list[int], width: int, kind: Kind) -> None:
    assert laid(text, cuts, width, kind) == laid(text, [], width, kind)


@pytest.mark.parametrize("width", [1, 2, 7, 40, 100])
def test_the_sample_by_single_characters_gives_the_same_rows(width: int) -> None:
    assert laid(SAMPLE, list(range(len(SAMPLE))), width) == laid(SAMPLE, [], width)


@pytest.mark.parametrize("step", [397, 2048, 2999])
@pytest.mark.parametrize("unit", ["word ", "x", "한", "a **b** ", "🇰🇷", "e\u0301\u0302", " ", "日本、", "a\t"])
def test_a_line_without_end_gives_the_same_rows_in_any_split(unit: str, step: int) -> None:
    text = unit * (5000 // len(unit))
    assert laid(text, list(range(0, len(text), step)), 33) == laid(text, [], 33)


@settings(max_examples=60)
@given(TEXTS, st.integers(2, 60))
@example("1. 1. ", 2)
@example(">>> - ", 3)
@example("> ---", 4)
@example(">>>> a\n>>>>\n>>>> b", 6)
def test_no_row_is_wider_than_the_pane(text: str, width: int) -> None:
    assert all(cell_len(row) <= width for row in rows(text, width))


def test_an_empty_item_shows_its_markers_in_the_narrowest_pane() -> None:
    assert rows("1. 1. ", 2) == ["1.", "1."]
    assert rows("> - ", 2) == ["•"]


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(["word", "한글", "snake_case", "<think>", "&amp;", "a*b", "x < y", "$5", "日本語", "-", "[1]"])
    )
)
def test_no_visible_character_is_lost(words: list[str]) -> None:
    text = " ".join(words)
    shown = "".join(rows("." + text, 30))
    assert "".join(shown.split()) == "." + "".join(text.split())


@settings(max_examples=60)
@given(TEXTS, st.integers(1, 50))
def test_plain_text_is_shown_and_copied_as_written(text: str, width: int) -> None:
    document = Document(width, "plain")
    document.feed(text)
    document.finish()
    copied = document.text_between((0, 0), (len(document), 0))
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    # A space that ends a full row is drawn outside of it.
    assert copied.replace("\t", " ").split() == expected.replace("\t", " ").split()


def test_blocks_as_a_reader_sees_them() -> None:
    assert rows(SAMPLE, 60) == [
        "Title",
        "Under it.",
        "",
        "Setext",
        "bold and code <think>no</think> &amp; link (https://e.org/a)",
        "\\(x\\)",
        "second line",
        "hard break",
        "",
        "• one",
        "  • nested",
        "",
        "    paragraph in it",
        "• ☐ todo",
        "• ☑ done",
        "10. ten",
        "▎ quote",
        "▎ • item",
        "▎   lazy",
        "",
        "│ python",
        "│ def f():",
        "│ ",
        "│     return 1",
        "text",
        "a         │ 한글",
        "──────────┼─────",
        "x         │    1",
        "long cell │   22",
        "",
        "│ indented",
        "│ ",
        "│ code",
        "─" * 60,
        "│ open fence 👨‍👩‍👧‍👦",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<think>\nplan\n</think>\nanswer", ["<think>", "plan", "</think>", "answer"]),
        ('[ref]: http://x.y "t"', ['[ref]: http://x.y "t"']),
        ("![alt](http://x.y)", ["!alt (http://x.y)"]),
        ('[t](http://x.y "title")', ['t (http://x.y "title")']),
        ("[run](javascript:alert(1))", ["[run](javascript:alert(1))"]),
        ("&lt;b&gt; &#x41;", ["&lt;b&gt; &#x41;"]),
        ("a\\*b", ["a\\*b"]),
        ("2*3*4 = 24, **굵게**는", ["2*3*4 = 24, 굵게는"]),
        ("<root>\n  <leaf/>\n</root>", ["<root>", "  <leaf/>", "</root>"]),
        ("-", ["•"]),
        ("- \n- a", ["•", "• a"]),
        ("3. c\n3. d", ["3. c", "3. d"]),
        ("text\n2. not a list", ["text", "2. not a list"]),
        ("```\n```", ["│ "]),
        ('```js title="x"\n1\n```', ['│ js title="x"', "│ 1"]),
        ("#no heading", ["#no heading"]),
        ("## closed ##", ["closed"]),
        ("a | b", ["a | b"]),
        ("| a |\n|---|\n| b | c |", ["a", "─" * 5, "b | c"]),
        ("intro\n| a | b |\n|---|---|\n| 1 |", ["intro", "a │ b", "──┼──", "1 │ "]),
        ("a\rb\r\nc", ["a", "b", "c"]),
        ("x\x1b[2Jy\x9b\u202e", ["x␛[2Jy‹U+009B›‹U+202E›"]),
        ("", []),
        ("\n\n", []),
    ],
)
def test_one_construct(text: str, shown: list[str]) -> None:
    assert rows(text) == shown


def test_a_table_that_does_not_fit_wraps_its_cells_and_one_far_too_narrow_shows_its_source() -> None:
    table = "| first | second |\n|---|---|\n| some long words here | x |"
    assert rows(table, 20) == ["first       │ second", "────────────┼───────", "some long   │ x", "words here  │ "]
    assert rows(table, 7) == [
        "| first",
        "|",
        "second",
        "|",
        "|---|--",
        "-|",
        "| some",
        "long",
        "words",
        "here |",
        "x |",
    ]


def test_korean_wraps_at_spaces_and_other_wide_scripts_between_characters() -> None:
    assert rows("다음 글을 두 줄로 요약해 주세요", 12) == ["다음 글을 두", "줄로 요약해", "주세요"]
    assert rows("日本語の文章、折り返し。", 10) == ["日本語の文", "章、折り返", "し。"]
    assert rows("가" * 7, 5) == ["가가", "가가", "가가", "가"]


def test_letters_of_several_code_points_are_never_cut() -> None:
    family = "👨‍👩‍👧‍👦"
    jamo = "\u1112\u1161\u11ab"
    assert rows(family * 3, 4) == [family * 2, family]
    assert rows("🇰🇷" * 3, 5) == ["🇰🇷🇰🇷", "🇰🇷"]
    assert rows(jamo * 3, 4) == [jamo * 2, jamo]
    assert rows("한a", 1) == ["한", "a"]


def test_looks_and_links() -> None:
    text, spans = inline("**b** [t](https://e.org) https://bare.org/x. [m](mailto:a@b) `c`")
    looks = {text[span.start : span.end]: span for span in spans}
    assert looks["b"].look == Look.STRONG
    assert looks["t"].url == "https://e.org"
    assert looks["https://bare.org/x"].url == "https://bare.org/x"
    assert looks["mailto:a@b"].url == ""
    assert looks["c"].look == Look.CODE


def test_copied_text_joins_soft_wraps_and_leaves_the_bars_out() -> None:
    document = Document(12)
    document.feed("one two three four\n\n> quoted words go on\n\n```\nlong code line here\n```\n- an item that wraps")
    document.finish()
    copied = document.text_between((0, 0), (len(document), 0))
    assert copied == "one two three four\n\nquoted words go on\n\nlong code line here\n• an item that wraps"


def test_a_place_of_the_source_is_found_again_at_another_width() -> None:
    text = "\n\n".join(f"paragraph {i} " + "word " * 30 for i in range(40))
    wide, narrow = Document(70), Document(20)
    for document in (wide, narrow):
        document.feed(text)
        document.finish()
    row = next(i for i in range(len(wide)) if "paragraph 23" in wide.row(i).text)
    assert "paragraph 23" in narrow.row(narrow.find(wide.place(row))[0]).text
    assert wide.find(narrow.place(*narrow.find(wide.place(row, 5)))) == (row, 5)


def test_changed_is_the_first_row_that_differs() -> None:
    document = Document(10)
    document.feed("one\n\ntwo three")
    assert document.feed(" four") == 3
    assert document.feed("\n\n") == len(document)


def test_search_finds_letters_in_any_form_across_wraps() -> None:
    document = Document(11)
    document.feed("한글 \u1112\u1161\u11ab\u1100\u1173\u11af Straße CAFÉ cafe\u0301 caf\n\n```\nabcdefghijklmnop\n```")
    document.finish()

    def count(needle: str) -> int:
        finder = Finder(needle)
        finder.update(document)
        return len(finder.matches)

    assert count("한글") == 2
    assert count("\u1112\u1161\u11ab") == 2
    assert count("하") == 0
    assert count("café") == 2
    assert count("cafe") == 0
    assert count("hijklm") == 1
    assert count("[") == 0


def test_search_in_growing_text_is_the_search_in_the_whole() -> None:
    text = "needle in a haystack, a needle again\n\n" * 30
    document, finder = Document(17), Finder("needle again")
    for start in range(0, len(text), 7):
        document.feed(text[start : start + 7])
        finder.update(document)
    document.finish()
    finder.update(document)
    whole = Finder("needle again")
    whole.update(document)
    assert finder.matches == whole.matches
    assert len(whole.matches) == 30


ENDLESS = {
    "paragraph": ("", "word **b** "),
    "lines of one paragraph": ("", "words in a line\n"),
    "fence": ("```\n", "    code = 1\n"),
    "line of code": ("```\n", "code "),
    "list": ("", "- item\n"),
    "nested list": ("- top\n", "  - item\n"),
    "table": ("|a|b|\n|-|-|\n", "| x | y |\n"),
    "quote": ("", "> quoted\n"),
    "unbroken": ("", "x"),
    "hangul": ("", "가"),
    "spaces": ("", " "),
    "brackets": ("", "[a] text "),
    "zalgo": ("e", "\u0301"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_the_cost_of_text_does_not_depend_on_what_came_before(name: str) -> None:
    start, unit = ENDLESS[name]

    def cost(repeats: int) -> float:
        text = start + unit * repeats
        begin = time.process_time()
        document = Document(60)
        for index in range(0, len(text), 400):
            document.feed(text[index : index + 400])
        return time.process_time() - begin

    repeats = 8_000 // len(unit)
    cost(repeats // 4)
    # Four times the text: sixteen times the time if it were quadratic.
    assert cost(repeats * 4) < 9 * cost(repeats) + 0.05


def test_stream_text_lays_long_markdown_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_text, "SLICE", 50)
    text = StreamText("word " * 40, "markdown")
    assert text.lay(20).more
    while text.lay(20).more:
        pass
    first = text.document
    assert first is not None
    text.append("end")
    assert not text.lay(20).more
    text.kind = "plain"
    laid = text.lay(20)
    assert laid.replaced is first
    assert text.source == "word " * 40 + "end"


def test_stream_text_shows_the_old_layout_until_the_new_one_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_text, "SLICE", 50)
    text = StreamText("word " * 40, "markdown")
    text.finished = True
    while text.lay(20).more:
        pass
    old = text.document
    assert text.lay(30).more
    assert text.document is old
    text.append("more")
    while text.lay(30).more:
        pass
    assert text.document is not old
    assert text.document is not None
    assert text.document.row(len(text.document) - 1).text.endswith("more")
