"""The output pane and answers that were to be JSON: judged at the end, told where one looks, and never while hidden."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input

from tests.support.logprobs import by_bytes, entry
from tests.support.settle import until
from workbench.core.errors import BrokenStream
from workbench.core.events import ReasoningDelta, RefusalDelta, State, TextDelta, TokenProbabilities
from workbench.core.json_value import JSON
from workbench.core.outcome import Answer, Choice, Outcome
from workbench.core.request import Request
from workbench.runner import Run
from workbench.tui.display import install
from workbench.tui.widgets.json_view import JsonView
from workbench.tui.widgets.output_pane import OutputPane
from workbench.tui.widgets.output_views import View
from workbench.tui.widgets.tokens_view import TokensView
from workbench.tui.widgets.trouble import Trouble

SCHEMA: JSON = {"type": "object", "properties": {"score": {"type": "number"}}, "required": ["score"]}
REVIEW: JSON = {"type": "json_schema", "json_schema": {"name": "review", "schema": SCHEMA}}
OBJECT: JSON = {"type": "json_object"}


class FakeRun:
    """Ends when it is told how."""

    def __init__(self, form: JSON = None) -> None:
        self.job = SimpleNamespace(request=request(form), connection=SimpleNamespace(key=None))
        self.ending: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    async def execute(self) -> Outcome:
        return await self.ending

    def stop(self) -> None:
        pass


class Host(App[None]):
    def __init__(self, first: View = "Answer") -> None:
        super().__init__()
        install(self)
        self.pane = OutputPane(first)
        self.copied: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_output_pane_copy_wanted(self, event: OutputPane.CopyWanted) -> None:
        self.copied.append((event.text, event.what))

    @property
    def json(self) -> JsonView:
        view = self.pane.shown_view
        assert isinstance(view, JsonView)
        return view

    @property
    def trouble(self) -> str:
        return str(self.pane.query_one(Trouble).content)

    @property
    def border(self) -> str:
        return str(self.pane.border_subtitle)

    def head(self) -> str:
        return self.json.render_line(0).text.strip()


def outcome(form: JSON, *choices: Choice, state: State = State.COMPLETE) -> Outcome:
    error = None if state is State.COMPLETE else BrokenStream("the answer broke off")
    return Outcome(state, request(form), Answer(choices), error)


def request(form: JSON) -> Request:
    return Request({"response_format": form} if form else {})


async def answer(app: Host, pilot: Pilot[None], form: JSON, *choices: Choice, state: State = State.COMPLETE) -> None:
    """One run from its beginning to its end, and until it is judged."""
    progress = app.pane.begin()
    run = FakeRun(form)
    app.pane.start(cast("Run", run))
    for choice in choices:
        progress.take([TextDelta(choice.index, choice.text)] if choice.text else [])
        progress.take([RefusalDelta(choice.index, choice.refusal)] if choice.refusal else [])
    await pilot.pause()
    run.ending.set_result(outcome(form, *choices, state=state))
    await app.workers.wait_for_complete()
    await pilot.pause()


def said(text: str, reason: str | None = "stop", index: int = 0) -> Choice:
    return Choice(index, text, reason)


async def look(app: Host, pilot: Pilot[None], view: View = "JSON") -> None:
    app.pane.show(view)
    await app.workers.wait_for_complete()
    await pilot.pause()


async def test_a_valid_answer_is_named_valid_in_the_border_and_nowhere_else() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(app, pilot, REVIEW, said('{"score": 1}'))
        assert app.border == "complete · stop · JSON valid"
        assert app.trouble == ""
        await look(app, pilot)
        assert app.head() == "✓ valid: matches the schema review"


async def test_an_invalid_answer_is_told_without_opening_the_view() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(app, pilot, REVIEW, said('{"score": "1"}'))
        assert app.border == "complete · stop · not valid JSON"
        assert "! not valid: 1 place breaks the schema review" in app.trouble
        assert "· score: must be a number, found a text" in app.trouble
        assert "F2 shows it" in app.trouble
        await look(app, pilot)
        assert app.trouble == "", "the view says it"
        await look(app, pilot, "Answer")
        assert "F2 shows it" in app.trouble
        await answer(app, pilot, OBJECT, said("{}"))
        assert app.trouble == "", "the next run takes it away"


@pytest.mark.parametrize(
    ("choice", "border", "head"),
    [
        (said('{"score": 1', "length"), "JSON cut", "✗ not whole: the answer was cut by max tokens"),
        (said('```json\n{"score": 1}\n```'), "not valid JSON", "✗ not JSON alone: it stands in a Markdown fence"),
        (said("no"), "not valid JSON", "✗ not JSON: line 1, column 1: a value is expected, not no"),
        (Choice(0, "", "stop", refusal="I won't."), "", "■ the model refused: I won't."),
        (Choice(0, "", "tool_calls"), "", "· no JSON: the model called a tool instead"),
    ],
)
async def test_other_endings(choice: Choice, border: str, head: str) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(app, pilot, REVIEW, choice)
        assert app.border.endswith(border)
        assert ("JSON" in app.border) == bool(border)
        assert bool(app.trouble) == bool(border)
        await look(app, pilot)
        assert app.head().startswith(head)


async def test_a_run_that_broke_off_is_no_fault_of_the_json() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(app, pilot, REVIEW, said('{"score"', None), state=State.TRUNCATED)
        assert "JSON" not in app.trouble
        await look(app, pilot)
        assert app.head().startswith("✗ not whole: the answer was stopped or cut off")


async def test_without_json_asked_for_nothing_is_judged_until_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        with monkeypatch.context() as patch:
            patch.setattr("workbench.tui.json_judge.verdicts_on", lambda outcome: pytest.fail("it was judged"))
            await answer(app, pilot, None, said('{"a": 1}'))
        assert app.border == "complete · stop"
        await look(app, pilot)
        assert app.head() == "✓ valid JSON; none was asked for"
        assert app.border == "complete · stop"
        assert app.trouble == ""


async def test_what_arrives_is_read_only_while_it_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        progress = app.pane.begin()
        run = FakeRun()
        app.pane.start(cast("Run", run))
        with monkeypatch.context() as patch:
            patch.setattr("workbench.core.json_answer.partial_value", lambda text: pytest.fail("it was read"))
            for _ in range(50):
                progress.take([TextDelta(0, "[[1], ")])
            await pilot.pause(0.05)
        app.pane.show("JSON")
        await until(lambda: "arriving: what" in app.head())
        progress.take([TextDelta(0, "2")])
        app.pane.show("Answer")
        run.ending.set_result(outcome(None, said("[[1], ")))
        await app.workers.wait_for_complete()


async def test_a_schema_that_cannot_be_applied_is_told() -> None:
    form: JSON = {"type": "json_schema", "json_schema": {"name": "s", "schema": {"$ref": "http://127.0.0.1:9/x"}}}
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(app, pilot, form, said("{}"))
        assert app.border.endswith("JSON not checked")
        assert "http://127.0.0.1:9/x" in app.trouble


async def test_a_run_without_an_answer_leaves_the_view_empty() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await look(app, pilot)
        await answer(app, pilot, OBJECT, state=State.ERROR)
        assert app.head().startswith("no answer yet")
        assert "JSON" not in app.border


async def test_each_choice_has_its_own_verdict() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(app, pilot, OBJECT, said("{}"), said("[]", index=1))
        assert "not valid JSON" in app.border
        assert "choice 2: not the JSON object asked for" in app.trouble
        await look(app, pilot)
        assert app.head() == "✓ valid JSON object"
        app.pane.action_next_choice()
        await pilot.pause()
        assert app.head() == "✗ not the JSON object asked for"


async def test_a_new_run_forgets_the_verdict_of_the_one_before() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(app, pilot, OBJECT, said("[]"))
        app.pane.begin()
        await look(app, pilot)
        assert app.head().startswith("no answer yet")
        assert "JSON" not in app.border
        app.pane.begin()
        assert app.pane.view == "JSON", "who watches the JSON goes on watching it"


async def test_plain_words_are_not_awaited_in_the_json_view() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(app, pilot, OBJECT, said("{}"))
        await look(app, pilot)
        await answer(app, pilot, OBJECT, said("{}"))
        views = [app.pane.view]
        await answer(app, pilot, None, said("words"))
        assert [*views, app.pane.view] == ["JSON", "Answer"]


async def test_json_that_came_without_being_asked_for_is_awaited_again() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(app, pilot, None, said("[1]"))
        await look(app, pilot)
        await app.workers.wait_for_complete()
        await answer(app, pilot, None, said("[2]"))
        assert app.pane.view == "JSON"


async def test_copy_and_find_in_the_json_view() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(app, pilot, OBJECT, said('{"a": {"b": "x"}}'))
        await look(app, pilot)
        app.pane.focus_shown()
        await pilot.press("down", "down", "y")
        app.pane.action_copy_shown()
        await pilot.pause()
        assert app.copied == [('"x"', "the value of a.b"), ('{\n  "a": {\n    "b": "x"\n  }\n}', "the JSON")]
        await pilot.press("slash", "b")
        await pilot.pause()
        assert "1 of 1" in str(app.pane.query_one("#find-count").render())
        await pilot.press("escape")
        app.pane.show_next()
        assert app.pane.view == "Tokens"


async def test_the_keys_go_with_the_view_and_a_number_brings_one_up() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(app, pilot, None, said("a b a"))
        app.pane.focus_shown()
        await pilot.press("3")
        views = [app.pane.view]
        assert app.pane.shown_view.has_focus
        await pilot.press("slash", "a", "f", "enter")
        app.pane.show_next()
        await pilot.pause()
        assert [*views, app.pane.view] == ["Tokens", "Request"]
        assert isinstance(app.focused, Input), "what is typed into find goes on there"


async def test_find_goes_through_reasoning_answer_and_calls() -> None:
    app = Host()
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.pause()
        progress = app.pane.begin()
        progress.take([ReasoningDelta(0, "a cat?"), TextDelta(0, "Cat, cat."), RefusalDelta(0, "no cat")])
        await until(lambda: app.pane._looking.find("cat")[1] == 4)  # what was hidden is laid out once it is shown
        app.pane._looking.clear_find()
        found = [app.pane._looking.find("cat", direction) for direction in (1, 1, 1, 1, -1, -1)]
        assert found == [(2, 4), (3, 4), (4, 4), (1, 4), (4, 4), (3, 4)]
        app.pane.action_toggle_reasoning()
        assert app.pane._looking.find("cat")[1] == 3, "what is folded is not searched"
        assert app.pane._looking.find("nowhere") == (0, 0)
        app.pane._looking.clear_find()


async def test_tokens_while_they_arrive_and_after() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.pane.show("Tokens")
        progress = app.pane.begin()
        views = [app.pane.view]
        run = FakeRun()
        run.job.request = Request({"logprobs": True})
        app.pane.start(cast("Run", run))
        view = app.pane.shown_view
        assert isinstance(view, TokensView)
        tokens = by_bytes("한국")
        progress.take([TextDelta(0, "한"), TokenProbabilities(0, tuple(tokens[:4]))])
        await until(lambda: view.token_count == 3)
        progress.take([TextDelta(0, "국"), TokenProbabilities(0, tuple(tokens[4:]))])
        choice = Choice(0, "한국", "stop", logprobs={"content": tokens})
        run.ending.set_result(Outcome(State.COMPLETE, run.job.request, Answer((choice,))))
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert view.tokens.text == "한국"
        assert view.render_line(0).text.startswith("6 tokens · perplexity 2.00")
        await answer(app, pilot, None, said("words"))
        assert [*views, app.pane.view] == ["Tokens", "Answer"], "the next request does not ask for them"


async def test_the_tokens_of_a_refusal_and_of_an_answer_that_they_do_not_add_up_to() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        refused = Choice(0, "", "stop", refusal="No.", logprobs={"content": None, "refusal": [entry("No"), entry(".")]})
        await answer(app, pilot, None, refused, said("abc", index=1))
        await look(app, pilot, "Tokens")
        view = app.pane.shown_view
        assert isinstance(view, TokensView)
        assert view.tokens.text == "No."
        assert "add up" not in view.render_line(2).text
        app.pane.action_next_choice()
        assert "its request did not ask" in view.render_line(0).text
        odd = Choice(0, "other", "stop", logprobs={"content": [entry("a")]})
        await answer(app, pilot, None, odd)
        await look(app, pilot, "Tokens")
        assert "do not add up to the answer's text" in view.render_line(2).text


async def test_the_view_that_is_wanted_first_is_in_front_and_stays_through_a_run_that_has_nothing_for_it() -> None:
    app = Host("JSON")
    seen: list[View] = []
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        seen.append(app.pane.view)
        for _ in range(2):
            app.pane.begin()
            seen.append(app.pane.view)
            app.pane.start(cast("Run", FakeRun()))  # no JSON is asked for
            seen.append(app.pane.view)
            await pilot.pause()
        app.pane.empty("Timing")
        assert [*seen, app.pane.view] == ["JSON", "JSON", "Answer", "JSON", "Answer", "Timing"]
