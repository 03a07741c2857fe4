"""The file beside a preset that says what it answered: `translate.lock` of `translate.yaml`.

It is YAML so that answers stand in a difference of two versions line by line, and it is read as what it is, a file
that anybody may have written: texts in it are compared and shown, and name no file and no address to go to.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbench.adapters.files import read_limited
from workbench.adapters.presets.files import Text
from workbench.adapters.presets.save import digest_of, save_beside
from workbench.adapters.yaml_file import MOST_BYTES, read_yaml
from workbench.core.drift.recording import (
    MOST_ANSWERS,
    VERSION,
    Noise,
    RecordedCase,
    RecordedCheck,
    RecordedColumn,
    Recording,
    Took,
)
from workbench.core.errors import InputError, StorageError
from workbench.core.json_text import describe
from workbench.core.preset import Place
from workbench.core.visible import escaped
from workbench.core.yaml_text import yaml_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.adapters.presets.library import PresetLibrary
    from workbench.adapters.yaml_file import YamlFile
    from workbench.core.json_value import JSON
    from workbench.core.preset import OpenedPreset

ENDING = ".lock"
_ABOUT = "# What this preset answered, for `workbench check`. Written by the program: record anew instead of editing.\n"
_OPENED = frozenset(["columns"])
_AS_GIVEN = ("setting", "parameters", "value")
"""Foreign values: a null in them is one."""

_ANEW = "remove it and record anew with --record"

_Count = Annotated[int, Field(ge=0, strict=True)]


class LockFile(NamedTuple):
    """Where it is and, where there is one, its digest and what it says."""

    path: Path
    digest: str | None = None
    recording: Recording | None = None


def lock_path(opened: OpenedPreset, library: PresetLibrary) -> Path:
    """Beside the preset's file; beside where it would be saved as one's own for one that came with the program."""
    path = Path(opened.path)
    if opened.place is Place.SHIPPED:
        path = library.folder(Place.USER) / opened.kind.folder / path.name
    return path.with_suffix(ENDING)


def read_lock(path: Path) -> LockFile:
    """What lies there. Raises InputError for a file that can't be read, or that none of ours can have written."""
    if not os.path.lexists(path):
        return LockFile(path)
    shown = escaped(str(path))
    file = read_limited(path, path.parent, MOST_BYTES, shown=shown, taker="a recording")
    return LockFile(path, digest_of(file.data), _recording(read_yaml(file.data, shown)))


def write_lock(path: Path, recording: Recording, *, known: str | None) -> LockFile:
    """Write it, in place of the file of that digest (None: of none). Raises ChangedOnDisk, StorageError."""
    kept = recording.to_keep()
    text = _ABOUT + yaml_text(_plain(kept), opened=_OPENED)
    shown = escaped(str(path))
    try:
        same = _recording(read_yaml(text.encode(), shown)) == kept
    except InputError as error:
        raise StorageError(f"{shown} is not written, since it could not be read again: {error.message}") from error
    if not same:
        raise StorageError(f"{shown} is not written, since it would not read back as it is")
    return LockFile(path, save_beside(path, text, known=known), kept)


def _plain(recording: Recording) -> dict[str, JSON]:
    values = asdict(recording)
    columns = values.pop("columns")
    written = _set({"version": VERSION, **values, "columns": columns})
    assert isinstance(written, dict)
    return written


def _set(value: Any) -> JSON:
    """With lists for tuples, and without what is not known: its absence says it."""
    if isinstance(value, dict):
        if "answers" in value:
            value = {**value, "answers": _grouped(value["answers"])}
        return {
            name: item if name in _AS_GIVEN else _set(item)
            for name, item in value.items()
            if name in _AS_GIVEN or (item is not None and item != {})
        }
    return [_set(item) for item in value] if isinstance(value, list | tuple) else value


def _grouped(texts: Iterable[str]) -> list[dict[str, JSON]]:
    """Each text once, with how often it came where that is more than once."""
    return [{"times": times, "text": text} if times > 1 else {"text": text} for text, times in Counter(texts).items()]


# -- reading ---------------------------------------------------------------------------------------------------------


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Check(_Table):
    type: Text
    value: Any = None
    passed: _Count = 0
    failed: _Count = 0
    not_judged: _Count = 0


class _Answer(_Table):
    text: Text
    times: Annotated[int, Field(ge=1, le=MOST_ANSWERS, strict=True)] = 1


class _Case(_Table):
    request: Text
    messages: list[Text] = []
    prompt_tokens: _Count | None = None
    answers: list[_Answer] = []


class _Noise(_Table):
    runs: _Count = 0
    distinct: _Count | None = None
    identical_share: float | None = None
    distance_within: float | None = None


class _Took(_Table):
    completion_tokens: float | None = None
    cost_usd: float | None = None
    seconds: float | None = None


class _Column(_Table):
    setting: dict[str, Any]
    connection: Text
    host: Text
    model: Text
    parameters: dict[str, Any] = {}
    models: dict[str, _Count] = {}
    fingerprints: dict[str, _Count] = {}
    noise: _Noise = _Noise()
    took: _Took = _Took()
    checks: list[_Check] = []
    cases: list[_Case] = Field(default=[], min_length=1)


class _Recording(_Table):
    version: Annotated[int, Field(ge=1, strict=True)]
    preset: Text
    connection: Text
    repeats: Annotated[int, Field(ge=1, strict=True)]
    variables: dict[str, Text] = {}
    parts: dict[str, Text] = {}
    recorded_at: Text = ""
    program: Text = ""
    characters: Annotated[int, Field(ge=1, strict=True)] | None = None
    columns: list[_Column]


def _recording(file: YamlFile) -> Recording:
    if not isinstance(file.value, dict):
        raise file.fault((), "this is no recording", _ANEW)
    version = file.value.get("version")
    if isinstance(version, int) and version > VERSION:
        what = f"version {version} is newer than this program, which reads up to {VERSION}"
        raise file.fault(("version",), what, "a newer program is needed; the file is left as it is")
    try:
        read = _Recording.model_validate(file.value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        what = f"{place}: {first['msg'].lower()}, not {describe(first['input'])}"
        raise file.fault(tuple(first["loc"]), what, _ANEW) from None
    if sum(answer.times for column in read.columns for case in column.cases for answer in case.answers) > MOST_ANSWERS:
        raise file.fault(("columns",), f"there are more than {MOST_ANSWERS} answers in it", _ANEW)
    return Recording(
        columns=tuple(map(_column, read.columns)),
        **{name: getattr(read, name) for name in _Recording.model_fields if name not in ("version", "columns")},
    )


def _column(read: _Column) -> RecordedColumn:
    values = {name: getattr(read, name) for name in _Column.model_fields}
    values["noise"] = Noise(**read.noise.model_dump())
    values["took"] = Took(**read.took.model_dump())
    values["checks"] = tuple(RecordedCheck(**each.model_dump()) for each in read.checks)
    values["cases"] = tuple(
        RecordedCase(
            each.request,
            tuple(each.messages),
            each.prompt_tokens,
            tuple(answer.text for answer in each.answers for _ in range(answer.times)),
        )
        for each in read.cases
    )
    return RecordedColumn(**values)
