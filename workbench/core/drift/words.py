"""A check of drift in plain words: the verdict, what else to know, and the rows of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.checks import check_words
from workbench.core.compare.needed import repeats_needed
from workbench.core.compare.verdict_words import number, p_words
from workbench.core.counted import counted
from workbench.core.drift.moved import CONTENT, MODEL, PROMPT_TOKENS, TEXT
from workbench.core.drift.report import DriftState
from workbench.core.prompt import Check
from workbench.core.report_figures import distance_text, p_text
from workbench.core.usage import UNKNOWN, money_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.core.drift.moved import CheckMove, ColumnMove, Moved
    from workbench.core.drift.recording import Recording
    from workbench.core.drift.report import DriftReport

HEAD = ("setting", "same", "within", "between", "p", "tokens", "cost", "seconds")
_NAMED = 4
"""So many of one kind are named one by one."""


def verdict(report: DriftReport) -> str:
    """One or a few sentences: whether anything moved, and what."""
    moved = moved_there(report)
    match report.state:
        case DriftState.RECORDED:
            return _recorded(report, moved)
        case DriftState.DRIFT:
            return " ".join([f"Drift since {_day(report)}: {'; '.join(moved)}.", *beside(report)])
        case DriftState.CHANGED_HERE:
            return f"Changed here since {_day(report)}, so no drift of the model: {_changes(report)}."
        case DriftState.NOT_SENT:
            told = f"Nothing changed here since {_day(report)}. " if report.before is not None else ""
            return f"{told}Nothing was sent."
        case DriftState.INCOMPLETE:
            if report.before is None:
                return f"Nothing was recorded: {_missing(report)}."
            return f"Not known: {_missing(report)}. What came shows no drift since {_day(report)}."
        case DriftState.UNDECIDED:
            return f"No telling: the answers are not those of {_day(report)}, and {_cannot_show(report.moved)}."
    return _unchanged(report)


def notes(report: DriftReport) -> tuple[str, ...]:
    """What else to know, a line each: what is no drift by itself, and what could not be shown."""
    lines = [f"{each.words}: choose another in time" for each in report.retirements if not each.gone]
    if report.written:
        lines += _too_few(report.now)
    moved = report.moved
    if moved is not None:
        lines += _new_fingerprints(report, moved)
        if report.state is DriftState.DRIFT and not moved.can_tell:
            lines.append(f"of the content there is no telling: {_cannot_show(moved)}")
        lines += [f"{line}: no more than chance could do" for line in _checks(report, moved, turned=False)]
        lines += _new_checks(report)
    if report.before is not None and report.before.characters is not None:
        lines.append(f"of each answer the first {report.before.characters:,} characters are recorded and compared")
    return tuple(lines)


def row(report: DriftReport, column: ColumnMove) -> tuple[str, ...]:
    """A row under HEAD: what was recorded, and what is now where that is another."""
    old, new = column.recorded, column.now
    return (
        report.labels[column.place],
        f"{column.known} of {column.runs}",
        _both(old.noise.distance_within, new.noise.distance_within, distance_text),
        distance_text(column.distance_between),
        p_text(column.p_value),
        _both(old.took.completion_tokens, new.took.completion_tokens, _tokens),
        _both(old.took.cost_usd, new.took.cost_usd, money_text),
        _both(old.took.seconds, new.took.seconds, _seconds),
    )


# -- sentences -------------------------------------------------------------------------------------------------------


def _unchanged(report: DriftReport) -> str:
    moved = report.moved
    assert moved is not None
    runs = sum(column.runs for column in moved.columns)
    if moved.identical:
        what = "the answer is the one that was recorded" if runs == 1 else f"all {runs} answers are as recorded"
        return f"Nothing moved since {_day(report)}: {what}."
    said = f" ({p_words(moved.p_value)})" if moved.p_value is not None else ""
    return f"Nothing moved since {_day(report)}: the answers differ no more than the recorded ones do{said}."


def _recorded(report: DriftReport, moved: Sequence[str]) -> str:
    runs = sum(column.noise.runs for column in report.now.columns)
    told = f"Recorded: {counted(runs, 'answer')} in {report.lock}."
    if report.before is None:
        return told
    news = [*moved, *([_changes(report)] if report.changes else [])]
    return f"{told} New since {_day(report)}: {'; '.join(news)}." if news else told


def moved_there(report: DriftReport) -> list[str]:
    """What counts as drift, a few words each; [] where nothing does."""
    parts = [each.words for each in report.gone]
    moved = report.moved
    if moved is None:
        return parts
    parts += dict.fromkeys(_new_model(column) for column in moved.columns if MODEL in column.moved)
    if texts := [column for column in moved.columns if TEXT in column.moved]:
        other = sum(column.runs - column.known for column in texts)
        runs = sum(column.runs for column in texts)
        parts.append(f"{other} of {runs} answers are not the recorded text{_where(report, texts)}")
    if moved.content:
        named = [column for column in moved.columns if CONTENT in column.moved]
        parts.append(f"the content moved beyond the noise{_where(report, named)} ({p_words(moved.p_value or 0.0)})")
    parts += _checks(report, moved, turned=True)
    if counted := [column for column in moved.columns if PROMPT_TOKENS in column.moved]:
        parts.append(f"the same prompt counts as another number of tokens{_where(report, counted)}")
    return parts


def beside(report: DriftReport) -> list[str]:
    """Sentences on what else a drift is told with: a change here, and what is missing."""
    told = []
    if report.changes:
        told.append(f"Changed here too: {_changes(report)}.")
    if report.missing:
        told.append(f"Not all is known: {_missing(report)}.")
    return told


def _changes(report: DriftReport) -> str:
    return _some([each.words for each in report.changes])


def _missing(report: DriftReport) -> str:
    many = len(report.missing)
    if not many and report.moved is not None:
        return "it could not be written"
    return f"{counted(many, 'answer')} {'are' if many != 1 else 'is'} missing" if many else "nothing was asked"


def _cannot_show(moved: Moved | None) -> str:
    least = moved.smallest_possible_p if moved is not None else None
    bound = f" (p can't fall below {number(least)})" if least is not None else ""
    needed = moved.repeats_needed if moved is not None else None
    more = f"; {needed} repeats, recorded and new, would do" if needed else ""
    return f"so few can't be told from noise{bound}{more}"


def _new_model(column: ColumnMove) -> str:
    return f"{', '.join(column.new_models)} answers in place of {', '.join(column.recorded.models)}"


def _checks(report: DriftReport, moved: Moved, *, turned: bool) -> list[str]:
    """A line for each check that passes another share: `the check contains "점심" passes 1 of 5 (5 of 5 then)`.

    `turned` are those of which more than chance moved.
    """
    found: dict[str, dict[str, list[ColumnMove]]] = {}
    for column in moved.columns:
        for each in column.checks:
            if each.moved is turned and (turned or _apart(each)):
                found.setdefault(_check(each), {}).setdefault(_rates(each), []).append(column)
    return [
        f"the check {check} passes {', '.join(f'{told}{_where(report, columns)}' for told, columns in rates.items())}"
        for check, rates in found.items()
    ]


def _new_checks(report: DriftReport) -> list[str]:
    """The checks that were put into the preset since: how they went then is not known."""
    if report.before is None or report.written:
        return []
    known = {check_words(Check(each.type, each.value)) for column in report.before.columns for each in column.checks}
    now = dict.fromkeys(check_words(Check(each.type, each.value)) for each in report.now.columns[0].checks)
    return [f"the check {words} was not recorded: --update does" for words in now if words not in known]


def _apart(check: CheckMove) -> bool:
    old, new = check.recorded, check.now
    return bool(old.judged and new.judged) and old.passed * new.judged != new.passed * old.judged


def _check(check: CheckMove) -> str:
    return check_words(Check(check.now.type, check.now.value))


def _rates(check: CheckMove) -> str:
    old, new = check.recorded, check.now
    return f"{new.passed} of {new.judged} ({old.passed} of {old.judged} then)"


def _too_few(now: Recording) -> list[str]:
    """What so few repeats leave unknown."""
    lines = []
    if any(column.should_repeat and max(map(len, column.answers)) == 1 for column in now.columns):
        text = "one answer does not tell whether the same text comes each time: any other will count as drift"
        lines.append(f"{text}; more --repeats would tell")
    noisy = [case.answers for column in now.columns if not column.should_repeat for case in column.cases]
    needed = repeats_needed(2, len(noisy), None).content if noisy else None
    fewest = min(map(len, noisy), default=0)
    if needed is not None and fewest < needed:
        repeats = counted(fewest, "repeat")
        text = f"a content that moves can't be told from noise with {repeats}"
        lines.append(f"{text}: {needed} would do (--repeats {needed})")
    return lines


def _new_fingerprints(report: DriftReport, moved: Moved) -> list[str]:
    told = {
        (", ".join(column.new_fingerprints), ", ".join(column.recorded.fingerprints)): None
        for column in moved.columns
        if column.new_fingerprints
    }
    return [
        f"system_fingerprint {new} in place of {old}: another build answers, which by itself is no drift"
        for new, old in told
    ]


# -- words -----------------------------------------------------------------------------------------------------------


def _day(report: DriftReport) -> str:
    return report.day or "then"


def _where(report: DriftReport, columns: Sequence[ColumnMove]) -> str:
    """` with temperature 0, temperature 1`; "" where there is but one setting, or where none can be named."""
    if not columns or len(report.labels) == 1:
        return ""
    if len(columns) == len(report.labels):
        return " with every setting"
    return f" with {_some([report.labels[column.place] for column in columns])}"


def _some(parts: Sequence[str]) -> str:
    """`a, b and 5 more`."""
    if len(parts) <= _NAMED:
        return ", ".join(parts)
    return f"{', '.join(parts[: _NAMED - 1])} and {len(parts) - _NAMED + 1} more"


def _both(old: float | None, new: float | None, shown: Callable[[float | None], str]) -> str:
    """`142`, or `142 → 151` where that reads otherwise now."""
    before, after = shown(old), shown(new)
    return after if before in (after, UNKNOWN) else f"{before} → {after}"


def _tokens(tokens: float | None) -> str:
    return UNKNOWN if tokens is None else f"{tokens:,.0f}"


def _seconds(seconds: float | None) -> str:
    return UNKNOWN if seconds is None else f"{seconds:.2f}" if seconds < 1 else f"{seconds:.3g}"
