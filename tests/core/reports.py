"""Reports for the tests of exports: what a grid would have brought, without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.core.axes import Axis
from workbench.core.checks import run_checks
from workbench.core.errors import RateLimited
from workbench.core.events import State
from workbench.core.experiment import Cell, Experiment
from workbench.core.experiment_report import ExperimentReport
from workbench.core.grid_values import GridState
from workbench.core.outcome import Answer, Choice, Outcome, Timings
from workbench.core.prompt import Check, Message, Prompt, Role
from workbench.core.report_build import Results, report_of
from workbench.core.request import Request

HOSTILE = (
    "</pre></details><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    "<svg/onload=document.title='owned'>\x1b]52;c;aGk=\x07\x00\u202eevil & <b>bold</b> ```\n~~~\n# head\n"
    "| a | b |\n<style>body{display:none}</style><meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>\ud800"
)
KOREAN = "점심은 김치찌개입니다. 오늘은 비가 와요."


def outcome(text: str, state: State = State.COMPLETE, *, tokens: int = 20, cost: float | None = 0.001) -> Outcome:
    """A run that ended; one in an error has no text."""
    request = Request({"model": "m", "messages": [{"role": "user", "content": "안녕"}], "stream": True})
    if state is State.ERROR:
        error = RateLimited("rate | limit", "wait", status=429)
        return Outcome(state, request, error=error, attempts=3, connection="c", cost_usd=cost)
    usage = {"prompt_tokens": 10, "completion_tokens": tokens, "total_tokens": 10 + tokens}
    answer = Answer((Choice(0, text, "stop" if state is State.COMPLETE else None),), "m-1", usage)
    timings = Timings(0.1, 0.2, 1.0 + tokens / 100)
    return Outcome(state, request, answer, timings=timings, attempts=1, connection="c", cost_usd=cost)


def report(
    columns: Sequence[Sequence[str | Outcome]],
    *,
    axis: Axis | None = None,
    cases: Sequence[Mapping[str, str]] = (),
    checks: Sequence[Check] = (),
    state: GridState = GridState.COMPLETE,
    name: str = "Lunch",
    baseline: int = 0,
) -> ExperimentReport:
    """The report of these answers, by column, then by case, then by repeat; fewer were never sent."""
    prompt = Prompt(name=name, messages=(Message(Role.USER, "{{a}} {{b}}"),), checks=tuple(checks))
    axis = axis or Axis("temperature", tuple(index * 0.5 for index in range(len(columns))))
    repeats = max(len(answers) for answers in columns) // max(1, len(cases))
    experiment = Experiment(prompt, (axis,), repeats, tuple(cases))
    ended = {
        Cell(column, place // repeats, place % repeats): outcome(given) if isinstance(given, str) else given
        for column, answers in enumerate(columns)
        for place, given in enumerate(answers)
    }
    results = Results(
        experiment,
        state,
        sum(each.attempts for each in ended.values()),
        {cell: each.to_json() for cell, each in ended.items()},
        {cell: run_checks(checks, each) for cell, each in ended.items() if each.state is State.COMPLETE},
    )
    return report_of(results, baseline=baseline, made="2026-11-22 19:00")
