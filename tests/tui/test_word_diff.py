from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.tui.layout.document import Place
from workbench.tui.layout.lines import Look
from workbench.tui.layout.word_diff import LONGEST, Marked, mark_differences

TEXTS = st.text(alphabet="abc \n한", max_size=60)


def marked(base: str, text: str, width: int = 60, *, streaming: bool = False) -> Marked:
    found = mark_differences(base, text, width, streaming=streaming)
    assert found is not None
    return found


def rows(found: Marked) -> list[str]:
    return [line.text for line in found.document.settled]


def looked(found: Marked, look: int) -> list[str]:
    """What is drawn with a look, row by row."""
    return [line.text[s.start : s.end] for line in found.document.settled for s in line.spans if s.look & look]


def kept(found: Marked) -> str:
    """The rows without what is gone and without the signs."""
    out = []
    for line in found.document.settled:
        text = list(line.text)
        for span in line.spans:
            if span.look & Look.REMOVED:
                text[span.start : span.end] = " " * (span.end - span.start)
        out.append("".join(text))
    return "\n".join(out).translate(dict.fromkeys(map(ord, "+·↵")))


def test_words_that_came_and_went_are_signed_and_counted() -> None:
    found = marked("the cat sat on the mat", "the dog sat on the red mat")
    assert rows(found) == ["the -cat +dog sat on the +red mat"]
    assert looked(found, Look.ADDED) == ["+dog", "+red "]
    assert looked(found, Look.REMOVED) == ["-cat"]
    assert (found.added, found.removed) == (2, 1)


def test_a_change_knows_its_place_here_and_in_the_base() -> None:
    found = marked("one\ntwo three", "one\ntwo four")
    (change,) = found.changes
    assert found.document.row(change.row).text[change.start : change.end] == "-three +four"
    assert change.base == Place(1, 4)
    assert change.base_length == len("three")


def test_each_line_of_what_came_is_signed() -> None:
    assert rows(marked("a", "a\n\nb c\nd e")) == ["a", "", "+b c", "+d e"]


def test_spaces_and_breaks_that_differ_are_drawn() -> None:
    found = marked("a b", "a\nb")
    assert rows(found) == ["a-·+↵", "b"]
    assert (found.added, found.removed) == (0, 0)
    assert found.changes


def test_equal_texts_have_no_change_and_so_have_two_forms_of_the_same_letters() -> None:
    assert not marked("한글 같다", "한글 같다").changes
    assert not marked("\u1112\u1161\u11ab", "한").changes


def test_the_end_of_the_base_is_not_gone_while_the_answer_streams() -> None:
    base = "one two three four five"
    assert rows(marked(base, "one two", streaming=True)) == ["one two"]
    assert rows(marked(base, "one two thr", streaming=True)) == ["one two +thr"]
    assert rows(marked(base, "one two")) == ["one two -three four five"]


def test_hostile_text_is_drawn_as_signs() -> None:
    shown = "".join(rows(marked("a", "a \x1b]52;c;aGk=\x07 \u202e b")))
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_texts_that_are_too_long_are_not_compared() -> None:
    assert mark_differences("a" * LONGEST, "b", 40) is None


def test_rows_are_no_wider_than_asked() -> None:
    base, text = "words of the base " * 30, "words of another text " * 30
    assert all(len(row) <= 20 for row in rows(marked(base, text, 20)))


@settings(max_examples=80)
@given(TEXTS, TEXTS)
def test_what_is_not_gone_is_the_text(base: str, text: str) -> None:
    assert kept(marked(base, text, 500)).split() == text.split()


@settings(max_examples=60)
@given(TEXTS, TEXTS, st.integers(4, 30))
def test_every_change_is_found_where_it_is_said_to_be(base: str, text: str, width: int) -> None:
    found = marked(base, text, width)
    for change in found.changes:
        line = found.document.row(change.row)
        assert 0 <= change.start < change.end <= len(line.text)
        assert any(s.look and s.start <= change.start < s.end for s in line.spans)
