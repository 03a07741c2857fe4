"""`workbench usage`: what was sent and what it cost, summed over all processes."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.diagnostics import say
from workbench.cli.output import Output
from workbench.cli.table import LEAST, cut, one_row, table, terminal_columns, width
from workbench.core.errors import InputError
from workbench.core.ledger import By, LedgerSum, requests_text, total
from workbench.services import Services

if TYPE_CHECKING:
    import argparse

    from workbench.core.json_value import JSON
    from workbench.spending import Spending

_ABOUT = """Sum up what was sent and what it cost, over all runs of this program, deleted ones too.

An amount with ~ holds estimates: of requests that were stopped or cut, or whose endpoint reported no tokens. A request
without a known price is "unknown" and adds nothing; practice and servers on this machine are free. A day is yours, from
midnight to midnight on this machine's clock."""
_HEAD = ("requests", "in", "cached", "out", "reasoning", "cost", "of these")
_DROPPED: tuple[tuple[int, ...], ...] = ((), (6,), (2, 4, 6), (1, 2, 3, 4, 6))
"""The columns of _HEAD that are left out, step by step, where a terminal has no room."""
_MOST_KEY, _SHORT_KEY, _ROOMY = 40, 24, 100
"""Cells of the first column at most, in a terminal of so many columns."""
_DAYS = re.compile(r"(\d{1,4})d")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `workbench usage`."""
    parser.description = _ABOUT
    parser.add_argument("--by", choices=[by.value for by in By], default=By.DAY.value, help="what to sum up by (day)")
    when = "2026-11-22, today, yesterday, or 7d for the last seven days"
    parser.add_argument("--since", metavar="DAY", help=f"the first day: {when}")
    parser.add_argument("--until", metavar="DAY", help="the last day, likewise")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def usage(options: argparse.Namespace) -> int:
    """Print the sums; the exit code comes back. InputError, StorageError."""
    with Services.open(os.environ, Path.cwd()) as services:
        for note in services.notes:
            say(f"workbench: {note}")
        # A process that was killed has left requests open; what they may have cost is known better once they are ended.
        services.history.sweep()
        services.database.flush()
        spending, by = services.spending, By(options.by)
        today = spending.ledger.today()
        since, until = _day(options.since, today, "--since"), _day(options.until, today, "--until")
        if since is not None and since > (until or today):
            raise InputError(f"--since {since} is after --until {until or today}", "give the earlier day first")
        sums = spending.ledger.sums(by, since, until)
        if options.json:
            Output().json(_json(spending, by, sums, since, until))
        else:
            _print(by, sums)
            _say_rest(spending, sums)
    return 0


def _day(text: str | None, today: date, option: str) -> date | None:
    if text is None:
        return None
    word = text.strip().lower()
    if word in ("today", "yesterday"):
        return today - timedelta(days=word == "yesterday")
    try:
        if (found := _DAYS.fullmatch(word)) is not None and int(found[1]) > 0:
            return today - timedelta(days=int(found[1]) - 1)
        return date.fromisoformat(word)
    except (ValueError, OverflowError):
        raise InputError(f"{option} {text}: not a day", "write it as 2026-11-22, today, yesterday or 7d") from None


def _print(by: By, sums: tuple[LedgerSum, ...]) -> None:
    if not sums:
        say("workbench: nothing was sent in this time")
        return
    rows = [_row(each.key or "—", each) for each in sums]
    columns = terminal_columns()
    head: tuple[str, ...] = (by.value, *_HEAD)
    if columns is not None:
        head, rows = _fitting(head, rows, columns)
    Output().text(table(head, rows, columns, right=range(1, len(_HEAD))))


def _fitting(
    head: tuple[str, ...], rows: list[tuple[str, ...]], columns: int
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The columns for which a terminal has room."""
    longest = _MOST_KEY if columns >= _ROOMY else _SHORT_KEY
    cells = [head, *((cut(one_row(row[0]), longest), *row[1:]) for row in rows)]
    sizes = [max(width(row[place]) for row in cells) for place in range(len(head))]
    sizes[-1] = LEAST
    kept: list[int] = []
    for dropped in _DROPPED:
        kept = [0, *(place for place in range(1, len(head)) if place - 1 not in dropped)]
        if sum(sizes[place] + 2 for place in kept) - 2 <= columns:
            break
    first, *rest = [tuple(row[place] for place in kept) for row in cells]
    return first, rest


def _row(key: str, each: LedgerSum) -> tuple[str, ...]:
    """Numbers for a person; a program takes --json."""
    return (
        key,
        f"{each.requests:,}",
        f"{each.prompt_tokens:,}",
        f"{each.cached_tokens:,}",
        f"{each.completion_tokens:,}",
        f"{each.reasoning_tokens:,}",
        each.cost_text,
        ", ".join(each.remarks),
    )


def _say_rest(spending: Spending, sums: tuple[LedgerSum, ...]) -> None:
    """The total and what belongs to it, on standard error."""
    whole = total(sums)
    if whole.requests:
        tokens = f"in {whole.prompt_tokens:,} ({whole.cached_tokens:,} cached)"
        answers = f"out {whole.completion_tokens:,} ({whole.reasoning_tokens:,} reasoning)"
        say(f"workbench: total: {requests_text(whole.requests)} · {tokens} · {answers} · {whole.cost_text}")
    for line in (*whole.waste, whole.free_text, *(f"budget {use.line}" for use in spending.uses())):
        if line:
            say(f"workbench: {line}")
    say(f"workbench: {spending.price_data().words}")


def _json(
    spending: Spending, by: By, sums: tuple[LedgerSum, ...], since: date | None, until: date | None
) -> dict[str, JSON]:
    data = spending.price_data()
    return {
        "by": by.value,
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "rows": [each.to_json(by) for each in sums],
        "total": total(sums).to_json(None),
        "budgets": [use.to_json() for use in spending.uses()],
        "prices": {
            "source": data.source,
            "newest_change": data.newest_change.isoformat() if data.newest_change else None,
            "own": list(data.own),
        },
    }
