"""`workbench check`: presets against what was recorded of them, on the same grid as `compare`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.budget_words import BudgetWords
from workbench.cli.compare_gate import add_limits, check_cap, limits_of, say_limits, say_plan
from workbench.cli.diagnostics import ExitCode, complain, say
from workbench.cli.options import StandardInput, add_variables, started_prompt
from workbench.cli.preset_names import named_preset
from workbench.core.errors import InputError, Refused
from workbench.core.grid_values import GridLimits
from workbench.core.typed_limits import whole_number
from workbench.drift_check import DriftCheck, Given
from workbench.services import Services

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from workbench.core.experiment import Cell
    from workbench.core.plan import Plan

_ABOUT = """Ask what was recorded of a preset once more, and say what moved since: the model, the texts, the content
beyond the noise, the checks. (`workbench presets check` looks for faults in preset files, and sends nothing.)

--record asks the preset's `compare:`, or the prompt as it is five times, and writes the answers into a .lock file
beside the preset. Where a prompt changed here since then, that is said, and nothing is sent.
How many requests are sent, and what they may cost, is said before.

exit codes: 0 nothing moved, or recorded · 1 something moved, or not all could be asked or told ·
2 refused before sending, or wrong usage · 4 a cap of cost or requests was reached ·
130 stopped with ctrl-c · 141 the reader of the output went away · 143 terminated"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `workbench check`."""
    parser.description = _ABOUT
    parser.usage = "%(prog)s [options] PRESET..."
    parser.add_argument("words", nargs="*", metavar="PRESET", help="a preset's name or file; several one after another")
    parser.add_argument("--record", action="store_true", help="record what the preset answers, for the first time")
    parser.add_argument(
        "--update", action="store_true", help="say what moved, then record what came in place of what was"
    )
    parser.add_argument("--repeats", metavar="N", help="requests for each setting and case")
    add_variables(
        parser, "fills {{NAME}}, which is recorded as text; NAME=@file reads a file. Later it need not be given again"
    )
    parser.add_argument("--connection", metavar="NAME", help="the connection; without it, the one that was recorded")
    add_limits(parser)
    parser.add_argument("--anyway", action="store_true", help="send in spite of the problems that were found")
    parser.add_argument("--json", action="store_true", help="print one JSON object that tells all about it")
    parser.add_argument("--dry-run", action="store_true", help="say what would be sent, and send nothing")
    # The preset is what is checked: what would make another prompt of it is no option here.
    parser.set_defaults(persona=None, format=None, system=None, model=None, settings=[])


@dataclass(frozen=True, slots=True)
class Task:
    """One preset, and what is asked of it."""

    check: DriftCheck
    cells: tuple[Cell, ...]
    """() where there is nothing to be learnt from asking."""
    plan: Plan | None


def check(options: argparse.Namespace) -> int:
    """Check or record; the exit code comes back. InputError: nothing was sent."""
    if options.record and options.update:
        raise InputError("--record is for what was never recorded, --update for what was", "give one of them")
    if not options.words:
        raise InputError("no preset is named", "write: workbench check PRESET")
    limits = limits_of(options, GridLimits())
    with Services.open(os.environ, Path.cwd()) as services:
        for note in services.notes:
            say(f"workbench: {note}")
        checks = list(_opened(options, services))
        sendable = [_can_be_sent(each, options) for each in checks]  # of each that can't be, the reasons are said
        if not all(sendable):
            return ExitCode.BAD_INPUT
        budget = BudgetWords(services)
        tasks = [_planned(each, options, limits, budget) for each in checks]
        if any(task.cells for task in tasks):
            say_limits(limits)
        if any("practice" in task.check.comparing.payment(task.cells).free for task in tasks if task.cells):
            say(f"workbench: {services.about_practice}")
        # Imported here: what is only looked at needs neither the runner nor the statistics.
        from workbench.cli.check_run import CheckRun

        return CheckRun(services, options, limits, tasks).run()


def _opened(options: argparse.Namespace, services: Services) -> Iterator[DriftCheck]:
    """The presets, each once, whatever it is called. InputError for the first that can't be used, StorageError for the
    first that can't be recorded."""
    stdin = StandardInput()
    names = tuple(given.partition("=")[0] for given in options.variables)
    given = Given(options.connection, whole_number(options.repeats, "--repeats"), names, options.anyway)
    seen: set[str] = set()
    for word in options.words:
        opened = named_preset(word, services)
        if opened.path in seen:
            continue
        seen.add(opened.path)
        started = started_prompt(options, services, stdin, opened)
        for warning in started.warnings:
            say(f"workbench: {warning}")
        found = DriftCheck(services, opened, started.prompt, given)
        if options.record and found.lock.digest is not None:
            raise InputError(
                f"{found.lock.path} is there already", "leave --record away to check against it, or give --update"
            )
        if not options.record and found.lock.recording is None:
            raise InputError(
                f"nothing was recorded of {opened.slug} yet: there is no {found.lock.path}", "record it with --record"
            )
        if (options.record or options.update) and not options.dry_run:
            found.check_can_write()
        yield found


def _can_be_sent(check: DriftCheck, options: argparse.Namespace) -> bool:
    """Whether nothing of it has to be mended first, which is said; a model that was switched off is no reason, but
    where it should be recorded."""
    problems = check.comparing.problems() if options.record or options.update else check.problems()
    if problems:
        say(f"workbench: {check.slug}:")
        complain(Refused("not sent", problems=problems))
    return not problems


def _planned(check: DriftCheck, options: argparse.Namespace, limits: GridLimits, budget: BudgetWords) -> Task:
    """What is asked of a preset, as the gate says it. InputError: a cap can't be kept."""
    records = options.record or options.update
    if check.changes and not records:
        say(f"workbench: {check.slug}: not asked, since it was changed here: --update records it anew")
        return Task(check, (), None)
    cells = check.comparing.experiment.cells() if records else check.cells
    if not cells:
        say(f"workbench: {check.slug}: not asked, since its model was switched off")
        return Task(check, (), None)
    check_cap(check.comparing, limits, cells)
    plan = say_plan(check.comparing, f"{check.slug}: {_size(check, cells)}", cells)
    budget.unpriced(check.comparing.payment(cells).unpriced)
    _say_all(check.comparing.notes() if not options.json else ())
    if options.record and check.comparing.experiment.prompt.compare is None:
        say(f"workbench: {check.slug} has no compare: it is asked as it is")
    return Task(check, cells, plan)


def _size(check: DriftCheck, cells: Sequence[Cell]) -> str:
    experiment = check.comparing.experiment
    if len(cells) == experiment.cell_count:
        return experiment.size_text
    return f"{len(cells):,} of {experiment.cell_count:,} cells"


def _say_all(lines: Sequence[str]) -> None:
    for line in lines:
        say(f"workbench: {line}")
