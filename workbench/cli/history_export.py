"""`workbench history export`: runs with all that is kept of them, for other programs or for reading."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

from workbench.cli.diagnostics import ExitCode, say
from workbench.cli.history_look import FIELDS, NOTHING, add_filters, query_of
from workbench.cli.output import Output
from workbench.core.counted import counted
from workbench.core.errors import InputError
from workbench.core.history_query import HistoryQuery
from workbench.core.json_text import unseen_escaped
from workbench.core.typed_limits import whole_number

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from workbench.adapters.history_rows import StoredRun
    from workbench.core.json_value import JSON
    from workbench.past_runs import PastRuns
    from workbench.services import Services

_EXPORT = f"""Write runs as JSON, one a line, or as Markdown pages: those whose ids are given, or all that the options
leave, newest first.

{FIELDS}"""


def add_options(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], formatter: argparse._FormatterClass
) -> None:
    """`export`."""
    export = actions.add_parser(
        "export", help="runs as JSON lines or Markdown", description=_EXPORT, formatter_class=formatter
    )
    export.add_argument("ids", nargs="*", metavar="ID", help="a run's id, its beginning, or `last`")
    export.add_argument("--as", dest="shape", choices=("jsonl", "markdown"), help="what to write; without it, jsonl")
    export.add_argument("--out", metavar="FILE", help="write it to a file; one that ends in .md is Markdown")
    export.add_argument("--force", action="store_true", help="let --out write over a file")
    export.add_argument("--text", metavar="TEXT", help="only those that have this in them")
    add_filters(export)
    export.add_argument("--limit", metavar="N", help="no more than so many; without it, all")
    export.set_defaults(act=export_runs)


def export_runs(options: argparse.Namespace, services: Services) -> int:
    """`history export`. InputError, StorageError."""
    from workbench.past_runs import PastRuns, page, whole

    shape = options.shape or ("markdown" if (options.out or "").endswith((".md", ".markdown")) else "jsonl")
    past = PastRuns(services)
    file = past.new_file(options.out, over=options.force) if options.out is not None else None
    runs = _runs(options, past)
    if file is not None:
        texts = [_json_line(whole(run)) if shape == "jsonl" else page(run) + "\n" for run in runs]
        file.write("".join(texts).encode())
        say(f"workbench: {counted(len(texts), 'run')} in {file.path}")
    else:
        _print(runs, shape)
    return ExitCode.OK


def _print(runs: Iterator[StoredRun], shape: str) -> None:
    from workbench.past_runs import page, whole

    output, first = Output(), next(runs, None)
    if first is None:
        say(NOTHING)
        return
    found = chain((first,), runs)
    if shape == "jsonl":
        output.json_lines(whole(run) for run in found)
    else:
        for run in found:
            output.text(page(run) + "\n")


def _json_line(run: dict[str, JSON]) -> str:
    return unseen_escaped(json.dumps(run, ensure_ascii=False)) + "\n"


def _runs(options: argparse.Namespace, past: PastRuns) -> Iterator[StoredRun]:
    query, limit = query_of(options), whole_number(options.limit, "--limit")
    if not options.ids:
        return past.whole(query, limit)
    if query != HistoryQuery():
        raise InputError("history export takes ids or what to look for, not both", "leave one of them out")
    return (past.named(word) for word in options.ids)
