"""One cell of a comparison on its way, ended, and sent again; and what answers have in common."""

from __future__ import annotations

import pytest

from workbench.core.errors import BrokenStream
from workbench.core.events import (
    ReasoningDelta,
    RefusalDelta,
    Retrying,
    Sent,
    State,
    TextDelta,
    TokenProbabilities,
    ToolCallDelta,
)
from workbench.core.experiment import Cell
from workbench.core.experiment_report import CellReport
from workbench.core.outcome import Answer, Choice, Outcome, Timings
from workbench.core.request import Request
from workbench.tui.compare_cells import Brought, CellProgress, in_common
from workbench.tui.compare_state import COMPLETE, FAILED, STOPPED, STREAMING, WAITING


def ended(state: State = State.COMPLETE, *choices: Choice, **more: object) -> CellReport:
    fields: dict[str, object] = {
        "answer": Answer(choices, usage={"prompt_tokens": 3, "completion_tokens": 142}),
        "timings": Timings(total_s=1.2),
        "attempts": 1,
        "cost_usd": 0.0009,
        **more,
    }
    outcome = Outcome(state, Request({}), **fields)  # type: ignore[arg-type]
    return CellReport(Cell(0, 0, 0), {}, state.value, outcome.to_json())


def sent() -> CellProgress:
    cell = CellProgress()
    cell.queue()
    cell.begin()
    cell.take([Sent(1)])
    return cell


def test_a_cell_from_the_queue_to_its_end() -> None:
    cell = CellProgress()
    assert (cell.state, cell.dot, cell.footer, cell.text, cell.complete_text) == (
        "waiting",
        WAITING,
        "waiting",
        "",
        None,
    )
    cell.begin()
    assert (cell.state, cell.dot, cell.running) == ("waiting", STREAMING, True)
    assert cell.take([Sent(1)]) == Brought("", True)
    assert cell.take([TextDelta(0, "one "), TextDelta(1, "aside"), TextDelta(0, "two")]) == Brought("one two", True)
    assert cell.take([TextDelta(0, " three")]) == Brought(" three", False)
    assert cell.take([TextDelta(1, "aside"), TokenProbabilities(0, ())]) == Brought("", False)
    assert (cell.state, cell.text) == ("streaming", "one two three")
    assert cell.footer.startswith("streaming  ~")
    cell.end(ended(State.COMPLETE, Choice(0, "one two three", "stop"), Choice(1, "aside", "stop")))
    assert (cell.state, cell.dot, cell.running, cell.ended, cell.failed) == ("complete", COMPLETE, False, True, False)
    assert cell.footer == "142 tok  1.2 s  $0.00090  choice 1 of 2"
    assert cell.text == cell.complete_text == "one two three"


def test_one_that_thinks_first_says_so() -> None:
    cell = sent()
    assert cell.take([ReasoningDelta(0, "hm")]).other
    assert cell.footer.startswith("thinking")
    assert cell.take([ReasoningDelta(0, " hm")]) == Brought("", False)
    assert cell.take([TextDelta(0, "so")]) == Brought("so", True)
    assert cell.footer.startswith("streaming")


def test_a_refusal_and_a_call_stand_for_the_text() -> None:
    cell = sent()
    assert cell.take([RefusalDelta(0, "I will not")]) == Brought("", True)
    assert cell.text == "the model refused: I will not"
    cell = sent()
    assert cell.take([ToolCallDelta(0, 0, "id", "look", "{}")]).other
    assert cell.text == "→ look {}"


def test_one_that_is_tried_again_says_when_and_why() -> None:
    cell = sent()
    assert cell.take([Retrying(3.0, 2, "429 too many requests.")]).other
    assert cell.error == "429 too many requests: attempt 2 in 3.0 s"
    cell.take([Sent(2)])
    assert cell.error == ""


@pytest.mark.parametrize(
    ("state", "dot", "word"),
    [(State.TRUNCATED, FAILED, "cut"), (State.ERROR, FAILED, "failed"), (State.CANCELLED, STOPPED, "stopped")],
)
def test_one_that_did_not_complete_keeps_its_text_and_is_not_compared(state: State, dot: str, word: str) -> None:
    cell = sent()
    cell.take([TextDelta(0, "half")])
    error = None if state is State.CANCELLED else BrokenStream("the stream ended early", "run it again")
    cell.end(ended(state, Choice(0, "half"), error=error, answer=Answer((Choice(0, "half"),))))
    assert (cell.dot, cell.text, cell.complete_text) == (dot, "half", None)
    assert cell.failed is (state is not State.CANCELLED)
    assert cell.footer == f"{word}  ~1 tok  1.2 s  $0.00090"
    assert cell.error == ("" if error is None else "the stream ended early: run it again")


def test_one_that_was_never_sent_says_why() -> None:
    cell = CellProgress()
    cell.queue()
    cell.drop("the cap of 3 requests is reached")
    assert (cell.state, cell.dot, cell.footer, cell.ended) == ("not_sent", STOPPED, "not sent", False)
    assert cell.error == "not sent: the cap of 3 requests is reached"


def test_run_again_the_old_answer_stands_until_the_new_request_goes_out() -> None:
    cell = sent()
    cell.end(ended(State.COMPLETE, Choice(0, "old", "stop")))
    cell.queue()
    assert (cell.state, cell.text, cell.ended, cell.complete_text) == ("waiting", "old", False, None)
    cell.drop("stopped")
    assert (cell.state, cell.text, cell.ended) == ("complete", "old", True)
    cell.queue()
    cell.begin()
    assert cell.text == "old"
    cell.take([Sent(1)])
    assert (cell.text, cell.report) == ("", None)


def test_a_limit_that_ended_the_answer_is_told() -> None:
    cell = sent()
    cell.end(ended(State.COMPLETE, Choice(0, "x", "length")))
    cell.judged = ("JSON cut", "1 check fails")
    assert cell.footer == "142 tok  1.2 s  $0.00090  length  JSON cut  1 check fails"


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([], ""),
        (["a"], ""),
        (["a", None], ""),
        (["a", "a"], "all the same"),
        (["a", "a", None, "a"], "all the same"),
        (["a", "a", "a", "b"], "3 of 4 the same"),
        (["a", "a", "b", "b"], "2 distinct"),
        (["a", "b"], "2 distinct"),
        (["a", "b", "c"], "3 distinct"),
        (["\u1112\u1161\u11ab", "\ud55c"], "all the same"),
    ],
)
def test_what_answers_have_in_common(texts: list[str | None], words: str) -> None:
    assert in_common(texts) == words
