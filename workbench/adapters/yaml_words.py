"""What a YAML parser stumbled over, in plain words: the character, and what to write instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbench.adapters.yaml_file import YamlFault

if TYPE_CHECKING:
    from yaml import YAMLError

_QUOTE_IT = "put the text in quotes or into a | block"
_LINE_UP = "line it up with its neighbours, with spaces"
# `  - role: ` and what stands before a value on its line.
_BEFORE_VALUE = re.compile(r"[ ]*(?:-[ ]+)*(?:[^\s:#'\"\[\]{},&*!|>%@`-][^:#\n]*:[ ]+)?")
_MATES = {"[": "]", "{": "}"}


def explain(text: str, fault: YAMLError) -> YamlFault:
    """The fault as a line for a person. Works from the place and the parser's words, whichever parser it is."""
    mark = getattr(fault, "problem_mark", None)
    opening = getattr(fault, "context_mark", None)
    problem = str(getattr(fault, "problem", None) or str(fault).splitlines()[0])
    context = str(getattr(fault, "context", None) or "")
    if mark is None:
        return YamlFault(1, (), f"not YAML: {problem}")
    place = _Place(text, min(mark.index, len(text)))
    begin = place if opening is None else _Place(text, min(opening.index, len(text)))
    return _by_words(problem, context, place, begin) or YamlFault(place.line, (), f"not YAML: {problem}", _QUOTE_IT)


class _Place:
    """A character of the text, with its line."""

    def __init__(self, text: str, index: int) -> None:
        self.index = index
        self.line = text.count("\n", 0, index) + 1
        self.char = text[index : index + 1]
        start = text.rfind("\n", 0, index) + 1
        end = text.find("\n", index)
        self.before = text[start:index]
        self.whole = text[start : end if end >= 0 else len(text)]

    @property
    def first(self) -> str:
        """The character that the value on this line begins with, or ""; `{{` as both."""
        found = _BEFORE_VALUE.match(self.whole)
        value = self.whole[found.end() if found else 0 :]
        return "{{" if value.startswith("{{") else value[:1]

    def fault(self, message: str, hint: str = _QUOTE_IT) -> YamlFault:
        return YamlFault(self.line, (), message, hint)


def _by_words(problem: str, context: str, place: _Place, begin: _Place) -> YamlFault | None:
    if "quoted scalar" in context:
        return _quoted(problem, place, begin)
    if "block scalar" in context:
        return _block(problem, place, begin)
    if "directive" in context:
        return begin.fault("a line can't begin with %")
    if "alias" in context or "anchor" in context or "tag" in context:
        return begin.fault(f"a text can't begin with {begin.char}")
    if "flow" in context:
        return _flow(begin)
    if "start any token" in problem:
        if place.char == "\t":
            return place.fault("a tab where spaces are expected", "indent with spaces")
        return place.fault(f"a text can't begin with {place.char}")
    if "node content" in problem:
        return place.fault(f"a text can't begin with {place.char}" if place.char else "a value is missing")
    return _misplaced(problem, place, begin)


def _quoted(problem: str, place: _Place, begin: _Place) -> YamlFault:
    if "unknown escape" in problem:
        hint = "write \\\\ for a backslash, or put the text in 'single quotes' or into a | block"
        # One parser points at the backslash, the other behind it.
        char = place.whole[len(place.before) + 1 :][:1] if place.char == "\\" else place.char
        return place.fault(f"\\{char} means nothing in a text in double quotes", hint)
    if "escape" in problem or "decimal" in problem:
        hint = "write a code such as \\u00E9, or \\\\ for a backslash"
        return place.fault("this escape in a text in double quotes is no character", hint)
    hint = f"close it, or put a text that begins with {begin.char} into a | block"
    return begin.fault(f"the quote {begin.char} that opens here is not closed", hint)


def _block(problem: str, place: _Place, begin: _Place) -> YamlFault:
    if "tab" in problem:
        return place.fault("a tab where spaces are expected", "indent with spaces")
    hint = f"begin the text on the next line, indented, or quote a text that begins with {begin.char}"
    return begin.fault(f"after {begin.char} the line ends: the text of a block stands below it", hint)


def _flow(begin: _Place) -> YamlFault:
    if begin.before.endswith("{") or begin.first == "{{":
        return begin.fault("a text can't begin with {{: YAML reads braces as a mapping")
    mate = _MATES.get(begin.char, begin.char)
    hint = f"close it with {mate}, put a comma between the items, or quote a text that begins with {begin.char}"
    return begin.fault(f"the {begin.char} that opens here is not closed, or a comma is missing", hint)


def _misplaced(problem: str, place: _Place, begin: _Place) -> YamlFault | None:
    if "mapping values" in problem:
        return _colon(place)
    if "entries" in problem or "mapping keys" in problem:
        hint = "put it in quotes where it is a text, and on a line of its own where it is a list"
        return place.fault(f"a text can't begin with {place.char}", hint)
    if "could not find expected ':'" in problem:
        hint = "write key: value; a line that belongs to the text above is to be indented below a |"
        return begin.fault("this line has no key", hint)
    if any(words in problem for words in ("expected key", "'-' indicator", "<block end>", "<document start>")):
        return _stray(place)
    return None


def _colon(place: _Place) -> YamlFault:
    before = _BEFORE_VALUE.match(place.before)
    if before is not None and ": " in before[0]:
        return place.fault("a second ': ' on this line, where the text before it has no quotes")
    hint = "check the ': ' after the key above, and that keys of one level begin in one column"
    return place.fault("a key does not fit here", hint)


def _stray(place: _Place) -> YamlFault:
    """Something more where the parser expects the next key or item."""
    if not place.before.strip(" "):
        return place.fault("the indentation of this line fits no line above", _LINE_UP)
    first = place.first
    if first in ("'", '"'):
        hint = f"put the text into a | block, or write {first * 2 if first == chr(39) else chr(92) + first} for a quote"
        return place.fault(f"the text goes on after its closing quote {first}", hint)
    if first == "{{":
        return place.fault("a text can't begin with {{: YAML reads braces as a mapping")
    if first and first in "[{*&!":
        return place.fault(f"a text can't begin with {first}")
    return place.fault("more stands here than one value", _QUOTE_IT)
