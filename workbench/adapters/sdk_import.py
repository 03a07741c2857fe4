"""The first import of the SDK, with as little in it as a chat request needs.

`import openai` makes the classes of every answer that any part of the API may give, 460 modules of them, most for the
Responses API: 0.4 s of processor time, of which a request that is read from its raw bytes needs a third.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from types import ModuleType

_LATER = ("openai.types", "openai.types.responses")
"""Packages that import all their modules, the parent before the child. What else is under `openai.types` comes from
its own module, and is imported as always."""


@contextlib.contextmanager
def quick_import() -> Iterator[None]:
    """For an import of the SDK: the first in a process takes half as long so.

    What an import makes stays to the end, so that the garbage collector looks through it in vain, again and again.
    Where aiohttp happens to be installed the SDK loads it for a client of its own that is never used here. And of the
    packages that only gather others' names nothing is loaded before somebody asks for a name.
    """
    first = "openai" not in sys.modules
    hides = first and "aiohttp" not in sys.modules
    collects = gc.isenabled()
    gc.disable()
    if hides:
        sys.modules["aiohttp"] = None  # type: ignore[assignment]  # an import of it is an ImportError
    if first:
        _put_later()
    try:
        yield
    finally:
        if hides:
            del sys.modules["aiohttp"]
        if collects:
            gc.enable()


class _LaterPackage(ModuleType):
    """A package whose modules can be imported, and which is itself imported when a name of it is asked for."""

    def __getattr__(self, name: str) -> object:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        package = importlib.import_module(self.__name__)
        # The modules that were imported meanwhile are attributes of this one, and would be of no other.
        for known, value in vars(self).items():
            vars(package).setdefault(known, value)
        return getattr(package, name)


def _put_later() -> None:
    """Where the SDK has these packages. In one that has no such thing, all is imported as it comes."""
    root = PathFinder.find_spec("openai")
    places = None if root is None else root.submodule_search_locations
    above: ModuleType | None = None
    for name in _LATER:
        spec = None if places is None or name in sys.modules else PathFinder.find_spec(name, list(places))
        if spec is None or spec.submodule_search_locations is None:
            return
        package = module_from_spec(spec)
        package.__class__ = _LaterPackage
        sys.modules[name] = package
        if above is not None:
            setattr(above, name.rpartition(".")[2], package)
        above, places = package, spec.submodule_search_locations
