"""Where a value breaks a JSON Schema (Draft 2020-12), in plain words. The checking itself is jsonschema's.

Nothing outside the schema is ever fetched, `format` is not asserted, and no schema can take the program with it: a
pattern has a time limit and lets other threads work meanwhile, references are counted, and `uniqueItems` is linear.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.core.json_text import describe
from workbench.core.pattern import BadPattern, check_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jsonschema.exceptions import ValidationError

    from workbench.core.json_value import JSON

MOST_COUNTED = 1_000
"""A value that breaks a rule at every turn: after so many places none is looked for any more."""
_MOST_REFERENCES = 200_000
_PATTERN_SECONDS = 0.2
_MOST_NAMES = 5
_MOST_WORDS = 300

_KINDS = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "object": "an object",
    "array": "a list",
    "boolean": "true or false",
    "null": "null",
}
Path = tuple[str | int, ...]


class Violation(NamedTuple):
    """One place, and what is wrong with it, to be read after the path. An empty path is the value itself."""

    path: Path
    text: str

    @property
    def line(self) -> str:
        """`items[2].score: must be a number, found a text`."""
        return f"{path_text(self.path) or 'the value'}: {self.text}"


class NotChecked(Exception):
    """The schema can't be applied; the message says why, in plain words."""


def path_text(path: Sequence[str | int]) -> str:
    """`items[2].score`; a name that is no plain word stands as `["a b"]`. "" for the value itself."""
    out = ""
    for step in path:
        if isinstance(step, int):
            out += f"[{step}]"
        elif step.replace("-", "_").isidentifier():
            out += f".{step}" if out else step
        else:
            out += f"[{json.dumps(step, ensure_ascii=not step.isprintable())}]"
    return out


def kind_of(value: JSON) -> str:
    """`a text`, `a list`, `true`: what a value is, for a message."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return "a text"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list) else "an object"


def find_violations(value: JSON, schema: Mapping[str, JSON] | bool) -> tuple[Violation, ...]:
    """Where `value` breaks `schema`, at most 1,000 places; () where it keeps it.

    Takes seconds for megabytes: for a thread. Raises NotChecked for a schema that is none, that leads in circles or
    elsewhere, or whose patterns take too long.
    """
    from referencing.exceptions import Unresolvable

    validator = _Bounds().validator(schema)
    try:
        return tuple(islice(_in_words(validator.iter_errors(value)), MOST_COUNTED))
    except Unresolvable as error:
        raise NotChecked(f"the schema refers to {describe(error.ref)}, which is not in it") from None
    except RecursionError:
        raise NotChecked("the schema leads in circles, or the answer is nested too deep for it") from None
    except (TypeError, AttributeError, KeyError, ValueError, ArithmeticError) as error:
        # jsonschema takes the schema to be one; what the API let pass may be none.
        raise NotChecked(f"the schema is no valid JSON Schema ({type(error).__name__} in applying it)") from None


class _Bounds:
    """The keywords that could take for ever, each with its bound; one is made for each check."""

    def __init__(self) -> None:
        self._references = 0

    def validator(self, schema: Mapping[str, JSON] | bool) -> Any:
        from jsonschema import Draft202012Validator
        from jsonschema.validators import extend
        from referencing import Registry

        bounded = {
            "$ref": self._ref,
            "$dynamicRef": self._ref,
            "pattern": _pattern,
            "patternProperties": _pattern_properties,
            "additionalProperties": _additional_properties,
            "uniqueItems": _unique_items,
            "unevaluatedProperties": _refused("unevaluatedProperties"),
            "unevaluatedItems": _refused("unevaluatedItems"),
        }
        # With an empty registry a reference to an address leads nowhere, in place of being fetched.
        return extend(Draft202012Validator, bounded)(schema, registry=Registry())  # type: ignore[no-untyped-call]

    def _ref(self, validator: Any, ref: str, instance: JSON, schema: Mapping[str, JSON]) -> Iterator[ValidationError]:
        self._references += 1
        if self._references > _MOST_REFERENCES:
            raise NotChecked(f"the schema was given up after following {_MOST_REFERENCES:,} references")
        yield from validator._validate_reference(ref=ref, instance=instance)


def _refused(keyword: str) -> Any:
    # jsonschema looks for what was evaluated with unbounded patterns, and again for each level.
    def refuse(*_: object) -> Iterator[ValidationError]:
        raise NotChecked(f"the schema uses {keyword}, which is not checked here")

    return refuse


def _matches(pattern: str, text: str) -> bool:
    # jsonschema's `re` knows no time limit and holds up every thread of the program while it searches.
    import regex  # type: ignore[import-untyped]

    try:
        check_size(pattern)
        return regex.search(pattern, text, timeout=_PATTERN_SECONDS, concurrent=True) is not None
    except BadPattern as fault:
        raise NotChecked(str(fault)) from None
    except regex.error as error:
        raise NotChecked(f"{describe(pattern)} is no pattern: {error}") from None
    except TimeoutError:
        raise NotChecked(f"the pattern {describe(pattern)} takes too long") from None


def _pattern(validator: Any, pattern: str, instance: JSON, schema: Mapping[str, JSON]) -> Iterator[ValidationError]:
    from jsonschema.exceptions import ValidationError

    if isinstance(instance, str) and not _matches(pattern, instance):
        yield ValidationError(f"must match the pattern {describe(pattern)}, found {describe(instance)}")


def _pattern_properties(
    validator: Any, patterns: Mapping[str, JSON], instance: JSON, schema: Mapping[str, JSON]
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for pattern, inner in patterns.items():
        for name, value in instance.items():
            if _matches(pattern, name):
                yield from validator.descend(value, inner, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, inner: JSON, instance: JSON, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    from jsonschema.exceptions import ValidationError

    if not isinstance(instance, dict):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    extra = [n for n in instance if n not in known and not any(_matches(pattern, n) for pattern in patterns)]
    if isinstance(inner, dict):
        for name in extra:
            yield from validator.descend(instance[name], inner, path=name)
    elif inner is False and extra:
        yield ValidationError(f"has {_names(extra)}, which the schema does not allow")


def _unique_items(validator: Any, wanted: JSON, instance: JSON, schema: object) -> Iterator[ValidationError]:
    from jsonschema.exceptions import ValidationError

    if wanted is not True or not isinstance(instance, list):
        return
    seen: dict[str, int] = {}
    for index, item in enumerate(instance):
        first = seen.setdefault(_canonical(item), index)
        if first != index:
            yield ValidationError(f"must hold no item twice, and [{first}] and [{index}] are the same")
            return


def _canonical(value: JSON) -> str:
    """The same text for values that are equal as JSON: 1 and 1.0 are one number, true is none."""
    return json.dumps(_numbers_alike(value), sort_keys=True)


def _numbers_alike(value: JSON) -> JSON:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_numbers_alike(item) for item in value]
    if isinstance(value, dict):
        return {name: _numbers_alike(item) for name, item in value.items()}
    return value


# -- words -----------------------------------------------------------------------------------------------------------


def _in_words(errors: Iterator[ValidationError]) -> Iterator[Violation]:
    told: set[Violation] = set()
    for error in errors:
        violation = Violation(tuple(error.absolute_path), words(error))
        # jsonschema names each missing property in an error of its own.
        if error.validator != "required" or violation not in told:
            told.add(violation)
            yield violation


def words(error: Any) -> str:
    """What is wrong in the eyes of a `ValidationError` of jsonschema, to be read after the path."""
    found, rule = error.instance, error.validator_value
    match error.validator:
        case "type":
            return f"must be {_one_of_kinds(rule)}, found {kind_of(found)}"
        case "required":
            return f"lacks {_names([name for name in rule if name not in found])}"
        case "enum":
            shown = [describe(value) for value in rule[: _MOST_NAMES + 1]]
            return f"must be {_one_of(shown, len(rule))}, found {describe(found)}"
        case "const":
            return f"must be {describe(rule)}, found {describe(found)}"
        case "anyOf" | "oneOf":
            return _alternatives(error)
        case "not":
            return f"is just what `not` rules out: {describe(found)}"
        case "dependentRequired":
            lacks = [name for name, needs in rule.items() if name in found and any(n not in found for n in needs)]
            return f"lacks what has to stand beside {_names(lacks)}"
        case "contains":
            return "holds too few or too many items of the kind that `contains` asks for"
        case None:
            # Of a schema that is `false` jsonschema tells no path.
            return f"holds {describe(found)} where the schema allows nothing"
    return _size_words(str(error.validator), rule, found) or _one_line(error.message)


_SIZES = {
    "minimum": "must be at least {rule}, found {found}",
    "maximum": "must be at most {rule}, found {found}",
    "exclusiveMinimum": "must be more than {rule}, found {found}",
    "exclusiveMaximum": "must be less than {rule}, found {found}",
    "multipleOf": "must be a multiple of {rule}, found {found}",
    "minLength": "must have {rule} characters at least, and has {size}",
    "maxLength": "must have {rule} characters at most, and has {size}",
    "minItems": "must hold {rule} items at least, and holds {size}",
    "maxItems": "must hold {rule} items at most, and holds {size}",
    "minProperties": "must have {rule} names at least, and has {size}",
    "maxProperties": "must have {rule} names at most, and has {size}",
}


def _size_words(keyword: str, rule: object, found: JSON) -> str:
    size = len(found) if isinstance(found, str | list | dict) else 0
    if keyword == "items" and rule is False:
        return f"holds more items than the schema allows: {size}"
    return _SIZES.get(keyword, "").format(rule=describe(rule), found=describe(found), size=size)


def _alternatives(error: Any) -> str:
    """For anyOf and oneOf: `must be a number or null`, or what the nearest alternative wants."""
    if not error.context:
        return f"fits more than one alternative of {error.validator}, and may fit only one"
    if all(inner.validator == "type" and not inner.relative_path for inner in error.context):
        kinds: list[str] = []
        for inner in error.context:
            kinds += [inner.validator_value] if isinstance(inner.validator_value, str) else inner.validator_value
        return f"must be {_one_of_kinds(list(dict.fromkeys(kinds)))}, found {kind_of(error.instance)}"
    # The alternative that came furthest is the one that was meant.
    nearest = max(error.context, key=lambda inner: (inner.validator != "type", len(inner.relative_path)))
    where = path_text(tuple(nearest.relative_path))
    told = words(nearest)
    return f"fits no alternative of {error.validator}; nearest: {f'{where} {told}' if where else told}"


def _one_of_kinds(rule: object) -> str:
    kinds = [rule] if isinstance(rule, str) else rule if isinstance(rule, list) else []
    return _one_of([_KINDS.get(str(kind), str(kind)) for kind in kinds], len(kinds))


def _one_of(shown: list[str], count: int) -> str:
    if count > _MOST_NAMES:
        return f"one of {', '.join(shown[:_MOST_NAMES])} and {count - _MOST_NAMES} more"
    return " or ".join([part for part in (", ".join(shown[:-1]), *shown[-1:]) if part])


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(path_text((name,)) for name in names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES} more"


def _one_line(message: str) -> str:
    text = " ".join(message.split())
    return text if len(text) <= _MOST_WORDS else f"{text[: _MOST_WORDS - 1]}…"
