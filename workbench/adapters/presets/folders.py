"""Which preset files there are: the names in the folders of the three places, listed anew only where one changed."""

from __future__ import annotations

import os
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.files import clean_temporary
from workbench.core.errors import InputError
from workbench.core.preset import FILE_ENDINGS, Kind, Place
from workbench.core.slug import check_slug
from workbench.core.visible import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable

SETTLED_SECONDS = 2
"""What was changed that recently may change again within one tick of the file system's clock, and not show it."""


class PresetFile(NamedTuple):
    """A file by its name, unread. `fault` is why its name can't be used, or why the folder `path` can't be read."""

    kind: Kind
    slug: str
    place: Place
    path: Path
    fault: str = ""


class Stamp(NamedTuple):
    """When this is the same, so is the content."""

    modified_ns: int
    changed_ns: int
    size: int
    inode: int

    @classmethod
    def of(cls, found: os.stat_result) -> Stamp:
        return cls(found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)

    def is_settled(self, now_ns: int) -> bool:
        """Whether what was read at `now_ns` can be told by the stamp from what is written later."""
        return max(self.modified_ns, self.changed_ns) + SETTLED_SECONDS * 1_000_000_000 < now_ns


class Folder:
    """One folder of preset files of a kind, such as the user's `personas`."""

    def __init__(self, place: Place, kind: Kind, path: Path) -> None:
        self.place = place
        self.kind = kind
        self.path = path
        self._stamp: Stamp | None = None
        self._files: tuple[PresetFile, ...] = ()
        self._by_slug: dict[str, PresetFile] = {}

    def files(self) -> tuple[PresetFile, ...]:
        """The files there are now, by slug. A folder that can't be read is one file with a fault; none is empty."""
        return self._look()[0]

    def get(self, slug: str) -> PresetFile | None:
        """The file of that slug."""
        files, by_slug = self._look()
        unlisted = len(files) == 1 and files[0].path == self.path
        return self._by_name(slug) if unlisted else by_slug.get(slug)

    def _by_name(self, slug: str) -> PresetFile | None:
        """In a folder that can't be listed. Saving would else take `a.yml` for gone, and make `a.yaml` beside it."""
        paths = [] if check_slug(slug) else [self.path / f"{slug}{ending}" for ending in FILE_ENDINGS]
        path = next((path for path in paths if os.path.lexists(path)), None)
        return None if path is None else PresetFile(self.kind, slug, self.place, path)

    def _look(self) -> tuple[tuple[PresetFile, ...], dict[str, PresetFile]]:
        try:
            now = time.time_ns()
            stamp = Stamp.of(os.stat(self.path))
            if stamp == self._stamp:
                return self._files, self._by_slug
            with os.scandir(self.path) as found:
                links = {entry.name: entry.is_symlink() for entry in found}
        except (FileNotFoundError, NotADirectoryError):
            return self._nothing()
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else "") or "no folder can have this name"
            fault = f"the folder {escaped(str(self.path))} can't be read: {reason}"
            return (PresetFile(self.kind, self.kind.folder, self.place, self.path, fault),), {}
        files = self._of_names(links)
        if self.place is not Place.SHIPPED:
            self._clean(links)
        by_slug = {file.slug: file for file in files if not file.fault}
        if stamp.is_settled(now):
            self._files, self._by_slug, self._stamp = files, by_slug, stamp
        return files, by_slug

    def _nothing(self) -> tuple[tuple[PresetFile, ...], dict[str, PresetFile]]:
        """Most people have no folder of a kind; a file, or a link to nothing, in its place is worth a word."""
        if not os.path.lexists(self.path):
            return (), {}
        fault = f"{escaped(str(self.path))} is no folder: presets of this kind go into a folder of this name"
        return (PresetFile(self.kind, self.kind.folder, self.place, self.path, fault),), {}

    def _clean(self, links: dict[str, bool]) -> None:
        """Remove what killed saves left half written: here, and beside the files that links lead to."""
        beside = {os.path.dirname(real_path(self.path / name)) for name, link in links.items() if link}
        if any(name.startswith(".workbench-") for name in links):
            clean_temporary(self.path)
        for folder in beside:
            clean_temporary(Path(folder))

    def _of_names(self, names: Iterable[str]) -> tuple[PresetFile, ...]:
        files: dict[str, PresetFile] = {}
        faulty: list[PresetFile] = []
        # `a.yaml` sorts before `a.yml`.
        for name in sorted(names):
            stem, ending = os.path.splitext(name)
            if ending not in FILE_ENDINGS or name.startswith("."):
                continue
            # Some systems hand out names in decomposed form, and people type the composed one.
            slug = unicodedata.normalize("NFC", stem)
            file = PresetFile(self.kind, slug, self.place, self.path / name, _name_fault(slug, name, files.get(slug)))
            if file.fault:
                faulty.append(file)
            else:
                files[slug] = file
        return tuple(sorted((*files.values(), *faulty), key=lambda file: file.slug))


def real_path(path: Path) -> str:
    """The path without links, as far as they can be read."""
    try:
        return os.path.realpath(path)
    except OSError:  # of a disk that fails: without `strict` too
        return str(path)


def _name_fault(slug: str, name: str, other: PresetFile | None) -> str:
    wrong = check_slug(slug)
    if wrong:
        return f"{escaped(name)}: {wrong}: rename the file"
    if other is not None:
        return f"{escaped(name)}: {escaped(other.path.name)} beside it has the same short name: rename one of them"
    return ""


def checked_slug(slug: str) -> str:
    """The slug as files have it. Raises InputError for one that is none, so that no path leads out of its folder."""
    slug = unicodedata.normalize("NFC", slug)
    wrong = check_slug(slug)
    if wrong:
        raise InputError(f"{escaped(slug)!r} can't be the name of a preset", wrong)
    return slug
