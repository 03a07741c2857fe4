"""An experiment as JSONL, CSV and Markdown: nothing lost, and nothing in them that does something."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.core.reports import HOSTILE, KOREAN, outcome, report
from workbench.core.axes import Axis
from workbench.core.events import State
from workbench.core.experiment_export import to_csv, to_jsonl, to_markdown
from workbench.core.experiment_html import to_html
from workbench.core.grid_values import GridState
from workbench.core.judging import Judgement
from workbench.core.prompt import Check
from workbench.core.visible import marked

FIELDS = ("choices", "model", "usage", "cost_usd", "timings", "attempts", "request_id", "connection", "request",
          "notes", "error")  # fmt: skip


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_a_line_of_jsonl_is_a_cell_with_request_and_answer() -> None:
    made = report([[KOREAN, HOSTILE], ["b"]], state=GridState.STOPPED)
    lines = [json.loads(line) for line in to_jsonl(made).splitlines()]
    assert [(line["setting"], line["repeat"], line["state"]) for line in lines] == [
        ({"temperature": 0.0}, 0, "complete"),
        ({"temperature": 0.0}, 1, "complete"),
        ({"temperature": 0.5}, 0, "complete"),
        ({"temperature": 0.5}, 1, "not_sent"),
    ]
    assert all(field in lines[0] for field in FIELDS)
    assert lines[0]["choices"][0]["text"] == KOREAN
    assert lines[1]["choices"][0]["text"] == HOSTILE
    assert lines[0]["request"]["messages"][0]["content"] == "안녕"
    assert KOREAN in to_jsonl(made)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e\ud800]", to_jsonl(made))


def test_a_row_of_csv_is_a_cell() -> None:
    made = report(
        [["a", outcome("half", State.TRUNCATED)], [outcome("", State.ERROR), outcome("x", tokens=7)]],
        cases=[{"a": "점심", "b": "1"}, {"a": "", "b": "=2"}],
        checks=[Check("contains", "a")],
    )
    read = rows(to_csv(made))
    assert [row["state"] for row in read] == ["complete", "truncated", "error", "complete"]
    assert [row["temperature"] for row in read] == ["0.0", "0.0", "0.5", "0.5"]
    assert [row["case.a"] for row in read] == ["점심", "", "점심", ""]
    assert [row["case.b"] for row in read] == ["1", "'=2", "1", "'=2"]
    assert [(row["case"], row["repeat"]) for row in read] == [("1", "1"), ("2", "1"), ("1", "1"), ("2", "1")]
    assert [row["checks_passed"] for row in read] == ["1", "0", "0", "0"]
    assert read[3]["checks_failed"].startswith("contains: ")
    assert read[2]["error"] == "rate | limit: wait"
    assert (read[2]["attempts"], read[2]["answer"]) == ("3", "")
    assert (read[3]["completion_tokens"], read[3]["total_tokens"]) == ("7", "17")


def test_csv_holds_no_formula_and_no_control_character() -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", '"quoted"\r\nsecond', HOSTILE]
    text = to_csv(report([hostile]))
    answers = [row["answer"] for row in rows(text)]
    assert not any(answer.startswith(("=", "+", "-", "@", "\t")) for answer in answers)
    assert answers[0] == "'=1+1"
    assert answers[6] == '"quoted"\nsecond'
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202e\ud800]", text)
    assert len(answers) == len(hostile)


def test_all_choices_of_a_run_stand_in_csv() -> None:
    many = outcome("one")
    choice = many.answer.choices[0]
    many = replace(many, answer=replace(many.answer, choices=(choice, replace(choice, index=1, text="two"))))
    read = rows(to_csv(report([[many], ["single"]])))
    assert [(row["answer"], row["answer_2"]) for row in read] == [("one", "two"), ("single", "")]


def test_markdown_shows_every_answer_and_obeys_none() -> None:
    made = report([[HOSTILE, "~~~~~ ````` x"], [KOREAN, outcome("", State.ERROR)]], name="# <b>Lunch</b> | `x`")
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(to_markdown(made))
    fences = [token.content for token in tokens if token.type == "fence"]
    assert fences[0] == "안녕\n"
    assert fences[1:] == [f"{marked(text)}\n" for text in (HOSTILE, "~~~~~ ````` x", KOREAN)]
    inline = [token for token in tokens if token.type == "inline"]
    kinds = {child.type for token in inline for child in token.children or ()}
    assert kinds <= {"text", "softbreak", "text_special"}
    assert not any(token.type == "html_block" for token in tokens)
    headings = [inline[index].content for index, token in enumerate(inline) if token.map == [0, 1]]
    assert len(headings) == 1
    assert len([token for token in tokens if token.type == "tr_open"]) == 3 + 2
    assert "rate \\| limit" in to_markdown(made)


@settings(max_examples=40)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=3), st.text(min_size=1, max_size=10))
def test_any_answer_comes_through(answers: list[str], setting: str) -> None:
    made = report([answers, answers], axis=Axis("model", (setting, "b")))
    lines = [json.loads(line) for line in to_jsonl(made).split("\n") if line]
    assert [line["choices"][0]["text"] for line in lines] == [*answers, *answers]
    assert len(rows(to_csv(made))) == 2 * len(answers)
    fences = [token.content for token in MarkdownIt().parse(to_markdown(made)) if token.type == "fence"]
    assert [text.rstrip("\n") for text in fences[1:]] == [marked(text).rstrip("\n") for text in (*answers, *answers)]
    for text in (to_jsonl(made), to_csv(made), to_markdown(made)):
        text.encode()


JUDGED = (Judgement(0, 0, ((1,), (0,)), 0, HOSTILE), Judgement(0, 1, ((0,), (1,)), None))


def test_blind_judgements_stand_in_every_file_that_has_room_for_them() -> None:
    made = replace(report([[KOREAN, "b"], ["c", "d"]]), judgements=JUDGED)
    lines = [json.loads(line)["judged"] for line in to_jsonl(made).splitlines()]
    assert lines == [False, None, True, None]
    assert [row["judged"] for row in rows(to_csv(made))] == ["false", "", "true", ""]
    told = json.loads(json.dumps(made.to_json()))
    assert [cell["judged"] for cell in told["cells"]] == lines
    assert told["judgements"] == [each.to_json() for each in JUDGED]
    wins = [column["judged"] for column in told["columns"]]
    assert [(each["wins"], each["rounds"], each["rate"]) for each in wins] == [(0, 1, 0.0), (1, 1, 1.0)]
    assert "## judged blind" in to_markdown(made)
    assert "| temperature 0\\.5 | 1 | 1 | 100 % | 21 % to 100 % |" in to_markdown(made).replace(
        "temperature 0.5", "temperature 0\\.5"
    )
    page = to_html(made)
    assert "<h2>judged blind</h2>" in page
    assert "<td>21 % to 100 %</td>" in page
    assert "1 of 2 rounds skipped" in page
    assert "<script" not in page
    without = report([[KOREAN, "b"], ["c", "d"]])
    texts = to_jsonl(without) + to_csv(without) + to_markdown(without) + to_html(without)
    assert "judg" not in texts + json.dumps(without.to_json())
