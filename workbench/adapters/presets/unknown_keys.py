"""A key that no preset has: the nearest right one, where it belongs, or why presets don't have it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from workbench.adapters.presets.fault_lines import shown
from workbench.adapters.presets.files import MODELS, PARTS
from workbench.core.parameters import BY_NAME, nearest
from workbench.core.preset import Kind
from workbench.core.prompt import Role
from workbench.core.secret_names import is_header, is_secret, plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.adapters.yaml_file import YamlPath

_NO_SECRETS = (
    "presets hold no secret (its value is not shown)",
    "take it out; keys come from the environment or .env",
)
_NO_HEADERS = (
    "presets hold no headers (its value is not shown)",
    "take it out; keys come from the environment or .env",
)
_NO_CONNECTIONS = (
    "presets say nothing about where they are sent",
    "take it out; connections live in the settings file, as [endpoints.NAME] with base_url and api_key_env",
)
_NO_INCLUDES = (
    "presets read no file and no environment",
    "write the text out, or use {{name}} and give it with --var name=@file",
)

_CONNECTIONS = frozenset(
    "base_url api_base api_url url uri endpoint endpoints server connection connections provider proxy proxies "
    "organization organisation org project extra_query default_query query api_version api_type deployment".split()
)
_INCLUDES = frozenset(
    "include includes import imports extends inherit inherits from env environment file files path script exec "
    "command eval python".split()
)
_CLOSE = 0.6


def reason(key: str) -> tuple[str, str] | None:
    """Why presets have no such key, and what to do; None where it is merely unknown."""
    if is_secret(key):
        return _NO_SECRETS
    if is_header(key):
        return _NO_HEADERS
    name = plain_name(key)
    if name in _CONNECTIONS:
        return _NO_CONNECTIONS
    return _NO_INCLUDES if name in _INCLUDES else None


def unknown_key(path: YamlPath, kind: Kind) -> tuple[str, str]:
    """What is said of the key at the end of `path`, and what to write instead."""
    key = str(path[-1])
    said = reason(key)
    if said is not None:
        return said
    near = _misplaced(path, key, kind)
    if near:
        return "unknown key", near
    known = _known(path, kind)
    close = near_word(key, known)
    if close:
        return "unknown key", f"did you mean {close}?"
    parameter = nearest(key[:64]) if len(path) == 1 and kind is not Kind.FORMAT else ""
    if parameter:
        return "unknown key", f"did you mean {parameter}, under parameters?"
    return "unknown key", f"known here are {', '.join(known)}"


def unknown_parameter(name: str) -> tuple[str, str]:
    """The same for a name under `parameters`."""
    said = reason(name)
    if said is not None:
        return said
    if plain_name(name) in _known((name,), Kind.PROMPT):
        return "unknown key", f"{shown(name)} stands at the top of a prompt's file, not under parameters"
    near = nearest(name[:64])
    other = "what an endpoint adds of its own goes into extra"
    return "unknown key", f"did you mean {near}?" if near else other


def near_word(word: str, known: Iterable[str]) -> str:
    """The known word that is most like this one, or ""."""
    # Imported here: only a misspelt word needs it.
    from difflib import get_close_matches

    return next(iter(get_close_matches(plain_name(word[:64]), list(known), n=1, cutoff=_CLOSE)), "")


def _misplaced(path: YamlPath, key: str, kind: Kind) -> str:
    """For a right key in the wrong place: where it belongs, or ""."""
    name = plain_name(key)
    if len(path) == 1 and name in BY_NAME:
        return f"{name} belongs under parameters{' of a prompt or persona' if kind is Kind.FORMAT else ''}"
    if name in list(Role) and (len(path) == 1 or path[0] == "messages"):
        return f"write a message as - {{role: {name}, content: ...}}"
    if len(path) == 1:
        owners = [other for other in Kind if other is not kind and name in MODELS[other].model_fields]
        if owners:
            return f"a {kind.value} has none; it is a key of a {owners[0].value}"
    return ""


@cache
def _fields(top: str, kind: Kind) -> tuple[str, ...]:
    model = PARTS.get(top, MODELS[kind])
    return tuple(sorted(model.model_fields, key=lambda name: name != "kind"))


def _known(path: YamlPath, kind: Kind) -> tuple[str, ...]:
    """The keys that may stand beside the last one of `path`."""
    if len(path) > 3 and path[0] == "messages" and path[2] in PARTS:
        return _fields(str(path[2]), kind)
    return _fields(str(path[0]) if len(path) > 1 else "", kind)
