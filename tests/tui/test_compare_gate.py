"""The gate before a comparison: what typed fields make, what is said of it, and the screen that asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.app import App
from textual.widgets import Input, Static

from tests.support.settle import until
from workbench.core.axes import Axis
from workbench.core.errors import InputError
from workbench.core.grid_values import GridLimits
from workbench.core.prompt import Comparison, Message, ParameterValues, Prompt, Role
from workbench.services import Services
from workbench.tui.compare_gate import Gate, GateFields, Look, Setup, fields_of, limits_text, read_axis
from workbench.tui.screens.compare_setup import CompareSetup

PROMPT = Prompt(model="practice-fast", messages=(Message(Role.USER, "tell me about {{what}}"),))
FIELDS = GateFields("temperature: 0, 1", repeats="2", cases='[{"what": "rain"}]', concurrency="4")


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    environ = {"WORKBENCH_HOME": str(tmp_path), "OPENAI_API_KEY": "sk-a-key-for-nobody-0123456789abcdef"}
    with Services.open(environ, tmp_path) as services:
        yield services


def gate(services: Services, prompt: Prompt = PROMPT, connection: str = "practice") -> Gate:
    return Gate(services, prompt, connection)


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("temperature: 0, 0.5", Axis("temperature", (0, 0.5))),
        (" temperature = 0..1 step 0.5 ", Axis("temperature", (0, 0.5, 1))),
        ('messages[0]: "a: b", "c=d"', Axis("messages[0]", ("a: b", "c=d"))),
        ("model=a:b, c", Axis("model", ("a:b", "c"))),
        ("off: each", Axis("off", (None, 0))),
    ],
)
def test_an_axis_as_it_is_typed(text: str, axis: Axis) -> None:
    assert read_axis(text, PROMPT) == axis


@pytest.mark.parametrize("text", ["temperature", "temperature 0, 1", "warmth: 1", ": 1", "temperature:"])
def test_what_is_no_axis(text: str) -> None:
    with pytest.raises(InputError):
        read_axis(text, PROMPT)


def test_fields_come_back_as_they_were() -> None:
    axes = (Axis("temperature", (0, 0.5)), Axis("model", ("a, b", "c")))
    fields = fields_of(axes, 3)
    assert [read_axis(fields.vary, PROMPT), read_axis(fields.also, PROMPT)] == list(axes)
    assert fields.repeats == "3"


def test_what_it_takes_is_said_before_anything_is_sent(services: Services) -> None:
    look = gate(services).look(FIELDS)
    assert look.can_send
    assert look.free
    assert not look.problems
    assert not look.wrong
    assert look.lines[0].startswith("2 columns x 2 repeats: 4 requests, ")
    assert "practice costs nothing" in look.lines[1]
    assert look.lines[2] == "no cap is set · 4 at a time"
    assert look.setup is not None
    assert look.setup.plan is not None
    assert look.setup.plan.cells == 4
    assert look.setup.experiment.prompt.compare == look.setup.experiment.to_comparison()


def test_what_costs_money_is_said_as_a_range(services: Services) -> None:
    prompt = Prompt(model="gpt-4o-mini", messages=PROMPT.messages)
    look = gate(services, prompt, "openai").look(FIELDS._replace(max_cost="$0.05", max_requests="9"))
    assert not look.free
    assert look.can_send
    assert "$" in look.lines[1]
    assert look.lines[2] == "it ends at 9 requests or $0.050 · 4 at a time"


def test_a_cap_in_dollars_on_a_model_without_a_price_is_no_cap(services: Services) -> None:
    prompt = Prompt(model="nobody-knows-1", messages=PROMPT.messages)
    look = gate(services, prompt, "openai").look(FIELDS._replace(max_cost="1"))
    assert not look.can_send
    assert "nobody-knows-1" in look.problems[-1].text
    assert gate(services, prompt, "openai").look(FIELDS._replace(max_cost="1", max_requests="9")).can_send


def test_columns_that_would_make_the_same_request_are_not_sent(services: Services) -> None:
    prompt = Prompt(model="gpt-5", messages=PROMPT.messages)
    look = gate(services, prompt, "openai").look(FIELDS)
    assert not look.can_send
    assert "temperature" in look.problems[0].text


def test_every_field_that_can_not_be_read_is_told(services: Services) -> None:
    look = gate(services).look(GateFields("warmth: 1", "also", "many", "nowhere.csv", "much", "-1", "1000"))
    assert look.setup is None
    assert not look.can_send
    assert set(look.wrong) == set(GateFields._fields)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (FIELDS._replace(also="temperature: 1, 2"), "temperature is varied twice"),
        (FIELDS._replace(repeats="9000"), "are the most"),
        (FIELDS._replace(cases="[1]"), "must be an object"),
        (FIELDS._replace(cases="[{"), "not JSON"),
    ],
)
def test_what_can_not_be_an_experiment(services: Services, fields: GateFields, told: str) -> None:
    assert told in " ".join(gate(services).look(fields).wrong.values())


def test_cases_come_from_a_file_or_from_the_prompt(services: Services, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("what\nrain\nsnow\n")
    looked = gate(services).look(FIELDS._replace(cases="rows.csv"))
    assert looked.setup is not None
    assert looked.setup.experiment.cases == ({"what": "rain"}, {"what": "snow"})
    saved = Prompt(model="practice-fast", messages=PROMPT.messages, compare=Comparison({}, cases=({"what": "hail"},)))
    there = gate(services, saved)
    assert there.saved_cases == 1
    looked = there.look(FIELDS._replace(cases=""))
    assert looked.setup is not None
    assert looked.setup.experiment.cases == ({"what": "hail"},)


def test_a_connection_that_is_not_there_is_a_problem(services: Services) -> None:
    prompt = Prompt(model="gpt-4o-mini", messages=PROMPT.messages)
    look = gate(services, prompt).look(FIELDS._replace(also="connection: openai, nowhere"))
    assert not look.can_send
    assert "nowhere" in look.problems[0].text


def test_limits_in_words() -> None:
    assert limits_text(GridLimits(max_requests=1, max_cost_usd=0.0)) == "it ends at 1 request or $0 · 4 at a time"


# -- the screen ------------------------------------------------------------------------------------------------------


class SlowGate(Gate):
    """Looks once it is allowed to."""

    def __init__(self, services: Services, prompt: Prompt, connection: str) -> None:
        super().__init__(services, prompt, connection)
        self.allowed = threading.Event()

    def look(self, fields: GateFields) -> Look:
        assert self.allowed.wait(20)
        return super().look(fields)


class Host(App[None]):
    def __init__(self, gate: Gate, fields: GateFields = FIELDS, told: str = "") -> None:
        super().__init__()
        self.setup = CompareSetup(gate, fields, told=told)
        self.got: list[Setup | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.setup, self.got.append)

    def text(self, id: str) -> str:
        return str(self.setup.query_one(f"#{id}", Static).render())

    def field(self, id: str) -> Input:
        return self.setup.query_one(f"#{id}", Input)

    async def told(self, id: str, text: str) -> None:
        await until(lambda: text in self.text(id))

    async def ended(self) -> Setup | None:
        await until(lambda: self.got)
        return self.got[0]


async def test_enter_at_once_starts_what_costs_nothing(services: Services) -> None:
    slow = SlowGate(services, PROMPT, "practice")
    app = Host(slow)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        assert not app.got
        slow.allowed.set()
        setup = await app.ended()
        assert setup is not None
        assert setup.experiment.cell_count == 4
        assert not setup.anyway


async def test_enter_at_once_shows_what_costs_money_and_sends_nothing(services: Services) -> None:
    slow = SlowGate(services, Prompt(model="gpt-4o-mini", messages=PROMPT.messages), "openai")
    app = Host(slow)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        slow.allowed.set()
        await app.told("fate", "enter sends it")
        assert not app.got
        assert "$" in app.text("figures")
        await pilot.press("enter")
        assert (await app.ended()) is not None


async def test_the_figures_follow_what_is_typed(services: Services) -> None:
    app = Host(gate(services), told="as it is saved with the prompt")
    async with app.run_test(size=(80, 24)) as pilot:
        await app.told("figures", "4 requests")
        assert "as it is saved" in app.text("told")
        await pilot.press(*", 1.5")
        await app.told("figures", "3 columns x 2 repeats: 6 requests")
        await pilot.press("down", *"seed: 1, 2")
        await app.told("figures", "6 columns x 2 repeats: 12 requests")
        await pilot.press("down", "ctrl+u", *"many")
        await app.told("problems", "✗ repeats many: not a whole number")
        app.field("vary").focus()
        await pilot.press("enter")
        assert app.focused is app.field("repeats")
        assert not app.got
        await pilot.press("escape")
        assert app.got == [None]


def burst(app: App[None], *keys: str) -> None:
    """Keys, and texts that are typed, which all lie in the terminal's buffer before the first of them is handled."""
    for key in keys:
        named = key in ("enter", "tab", "up")
        for letter in [key] if named else key:
            app.post_message(events.Key(letter, None if named else letter))


async def test_what_is_typed_in_one_burst_with_enter_is_what_is_sent(services: Services) -> None:
    app = Host(gate(services))
    async with app.run_test(size=(80, 24)):
        await app.told("figures", "4 requests")
        burst(app, ", 1.5", "tab", "seed: 1, 2", "up", ", 2", "enter", "enter")
        setup = await app.ended()
        assert setup is not None
        assert setup.experiment.axes == (Axis("temperature", (0, 1, 1.5, 2)), Axis("seed", (1, 2)))
        assert setup.plan is not None
        assert setup.plan.cells == 16


async def test_a_burst_that_ends_with_enter_sends_nothing_on_figures_that_were_not_shown(services: Services) -> None:
    app = Host(gate(services, Prompt(model="gpt-4o-mini", messages=PROMPT.messages), "openai"))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.told("figures", "4 requests")
        burst(app, ", 1.5", "enter")
        await app.told("fate", "enter sends it")
        assert "6 requests" in app.text("figures")
        assert not app.got
        burst(app, ", 2", "enter", "enter")
        await app.told("figures", "8 requests")
        assert not app.got
        await pilot.press("enter")
        setup = await app.ended()
        assert setup is not None
        assert setup.experiment.axes == (Axis("temperature", (0, 1, 1.5, 2)),)


async def test_enter_twice_in_one_burst_agrees_to_no_problem_that_was_not_shown(services: Services) -> None:
    prompt = Prompt(model="gpt-4o-mini", messages=PROMPT.messages, parameters=ParameterValues({"frequency_penalty": 7}))
    app = Host(gate(services, prompt, "openai"))
    async with app.run_test(size=(80, 24)):
        await app.told("figures", "4 requests")
        burst(app, ", 1.5", "enter", "enter")
        await app.told("fate", "enter once more")
        assert not app.got


async def test_what_can_not_be_sent_is_not(services: Services) -> None:
    prompt = Prompt(model="gpt-5", messages=PROMPT.messages)
    app = Host(gate(services, prompt, "openai"))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.told("problems", "✗")
        await pilot.press("enter", "enter")
        await app.told("fate", "mend what is marked")
        assert not app.got


async def test_problems_that_can_be_sent_take_a_second_enter(services: Services) -> None:
    prompt = Prompt(model="gpt-4o-mini", messages=PROMPT.messages, parameters=ParameterValues({"frequency_penalty": 7}))
    app = Host(gate(services, prompt, "openai"))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.told("problems", "✗")
        await pilot.press("enter")
        await app.told("fate", "enter once more")
        await pilot.press("enter")
        setup = await app.ended()
        assert setup is not None
        assert setup.anyway


async def test_foreign_text_is_shown_as_it_is(services: Services) -> None:
    app = Host(gate(services), FIELDS._replace(vary="[/x]\x1b]52;c;aGk=\x07: 1"))
    async with app.run_test(size=(80, 24)):
        await app.told("problems", "[/x]")
        assert "\x1b" not in app.text("problems")
