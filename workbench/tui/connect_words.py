"""What the connect screen says of a place: its row, and what is known of it below or beside the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content

from workbench.core.counted import counted
from workbench.core.lesson_words import lesson_lines
from workbench.core.usage import seconds_text
from workbench.tui.display import literal
from workbench.tui.widgets.drawing import wrapped
from workbench.tui.widgets.pick_list import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.adapters.local_servers import LocalServer
    from workbench.connecting import Place, Tested
    from workbench.core.models import Lessons, ModelInfo

PRACTICE = "built in: a text generator for trying the controls, not an AI"
_MOST_NAMES = 6
_LABEL = 9
_LEAST_TEXT = 12
_MOST_LINES = 8

_NOTES = {"asks": "asks first", "no key": "needs a key", "found": "running here", "taught": "not here now"}


def place_id(place: Place) -> str:
    return f"{place.kind} {place.name}"


def choice_of(place: Place, *, in_use: bool, tested: Tested | None) -> Choice:
    """The place's row; how its test went stands at the right end."""
    note = _NOTES.get(place.kind, "running" if place.server is not None else "")
    if place.kind == "found" and place.server is not None and place.server.wants_key:
        note = _NOTES["no key"]
    if tested is not None:
        note = f"✗ {tested.cause}" if tested.models is None else f"✓ {_models(len(tested.models))}"
    return Choice(place_id(place), place.name, _summary(place), "●" if in_use else " ", note)


def _summary(place: Place) -> str:
    if place.is_practice:
        return PRACTICE
    if place.kind == "found" and place.server is not None:
        return _server(place.server)
    if place.kind == "taught":
        return "what it taught is still remembered"
    if place.connection is None:
        return place.base_url
    key = f"key: {place.connection.key_source}" if place.connection.key is not None else "no key"
    return f"{place.host} · {key}"


def _server(server: LocalServer) -> str:
    if server.wants_key:
        return f"{server.name} that wants a key"
    return f"{server.name}, {_models(len(server.models))}"


def _models(count: int) -> str:
    return counted(count, "model")


class Known(NamedTuple):
    """What is known of a place beside the place itself."""

    lessons: Lessons
    tested: Tested | None
    starts: bool
    """Whether it is the connection at the start."""
    env_open_to: str
    """The mode of a .env that others can read; else ""."""


class _Row(NamedTuple):
    label: str
    text: str
    style: str = ""


def details(place: Place, known: Known, about_practice: str, width: int) -> Content:
    """Everything that is known of the place, in lines of at most `width` cells."""
    if place.is_practice:
        rows = [_Row("what", about_practice)]
    elif place.kind == "taught":
        rows = [_Row("address", place.host)]
    else:
        rows = [_Row("address", place.base_url), *_key_rows(place, known.env_open_to), *_server_rows(place.server)]
        rows.append(_Row("model", place.connection.default_model if place.connection is not None else ""))
        rows.append(_Row("kept", _kept(place)))
    rows.append(_Row("start", "requests go here at every start" if known.starts else ""))
    rows += [_Row("" if number else "taught", line) for number, line in enumerate(lesson_lines(known.lessons))]
    rows += _tested_rows(known.tested) if known.tested is not None else []
    lines = [literal(place.name).stylize("bold")]
    for row in rows:
        lines += _lines(row, width)
    return Content("\n").join(lines)


def _lines(row: _Row, width: int) -> list[Content]:
    """A row with its text wrapped beside the label."""
    if not row.text:
        return []
    texts = wrapped(row.text, max(_LEAST_TEXT, width - _LABEL), _MOST_LINES)
    labels = [row.label, *[""] * (len(texts) - 1)]
    return [
        Content.assemble((label.ljust(_LABEL), "$foreground 60%"), (text, row.style))
        for label, text in zip(labels, texts, strict=True)
    ]


def _key_rows(place: Place, env_open_to: str) -> list[_Row]:
    if place.question is not None:
        return [_Row("key", place.question.text)]
    connection = place.connection
    if connection is None:
        wanted = place.server is None or place.server.wants_key
        return [_Row("key", "none yet: k enters one" if wanted else "none needed")]
    if connection.key is None:
        variable = place.saved.api_key_env if place.saved is not None else ""
        return [_Row("key", f"{variable} holds none: k enters one" if variable else "none: k enters one")]
    rows = [_Row("key", connection.key_source)]
    if env_open_to and connection.key_source.endswith(".env"):
        warning = f"! others on this machine can read that .env ({env_open_to}): chmod 600 .env"
        rows.append(_Row("", warning, "$text-warning"))
    return rows


def _server_rows(server: LocalServer | None) -> list[_Row]:
    if server is None:
        return []
    return [_Row("running", _server(server)), _Row("", _names(server.models))]


def _names(models: Sequence[ModelInfo]) -> str:
    names = ", ".join(model.id for model in models[:_MOST_NAMES])
    return names + (f" and {len(models) - _MOST_NAMES:,} more" if len(models) > _MOST_NAMES else "")


def _kept(place: Place) -> str:
    if place.saved is not None:
        return "in your settings"
    return "for this session; s keeps it in your settings" if place.server is not None else ""


def other_line(tested: Tested) -> str:
    """Where an API was found instead; e is dim where the address is not one of the settings."""
    return f"→ an API answers at {tested.other_url}: e changes the address"


def _tested_rows(tested: Tested) -> list[_Row]:
    if tested.models is not None:
        told = f"✓ {_models(len(tested.models))} in {seconds_text(tested.seconds)}"
        return [_Row("test", told, "$text-success"), _Row("", _names(tested.models))]
    rows = [_Row("test", f"✗ {tested.fault}", "$text-error")]
    if tested.other_url:
        rows.append(_Row("", other_line(tested), "$text-accent"))
    return rows
