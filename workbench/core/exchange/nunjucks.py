"""Nunjucks, the templates of promptfoo, and the holes of hosted prompts: made a message's text, and back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbench.core.exchange.imported import shown
from workbench.core.exchange.template import Hole, as_name, is_name, pieces_of, render

if TYPE_CHECKING:
    from workbench.core.exchange.imported import Notes
    from workbench.core.exchange.template import Template

_OPENING = re.compile(r"\{\{-?|\{%-?|\{#")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_END_RAW = re.compile(r"\{%-?\s*endraw\s*-?%\}")
_QUOTED = re.compile(r"""'([^'\\]*)'|"([^"\\]*)\"""")
_FILTERED = re.compile(r"([^\W\d]\w*)\s*\|")
_DOTTED = re.compile(r"[^\W\d][\w-]*(?:\.[\w-]+)*")
_OPENS = re.compile(r"\{[{%#]")


class Nunjucks:
    """Reads a template's text: `{{ name }}` is a variable; filters, blocks and anything evaluated are said."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def __call__(self, text: str) -> Template:
        pieces: list[str | Hole] = []
        done = 0
        never: set[str] = set()  # what is never closed from here on: not searched for again
        for found in _OPENING.finditer(text):
            start, kind = found.start(), found[0][:2]
            if start < done or kind in never:
                continue
            end = text.find(_CLOSING[kind], found.end())
            if end < 0:
                never.add(kind)
                continue
            inner, after = text[found.end() : end].strip("- \t\r\n"), end + 2
            pieces.append(text[done:start])
            if kind == "{%" and inner == "raw" and "raw" not in never:
                close = _END_RAW.search(text, after)
                if close is None:
                    never.add("raw")
                    pieces.append(text[start:after])
                else:
                    pieces.append(text[after : close.start()])
                    after = close.end()
            else:
                pieces.append(self._piece(kind, inner, text[start:after]))
            done = after
        return render([*pieces, text[done:]], self._notes)

    def _piece(self, kind: str, inner: str, whole: str) -> str | Hole:
        if kind == "{#":
            return ""
        if kind == "{%":
            self._notes.say(f"the block {{% {shown(inner)} %}} is not carried out here: it is kept as text")
            return whole
        if is_name(inner):
            return Hole(inner)
        quoted = _QUOTED.fullmatch(inner)
        if quoted is not None:
            return quoted[1] if quoted[1] is not None else quoted[2]
        filtered = _FILTERED.match(inner)
        if filtered is not None:
            self._notes.say(f"{{{{{filtered[1]}}}}} loses its filter: {shown(inner)} is not carried out here")
            return Hole(filtered[1])
        if _DOTTED.fullmatch(inner) and not inner.startswith("env."):
            name = as_name(inner)
            self._notes.say(
                f"{{{{{shown(inner)}}}}} is now the variable {{{{{name}}}}}: a name is letters, digits and _"
            )
            return Hole(name)
        self._notes.say(f"{{{{{shown(inner)}}}}} is not a variable's name: it is kept as text")
        return whole


def to_nunjucks(text: str) -> str:
    """A message's text as a template: variables stay, braces that are text are written so that they stay braces."""
    result: list[str] = []
    for piece in pieces_of(text):
        if isinstance(piece, str):
            result.append(literal_nunjucks(piece))
            continue
        if result and result[-1].endswith("{"):  # {{{name}} would be read as {{ and {name
            result[-1] = result[-1][:-1] + _quoted("{")
        result.append(f"{{{{{piece.name}}}}}")
    return "".join(result)


def literal_nunjucks(text: str) -> str:
    """A literal text as a template that gives it back."""
    return _OPENS.sub(lambda found: _quoted(found[0]), text)


def _quoted(braces: str) -> str:
    return f"{{{{ '{braces}' }}}}"
