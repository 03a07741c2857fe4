"""The experiment that the options of `workbench compare` and the preset make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.compare_gate import add_limits
from workbench.cli.diagnostics import say
from workbench.comparing import proposal, read_cases
from workbench.core.axis_text import axis_from_json, axis_text, parse_axis
from workbench.core.errors import InputError
from workbench.core.experiment import Experiment
from workbench.core.prompt import Comparison
from workbench.core.typed_limits import whole_number

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from workbench.core.axes import Axis
    from workbench.core.ladder import Alternative
    from workbench.core.prompt import Prompt
    from workbench.services import Services


def add_experiment_options(parser: argparse.ArgumentParser) -> None:
    """What is varied, how often, with which cases, and how far it may go."""
    parser.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="NAME=VALUES",
        help="temperature=0,0.5,1 or temperature='0..2 step 0.5'; also model, connection, persona, format, "
        "'messages[0]' (versions of its text) and off (messages left out); twice at most",
    )
    parser.add_argument("--repeats", metavar="N", help="requests for each setting and case")
    parser.add_argument("--cases", metavar="FILE", help="rows of variable values: CSV, JSONL or YAML")
    add_limits(parser)
    parser.add_argument("--baseline", metavar="N", help="the column that others are compared with, from 1 on")


def experiment_of(options: argparse.Namespace, prompt: Prompt, services: Services) -> Experiment:
    """What is to be run: the options before the preset's own `compare:` before the temperature ladder. InputError."""
    saved = prompt.compare or Comparison({})
    repeats = whole_number(options.repeats, "--repeats") or saved.repeats
    cases = _cases(options.cases, services) if options.cases is not None else saved.cases
    if options.vary:
        axes = tuple(_axis(given, prompt) for given in options.vary)
    elif saved.vary:
        axes = tuple(axis_from_json(name, values, prompt) for name, values in saved.vary.items())
    else:
        axes = (_ladder(options, prompt, services),)
    return Experiment(prompt, axes, repeats, cases)


def _axis(given: str, prompt: Prompt) -> Axis:
    name, equals, text = given.partition("=")
    if not equals:
        raise InputError(f"--vary {given}: there is no =", "write it as --vary temperature=0,0.5,1")
    try:
        return parse_axis(name, text, prompt)
    except InputError as error:
        raise InputError(f"--vary {error.message}", error.hint) from None


def _ladder(options: argparse.Namespace, prompt: Prompt, services: Services) -> Axis:
    proposed = proposal(services, prompt, services.connection(options.connection, prompt.model))
    if proposed.axis is None:
        raise InputError(proposed.refused, _instead(proposed.alternatives))
    say(f"workbench: nothing is said to be varied: temperature {axis_text(proposed.axis)}")
    return proposed.axis


def _instead(alternatives: Sequence[Alternative]) -> str:
    told = [_option(each) for each in alternatives if each.complete]
    return f"give {', or '.join(told)}" if told else "give --vary model=ONE,ANOTHER"


def _option(alternative: Alternative) -> str:
    also = "".join(f"--set {name}={value} " for name, value in alternative.parameters.items())
    return f"{also}--vary {alternative.axis.name}={axis_text(alternative.axis).replace(', ', ',')}"


def _cases(file: str, services: Services) -> tuple[Mapping[str, str], ...]:
    read = read_cases(services, file)
    for warning in read.warnings:
        say(f"workbench: {warning}")
    return read.cases


def baseline_of(text: str | None, experiment: Experiment) -> int:
    """The index of the column that the others are compared with. InputError."""
    number = whole_number(text, "--baseline") or 1
    count = experiment.column_count
    if number > count:
        raise InputError(f"--baseline {number}: there are only {count} columns", "name one of them")
    return number - 1
