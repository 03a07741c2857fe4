"""The keys that the command-line tool `llm` keeps, used where they lie: they are read, never copied into a file.

Its `keys.json` is an object of names and keys, in $LLM_USER_PATH or the user's folder `io.datasette.llm`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.adapters.connections import NO_KEY, FoundKey
from workbench.adapters.files import read_limited
from workbench.core.errors import InputError
from workbench.core.keys import clean_key
from workbench.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MAX_BYTES = 256 * 1024
LLM_KEY = "llm_key:"
"""In front of a key's name: what a host is trusted with where a key of llm is used for it."""


def llm_keys_file(environ: Mapping[str, str]) -> Path:
    """Where `llm` keeps its keys; the file need not be there."""
    if folder := environ.get("LLM_USER_PATH", "").strip():
        return Path(folder).expanduser() / "keys.json"
    import platformdirs  # only where a person looks at keys

    return platformdirs.user_config_path("io.datasette.llm", appauthor=False, roaming=True) / "keys.json"


def allowed_key(environ: Mapping[str, str], allowed: Callable[[], Iterable[str]]) -> FoundKey:
    """The key that the person wants used for a host; `allowed` gives all that the host is trusted with.

    Asked at every start without a key, so that what is allowed is read only where llm has a file at all. A file that
    can't be read is no key: the request says that the host wants one, and the connect screen where it was.
    """
    path = llm_keys_file(environ)
    if not os.path.isfile(path):  # pathlib's raises where the folder may not be entered
        return NO_KEY
    name = next((what.removeprefix(LLM_KEY) for what in allowed() if what.startswith(LLM_KEY)), "")
    if not name:
        return NO_KEY
    try:
        return FoundKey(llm_key(environ, name), f"{name} in {path}")
    except InputError:
        return NO_KEY


def llm_key_names(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the keys that can be used, in the file's order; () where there is no file that can be read."""
    try:
        return tuple(_keys(llm_keys_file(environ)))
    except InputError:
        return ()  # nobody asked for a key of it


def llm_key(environ: Mapping[str, str], name: str) -> Secret:
    """The key of that name. Raises InputError, which never holds a part of a key."""
    path = llm_keys_file(environ)
    key = _keys(path).get(name)
    if key is None:
        raise InputError(f"{path} has no key '{name}' that can be used", "`llm keys` lists the names")
    return key


def _keys(path: Path) -> dict[str, Secret]:
    data = read_limited(path, path.parent, MAX_BYTES, shown=str(path), taker="a file of keys").data
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise InputError(f"{path} is not JSON", "`llm keys set` writes it anew") from None
    keys: dict[str, Secret] = {}
    for name, text in value.items() if isinstance(value, dict) else ():
        # The file begins with a note to the reader under the name "// Note".
        if not isinstance(text, str) or not name.isprintable() or not name[:1].isalnum() or len(name) > 64:
            continue
        try:
            cleaned = clean_key(text)
        except InputError:
            continue
        if cleaned:
            keys[name] = Secret(cleaned)
    return keys
