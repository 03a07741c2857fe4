"""Whether a schema in a request is a JSON Schema at all, and can be applied without looking anywhere else.

`json_schema_strict.py` asks for more where the request says `strict`. Walks without recursion.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.json_schema_keywords import children, keywords, known, wrong_part, wrong_value
from workbench.core.json_text import describe
from workbench.core.pattern import BadPattern, check_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workbench.core.findings import Findings
    from workbench.core.json_value import JSON

MOST_FINDINGS = 20
"""As for strict: a schema written for something else breaks the same rule everywhere."""
_INDEX = re.compile("0|[1-9][0-9]{0,8}")
"""An item of a list in a JSON pointer; `int` takes more for a number, and refuses some of what `isdigit` takes."""
_KEPT = 16
"""Schemas whose findings are kept: the body is checked after every edit, and its schema is nearly always the same."""


class SchemaFault(NamedTuple):
    """`where` is the path from the schema's root, with its leading dot; `text` is to be read after the whole path."""

    where: str
    text: str
    refused: bool = True
    """False for what an endpoint takes and that is likely a slip: a keyword that JSON Schema does not have."""


def check_schema(schema: Mapping[str, JSON], path: str, findings: Findings) -> bool:
    """Adds a problem for each place where `schema` is no JSON Schema, a note for each unknown keyword.

    True where there is no problem.
    """
    faults = schema_faults(json.dumps(schema))
    for fault in faults:
        add = findings.problem if fault.refused else findings.note
        add(f"{path}{fault.where}", f"{path}{fault.where} {fault.text}")
    return not any(fault.refused for fault in faults)


@lru_cache(_KEPT)
def schema_faults(text: str) -> tuple[SchemaFault, ...]:
    """What is wrong with the schema that this JSON text is, at most 20 places."""
    root: dict[str, JSON] = json.loads(text)
    parts = list(_parts(root))
    faults: list[SchemaFault] = []
    for part, where in parts:
        if wrong := wrong_part(part):
            faults.append(SchemaFault(where, wrong))
        elif isinstance(part, dict):
            faults += _part_faults(part, where)
        if len(faults) >= MOST_FINDINGS:
            return tuple(faults[:MOST_FINDINGS])
    inner = [(part, where) for part, where in parts if isinstance(part, dict)]
    return tuple([*faults, *_reference_faults(root, inner)][:MOST_FINDINGS])


def _parts(root: JSON) -> Iterator[tuple[JSON, str]]:
    """The schema and all schemas in it, each before those inside it. A keyword's wrong value is told as its own."""
    todo: list[tuple[JSON, str]] = [(root, "")]
    while todo:
        part, where = todo.pop()
        yield part, where
        if isinstance(part, dict):
            todo += [*children(part, where)][::-1]


def _part_faults(part: Mapping[str, JSON], where: str) -> Iterator[SchemaFault]:
    for keyword, value in part.items():
        place = f"{where}.{keyword}"
        if not known(keyword):
            if not keyword.startswith("x-"):
                yield SchemaFault(place, f"is no keyword of JSON Schema{_hint(keyword)}", refused=False)
        elif wrong := wrong_value(keyword, value):
            yield SchemaFault(place, wrong)
        elif keyword in ("pattern", "patternProperties"):
            patterns = [value] if isinstance(value, str) else value if isinstance(value, dict) else ()
            yield from (SchemaFault(place, wrong) for pattern in patterns if (wrong := _wrong_pattern(pattern)))


def _hint(keyword: str) -> str:
    if keyword == "nullable":
        return ': write "null" among the types'
    from difflib import get_close_matches

    near = get_close_matches(keyword, keywords(), 1, 0.75)
    return f": did you mean {near[0]}?" if near else ", and does nothing"


def _wrong_pattern(pattern: str) -> str:
    import regex  # type: ignore[import-untyped]

    try:
        check_size(pattern)
        regex.compile(pattern)
    except BadPattern as fault:
        return f"can't be used: {fault}"
    except (regex.error, RecursionError, OverflowError) as error:
        return f"holds no pattern: {error}"
    return ""


def _reference_faults(root: JSON, parts: list[tuple[dict[str, JSON], str]]) -> Iterator[SchemaFault]:
    ids = {part["$id"] for part, _ in parts if isinstance(part.get("$id"), str)}
    named = [part.get(key) for part, _ in parts for key in ("$anchor", "$dynamicAnchor")]
    anchors = {name for name in named if isinstance(name, str)}
    for part, where in parts:
        for key in ("$ref", "$dynamicRef"):
            target = part.get(key)
            if not isinstance(target, str) or target in ids:
                continue
            address, _, fragment = target.partition("#")
            if address and address not in ids:
                text = (
                    f"refers to {describe(target)}: only what stands in the schema itself is used, so put it into $defs"
                )
                yield SchemaFault(f"{where}.{key}", text)
            elif not address and fragment and not ids and not _leads(root, fragment, anchors):
                yield SchemaFault(f"{where}.{key}", f"refers to {describe(target)}, which is not in the schema")


def _leads(root: JSON, fragment: str, anchors: set[str]) -> bool:
    """Whether the part of a reference behind its # leads to something: an anchor, or a JSON pointer (RFC 6901)."""
    from urllib.parse import unquote

    if not fragment.startswith("/"):
        return fragment in anchors
    at = root
    for step in unquote(fragment)[1:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(at, dict) and name in at:
            at = at[name]
        elif isinstance(at, list) and _INDEX.fullmatch(name) and int(name) < len(at):
            at = at[int(name)]
        else:
            return False
    return True
