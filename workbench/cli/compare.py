"""`workbench compare`: one prompt at several settings, side by side, on the same grid as the screen."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from workbench.cli.budget_words import BudgetWords
from workbench.cli.compare_gate import check_cap, limits_of, say_gate
from workbench.cli.compare_resume import add_resume_options, continued
from workbench.cli.compare_setup import add_experiment_options, baseline_of, experiment_of
from workbench.cli.diagnostics import ExitCode, complain, say
from workbench.cli.options import StandardInput, add_preset_and_message, add_prompt_options, prompt_from
from workbench.comparing import Comparing, new_file
from workbench.core.errors import InputError, Refused
from workbench.core.experiment_files import ENDINGS
from workbench.core.grid_values import GridLimits
from workbench.services import Services

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from workbench.core.prompt import Prompt

_ABOUT = """Run one prompt or preset at several settings and print a table of them, and whether they differ.
Without --vary the preset's own comparison is run, or else a ladder of temperatures.
--resume goes on with one of before, or only prints it again.
How many requests are sent, and what they may cost, is said before.

exit codes: 0 all complete, all checks passed · 1 a run failed or was cut, or a check failed ·
2 refused before sending, or wrong usage · 4 a cap of cost or requests was reached ·
130 stopped with ctrl-c · 141 the reader of the output went away · 143 terminated"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `workbench compare`."""
    parser.description = _ABOUT
    add_preset_and_message(parser)
    add_experiment_options(parser)
    add_resume_options(parser)
    add_prompt_options(parser)
    parser.add_argument("--no-stream", action="store_true", help="ask for each answer in one piece")
    parser.add_argument("--json", action="store_true", help="print one JSON object that tells all about it")
    parser.add_argument("--out", metavar="FILE", help="write all of it to a .jsonl, .csv, .md or .html file")
    parser.add_argument("--force", action="store_true", help="let --out write over a file")
    parser.add_argument("--dry-run", action="store_true", help="say what would be sent, and send nothing")


def compare(options: argparse.Namespace) -> int:
    """Make the experiment, say what it takes, run it, print it; the exit code comes back. InputError: nothing was
    sent."""
    if options.json and options.raw:
        raise InputError("--json and --raw exclude each other", "JSON has control characters escaped; give one")
    if options.out is not None:
        _check_ending(options.out)
    if options.failed and options.resume is None:
        raise InputError("--failed says what --resume sends", "give --resume too")
    with Services.open(os.environ, Path.cwd()) as services:
        out = None if options.out is None else new_file(services, options.out, over=options.force)
        left = None if options.resume is None else continued(options, services)
        comparing = _comparing(options, services) if left is None else left.opened.comparing
        if left is not None:
            _say_all(services.notes)
        baseline = baseline_of(options.baseline, comparing.experiment)
        limits = limits_of(options, left.opened.limits if left is not None else GridLimits())
        cells = left.cells if left is not None else None
        if problems := comparing.problems() if cells is None else comparing.problems_of(cells):
            complain(Refused("not sent", problems=problems))
            return ExitCode.BAD_INPUT
        check_cap(comparing, limits, cells)
        plan = say_gate(comparing, limits, left)
        BudgetWords(services).before_many(plan, comparing.payment(cells).unpriced)
        if not options.json:
            _say_all(comparing.notes() if left is None else left.notes)
        # Imported here: what is only looked at needs neither the runner nor the statistics.
        from workbench.cli.compare_run import ComparisonRun

        comparison = ComparisonRun(comparing, options, limits, baseline, out, left)
        return comparison.plan_only() if options.dry_run else comparison.run(plan)


def _say_all(lines: Iterable[str]) -> None:
    for line in lines:
        say(f"workbench: {line}")


def _comparing(options: argparse.Namespace, services: Services) -> Comparing:
    started = prompt_from(options, services, StandardInput())
    _say_all((*services.notes, *started.warnings))
    prompt = _without_stream(started.prompt) if options.no_stream else started.prompt
    experiment = experiment_of(options, prompt, services)
    # What is run, and not what the preset proposes, is what is stored as the prompt's comparison.
    experiment = replace(experiment, prompt=replace(prompt, compare=experiment.to_comparison()))
    return Comparing(services, experiment, connection=options.connection, anyway=options.anyway, preset=started.preset)


def _without_stream(prompt: Prompt) -> Prompt:
    return prompt.with_parameters(prompt.parameters.set("stream", False))


def _check_ending(name: str) -> None:
    if PurePath(name).suffix.lower() not in ENDINGS:
        raise InputError(f"--out {name}: what it should hold is not known", f"end it in {', '.join(ENDINGS)}")
