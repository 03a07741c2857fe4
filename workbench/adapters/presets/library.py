"""The presets of the three places: shipped with the program, the user's, and the project's.

A file is read when it changed since it was read last. What is kept is whole at every moment, so that one thread may
list while another builds requests.
"""

from __future__ import annotations

import os
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workbench.adapters.files import FileBytes, read_limited
from workbench.adapters.presets.fault_lines import PresetFault
from workbench.adapters.presets.file_warnings import file_warnings
from workbench.adapters.presets.folders import Folder, PresetFile, Stamp, checked_slug, real_path
from workbench.adapters.yaml_file import MOST_BYTES
from workbench.core.errors import InputError
from workbench.core.preset import FILE_ENDINGS, Kind, OpenedPreset, Place, PresetEntry
from workbench.core.slug import check_slug, slug_of
from workbench.core.visible import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.adapters.presets.read import ReadPreset
    from workbench.core.preset import Preset

_LATER_FIRST = (Place.PROJECT, Place.USER, Place.SHIPPED)
_MOST_KEPT = 200
"""Presets that are kept as values, not just as a row of the list."""


class _Row(NamedTuple):
    """What the list says of a file."""

    name: str = ""
    description: str = ""
    error: str = ""


class PresetLibrary:
    """Presets by kind and slug. Of two with one slug the project's is used, then the user's, then the shipped one."""

    def __init__(self, shipped: Path, user: Path, project: Path) -> None:
        self._roots = {Place.SHIPPED: shipped, Place.USER: user, Place.PROJECT: project}
        # Where the working folder is the program's own checkout, its presets are the shipped ones.
        first: dict[str, Place] = {}
        self._stands_for = {place: first.setdefault(real_path(root), place) for place, root in self._roots.items()}
        self._folders = {
            (place, kind): Folder(place, kind, self._roots[place] / kind.folder)
            for place in first.values()
            for kind in Kind
        }
        self._rows: dict[Path, tuple[Stamp, _Row]] = {}
        self._kept: dict[Path, tuple[Stamp, OpenedPreset | PresetFault]] = {}

    def folder(self, place: Place) -> Path:
        """The folder of a place, with `prompts`, `personas` and `formats` in it; it need not exist."""
        return self._roots[place]

    @property
    def own_places(self) -> tuple[Place, ...]:
        """Where presets can be saved: in the program's own checkout the project's folder is the shipped one."""
        return tuple(place for place in (Place.USER, Place.PROJECT) if self._stands_for[place] is place)

    # -- the list ----------------------------------------------------------------------------------------------

    def entries(self, kind: Kind | None = None) -> tuple[PresetEntry, ...]:
        """All presets by kind, then place (project, yours, shipped), then slug; those that can't be used with .error.

        One that a later place has too is left out, unless the later one can't be used. Reads every file that is new
        or changed, which takes a second for some thousands of them: not on the screen's own thread.
        """
        kinds = Kind if kind is None else (kind,)
        return tuple(entry for each in kinds for entry in self._entries_of_kind(each))

    def _entries_of_kind(self, kind: Kind) -> Iterator[PresetEntry]:
        used: set[str] = set()
        for folder in self._folders_of(kind):
            entries = [entry for file in folder.files() if (entry := self._entry(file)) is not None]
            yield from (entry for entry in entries if entry.error or entry.slug not in used)
            used.update(entry.slug for entry in entries if not entry.error)

    def _folders_of(self, kind: Kind) -> list[Folder]:
        return [self._folders[place, kind] for place in _LATER_FIRST if (place, kind) in self._folders]

    def _entry(self, file: PresetFile) -> PresetEntry | None:
        """None for a file that went away meanwhile."""
        row = _Row(error=file.fault) if file.fault else self._row(file)
        if row is None:
            return None
        return PresetEntry(file.kind, file.slug, file.place, str(file.path), row.name, row.description, row.error)

    def _row(self, file: PresetFile) -> _Row | None:
        stamp = _stamp(file.path)
        kept = self._rows.get(file.path)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        if stamp is None and not os.path.lexists(file.path):
            return None
        now = time.time_ns()
        try:
            value = _read_file(file.path, file.slug, file.kind)[0].value
            row = _Row(value.name, value.description)
        except InputError as error:
            row = _Row(error=error.line)
        if stamp is not None and stamp.is_settled(now):
            self._rows[file.path] = (stamp, row)
        return row

    # -- one preset --------------------------------------------------------------------------------------------

    def open(self, kind: Kind, slug: str) -> OpenedPreset:
        """The preset of that slug. Raises InputError where there is none, PresetFault with all that is wrong in it.

        One that can't be used is never passed over for that of an earlier place: a run would send what nobody chose.
        """
        file = self._file(kind, slug)
        if file is None:
            near = self.nearest(kind, slug)
            hint = f"did you mean {near}?" if near else "see: workbench presets list"
            raise InputError(f"there is no {kind.value} named {escaped(slug)!r}", hint)
        return self._opened(file)

    def find(self, word: str) -> OpenedPreset | None:
        """What a person calls by this word; None where nothing has that name.

        A slug of any kind (a prompt before a persona before a format), `personas/slug`, or the path of a file. Raises
        InputError for a file that can't be read, PresetFault for one that is no good preset.
        """
        file = next((file for kind in Kind if (file := self._file(kind, word)) is not None), None)
        before, _, slug = word.partition("/")
        for kind in Kind:
            if file is None and before == kind.folder:
                file = self._file(kind, slug)
        if file is not None:
            return self._opened(file)
        return self.open_path(Path(word)) if self._is_path(word) else None

    def _is_path(self, word: str) -> bool:
        """Whether it is written as the path of a file, and something is there; a folder only where it is named as one
        of our files."""
        if not (word.endswith(FILE_ENDINGS) or "/" in word or os.sep in word):
            return False
        try:
            path = self._absolute(Path(word))
        except ValueError:
            return False  # half a character in the user's name after a ~
        return os.path.lexists(path) and (word.endswith(FILE_ENDINGS) or not os.path.isdir(path))

    def open_path(self, path: Path) -> OpenedPreset:
        """The preset in a file anywhere; `~` is expanded, and a relative path begins at the working folder.

        Raises InputError where there is no such file or it is none that can be read, PresetFault.
        """
        path = self._absolute(path)
        slug = unicodedata.normalize("NFC", path.stem)
        if check_slug(slug):
            slug = slug_of(slug)
        for (place, kind), folder in self._folders.items():
            if path.parent == folder.path or _same(path.parent, folder.path):
                return self._opened(PresetFile(kind, slug, place, path))
        return _read(path, slug, None, None)

    def nearest(self, kind: Kind, slug: str) -> str:
        """The slug that comes nearest to `slug`, by itself or by its name; "" where none is near."""
        from difflib import get_close_matches

        wanted = slug_of(slug)
        files = (file for folder in self._folders_of(kind) for file in folder.files())
        # The slugs first: the names are in the files.
        if near := get_close_matches(wanted, {file.slug for file in files if not file.fault}, n=1):
            return str(near[0])
        names = {slug_of(entry.name): entry.slug for entry in self.entries(kind) if entry.name and not entry.error}
        return next((names[name] for name in get_close_matches(wanted, names, n=1)), "")

    def like(self, word: str) -> str:
        """A slug of any kind that `word` is very near to, or ""; no file is read for it."""
        from difflib import get_close_matches

        files = (file for kind in Kind for folder in self._folders_of(kind) for file in folder.files())
        slugs = dict.fromkeys(file.slug for file in files if not file.fault)
        return next(iter(get_close_matches(slug_of(word), slugs, n=1, cutoff=0.8)), "")

    def _file(self, kind: Kind, slug: str) -> PresetFile | None:
        """The file of that slug, in the last place that has one."""
        if not slug:
            return None
        slug = unicodedata.normalize("NFC", slug)
        return next((file for folder in self._folders_of(kind) if (file := folder.get(slug)) is not None), None)

    def _opened(self, file: PresetFile) -> OpenedPreset:
        """Read a file, or take what was read of it before: a request is built at every key."""
        stamp = _stamp(file.path)
        kept = self._kept.get(file.path)
        result = kept[1] if kept is not None and kept[0] == stamp else self._read_and_keep(file, stamp)
        if isinstance(result, PresetFault):
            raise result.with_traceback(None)
        return result

    def _read_and_keep(self, file: PresetFile, stamp: Stamp | None) -> OpenedPreset | PresetFault:
        now = time.time_ns()
        result: OpenedPreset | PresetFault
        try:
            result = _read(file.path, file.slug, file.kind, file.place)
        except PresetFault as fault:
            result = fault
        if stamp is not None and stamp.is_settled(now):
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[file.path] = (stamp, result)
        return result

    def _absolute(self, path: Path) -> Path:
        return self._roots[Place.PROJECT].parent / os.path.expanduser(path)

    # -- saving ------------------------------------------------------------------------------------------------

    def path_for(self, place: Place, kind: Kind, slug: str) -> Path:
        """The file of that slug, or the one that saving would make. Raises InputError for a slug that is none."""
        slug = checked_slug(slug)
        place = self._stands_for[place]
        file = self._folders[place, kind].get(slug)
        return self._roots[place] / kind.folder / f"{slug}{FILE_ENDINGS[0]}" if file is None else file.path

    def save(self, place: Place, kind: Kind, slug: str, value: Preset, *, known: str | None) -> OpenedPreset:
        """Save the preset and return it as it is in its file. `known` as in `save_preset`, whose errors it raises.

        A new file begins with the line that tells an editor of the place's schema, where one lies there.
        InputError for a slug that is none, and for the shipped presets, which the next version brings anew.
        """
        from workbench.adapters.presets.save import save_preset
        from workbench.adapters.presets.schema import MODELINE, SCHEMA_FILE

        place = self._stands_for[place]
        if place is Place.SHIPPED:
            raise InputError("the presets that come with the program are not changed", "save it as your own")
        path = self.path_for(place, kind, slug)
        # os.path's: pathlib's raise where a folder may not be entered, and saving says that better.
        schema = os.path.isfile(self._roots[place] / SCHEMA_FILE)
        modeline = MODELINE if schema and not os.path.exists(path) else ""
        digest, read = save_preset(path, value, known=known, modeline=modeline)
        # The file is not read again: another program's may stand there by now, and what was saved would seem lost.
        warnings = (*read.warnings, *_warnings_now(path))
        return OpenedPreset(kind, checked_slug(slug), read.value, str(path), place, digest, read.comments, warnings)


def _stamp(path: Path) -> Stamp | None:
    """None where there is none; reading says why."""
    try:
        return Stamp.of(os.stat(path))
    except (OSError, ValueError):
        return None


def _warnings_now(path: Path) -> tuple[str, ...]:
    try:
        return file_warnings(path, os.stat(path))
    except OSError:
        return ()  # it was there a moment ago, and is saved all the same


def _read(path: Path, slug: str, kind: Kind | None, place: Place | None) -> OpenedPreset:
    """Read a file now. Raises InputError, PresetFault."""
    from workbench.adapters.presets.save import digest_of

    read, (data, found) = _read_file(path, slug, kind)
    warnings = read.warnings if place is Place.SHIPPED else (*read.warnings, *file_warnings(path, found))
    return OpenedPreset(read.kind, slug, read.value, str(path), place, digest_of(data), read.comments, warnings)


def _read_file(path: Path, slug: str, kind: Kind | None) -> tuple[ReadPreset, FileBytes]:
    # Imported here: it brings pydantic, and the library is made on the screen's thread.
    from workbench.adapters.presets.read import read_preset

    try:
        file = read_limited(path, path.parent, MOST_BYTES, shown=escaped(str(path)), taker="a preset")
    except InputError as error:
        if isinstance(error.__cause__, FileNotFoundError) and os.path.islink(path):
            text = f"{escaped(str(path))} is a link to a file that is not there"
            raise InputError(text, "mend or remove the link") from None
        raise
    return read_preset(file.data, str(path), slug, kind), file


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False


def shipped_folder() -> Path:
    """The presets that come with the program: `workbench/_presets` of a wheel, else `presets` of the checkout."""
    return shipped_beside(Path(__file__).parents[2])


def shipped_beside(package: Path) -> Path:
    """The presets of the `workbench` package that lies there."""
    installed = package / "_presets"
    return installed if installed.is_dir() else package.parent / "presets"
