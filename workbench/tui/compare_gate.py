"""The gate before a comparison: the experiment that the typed fields make, and what it would send and cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, TypeVar

from workbench.comparing import Comparing, read_cases
from workbench.core import cases as case_rows
from workbench.core.axis_text import axis_text, parse_axis
from workbench.core.counted import counted
from workbench.core.errors import InputError
from workbench.core.experiment import Experiment
from workbench.core.findings import Problem
from workbench.core.grid_values import GridLimits
from workbench.core.json_text import NotJsonText, read_json
from workbench.core.prompt import Comparison
from workbench.core.typed_limits import concurrency, dollars, whole_number
from workbench.core.usage import money_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from workbench.comparing import Payment
    from workbench.core.axes import Axis
    from workbench.core.plan import Plan
    from workbench.core.prompt import Prompt
    from workbench.services import Services

BUDGET = "budget"
"""The field of a problem that says that a budget would be passed."""
REPEATS = 3
"""Where nothing is said: the fewest that tell a difference from noise, if it is a large one."""
_MOST_NOTES = 3

T = TypeVar("T")
Fields: TypeAlias = "GateFields | LimitFields"


class LimitFields(NamedTuple):
    """The fields that say how far more of an experiment may go; "" is one that is left empty."""

    max_cost: str = ""
    max_requests: str = ""
    concurrency: str = ""


class GateFields(NamedTuple):
    """The fields as they are typed; "" is one that is left empty."""

    vary: str = ""
    """`temperature: 0, 0.5, 1`."""
    also: str = ""
    """The second axis."""
    repeats: str = ""
    cases: str = ""
    """A file's path, or the rows as JSON; empty: those that are saved with the prompt."""
    max_cost: str = ""
    max_requests: str = ""
    concurrency: str = ""


class Setup(NamedTuple):
    """What the gate ends with: what is sent, how far it may go, and what was said of it."""

    experiment: Experiment
    limits: GridLimits
    plan: Plan | None
    anyway: bool = False
    """In spite of problems that do not keep it from being sent."""
    over_budget: bool = False
    """In spite of a budget that it passes."""


class Look(NamedTuple):
    """The gate's answer to the fields."""

    fields: Fields
    setup: Setup | None = None
    """None while a field can't be read."""
    lines: tuple[str, ...] = ()
    """Requests, tokens, cost and limits."""
    notes: tuple[str, ...] = ()
    """What else to know, such as what the request builder changes."""
    wrong: Mapping[str, str] = {}
    """By field: why it can't be read."""
    problems: tuple[Problem, ...] = ()
    free: bool = False
    """Nobody sends a bill for any of it."""

    @property
    def can_send(self) -> bool:
        """Whether it can be sent, in spite of its problems if need be."""
        return self.setup is not None and all(problem.can_send for problem in self.problems)


def fields_of(axes: Sequence[Axis], repeats: int) -> GateFields:
    """The fields that make these axes."""
    typed = [f"{axis.name}: {axis_text(axis)}" for axis in axes]
    vary, also = (*typed, "", "")[:2]
    return GateFields(vary, also, str(repeats), concurrency=str(GridLimits().concurrency))


def read_axis(text: str, prompt: Prompt) -> Axis:
    """The axis of `temperature: 0, 0.5, 1`; `=` does as well. InputError."""
    colon, equals = text.find(":"), text.find("=")
    at = min(at for at in (colon, equals, len(text)) if at >= 0)
    if at == len(text):
        raise InputError(f"{text.strip()}: no values are given", "write it as temperature: 0, 0.5, 1")
    return parse_axis(text[:at], text[at + 1 :], prompt)


class Looks(Protocol):
    """Looks at what fields would send and cost, before it is sent."""

    @property
    def saved_cases(self) -> int:
        """How many cases there are where none are typed."""

    def look(self, fields: Any) -> Look:
        """The answer to the fields that this gate has. It takes its time: for a thread."""


class Gate:
    """Reads the fields and looks at what they would send; `look` takes its time: for a thread."""

    def __init__(self, services: Services, prompt: Prompt, connection: str) -> None:
        """`connection` is the base's name."""
        self._services = services
        self._prompt = prompt
        self._connection = connection
        self._saved_cases = prompt.compare.cases if prompt.compare is not None else ()

    @property
    def saved_cases(self) -> int:
        """How many cases are saved with the prompt."""
        return len(self._saved_cases)

    def look(self, fields: GateFields) -> Look:
        """What these fields would send and cost, or what is wrong with them."""
        reading = Reading(fields)
        axes = tuple(
            axis
            for name in ("vary", "also")
            if getattr(fields, name).strip()
            and (axis := reading.take(name, lambda text: read_axis(text, self._prompt))) is not None
        )
        repeats = reading.take("repeats", lambda text: whole_number(text or "1", "repeats")) or 1
        warnings: list[str] = []
        cases = reading.take("cases", lambda text: self._cases(text, warnings)) or ()
        limits = reading.limits()
        if reading.wrong:
            return Look(fields, wrong=reading.wrong)
        try:
            experiment = self._experiment(axes, repeats, cases)
        except InputError as error:
            return Look(fields, wrong={"vary": error.line})
        return self._weigh(fields, experiment, limits, warnings)

    def _cases(self, text: str, warnings: list[str]) -> tuple[Mapping[str, str], ...]:
        if not text:
            return self._saved_cases
        if not text.startswith(("[", "{")):
            read = read_cases(self._services, text)
            warnings.extend(read.warnings)
            return read.cases
        try:
            rows = read_json(text)
        except NotJsonText as error:
            raise InputError(f"the cases are not JSON: {error}", 'write them as [{"name": "text"}]') from None
        return case_rows.read_cases(rows if isinstance(rows, list) else [rows])

    def _experiment(self, axes: tuple[Axis, ...], repeats: int, cases: tuple[Mapping[str, str], ...]) -> Experiment:
        # What is run, and not what the preset proposes, is what is stored as the prompt's comparison.
        vary = {axis.name: list(axis.values) for axis in axes}
        return Experiment(replace(self._prompt, compare=Comparison(vary, repeats, cases)), axes, repeats, cases)

    def _weigh(self, fields: GateFields, experiment: Experiment, limits: GridLimits, warnings: Sequence[str]) -> Look:
        comparing = Comparing(self._services, experiment, connection=self._connection)
        problems = list(comparing.problems())
        try:
            plan, payment = comparing.plan(), comparing.payment()
            notes = [*warnings, *comparing.notes()]
        except InputError as error:
            told = Problem("connection", error.line, can_send=False)
            return Look(fields, Setup(experiment, limits, None), problems=(*dict.fromkeys([*problems, told]),))
        problems += [*cap_problems(payment, limits), *budget_problems(self._services, plan)]
        lines = gate_lines(experiment.size_text, plan, payment, limits)
        setup = Setup(experiment, limits, plan)
        return Look(fields, setup, lines, few(notes), problems=tuple(problems), free=plan.free)


def cap_problems(payment: Payment, limits: GridLimits) -> list[Problem]:
    """A cap in dollars that nothing could be held to."""
    unpriced = payment.without_cap(limits)
    text = f"a cap in dollars can't be kept: the price of {', '.join(unpriced)} is not known: cap requests too"
    return [Problem("max_cost", text, can_send=False)] if unpriced else []


def budget_problems(services: Services, plan: Plan) -> list[Problem]:
    """Why it would pass a budget by what it costs at least. Reads the disk."""
    over = services.spending.why_plan_over(plan)
    return [Problem(BUDGET, over.reason)] if over is not None else []


def gate_lines(what: str, plan: Plan, payment: Payment, limits: GridLimits) -> tuple[str, ...]:
    """The figures: requests, tokens and cost, limits. `what` is `4 columns x 3 repeats`."""
    return (
        f"{what}: {plan.requests_text}",
        f"{plan.tokens_text} · {payment.cost_text(plan)}",
        limits_text(limits),
    )


def limits_text(limits: GridLimits) -> str:
    """`it ends at 60 requests or $0.05 · 4 at a time`."""
    caps = []
    if limits.max_requests is not None:
        caps.append(counted(limits.max_requests, "request"))
    if limits.max_cost_usd is not None:
        caps.append(money_text(limits.max_cost_usd) if limits.max_cost_usd else "$0")
    told = f"it ends at {' or '.join(caps)}" if caps else "no cap is set"
    return f"{told} · {limits.concurrency} at a time"


def few(notes: Sequence[str]) -> tuple[str, ...]:
    """As many as the gate has room for, each once."""
    told = tuple(dict.fromkeys(notes))
    more = len(told) - _MOST_NOTES
    return told if more <= 0 else (*told[:_MOST_NOTES], f"and {more:,} more")


class Reading:
    """Reads fields one by one, and keeps what is wrong with each."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self.wrong: dict[str, str] = {}

    def take(self, name: str, read: Callable[[str], T]) -> T | None:
        """What `read` makes of a field; None where it can't."""
        try:
            return read(str(getattr(self._fields, name)).strip())
        except InputError as error:
            self.wrong[name] = error.line
            return None

    def limits(self) -> GridLimits:
        """How far it may go."""
        return GridLimits(
            self.take("concurrency", lambda text: concurrency(text or None, "at a time")) or 1,
            self.take("max_requests", lambda text: whole_number(text or None, "cap requests")),
            self.take("max_cost", lambda text: dollars(text or None, "cap $")),
        )
