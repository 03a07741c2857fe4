"""A Python call of the API as a prompt: a program, a notebook's cell, or a whole notebook. It is parsed, never run.

The first call that is reached is taken; the lines of the others are said. Assignments before it are followed line by
line, with each branch and loop taken once; the body of a function is followed where it is called, or, if it never is,
with its defaults.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.errors import InputError
from workbench.core.exchange.imported import MOST_CHARACTERS, Imported
from workbench.core.exchange.messages import is_message
from workbench.core.exchange.python_body import Body, read_call
from workbench.core.exchange.python_run import Run, Taken, is_request_call
from workbench.core.exchange.python_text import TooLarge
from workbench.core.exchange.request_body import is_request

if TYPE_CHECKING:
    from workbench.core.exchange.imported import Notes
    from workbench.core.json_value import JSON

_LOOKS = re.compile(r"\b(?:create|acreate|parse|stream|completion|acompletion)\s*\(|\bmessages\s*=\s*\[")
_MAGIC = re.compile(r"^([ \t]*)[%!?].*$", re.MULTILINE)
_PROMPTS = re.compile(r"^(?:>>>|\.\.\.) ?", re.MULTILINE)
_MOST_BRACES = 10_000
"""Python 3.11 takes time quadratic in the holes of an f-string: 0.4 s for so many, minutes for a megabyte."""
_SYNTAX = "the Python text can't be read"


class Cell(NamedTuple):
    """A notebook's cell: its number from 1, and the line of the joined text before its first."""

    number: int
    before: int


def looks_like_python(text: str) -> bool:
    """Whether a text may be Python with a call of the API in it."""
    return _LOOKS.search(text) is not None


def read_python(text: str, tree: ast.Module | None, notes: Notes) -> Imported:
    """The prompt of a Python text and what `parse` made of it.

    Raises InputError where it is no Python, or has no call and no messages.
    """
    if text.count("{") > _MOST_BRACES:
        raise InputError(
            f"{_SYNTAX}: it has more than {_MOST_BRACES:,} braces", "paste the call and its messages alone"
        )
    if tree is None:
        raise InputError(f"{_SYNTAX}: {_fault(text)}", "paste the whole call, and the lines before it that it needs")
    return _read(tree, (), notes, "a Python call")


def read_python_value(text: str, notes: Notes) -> Imported | None:
    """A list or dictionary as Python writes it, such as the messages of a chat; None where the text is none."""
    tree = parse(text)
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        return None
    try:
        return _read(tree, (), notes, "a Python list of messages")
    except InputError:
        return None


def read_notebook(notebook: dict[str, JSON], notes: Notes) -> Imported:
    """The prompt of a Jupyter notebook: of its code cells, one after the other."""
    statements: list[ast.stmt] = []
    cells: list[Cell] = []
    values = notebook.get("cells")
    line = 0
    for number, value in enumerate(values if isinstance(values, list) else [], start=1):
        if not isinstance(value, dict) or value.get("cell_type") != "code":
            continue
        source = value.get("source")
        if isinstance(source, list):
            source = "".join(piece for piece in source if isinstance(piece, str))
        if not isinstance(source, str) or not source.strip():
            continue
        tree = parse(source)
        if tree is None:
            notes.say(f"cell {number} is not Python that can be read, and is left out")
            continue
        ast.increment_lineno(tree, line)
        cells.append(Cell(number, line))
        line += source.count("\n") + 1
        statements += tree.body
    return _read(ast.Module(statements, []), tuple(cells), notes, "a Jupyter notebook")


def parse(text: str) -> ast.Module | None:
    """The text as Python, also as a piece out of a function, a notebook's cell or an interpreter; None: it is none."""
    if text.count("{") > _MOST_BRACES:
        return None
    tree = _parsed(text)
    if tree is not None:
        return tree
    whole = textwrap.dedent(text)
    for attempt in (whole, _MAGIC.sub(r"\1pass", whole), _PROMPTS.sub("", whole)):
        tree = _parsed(attempt) if attempt != text else None
        if tree is not None:
            return tree
    return None


def _parsed(text: str) -> ast.Module | None:
    try:
        # A string such as "\d" makes the parser print a warning.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _fault(text: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(textwrap.dedent(text))
    except SyntaxError as fault:
        return f"line {fault.lineno}: {fault.msg}"
    except (ValueError, RecursionError, MemoryError):
        pass
    return "it is nested too deep or holds what Python refuses"


def _read(tree: ast.Module, cells: tuple[Cell, ...], notes: Notes, what: str) -> Imported:
    body = Body(notes, lambda line: _place(line, cells))
    try:
        run = Run(tree, body)
        taken = run.first()
        if taken is None:
            return _without_call(tree, run, body, notes, what)
        prompt, api = read_call(taken, body)
    except TooLarge:
        raise InputError(
            f"the Python text makes more than {MOST_CHARACTERS:,} characters", "paste the call and its messages alone"
        ) from None
    except RecursionError:
        raise InputError("the Python text is nested too deep") from None
    _say_others(tree, taken, body)
    kind = what if api == "Chat Completions" else f"{what} of {api}"
    return Imported(prompt, kind if what != "a Python call" else f"{what} of {taken.label}", notes.lines())


def _without_call(tree: ast.Module, run: Run, body: Body, notes: Notes, what: str) -> Imported:
    """Messages that stand there without a call: assigned, or as the text's only value."""
    last = tree.body[-1] if tree.body else None
    value = run.values.value(last.value) if isinstance(last, ast.Expr) else None
    for candidate in (run.values.names.get("messages"), value):
        found = body.json(candidate)
        if isinstance(found, list) and any(is_message(item) for item in found):
            found = {"messages": found}
        if isinstance(found, dict) and is_request(found):
            prompt, _ = body.prompt(found)
            return Imported(prompt, "a Python list of messages" if what == "a Python call" else what, notes.lines())
    raise InputError(
        "the Python text has no call of the API and no messages", "paste the call: client.chat.completions.create(...)"
    )


def _say_others(tree: ast.Module, taken: Taken, body: Body) -> None:
    lines = sorted({node.lineno for node in ast.walk(tree) if is_request_call(node) and node is not taken.node})
    if lines:
        many = "calls" if len(lines) > 1 else "call"
        shown = ", ".join(body.place(line) for line in lines[:5]) + (" ..." if len(lines) > 5 else "")
        body.notes.say(
            f"the call of {body.place(taken.node.lineno)} runs first and is taken, not the {many} of {shown}"
        )


def _place(line: int, cells: tuple[Cell, ...]) -> str:
    for cell in reversed(cells):
        if line > cell.before:
            return f"cell {cell.number} line {line - cell.before}"
    return f"line {line}"
