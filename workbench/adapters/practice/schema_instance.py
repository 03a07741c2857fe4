"""An instance of a JSON Schema, its values made of the model's words: what a json_schema answer and a tool call are.

Every choice (a branch of a union, a member of an enum, a number, how many items, each word) goes through the sampler:
temperature 0 gives one instance, more temperature more of them. The grammar's own characters have probability 1; what
the choice of a union's branch, an optional part or a number of items cost is not told with any token.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.adapters.practice.regex_sample import NoSample, sample
from workbench.adapters.practice.schema_tree import (
    Schema,
    SchemaTree,
    Unsatisfiable,
    as_schema,
    merged,
    number_at,
    object_at,
    schemas_at,
    texts_at,
    types_of,
)
from workbench.adapters.practice.schema_values import formatted, numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from workbench.adapters.practice.sampling import Sampler
    from workbench.adapters.practice.writer import Writer
    from workbench.core.json_value import JSON

_ATTEMPTS = 16
_COMFORT = 4
"""Levels down to which optional parts and long ways are taken; further down an instance ends as soon as it can."""
_ENOUGH = 400
"""Choices after which an instance ends as soon as it can, too."""
_MOST_ITEMS, _MOST_CHARACTERS = 2_000, 40_000
"""What an instance may be asked for; more than this model could write."""
_PHRASES = (3, 6, 10, 16)
"""Tokens that a text may have."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the instance's JSON text with the log-probability that was paid for it."""

    text: str
    logprob: float = 0.0


@dataclass(frozen=True, slots=True)
class Made:
    value: JSON
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        return "".join(segment.text for segment in self.segments)


def make_instance(schema: Schema, writer: Writer, sampler: Sampler) -> Made:
    """An instance that validates.

    Raises:
        Unsatisfiable: none was found.
    """
    from jsonschema import Draft202012Validator
    from referencing import Registry

    # An empty registry: a `$ref` to an address would be fetched otherwise.
    validator = Draft202012Validator(
        dict(schema) if not isinstance(schema, bool) else schema,
        format_checker=Draft202012Validator.FORMAT_CHECKER,
        registry=Registry(),
    )
    tree = SchemaTree(schema)
    problem = "no instance of it was found"
    for attempt in range(_ATTEMPTS):
        maker = InstanceMaker(tree, writer, sampler, attempt)
        try:
            made = maker.make(schema, 0)
            if validator.is_valid(made.value):
                return made
        except NoSample as error:
            problem = f"no text was found for pattern '{error}'"
        except re.error as error:
            raise Unsatisfiable(f"'{error.pattern!s}' is not a pattern") from error
    raise Unsatisfiable(problem)


class InstanceMaker:
    def __init__(self, tree: SchemaTree, writer: Writer, sampler: Sampler, attempt: int) -> None:
        self._tree, self._writer, self._sampler, self._attempt = tree, writer, sampler, attempt
        self._steps = 0

    def make(self, schema: Schema, depth: int) -> Made:
        plain = self._plain(schema, depth)
        if "const" in plain:
            return _fixed(plain["const"])
        options = plain.get("enum")
        if isinstance(options, list):
            if not options:
                raise Unsatisfiable("no value is left of its enums")
            index, logprob = self._choose(len(options))
            return _fixed(options[index], logprob)
        kinds = types_of(plain)
        if not kinds:
            if "type" in plain:
                raise Unsatisfiable("no type is left")
            kinds = ["string"]
        kind, logprob = self._kind(kinds, plain, depth)
        makers: dict[str, Callable[[Mapping[str, JSON], int], Made]] = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "number": self._number,
            "integer": self._number,
        }
        if kind == "null":
            return _fixed(None, logprob)
        if kind == "boolean":
            index, more = self._choose(2)
            return _fixed(index == 1, logprob + more)
        made = makers[kind]({**plain, "type": kind}, depth)
        return Made(made.value, (Segment("", logprob), *made.segments))

    # -- what holds at this place

    def _plain(self, schema: Schema, depth: int) -> dict[str, JSON]:
        """The schema without references and unions: those chosen, what they say merged in."""
        for _ in range(100):
            if schema is False:
                raise Unsatisfiable("nothing is allowed here")
            if isinstance(schema, bool):
                return {}
            rest = dict(schema)
            if isinstance(reference := rest.pop("$ref", None), str):
                schema = merged(self._tree.target(reference), rest)
            elif parts := schemas_at(schema, "allOf"):
                del rest["allOf"]
                schema = rest
                for part in parts:
                    schema = merged(self._plain(part, depth), schema)
            elif key := next((key for key in ("anyOf", "oneOf") if schemas_at(schema, key)), ""):
                del rest[key]
                schema = merged(self._option(schemas_at(schema, key), depth), rest)
            elif "if" in rest:
                condition, then = as_schema(rest.pop("if")), as_schema(rest.pop("then", True))
                otherwise = as_schema(rest.pop("else", True))
                index, _ = self._choose(2)
                schema = merged(otherwise, rest) if index else merged(merged(condition, then), rest)
            else:
                return rest
        raise Unsatisfiable("its references go round in a ring")

    def _option(self, options: Sequence[Schema], depth: int) -> Schema:
        room = self._room(depth)
        possible = [option for option in options if self._tree.fits(option, room)]
        if not possible:
            possible = [min(options, key=self._levels)]
        return possible[self._choose(len(possible))[0]]

    def _room(self, depth: int) -> int:
        """How many levels more may be taken for their own sake."""
        return max(0, _COMFORT - depth) if self._steps < _ENOUGH else 0

    def _levels(self, schema: Schema) -> int:
        try:
            return self._tree.least_levels(schema)
        except Unsatisfiable:
            return 1_000

    def _kind(self, kinds: Sequence[str], schema: Mapping[str, JSON], depth: int) -> tuple[str, float]:
        room = self._room(depth)
        possible = [kind for kind in kinds if self._tree.fits({**schema, "type": kind}, room)]
        if not possible:
            possible = [min(kinds, key=lambda kind: self._levels({**schema, "type": kind}))]
        index, logprob = self._choose(len(possible), [-1.5 if kind == "null" else 0.0 for kind in possible])
        return possible[index], logprob

    # -- values

    def _object(self, schema: Mapping[str, JSON], depth: int) -> Made:
        properties = object_at(schema, "properties")
        chosen = self._names(schema, properties, depth)
        for name in chosen:
            dependent = object_at(schema, "dependentSchemas").get(name)
            if dependent is not None:
                both = self._plain(merged({**schema, "dependentSchemas": {}}, as_schema(dependent)), depth)
                return self._object({**both, "required": [*texts_at(both, "required"), *chosen]}, depth)
        value: dict[str, JSON] = {}
        segments = [Segment("{")]
        for name in chosen:
            made = self.make(self._of_property(schema, properties, name), depth + 1)
            segments.append(Segment(("," if value else "") + json.dumps(name, ensure_ascii=False) + ":"))
            segments.extend(made.segments)
            value[name] = made.value
        return Made(value, (*segments, Segment("}")))

    def _names(self, schema: Mapping[str, JSON], properties: Mapping[str, JSON], depth: int) -> list[str]:
        required = texts_at(schema, "required")
        names = []
        for name, inner in properties.items():
            optional = name not in required
            if optional and (not self._tree.fits(as_schema(inner), self._room(depth + 1)) or not self._room(depth)):
                continue
            if not optional or self._choose(3)[0] > 0:
                names.append(name)
        names += [name for name in required if name not in properties]
        for name in list(names):
            names += [other for other in texts_at(object_at(schema, "dependentRequired"), name) if other not in names]
        free = schema.get("additionalProperties", True) is not False
        least = int(number_at(schema, "minProperties", 0 if properties or depth or not free else 2))
        most = int(number_at(schema, "maxProperties", 1_000_000))
        names += [name for name in properties if name not in names][: max(0, least - len(names))]
        while len(names) < least:
            self._new_name(schema, names)
        optional_names = [name for name in names if name not in required]
        while len(names) > most and optional_names:
            names.remove(optional_names.pop())
        return names

    def _new_name(self, schema: Mapping[str, JSON], names: list[str]) -> None:
        if patterns := [*object_at(schema, "patternProperties")]:
            name = sample(patterns[0], lambda count: self._choose(count)[0])
        elif "propertyNames" in schema:
            name = str(self.make(merged({"type": "string"}, as_schema(schema["propertyNames"])), 0).value)
        else:
            name = self._writer.phrase(2)[-1][0].strip().lower()
        if name in names and "propertyNames" not in schema and "patternProperties" not in schema:
            name = f"{name}_{len(names) + 1}"
        self._steps += 1
        if self._steps > 2_000:
            raise Unsatisfiable("it wants more names than were found")
        if name not in names:
            names.append(name)

    def _of_property(self, schema: Mapping[str, JSON], properties: Mapping[str, JSON], name: str) -> Schema:
        patterns = [
            as_schema(inner)
            for pattern, inner in object_at(schema, "patternProperties").items()
            if re.search(pattern, name)
        ]
        if name in properties:
            patterns.insert(0, as_schema(properties[name]))
        elif not patterns:
            return as_schema(schema.get("additionalProperties", True))
        result: Schema = True
        for inner in patterns:
            result = merged(result, inner) if result is not True else inner
        return result

    def _array(self, schema: Mapping[str, JSON], depth: int) -> Made:
        prefix = schemas_at(schema, "prefixItems")
        items = as_schema(schema.get("items", True))
        contains = schema.get("contains")
        least = int(max(number_at(schema, "minItems", 0), number_at(schema, "minContains", 1) if contains else 0))
        if least > _MOST_ITEMS:
            raise Unsatisfiable(f"{least} items are more than this model can write")
        most = int(number_at(schema, "maxItems", max(least, len(prefix)) + 3))
        if items is False:
            most = min(most, len(prefix))
        roomy = self._room(depth) > 0 and self._tree.fits(items, self._room(depth + 1))
        wanted = min(most, max(least, len(prefix), 1) + self._choose(3)[0]) if roomy else least
        value: list[JSON] = []
        segments = [Segment("[")]
        seen: set[str] = set()
        for tries in range(wanted * 8):
            position = len(value)
            if position >= wanted:
                break
            inner = prefix[position] if position < len(prefix) else items
            if contains is not None and position < number_at(schema, "minContains", 1):
                inner = merged(inner, as_schema(contains))
            made = self.make(inner, depth + 1)
            key = json.dumps(made.value, sort_keys=True)
            if schema.get("uniqueItems") is True and key in seen and tries < wanted * 8 - 1:
                self._steps += 1
                continue
            seen.add(key)
            segments += [Segment("," if value else ""), *made.segments]
            value.append(made.value)
        return Made(value, (*segments, Segment("]")))

    def _string(self, schema: Mapping[str, JSON], depth: int) -> Made:
        least, most = int(number_at(schema, "minLength", 0)), int(number_at(schema, "maxLength", 1_000_000))
        if least > _MOST_CHARACTERS:
            raise Unsatisfiable(f"{least} characters are more than this model can write")
        if isinstance(pattern := schema.get("pattern"), str):
            found = sample(pattern, lambda count: self._choose(count)[0], shortest=least)
            return _fixed(found)
        if isinstance(name := schema.get("format"), str):
            made = formatted(name, lambda count: self._choose(count)[0], self._word)
            if made is not None:
                return _fixed(made)
        index, logprob = self._choose(len(_PHRASES), [0.0, 0.0, -0.5, -1.5])
        words = self._writer.phrase(_PHRASES[index])
        length = sum(len(word) for word, _ in words)
        while length < least:
            (first, paid), *others = self._writer.phrase(_PHRASES[-1])
            words += [(f" {first}", paid), *others]
            length += 1 + len(first) + sum(len(word) for word, _ in others)
        segments, text = [Segment('"', logprob)], ""
        for word, paid in words:
            word = word[: most - len(text)]
            text += word
            segments.append(Segment(json.dumps(word, ensure_ascii=False)[1:-1], paid))
        return Made(text, (*segments, Segment('"')))

    def _number(self, schema: Mapping[str, JSON], depth: int) -> Made:
        candidates = numbers(schema)
        if not candidates:
            raise Unsatisfiable("no number is between its bounds")
        index, logprob = self._choose(len(candidates))
        return _fixed(candidates[index], logprob)

    def _word(self) -> str:
        word = "".join(char for char in self._writer.phrase(2)[-1][0] if char.isascii() and char.isalnum())
        return word.lower() or "word"

    def _choose(self, count: int, weights: Sequence[float] | None = None) -> tuple[int, float]:
        """An index below `count` and its log-probability; the prompt has its taste here too."""
        self._steps += 1
        of = f"{self._attempt}/{self._steps}"
        logits = [self._writer.taste(of, str(index)) for index in range(count)]
        if weights is not None:
            logits = [logit + weight for logit, weight in zip(logits, weights, strict=True)]
        return self._sampler.choose(logits)


def _fixed(value: JSON, logprob: float = 0.0) -> Made:
    return Made(value, (Segment(json.dumps(value, ensure_ascii=False, separators=(",", ":")), logprob),))
