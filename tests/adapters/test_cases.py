"""Case files."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.adapters.cases import CaseFile, read_case_file, read_case_text
from workbench.core.cases import MOST_CASES, read_cases
from workbench.core.errors import InputError
from workbench.core.json_value import JSON


@pytest.mark.parametrize(
    ("name", "text", "cases"),
    [
        ("c.csv", "text,tone\nhello,warm\n", ({"text": "hello", "tone": "warm"},)),
        ("c.CSV", 'text\n"one, ""two"""\n', ({"text": 'one, "two"'},)),
        ("c.csv", 'text,b\r\n"two\r\nlines",x\r\n', ({"text": "two\r\nlines", "b": "x"},)),
        ("c.csv", " text , b \n a , b \n", ({"text": " a ", "b": " b "},)),
        ("c.csv", "text;b\n1,5;x\n", ({"text": "1,5", "b": "x"},)),
        ("c.csv", "sep=;\r\ntext\r\na,b\r\n", ({"text": "a,b"},)),
        ("c.csv", "text\tb\na,\tb\n", ({"text": "a,", "b": "b"},)),
        ("c.csv", '"a,b";c\n1;2\n', ({"a,b": "1", "c": "2"},)),
        ("c.tsv", "text,b\na,b\n", ({"text,b": "a,b"},)),
        ("c.csv", "\n\ntext\n\na\n\n", ({"text": "a"},)),
        ("c.csv", "text\rold\rmac", ({"text": "old"}, {"text": "mac"})),
        ("c.csv", "text\n 007\n1.50\ntrue\n", ({"text": " 007"}, {"text": "1.50"}, {"text": "true"})),
        ("c.csv", "본문\n점심\u2028메뉴\n", ({"본문": "점심\u2028메뉴"},)),
        ("c.jsonl", '{"a": "x"}\n\n  {"a": "y"}  \r\n', ({"a": "x"}, {"a": "y"})),
        ("c.ndjson", '{"a": "b\u2028c"}', ({"a": "b\u2028c"},)),
        ("c.jsonl", '{"a": 1.50, "b": 1e5, "c": -0}', ({"a": "1.50", "b": "1e5", "c": "-0"},)),
        ("c.jsonl", '{"a": true, "b": null, "c": ["x", {"y": "점심"}]}', ({"a": "true", "c": '["x", {"y": "점심"}]'},)),
        ("c.json", '[{"a": 2.0},\n {"a": "x"}]', ({"a": "2.0"}, {"a": "x"})),
        ("c.yaml", "- a: x\n- {a: '1', b: no}\n", ({"a": "x"}, {"a": "1", "b": "no"})),
        ("c.yaml", "- a: x\n  b: |\n    two\n    lines\n", ({"a": "x", "b": "two\nlines\n"},)),
        ("c.yml", "cases:\n  - a: ''\n", ({"a": ""},)),
    ],
)
def test_what_a_file_holds(name: str, text: str, cases: tuple[dict[str, str], ...]) -> None:
    found = read_case_text(text, name)
    assert found.cases == cases
    # A number that kept its digits is a text like any other.
    assert all(type(value) is str for case in found.cases for value in case.values())


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("c.csv", "", "c.csv is empty: write the variables' names in its first line"),
        ("c.csv", "text\n", "c.csv has no rows: write a row for each case"),
        ("c.csv", "a,b\n1,2\n1\n", "c.csv:3: has 1 value, and the first line has 2 names"),
        (
            "c.csv",
            "text\nHello, world\n",
            "c.csv:2: has 2 values, and the first line has 1 name: put a text with commas",
        ),
        ("c.csv", 'a,b\n"x\ny",1\n"x\n', "c.csv:4: a quoted text begins here and does not end: close the quote"),
        ("c.csv", 'a\n"x" y\n', 'c.csv:2: a quoted text ends, and something follows it: write "" for a quote in it'),
        ("c.csv", "sep=;\na;b\n1\n", "c.csv:3: has 1 value"),
        ("c.csv", "a,a\n1,2\n", 'c.csv:1: two columns are named "a": rename one of them'),
        ("c.csv", "a,,b\n1,2,3\n", "c.csv:1: column 2 has no name"),
        ("c.csv", "a\n" + "x\n" * (MOST_CASES + 1), "c.csv has 10,001 rows, and 10,000 are the most: take fewer"),
        ("c.jsonl", '{"a": "x"}\n{"a": }\n', "c.jsonl:2: no JSON at column 7: "),
        ("c.jsonl", '{"a": 1}\n["x"]\n', "c.jsonl:2: must be an object with a value for each variable, not a list"),
        ("c.jsonl", '{"a": 1, "a": 2}', 'c.jsonl:1: the name "a" stands in it twice'),
        ("c.jsonl", '{"a": NaN}', "c.jsonl:1: NaN is not a JSON number"),
        ("c.jsonl", '{"a": ' + "1" * 5000 + "}", "c.jsonl:1: it holds a number with too many digits"),
        ("c.jsonl", "[" * 100_000, "c.jsonl:1: "),
        ("c.jsonl", "", "c.jsonl has no rows"),
        ("c.json", '[{"a": "x"},\n {"a": }]', "c.json:2: no JSON at column 8"),
        ("c.json", '{"a": "x"}', "c.json: must be a list of objects, not an object: write [{...}, {...}]"),
        ("c.json", '[{"a": "x"}, "y"]', 'c.json, row 2: must be an object with a value for each variable, not "y"'),
        ("c.json", '[{"a": 1, "a": 2}]', 'c.json: the name "a" stands in it twice'),
        ("c.json", "[]", "c.json has no rows"),
        ("c.yaml", "- a: 1.50\n", "c.yaml:1: a: must be a text, found 1.5: put it in quotes"),
        (
            "c.yaml",
            "- a: x\n- b:\n    - y\n",
            "c.yaml:2: b: must be a text, found a list: write a text, with | for several lines",
        ),
        ("c.yaml", "- a:\n", 'c.yaml:1: a: must be a text, found nothing: write "" for an empty text'),
        ("c.yaml", "text: x\n", "c.yaml:1: must be a list of cases, not an object: write - name: text for each"),
        ("c.yaml", "- a: x\n- y\n", 'c.yaml:2: a case must have a value for each variable, not "y"'),
        ("c.yaml", "- &x {a: b}\n- *x\n", "c.yaml:2: aliases (*x) are not supported"),
        ("c.yaml", "- a: x\n  a: y\n", "c.yaml:2: a stands here a second time"),
        ("c.yaml", "- a: 'x\n", "c.yaml:"),
        ("c.yaml", "", "c.yaml:1: must be a list of cases, not null"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(name: str, text: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        read_case_text(text, name)
    assert said in raised.value.line
    assert len(raised.value.line.splitlines()) == 1


def test_rows_without_anything_and_names_that_fill_nothing_are_told() -> None:
    found = read_case_text("text,customer name\na,b\n,\n,\n", "c.csv")
    assert found.cases == ({"text": "a", "customer name": "b"},)
    assert found.warnings == (
        "c.csv: 2 rows with nothing in any column left out",
        'c.csv: "customer name" is no name of a variable, and fills nothing: '
        "a name is letters, digits and _, and does not begin with a digit",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_found_in_the_folder_and_may_have_a_mark(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "cases.csv").write_bytes("본문,b\n점심,\n".encode(encoding))
    assert read_case_file("cases.csv", tmp_path) == CaseFile(({"본문": "점심", "b": ""},))


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "korean.csv").write_bytes("본문\n점심\n".encode("cp949"))
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "zero.csv").write_bytes(b"a\n\0\n")
    (tmp_path / "cases.txt").write_text("a\nb\n")
    with (tmp_path / "large.csv").open("wb") as file:
        os.truncate(file.fileno(), 20_000_001)
    for name, said in {
        "korean.csv": "korean.csv is not UTF-8 text: it can't be read at byte 0: save it as UTF-8",
        "folder.csv": "folder.csv is a folder",
        "zero.csv": "zero.csv is not text: a zero byte at byte 2",
        "cases.txt": "cases.txt: cases are read from files whose name ends in .csv, .tsv, .jsonl, .json or .yaml",
        "large.csv": "large.csv is 20,000,001 bytes; a case file takes 20,000,000 at most",
        "none.csv": "none.csv: there is no such file",
    }.items():
        with pytest.raises(InputError) as raised:
            read_case_file(name, tmp_path)
        assert said in raised.value.line


def test_one_value_may_be_long() -> None:
    long = "x" * 500_000
    assert read_case_text(f"text\n{long}\n", "c.csv").cases == ({"text": long},)


def test_rows_of_values_are_texts() -> None:
    rows: list[JSON] = [{"a": "x", "b": 2, "c": None}, {"a": [1]}]
    assert read_cases(rows) == ({"a": "x", "b": "2"}, {"a": "[1]"})
    with pytest.raises(InputError, match="the cases, row 2: must be an object"):
        read_cases([{}, "x"])


names = st.lists(st.text("abc한", min_size=1, max_size=3), min_size=1, max_size=3, unique=True)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@given(st.data(), names, st.sampled_from([",", ";", "\t"]))
@settings(max_examples=50)
def test_what_python_writes_as_csv_is_read_as_it_was(data: st.DataObject, variables: list[str], delimiter: str) -> None:
    rows = data.draw(
        st.lists(st.lists(texts, min_size=len(variables), max_size=len(variables)), min_size=1, max_size=4)
    )
    rows = [row for row in rows if any(row)]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([variables, *rows])
    if not rows:
        with pytest.raises(InputError, match="has no rows"):
            read_case_text(file.getvalue(), "c.csv")
        return
    name = "c.tsv" if delimiter == "\t" else "c.csv"
    assert read_case_text(_unquoted_header(file.getvalue()), name).cases == tuple(
        dict(zip(variables, row, strict=True)) for row in rows
    )


def _unquoted_header(text: str) -> str:
    header, _, rest = text.partition("\r\n")
    return header.replace('"', "") + "\r\n" + rest


@given(st.lists(st.dictionaries(texts, texts, max_size=3), min_size=1, max_size=4))
@settings(max_examples=60)
def test_what_python_writes_as_json_lines_is_read_as_it_was(rows: list[dict[str, str]]) -> None:
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    assert read_case_text(text, "c.jsonl").cases == tuple(rows)
    assert read_case_text(json.dumps(rows), "c.json").cases == tuple(rows)


@given(st.text(max_size=40), st.sampled_from(["c.csv", "c.tsv", "c.jsonl", "c.json", "c.yaml"]))
@settings(max_examples=75)
def test_whatever_a_file_holds_it_is_read_or_told(text: str, name: str) -> None:
    try:
        found = read_case_text(text, name)
        said = found.warnings
    except InputError as fault:
        found, said = None, (fault.line,)
    assert found is None or found.cases
    assert all(len(line.splitlines()) == 1 for line in said)
