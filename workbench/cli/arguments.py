"""The parser of the command line, which tells wrong usage in the way of all other errors."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from workbench.cli.diagnostics import ExitCode, say
from workbench.cli.output import Output

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


class ArgumentParser(argparse.ArgumentParser):
    """Says what was wrong and where the options are listed, on a line each; what was typed is made visible first.

    `refuse` of what was parsed is the `error` of the innermost command that was named.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.set_defaults(refuse=self.error)

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """To standard output, whatever letters it takes."""
        Output().text(self.format_help())

    def error(self, message: str) -> NoReturn:
        say(f"workbench: {message}: see {self.prog} --help")
        sys.exit(ExitCode.BAD_INPUT)
