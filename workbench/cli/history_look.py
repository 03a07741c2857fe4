"""`workbench history list`, `search` and `show`: looking, nothing else."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING

from workbench.cli.diagnostics import ExitCode, say
from workbench.cli.output import Output
from workbench.cli.table import table, terminal_columns
from workbench.core.errors import InputError
from workbench.core.history_query import RUNNING, STATES, HistoryQuery, day_of
from workbench.core.typed_limits import dollars, whole_number
from workbench.core.usage import money_text, tokens_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from workbench.adapters.history_rows import RunSummary
    from workbench.services import Services

FIELDS = """\
fields of each run in `list` and `search`:
  id, time (ISO 8601, when it was begun), ended_at (null while it runs), state (complete, truncated, error, cancelled,
  running), source (tui, cli, chat, compare), prompt_name, preset, connection, host, model (as asked for), answered_by,
  parameters, attempts, request_id, tokens {prompt, cached, completion, reasoning, total}, cost_usd (null: unknown),
  timings {first_byte_s, first_token_s, total_s}, error_kind, first_line, name, note, starred
fields of `show` and `export`: those of `run --json`, and of these id, time, ended_at, source, prompt_name, preset,
  host, parameters, name, note, starred, and `prompt`: what was typed, before variables were filled"""
NOTHING = "workbench: nothing in history fits"
_HEAD = ("id", "time", "state", "model", "tokens", "cost", "prompt", "begins with")

_LIST = f"""All runs, newest first, or those that the options leave. Those of comparisons are among them.

{FIELDS}"""

_SEARCH = f"""The runs in which TEXT stands as it is given: any part of what was typed, sent or answered, of a name or a
note, in any case. One character is enough. Options narrow it further.

{FIELDS}"""

_SHOW = f"""A run: the facts, what was sent, what came.

{FIELDS}"""
_INDEXING_SECONDS = 1.0
"""What a search gives to the index once it has told what it found, where there is much that is not indexed."""
SHORT_ID = 21
"""Characters of an id that tell it from any other: to the microsecond."""
WIDE = 110
"""Columns that a terminal needs for all columns of the list."""


def add_options(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], formatter: argparse._FormatterClass
) -> None:
    """`list`, `search` and `show`."""
    listing = actions.add_parser("list", help="all runs, newest first", description=_LIST, formatter_class=formatter)
    finding = actions.add_parser(
        "search", help="the runs that have a text in them", description=_SEARCH, formatter_class=formatter
    )
    finding.add_argument("text", nargs="+", metavar="TEXT", help="stands literally in a prompt or an answer")
    for command in (listing, finding):
        add_filters(command)
        command.add_argument("--limit", metavar="N", help="no more than so many; without it, all")
        command.add_argument("--json", action="store_true", help="print one JSON array")
        command.set_defaults(act=list_runs)
    show = actions.add_parser("show", help="a run with its answer", description=_SHOW, formatter_class=formatter)
    show.add_argument("id", metavar="ID", help="a run's id, its beginning, or `last`")
    show.add_argument("--json", action="store_true", help="print one JSON object that tells all about it")
    show.set_defaults(act=show_run)


def add_filters(command: argparse.ArgumentParser) -> None:
    """What narrows the runs that are meant."""
    command.add_argument("--model", default="", metavar="M", help="a part of the model's name")
    command.add_argument("--state", metavar="STATE", help=f"{', '.join(STATES)}; several with commas")
    command.add_argument("--preset", default="", metavar="NAME", help="a part of the preset's name")
    command.add_argument("--connection", default="", metavar="NAME", help="a part of the connection's name")
    command.add_argument("--since", metavar="DAY", help="on this day or later: 2026-11-01, today, yesterday, 7d")
    command.add_argument("--until", metavar="DAY", help="on this day or before")
    command.add_argument("--cost-over", metavar="DOLLARS", help="those that cost more")
    command.add_argument("--cost-under", metavar="DOLLARS", help="those that cost less")
    command.add_argument("--starred", action="store_true", help="only starred ones")


def query_of(options: argparse.Namespace) -> HistoryQuery:
    """What the options ask for. InputError."""
    states = tuple(options.state.split(",")) if options.state else ()
    for state in states:
        if state not in STATES:
            raise InputError(f"--state {state}: there is no such state", f"it is one of {', '.join(STATES)}")
    today = date.today()
    return HistoryQuery(
        getattr(options, "text", None) or "",
        options.model,
        options.preset,
        options.connection,
        states,
        day_of(options.since, today) if options.since else None,
        day_of(options.until, today) if options.until else None,
        dollars(options.cost_over, "--cost-over"),
        dollars(options.cost_under, "--cost-under"),
        options.starred,
    )


def list_runs(options: argparse.Namespace, services: Services) -> int:
    """`history list` and `history search`. InputError, StorageError."""
    from workbench.past_runs import PastRuns, listed

    if "text" in options:
        options.text = " ".join(options.text)
    query, limit = query_of(options), whole_number(options.limit, "--limit")
    if "text" in options and not options.text:
        raise InputError("history search needs a text", "workbench history list has all runs")
    past = PastRuns(services)
    past.end_cut_off()
    found = past.search.every(query, limit)
    if options.json:
        Output().json_array(listed(run) for run in found)
    else:
        _print_table(found)
    if query.text:
        until = time.monotonic() + _INDEXING_SECONDS
        past.keep_index_up(lambda: time.monotonic() < until)
    return ExitCode.OK


def _print_table(found: Iterator[RunSummary]) -> None:
    columns = terminal_columns()
    rows = [_row(run, columns) for run in found]
    narrow = columns is not None and columns < WIDE
    head = ("id", "model", "begins with") if narrow else _HEAD
    if rows:
        Output().text(table(head, rows, columns))
    else:
        say(NOTHING)


def _row(run: RunSummary, columns: int | None) -> tuple[str, ...]:
    begins = run.name or run.first_line
    if columns is None:
        return (run.id, *_facts(run, f"{run.began_at.astimezone().isoformat(timespec='seconds')}"), begins)
    if columns < WIDE:
        return run.id[:SHORT_ID], run.model, begins or run.prompt_name
    return (run.id[:SHORT_ID], *_facts(run, f"{run.began_at.astimezone():%d %b %H:%M}"), begins)


def _facts(run: RunSummary, when: str) -> tuple[str, ...]:
    state = run.state.value if run.state is not None else RUNNING
    star = "* " if run.starred else ""
    tokens = tokens_text(run.total_tokens) if run.total_tokens is not None else ""
    return when, state, run.model, tokens, money_text(run.cost_usd), f"{star}{run.prompt_name}"


def show_run(options: argparse.Namespace, services: Services) -> int:
    """`history show`. InputError, StorageError."""
    from workbench.past_runs import PastRuns, page, whole

    past = PastRuns(services)
    past.end_cut_off()
    run = past.named(options.id)
    if options.json:
        Output().json(whole(run))
    else:
        Output().text(page(run))
    return ExitCode.OK
