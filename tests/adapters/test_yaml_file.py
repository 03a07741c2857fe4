from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.adapters.yaml_file import MOST_BYTES, parse_yaml, read_yaml
from workbench.core.errors import InputError
from workbench.core.json_value import JSON


def read(text: str) -> JSON:
    return read_yaml(text.encode(), "f.yaml").value


def faults(text: str) -> list[str]:
    return [f"{fault.line}: {fault.message}: {fault.hint}" for fault in parse_yaml(text, "f.yaml").faults]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# only a comment\n", None),
        ("a: no\nb: on\nc: 2024-13-45\nd: 12:30:45", {"a": "no", "b": "on", "c": "2024-13-45", "d": "12:30:45"}),
        ("a: true\nb: False\nc: null\nd: ~\ne:", {"a": True, "b": False, "c": None, "d": None, "e": None}),
        ("[1, -2, 010, 0.7, 1e3, .5, 0x10, .nan, 1_000]", [1, -2, 10, 0.7, 1000.0, 0.5, "0x10", ".nan", "1_000"]),
        ("[+1, 1., -.5, .inf, 1e400, -, .]", [1, 1.0, -0.5, ".inf", "1e400", "-", "."]),
        ("[TRUE, nULL, tru, N, None]", [True, None, "tru", "N", "None"]),
        ("a: '1'\nb: \"true\"\nc: |\n  text\n", {"a": "1", "b": "true", "c": "text\n"}),
        ("50256: -100", {"50256": -100}),
        ("'<<': 1", {"<<": 1}),
        ("\ufeffa: 한국어\r\n", {"a": "한국어"}),
        ("a: |\r\n  x\r\n  y\r\n", {"a": "x\ny\n"}),
        ("{a: [b, {c: d}]}", {"a": ["b", {"c": "d"}]}),
        ("--- \na: 1\n...\n", {"a": 1}),
    ],
)
def test_plain_data(text: str, value: JSON) -> None:
    got = read(text)
    assert got == value
    assert repr(got) == repr(value)


QUOTE = "put the text in quotes or into a | block"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: {c: [3]}\nd: 4", "3: a stands here a second time; the first is on line 1: "),
        ("b: 1\na: *x", "2: aliases (*x) are not supported: write the value out, or quote a text that begins with *"),
        ("&a [*a]", "1: a recursive alias: *a stands inside what it repeats: write the value out"),
        ("&a {x: [*a]}", "1: a recursive alias: *a stands inside what it repeats: write the value out"),
        ("a: &co is nice", f"1: a text can't begin with &: &co is an anchor in YAML: {QUOTE}"),
        ("a: 1\n<<: {b: 1}", "2: merge keys (<<) are not supported: write the keys out"),
        (
            "x: !!python/object/apply:os.system ['true']",
            "1: unsupported YAML type !!python/object/apply:os.system: leave the tag out, or quote a text that begins "
            "with !",
        ),
        (
            "a:\n  x: !!binary aGk=",
            "2: unsupported YAML type !!binary: leave the tag out, or quote a text that begins with !",
        ),
        ("a: !x y", "1: unsupported YAML type !x: leave the tag out, or quote a text that begins with !"),
        ("a: ! 1", "1: unsupported YAML type !: leave the tag out, or quote a text that begins with !"),
        ("a: 1\n---\nb: 2", "2: a second document (---) begins here: one document per file"),
        ("a: b: c", f"1: a second ': ' on this line, where the text before it has no quotes: {QUOTE}"),
        ('a: Say "x": y', f"1: a second ': ' on this line, where the text before it has no quotes: {QUOTE}"),
        ("a: {b}: c", f"1: a second ': ' on this line, where the text before it has no quotes: {QUOTE}"),
        (
            "a: 1\n b: 2",
            "2: a key does not fit here: check the ': ' after the key above, and that keys of one level begin in one "
            "column",
        ),
        ("a: @x", f"1: a text can't begin with @: {QUOTE}"),
        ("a: `x`", f"1: a text can't begin with `: {QUOTE}"),
        ("a: %PATH%", f"1: a text can't begin with %: {QUOTE}"),
        ("%TAG x\na: 1", f"1: a line can't begin with %: {QUOTE}"),
        ("a: 1\n}", "2: the indentation of this line fits no line above: line it up with its neighbours, with spaces"),
        ("a: *bold*", f"1: a text can't begin with *: {QUOTE}"),
        ("a: & b", f"1: a text can't begin with &: {QUOTE}"),
        ("a: [x] y", f"1: a text can't begin with [: {QUOTE}"),
        ("- a: {x} y", f"1: a text can't begin with {{: {QUOTE}"),
        ("a: }", f"1: a text can't begin with }}: {QUOTE}"),
        ("a: , b", f"1: a text can't begin with ,: {QUOTE}"),
        (
            "a: - b",
            "1: a text can't begin with -: put it in quotes where it is a text, and on a line of its own where it is "
            "a list",
        ),
        ("a: {{b}}", f"1: a text can't begin with {{{{: YAML reads braces as a mapping: {QUOTE}"),
        ("a: {{b}} c", f"1: a text can't begin with {{{{: YAML reads braces as a mapping: {QUOTE}"),
        ("a: {{ ''.b }}", f"1: a text can't begin with {{{{: YAML reads braces as a mapping: {QUOTE}"),
        (
            "x: 1\na: 'it's'",
            "2: the text goes on after its closing quote ': put the text into a | block, or write '' for a quote",
        ),
        (
            '- "a" b',
            '1: the text goes on after its closing quote ": put the text into a | block, or write \\" for a quote',
        ),
        (
            'x: 1\na: "b\nc: d',
            '2: the quote " that opens here is not closed: close it, or put a text that begins with " into a | block',
        ),
        (
            'a: "\\d"',
            "1: \\d means nothing in a text in double quotes: write \\\\ for a backslash, or put the text in "
            "'single quotes' or into a | block",
        ),
        (
            'a: "\\u12"',
            "1: this escape in a text in double quotes is no character: write a code such as \\u00E9, or \\\\ for a "
            "backslash",
        ),
        (
            "a: 1\nb: [c",
            "2: the [ that opens here is not closed, or a comma is missing: close it with ], put a comma between the "
            "items, or quote a text that begins with [",
        ),
        (
            "a: |b",
            "1: after | the line ends: the text of a block stands below it: begin the text on the next line, "
            "indented, or quote a text that begins with |",
        ),
        ("a: |\n\tx", "2: a tab where spaces are expected: indent with spaces"),
        ("a:\n\tb: c", "2: a tab where spaces are expected: indent with spaces"),
        (
            "a:\n  - b\n   c: d",
            "3: a key does not fit here: check the ': ' after the key above, and that keys of one level begin in one "
            "column",
        ),
        (
            "a:\n  - r: u\n   c: d",
            "3: the indentation of this line fits no line above: line it up with its neighbours, with spaces",
        ),
        (
            "a: |\n    x\n  y\nb: 1",
            "3: the indentation of this line fits no line above: line it up with its neighbours, with spaces",
        ),
        (
            "a: 'x'\nb\nc: 1",
            "2: this line has no key: write key: value; a line that belongs to the text above is to be indented below "
            "a |",
        ),
        ("? [a]\n: b", "1: a key must be one word or text: write key: value"),
        ("a: " + "[" * 5000, "1: nested more than 40 levels deep: write it flatter"),
        ("[" + "a," * 100_001 + "]", "1: more than 100,000 values: make several files of it"),
    ],
)
@pytest.mark.parametrize("parser", ["c", "python"])
def test_what_is_no_plain_data_is_said_with_its_line(
    text: str, said: str, parser: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if parser == "python":
        if len(text) > 50_000:
            pytest.skip("the Python parser takes a minute for it")
        monkeypatch.setattr(yaml, "CSafeLoader", yaml.SafeLoader)
    assert faults(text) == [said]


def test_every_fault_is_told_and_what_could_be_read_is_kept() -> None:
    file = parse_yaml("a: 1\na: 2\nb: *x\nc: !!set {d}\ne: {{f}}\ng: 7\n", "f.yaml")
    assert [fault.line for fault in file.faults] == [2, 3, 4, 5]
    assert [fault.path for fault in file.faults] == [("a",), ("b",), ("c",), ("e",)]
    assert file.value == {"a": 1, "b": None, "c": {"d": None}, "e": {}, "g": 7}
    assert not file.broken


def test_a_file_with_a_thousand_faults_is_not_read_to_its_end() -> None:
    file = parse_yaml("[" + "*a, " * 1000 + "]", "f.yaml")
    assert len(file.faults) == 100
    assert file.broken
    assert file.value is None


def test_the_first_fault_is_raised_with_its_file() -> None:
    with pytest.raises(InputError) as caught:
        read("a: 1\na: 2\nb: *c")
    assert caught.value.message == "f.yaml:2: a stands here a second time; the first is on line 1"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a: \xe9", "f.yaml:1: not UTF-8 text, at byte 3 (0xE9)"),
        ("x: 1\na: 가".encode("euc-kr"), "f.yaml:2: not UTF-8 text, at byte 8 (0xB0)"),
        ("a: 日".encode("shift-jis"), "f.yaml:1: not UTF-8 text, at byte 3 (0x93)"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "f.yaml:1: not text, at byte 0 (0x89)"),
        (b"a: \0", "f.yaml:1: not text, at byte 3 (0x00)"),
        ("a: b".encode("utf-16-le"), "f.yaml:1: not text, at byte 1 (0x00)"),
        (b"a: 1\nb: \x1b[31m", "f.yaml:2: not text, at byte 8 (the character U+001B)"),
        ("\ufeffa: 가\x85".encode(), "f.yaml:1: not text, at byte 9 (the character U+0085)"),
        ("a: b\u2028".encode(), "f.yaml:1: not plain text, at byte 4 (the character U+2028)"),
        ("a: b\ufeff".encode(), "f.yaml:1: not plain text, at byte 4 (the character U+FEFF)"),
        (b"\xff\xfea\0\x00\xd8", "f.yaml:1: not UTF-16 text, at byte 4 (0x00)"),
        ("\ufeffa: \x07".encode("utf-16-be"), "f.yaml:1: not text, at byte 8 (the character U+0007)"),
        (b"#" * (MOST_BYTES + 1), "f.yaml: has 1,000,001 bytes, and 1,000,000 are the most that is read"),
    ],
)
def test_bytes_that_are_no_text(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_yaml(data, "f.yaml")
    assert caught.value.message == message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_that_are_read(encoding: str, end: str) -> None:
    data = f"a: 한국어 😀{end}b: |{end}  x{end}  y{end}".encode(encoding)
    file = read_yaml(data, "f.yaml")
    assert file.value == {"a": "한국어 😀", "b": "x\ny\n"}
    assert file.lines["b",] == 2


def test_a_billion_laughs_are_refused_without_being_told() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    file = parse_yaml("\n".join(lines), "f.yaml")
    assert [fault.line for fault in file.faults] == [i for i in range(2, 11) for _ in range(9)]
    assert len(file.lines) < 200  # each alias is one value, whatever it would repeat


def test_a_fault_finds_the_line_of_a_value_or_of_its_parent() -> None:
    file = read_yaml(b"a:\n  b:\n    - x\n    - y\n", "f.yaml")
    assert file.fault(("a", "b", 1), "m").message == "f.yaml:4: m"
    assert file.fault(("a", "b"), "m").message == "f.yaml:2: m"
    assert file.fault(("a", "missing", "deep"), "m").message == "f.yaml:1: m"
    assert read_yaml(b"", "f.yaml").fault(("a",), "m", "h").hint == "h"


def test_names_in_a_fault_are_short_and_visible() -> None:
    fault = parse_yaml(f'"\\e{"x" * 900}": 1\n"\\e{"x" * 900}": 2\n', "f.yaml").faults[0]
    assert len(fault.message) < 120
    assert fault.message.startswith("\\x1bxxx")


# What YAML is made of, so that random text comes past the first character.
PIECES = st.sampled_from(list("-:?,[]{}#&*!|>'\"%@` \n\tab0~<=\\") + ["a: ", "- ", "{{", "---\n", "\n  ", "é", "<<: "])


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=150)
def test_any_text_is_read_or_refused(text: str) -> None:
    refused: list[InputError] = []
    try:
        read(text)
    except InputError as fault:
        refused.append(fault)
    for refusal in refused:
        assert refusal.message.startswith("f.yaml:")
        assert refusal.line.isprintable()
        assert int(refusal.message.split(":")[1]) <= text.count("\n") + text.count("\r") + 1
