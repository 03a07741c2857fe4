"""`workbench history delete` and `prune`: what would go is said, agreed to, and then gone for good."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from workbench.cli.diagnostics import ExitCode, ask, say
from workbench.cli.history_look import SHORT_ID, WIDE
from workbench.cli.output import Output
from workbench.cli.table import table, terminal_columns
from workbench.core.counted import counted
from workbench.core.errors import InputError
from workbench.core.typed_amounts import age, byte_count, point_in_time
from workbench.core.typed_limits import whole_number
from workbench.core.usage import size_text

if TYPE_CHECKING:
    import argparse

    from workbench.adapters.deletions import Deleted
    from workbench.clearing_out import Entry, Rule
    from workbench.services import Services

_DELETE = """Delete runs and comparisons for good: from the database, its log, its index and its backups.
A comparison takes the runs of its cells along. What they cost stays in the sums of `workbench usage`.
Asks first on a terminal; elsewhere --yes is needed.

exit codes: 0 done · 1 one is still running · 2 no such run, or not agreed to"""

_PRUNE = """Delete old or large runs and comparisons for good. At least one of --older-than, --keep and --larger-than
is needed; where several are given, all of them have to hold. Starred ones stay unless --starred is given."""


def add_options(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], formatter: argparse._FormatterClass
) -> None:
    """`delete` and `prune`."""
    delete = actions.add_parser(
        "delete", help="delete runs and comparisons for good", description=_DELETE, formatter_class=formatter
    )
    delete.add_argument("ids", nargs="*", metavar="ID", help="a run's or a comparison's id, its beginning, or `last`")
    delete.add_argument("--before", metavar="DATE", help="all that is older than this day or time, as 2026-11-01")
    prune = actions.add_parser(
        "prune", help="delete what is old or large", description=_PRUNE, formatter_class=formatter
    )
    prune.add_argument("--older-than", metavar="AGE", help="what is older than this, as 90d; h, d, w, y")
    prune.add_argument("--keep", metavar="N", help="all but the N newest runs and comparisons")
    prune.add_argument("--larger-than", metavar="SIZE", help="what takes more than this, as 1MB")
    for command, act in ((delete, delete_named), (prune, prune_history)):
        command.add_argument("--starred", action="store_true", help="starred ones too, where none is named by its id")
        command.add_argument("--dry-run", action="store_true", help="say what would be deleted, and delete nothing")
        command.add_argument("--yes", action="store_true", help="do not ask")
        command.set_defaults(act=act)


def delete_named(options: argparse.Namespace, services: Services) -> int:
    """`history delete`. InputError, StorageError."""
    from workbench.clearing_out import Rule, named

    if bool(options.ids) == (options.before is not None):
        raise InputError("history delete takes either ids or --before", "name what is to be deleted")
    if options.before is not None:
        rule = Rule(before=point_in_time(options.before, "--before", None), starred=options.starred)
        return _delete_by(rule, options, services)
    found, cells = named(options.ids, services)
    for run, comparison in cells.items():
        if comparison not in (entry.id for entry in found):
            say(f"workbench: {run} is a cell of the comparison {comparison}, which keeps the prompt")
    return _delete(options, services, found)


def prune_history(options: argparse.Namespace, services: Services) -> int:
    """`history prune`. InputError, StorageError."""
    return _delete_by(_rule(options), options, services)


def _delete_by(rule: Rule, options: argparse.Namespace, services: Services) -> int:
    from workbench.clearing_out import meant

    return _delete(options, services, meant(rule, services))


def _rule(options: argparse.Namespace) -> Rule:
    from workbench.clearing_out import Rule

    if options.older_than is None and options.keep is None and options.larger_than is None:
        raise InputError("history prune needs --older-than, --keep or --larger-than", "say what may go")
    return Rule(
        before=datetime.now().astimezone() - age(options.older_than, "--older-than") if options.older_than else None,
        keep=0 if options.keep == "0" else whole_number(options.keep, "--keep"),
        larger_than=byte_count(options.larger_than, "--larger-than") if options.larger_than else None,
        starred=options.starred,
    )


def _delete(options: argparse.Namespace, services: Services, found: list[Entry]) -> int:
    from workbench.clearing_out import sizes

    if not found:
        say("workbench: nothing in history fits: nothing is deleted")
        return ExitCode.OK
    bytes_of = sizes(found, services)
    what = f"{_count_words(found)} ({size_text(sum(bytes_of.values()))})"
    if options.dry_run:
        _print(found, bytes_of)
        say(f"workbench: {what} would be deleted; nothing is")
        return ExitCode.OK
    if not options.yes and not ask(f"workbench: delete {what} for good? [y/N] ", "--yes deletes without asking"):
        say("workbench: nothing is deleted")
        return ExitCode.BAD_INPUT
    return say_deleted(services.deletions.forget(entry.id for entry in found))


def _count_words(found: list[Entry]) -> str:
    compared = [entry for entry in found if entry.is_comparison]
    runs = len(found) - len(compared)
    words = [counted(runs, "run")] if runs else []
    if compared:
        words.append(f"{counted(len(compared), 'comparison')} of {counted(sum(e.runs for e in compared), 'run')}")
    starred = sum(entry.starred for entry in found)
    return " and ".join(words) + (f", {starred:,} of them starred" if starred else "")


def _print(found: list[Entry], bytes_of: dict[str, int]) -> None:
    columns = terminal_columns()
    head: tuple[str, ...] = ("id", "what", "time", "size", "begins with")
    rows: list[tuple[str, ...]] = [
        (
            entry.id if columns is None else entry.id[:SHORT_ID],
            "comparison" if entry.is_comparison else "run",
            f"{entry.began_at.astimezone():%Y-%m-%d %H:%M}",
            size_text(bytes_of[entry.id]),
            entry.title,
        )
        for entry in found
    ]
    if columns is not None and columns < WIDE:
        head = ("id", "size", "begins with")
        rows = [(id, size, f"{what}: {title}" if what != "run" else title) for id, what, _, size, title in rows]
    Output().text(table(head, rows, columns))


def say_deleted(deleted: Deleted) -> int:
    """What a deletion came to, on standard error; the exit code."""
    done = [counted(deleted.runs, "run")] if deleted.runs or not deleted.experiments else []
    if deleted.experiments:
        done.append(counted(deleted.experiments, "comparison"))
    say(f"workbench: deleted {' and '.join(done)}")
    for note in deleted.notes:
        say(f"workbench: {note}")
    if deleted.waiting:
        say(f"workbench: a trace may be left: {deleted.waiting}; the next start of the screen sees to it")
    for id in deleted.running:
        say(f"workbench: {id} is still running: it is left alone, stop it first")
    return ExitCode.RUN_FAILED if deleted.running else ExitCode.OK
