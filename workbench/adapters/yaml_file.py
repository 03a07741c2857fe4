"""A small YAML file as plain values, with the line of each: data only, nothing that a YAML loader would build.

What differs from a YAML 1.1 loader, on purpose: a key that stands twice is an error; so are aliases, tags and several
documents; `no`, `on`, `010` and dates are not turned into other types than a reader would expect: only true, false,
null and decimal numbers are more than text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from workbench.core.errors import InputError
from workbench.core.json_text import read_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml.events import Event, ScalarEvent

    from workbench.core.json_value import JSON

YamlPath: TypeAlias = "tuple[str | int, ...]"

MOST_BYTES = 1_000_000
_DEEPEST = 40
_WORDS: dict[str, JSON] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class YamlFile:
    """`lines` has the line, from 1, of each value by its path, and of each key by the path of its value."""

    name: str
    value: JSON
    lines: dict[YamlPath, int] = field(repr=False)

    def fault(self, path: YamlPath, message: str, hint: str = "") -> InputError:
        """An error at a place: `models.yaml:12: ...`. A path that is not in the file is at its nearest parent."""
        while path and path not in self.lines:
            path = path[:-1]
        return InputError(f"{self.name}:{self.lines.get(path, 1)}: {message}", hint)


def read_yaml(data: bytes, name: str) -> YamlFile:
    """The file's one document. Raises InputError with `name:line` for anything that is not plain YAML data."""
    # Imported here: the first screen needs no YAML.
    import yaml

    if len(data) > MOST_BYTES:
        raise InputError(f"{name} has {len(data):,} bytes, and {MOST_BYTES:,} are the most that is read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InputError(f"{name}: not UTF-8 text, at byte {fault.start}", "save it as UTF-8") from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(name, iter(yaml.parse(text, Loader=loader))).build()
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise InputError(f"{name}:{line}: {fault.problem or fault.context or 'not YAML'}") from None
    except yaml.YAMLError as fault:
        raise InputError(f"{name}: not YAML: {str(fault).splitlines()[0]}") from None


class _Builder:
    """Builds the value from the parser's events."""

    def __init__(self, name: str, events: Iterator[Event]) -> None:
        self._name = name
        self._events = events
        self._lines: dict[YamlPath, int] = {}

    def build(self) -> YamlFile:
        from yaml import events

        value: JSON = None
        documents = 0
        for event in self._events:
            if isinstance(event, events.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._fault(event, "a second document begins here, and one is expected")
                value = self._value(next(self._events), ())
        return YamlFile(self._name, value, self._lines)

    def _value(self, event: Event, path: YamlPath) -> JSON:
        from yaml import events

        self._lines.setdefault(path, _line(event))
        if isinstance(event, events.AliasEvent):
            raise self._fault(event, "aliases (*name) are not supported: write the value out")
        if len(path) > _DEEPEST:
            raise self._fault(event, f"nested more than {_DEEPEST} levels deep")
        if getattr(event, "tag", None) not in (None, "!"):
            raise self._fault(event, f"the YAML tag {getattr(event, 'tag', '')} is not supported")
        if isinstance(event, events.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, events.SequenceStartEvent):
            return self._list(path)
        return self._mapping(path)

    def _list(self, path: YamlPath) -> JSON:
        from yaml import events

        items: list[JSON] = []
        while not isinstance(event := next(self._events), events.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: YamlPath) -> JSON:
        from yaml import events

        items: dict[str, JSON] = {}
        while not isinstance(event := next(self._events), events.MappingEndEvent):
            if not isinstance(event, events.ScalarEvent):
                raise self._fault(event, "a key must be one word or text")
            key = event.value
            if key in items:
                first = self._lines[*path, key]
                raise self._fault(event, f"{key} stands here a second time; the first is on line {first}")
            self._lines[*path, key] = _line(event)
            items[key] = self._value(next(self._events), (*path, key))
        return items

    def _scalar(self, event: ScalarEvent) -> JSON:
        text: str = event.value
        if event.style:
            return text
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        number = read_number(text)
        return text if number is None else number

    def _fault(self, event: Event, message: str) -> InputError:
        return InputError(f"{self._name}:{_line(event)}: {message}")


def _line(event: Event) -> int:
    mark = event.start_mark
    return mark.line + 1 if mark is not None else 1
