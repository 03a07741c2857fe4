"""What models accept: the shipped `models.yaml`, and the user's own file of the same form, which goes before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, get_args

from workbench.adapters.yaml_file import YamlFile, YamlPath, read_yaml
from workbench.core.errors import InputError
from workbench.core.json_text import describe
from workbench.core.models import ModelRules, ParameterRule, Taken, rules_for
from workbench.core.parameters import BY_NAME, Parameter, check_value, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from workbench.core.json_value import JSON

T = TypeVar("T")

VERSION = 1
_TAKEN = get_args(Taken)
_TOP = ("version", "families", "models")
_FACTS = ("source", "instruction_role", "images", "context_window", "max_output", "shutdown", "parameters")
_MODEL = ("names", "family", *_FACTS)
_RULE = ("taken", "only", "maximum", "default")
_ROLES = ("system", "developer")


def load_rulebook(user_file: Path | None = None) -> tuple[ModelRules, ...]:
    """The rules for `rules_for`, the user's first. A user's file that is not there is no error.

    An entry of the user's amends, for each shipped model that its names fit, what it says of it and nothing else.
    Raises InputError, as `file:line: what is wrong`, for a file that can't be read or says what no rule can be.
    """
    shipped_data = resources.files("workbench").joinpath("models.yaml").read_bytes()
    shipped = _Reader(read_yaml(shipped_data, "models.yaml"), _Rules({}, ())).read()
    if user_file is None or not user_file.exists():
        return shipped.book
    try:
        data = user_file.read_bytes()
    except OSError as fault:
        raise InputError(f"{user_file} could not be read: {fault.strerror or fault}") from None
    return _Reader(read_yaml(data, str(user_file)), shipped).read().book + shipped.book


@dataclass(frozen=True, slots=True)
class _Rules:
    families: Mapping[str, ModelRules]
    book: tuple[ModelRules, ...]


class _Reader:
    """Reads one file on top of the rules that stand `below` it."""

    def __init__(self, file: YamlFile, below: _Rules) -> None:
        self._file = file
        self._below = below
        self._families = dict(below.families)

    def read(self) -> _Rules:
        top = self._mapping((), _given(self._file.value, {}), _TOP)
        version = self._whole(("version",), top.get("version", VERSION))
        if version > VERSION:
            raise self._file.fault(("version",), f"version {version} is newer than this program, which reads {VERSION}")
        for name, facts in self._expect(("families",), _given(top.get("families"), {}), dict, "a mapping").items():
            path: YamlPath = ("families", name)
            self._families[name] = self._amend(ModelRules(name), path, self._mapping(path, facts, _FACTS))
        book: list[ModelRules] = []
        for index, entry in enumerate(self._expect(("models",), _given(top.get("models"), []), list, "a list")):
            path = ("models", index)
            book += self._entry(path, self._mapping(path, entry, _MODEL))
        return _Rules(self._families, tuple(book))

    def _entry(self, path: YamlPath, entry: Mapping[str, JSON]) -> list[ModelRules]:
        if not entry.get("names"):
            raise self._file.fault(path, "an entry needs names: the models that it is about")
        names = self._expect((*path, "names"), entry["names"], list, "a list of names")
        book: list[ModelRules] = []
        for index, given in enumerate(names):
            name = self._expect((*path, "names", index), given, str, "a text")
            book += [self._amend(base, path, entry) for base in self._bases(path, name, entry.get("family"))]
        return book

    def _bases(self, path: YamlPath, name: str, family: JSON) -> list[ModelRules]:
        """What an entry amends: its family; else each rule below that its name fits, and the name itself."""
        if family is not None:
            known = self._expect((*path, "family"), family, str, "a text")
            if known not in self._families:
                raise self._unknown((*path, "family"), known, tuple(self._families), "family")
            return [replace(self._families[known], pattern=name)]
        below = self._below.book
        bases = [rules for rules in below if fnmatchcase(rules.pattern, name)]
        if all(rules.pattern != name for rules in bases):
            bases.append(replace(rules_for(name, below) or ModelRules(name), pattern=name))
        return bases

    def _amend(self, base: ModelRules, path: YamlPath, facts: Mapping[str, JSON]) -> ModelRules:
        changes: dict[str, Any] = {}
        for key in ("context_window", "max_output"):
            if key in facts:
                value = facts[key]
                changes[key] = None if value is None else self._whole((*path, key), value)
        if "shutdown" in facts:
            changes["shutdown"] = self._day((*path, "shutdown"), facts["shutdown"])
        if "source" in facts:
            changes["source"] = self._expect((*path, "source"), facts["source"], str, "a text")
        if "instruction_role" in facts:
            changes["instruction_role"] = self._role((*path, "instruction_role"), facts["instruction_role"])
        if "images" in facts:
            changes["images"] = self._expect((*path, "images"), facts["images"], bool, "true or false")
        if "parameters" in facts:
            where = (*path, "parameters")
            given = self._expect(where, _given(facts["parameters"], {}), dict, "a mapping")
            changes["parameters"] = {
                **base.parameters,
                **{name: self._rule((*where, name), name, value) for name, value in given.items()},
            }
        return replace(base, **changes)

    def _rule(self, path: YamlPath, name: str, value: JSON) -> ParameterRule:
        parameter = BY_NAME.get(name)
        if parameter is None or parameter.where != "body":
            sent = tuple(p.name for p in BY_NAME.values() if p.where == "body")
            raise self._unknown(path, name, sent, "parameter that is sent")
        if isinstance(value, str):
            return ParameterRule(self._taken(path, name, value))
        rule = self._mapping(path, value, _RULE)
        only = rule.get("only")
        if only is not None:
            only = self._expect((*path, "only"), only, list, "a list of values")
            for index, one in enumerate(only):
                self._check((*path, "only", index), parameter, one)
        if rule.get("default") is not None:
            self._check((*path, "default"), parameter, rule["default"])
        maximum = rule.get("maximum")
        if isinstance(maximum, bool) or not isinstance(maximum, int | float | None):
            raise self._file.fault((*path, "maximum"), f"maximum must be a number, not {describe(maximum)}")
        taken = self._taken((*path, "taken"), name, rule.get("taken", "always"))
        return ParameterRule(taken, None if only is None else tuple(only), maximum, rule.get("default"))

    def _taken(self, path: YamlPath, name: str, value: JSON) -> Taken:
        if value not in _TAKEN:
            raise self._file.fault(path, f"must be {one_of(_TAKEN)}, not {describe(value)}")
        if name == "reasoning_effort" and value == "at_effort_none":
            raise self._file.fault(path, "reasoning_effort can't depend on itself")
        return cast(Taken, value)

    def _check(self, path: YamlPath, parameter: Parameter, value: JSON) -> None:
        if wrong := check_value(parameter, value):
            raise self._file.fault(path, f"a value of {parameter.name} {wrong}")

    def _role(self, path: YamlPath, value: JSON) -> Literal["system", "developer"]:
        if value not in _ROLES:
            raise self._file.fault(path, f"must be {one_of(_ROLES)}, not {describe(value)}")
        return cast(Literal["system", "developer"], value)

    def _day(self, path: YamlPath, value: JSON) -> date | None:
        if value is None:
            return None
        try:
            return date.fromisoformat(self._expect(path, value, str, "a day such as 2027-01-14"))
        except ValueError:
            raise self._file.fault(path, f"shutdown must be a day such as 2027-01-14, not {describe(value)}") from None

    def _whole(self, path: YamlPath, value: JSON) -> int:
        number = self._expect(path, value, int, "a whole number")
        if isinstance(value, bool) or number < 1:
            raise self._file.fault(path, f"{path[-1]} must be a whole number from 1, not {describe(value)}")
        return number

    def _mapping(self, path: YamlPath, value: JSON, keys: tuple[str, ...]) -> Mapping[str, JSON]:
        mapping: dict[str, JSON] = self._expect(path, value, dict, "a mapping")
        for key in mapping:
            if key not in keys:
                raise self._unknown((*path, key), key, keys, "key here")
        return mapping

    def _expect(self, path: YamlPath, value: JSON, kind: type[T], what: str) -> T:
        if not isinstance(value, kind):
            name = next((str(part) for part in reversed(path) if isinstance(part, str)), "the file")
            raise self._file.fault(path, f"{name} must be {what}, not {describe(value)}")
        return value

    def _unknown(self, path: YamlPath, name: str, known: tuple[str, ...], what: str) -> InputError:
        # Imported here: only a misspelt name needs it.
        from difflib import get_close_matches

        near = get_close_matches(name, known, n=1)
        return self._file.fault(path, f"{describe(name)} is no {what}", f"did you mean {near[0]}?" if near else "")


def _given(value: JSON, default: JSON) -> JSON:
    """YAML reads a key with nothing behind it as null."""
    return default if value is None else value
