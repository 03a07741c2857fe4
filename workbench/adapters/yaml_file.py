"""A small YAML file as plain values, with the line of each: data only, nothing that a YAML loader would build.

What differs from a YAML 1.1 loader, on purpose: a key that stands twice is an error; so are aliases, merge keys, tags
and several documents; `no`, `on`, `010` and dates are not turned into other types than a reader would expect: only
true, false, null and decimal numbers are more than text. Nothing is expanded, so the work is that of the file's size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from workbench.adapters.text_bytes import decode_text
from workbench.core.errors import InputError
from workbench.core.json_text import read_number
from workbench.core.visible import escaped

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.core.json_value import JSON

YamlPath: TypeAlias = "tuple[str | int, ...]"

MOST_BYTES = 1_000_000
_DEEPEST = 40
_MOST_VALUES = 100_000
_MOST_FAULTS = 100
_SHOWN = 40
_WORDS: dict[str, JSON] = {"true": True, "false": False, "null": None, "~": None, "": None}
_LETTERS = frozenset("tTfFnN~")
_DIGITS = frozenset("0123456789+-.")
_QUOTE_IT = "put the text in quotes or into a | block"


class YamlFault(NamedTuple):
    """One thing that is no plain data: what it is, and what to write instead; `path` is where, as far as is known."""

    line: int
    path: YamlPath
    message: str
    hint: str = ""
    whole: bool = False
    """Whether the value at `path` is nevertheless the one that was written: of two equal keys the first is kept."""


class Span(NamedTuple):
    """Where a scalar stands in the text: from its first character to the one after its last."""

    start: int
    end: int
    path: YamlPath | None
    """None for a key."""
    plain: bool
    """Without quotes, and no block."""


@dataclass(frozen=True, slots=True)
class YamlFile:
    """`lines` has the line, from 1, of each value by its path, and of each key by the path of its value.

    `faults` are in the order of the file. With `broken` the file could not be read to its end and `value` is None;
    else it holds all that could be read. `spans` are recorded only where the text has a `#` at all.
    """

    name: str
    value: JSON
    lines: dict[YamlPath, int] = field(repr=False)
    faults: tuple[YamlFault, ...] = ()
    broken: bool = False
    text: str = field(default="", repr=False)
    spans: tuple[Span, ...] = field(default=(), repr=False)

    def line(self, path: YamlPath) -> int:
        """The line of a path; one that is not in the file has that of its nearest parent."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, path: YamlPath, message: str, hint: str = "") -> InputError:
        """An error at a place: `models.yaml:12: ...`."""
        return InputError(f"{self.name}:{self.line(path)}: {message}", hint)


def read_yaml(data: bytes, name: str) -> YamlFile:
    """The file's one document. Raises InputError with `name:line` for anything that is not plain YAML data."""
    file = parse_yaml(yaml_text(data, name), name)
    if file.faults:
        first = file.faults[0]
        raise InputError(f"{name}:{first.line}: {first.message}", first.hint)
    return file


def yaml_text(data: bytes, name: str) -> str:
    """The file's text. Raises InputError for one that is too large, or that YAML can't hold."""
    if len(data) > MOST_BYTES:
        raise InputError(f"{name}: has {len(data):,} bytes, and {MOST_BYTES:,} are the most that is read")
    return decode_text(data, name)


def parse_yaml(text: str, name: str, noun: str = "document") -> YamlFile:
    """The file's one document, with every fault that it has beside what could be read; raises nothing for any text.

    `noun` is what there may be only one of in a file.
    """
    # Imported here: the first screen needs no YAML.
    import yaml

    parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    builder = _Builder(name, text, noun, parser.get_event)
    try:
        return builder.build()
    except _TooMuch:
        return builder.broken()
    except yaml.YAMLError as fault:
        from workbench.adapters.yaml_words import explain

        said = explain(text, fault)
        # What the builder said of this line is why the parser stumbles over the rest of it.
        if all(one.line != said.line for one in builder.faults):
            builder.faults.append(said)
        return builder.broken()
    finally:
        parser.dispose()


class _TooMuch(Exception):
    """A limit is reached: the rest is not read."""


class _Builder:
    """Builds the value from the parser's events, which are told apart by their class: that is what costs least."""

    __slots__ = (
        "_alias_type",
        "_document_type",
        "_lines",
        "_list_end",
        "_list_type",
        "_mapping_end",
        "_mapping_type",
        "_name",
        "_next",
        "_noun",
        "_open",
        "_scalar_type",
        "_spans",
        "_stream_end",
        "_text",
        "_values",
        "faults",
    )

    def __init__(self, name: str, text: str, noun: str, next_event: Callable[[], Any]) -> None:
        from yaml import events

        self.faults: list[YamlFault] = []
        self._name = name
        self._text = text
        self._noun = noun
        self._next = next_event
        self._lines: dict[YamlPath, int] = {}
        self._spans: list[Span] | None = [] if "#" in text else None
        self._open: list[str] = []
        self._values = 0
        self._scalar_type = events.ScalarEvent
        self._alias_type = events.AliasEvent
        self._list_type, self._list_end = events.SequenceStartEvent, events.SequenceEndEvent
        self._mapping_type, self._mapping_end = events.MappingStartEvent, events.MappingEndEvent
        self._document_type, self._stream_end = events.DocumentStartEvent, events.StreamEndEvent

    def build(self) -> YamlFile:
        value: JSON = None
        documents = 0
        while type(event := self._next()) is not self._stream_end:
            if type(event) is self._document_type:
                documents += 1
                if documents > 1:
                    self._fault(event, (), "a second document (---) begins here", f"one {self._noun} per file")
                    break
                event = self._next()
                self._lines[()] = event.start_mark.line + 1
                value = self._value(event, ())
        return self._file(value)

    def broken(self) -> YamlFile:
        """What is known of a file that could not be read to its end."""
        return self._file(None, broken=True)

    def _file(self, value: JSON, *, broken: bool = False) -> YamlFile:
        spans = tuple(self._spans or ())
        return YamlFile(self._name, value, self._lines, tuple(self.faults), broken, self._text, spans)

    def _value(self, event: Any, path: YamlPath) -> JSON:
        kind = type(event)
        self._values += 1
        if self._values > _MOST_VALUES:
            self._stop(event, path, f"more than {_MOST_VALUES:,} values", "make several files of it")
        if kind is self._scalar_type:
            return self._scalar(event, path)
        if kind is self._alias_type:
            return self._alias(event, path)
        if len(path) >= _DEEPEST:
            self._stop(event, path, f"nested more than {_DEEPEST} levels deep", "write it flatter")
        if event.tag is not None:
            self._tag(event, path)
        if event.anchor is None:
            return self._list(path) if kind is self._list_type else self._mapping(path)
        self._open.append(event.anchor)
        value = self._list(path) if kind is self._list_type else self._mapping(path)
        self._open.pop()
        return value

    def _list(self, path: YamlPath) -> JSON:
        items: list[JSON] = []
        while type(event := self._next()) is not self._list_end:
            place = (*path, len(items))
            self._lines[place] = cast("Any", event.start_mark).line + 1
            items.append(self._value(event, place))
        return items

    def _mapping(self, path: YamlPath) -> JSON:
        items: dict[str, JSON] = {}
        while type(event := self._next()) is not self._mapping_end:
            if type(event) is not self._scalar_type:
                self._bad_key(event, path)
                continue
            key, mark = event.value, cast("Any", event.start_mark)
            place = (*path, key)
            if self._spans is not None:
                self._spans.append(Span(mark.index, cast("Any", event.end_mark).index, None, plain=not event.style))
            if key in items or (key == "<<" and not event.style):
                self._refused_key(event, place)
                continue
            self._lines[place] = mark.line + 1
            items[key] = self._value(self._next(), place)
        return items

    def _refused_key(self, event: Any, place: YamlPath) -> None:
        if place in self._lines:
            first = self._lines[place]
            message = f"{_shown(event.value)} stands here a second time; the first is on line {first}"
            self._fault(event, place, message, whole=True)
        else:
            self._fault(event, place, "merge keys (<<) are not supported", "write the keys out")
        self._skip(self._next())

    def _scalar(self, event: Any, path: YamlPath) -> JSON:
        text: str = event.value
        if self._spans is not None:
            self._spans.append(Span(event.start_mark.index, event.end_mark.index, path, not event.style))
        if event.tag is not None:
            self._tag(event, path)
            return text
        if event.style:
            return text
        if event.anchor is not None:
            anchor = _shown(f"&{event.anchor}")
            self._fault(event, path, f"a text can't begin with &: {anchor} is an anchor in YAML", _QUOTE_IT)
        first = text[:1]
        if (not first or first in _LETTERS) and text.lower() in _WORDS:
            return _WORDS[text.lower()]
        number = read_number(text) if first in _DIGITS else None
        return text if number is None else number

    def _alias(self, event: Any, path: YamlPath) -> JSON:
        name = _shown(f"*{event.anchor}")
        if event.anchor in self._open:
            self._fault(event, path, f"a recursive alias: {name} stands inside what it repeats", "write the value out")
        else:
            hint = "write the value out, or quote a text that begins with *"
            self._fault(event, path, f"aliases ({name}) are not supported", hint)
        return None

    def _tag(self, event: Any, path: YamlPath) -> None:
        tag = event.tag
        shown = f"!!{tag[18:]}" if tag.startswith("tag:yaml.org,2002:") else tag
        hint = "leave the tag out, or quote a text that begins with !"
        self._fault(event, path, f"unsupported YAML type {_shown(shown)}", hint)

    def _bad_key(self, event: Any, path: YamlPath) -> None:
        index = event.start_mark.index
        if self._text[index - 1 : index + 1] == "{{":
            self._fault(event, path, "a text can't begin with {{: YAML reads braces as a mapping", _QUOTE_IT)
        else:
            self._fault(event, path, "a key must be one word or text", "write key: value")
        self._skip(event)
        self._skip(self._next())

    def _skip(self, event: Any) -> None:
        """Reads past a value without keeping it, however deep it is."""
        depth = 0
        while True:
            kind = type(event)
            if kind is self._list_type or kind is self._mapping_type:
                depth += 1
            elif kind is self._list_end or kind is self._mapping_end:
                depth -= 1
            elif kind is self._scalar_type and self._spans is not None:
                self._spans.append(Span(event.start_mark.index, event.end_mark.index, None, plain=False))
            if not depth:
                return
            event = self._next()

    def _fault(self, event: Any, path: YamlPath, message: str, hint: str = "", *, whole: bool = False) -> None:
        if len(self.faults) >= _MOST_FAULTS:
            raise _TooMuch
        self.faults.append(YamlFault(event.start_mark.line + 1, path, message, hint, whole))

    def _stop(self, event: Any, path: YamlPath, message: str, hint: str) -> None:
        self._fault(event, path, message, hint)
        raise _TooMuch


def _shown(text: str) -> str:
    text = escaped(text[: _SHOWN * 2])
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
