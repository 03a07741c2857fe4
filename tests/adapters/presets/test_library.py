"""The three places: what is listed, what is found by which word, and that a bad file never hides a good one."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from workbench.adapters.presets.fault_lines import PresetFault
from workbench.adapters.presets.folders import Stamp
from workbench.adapters.presets.library import PresetLibrary, shipped_beside, shipped_folder
from workbench.adapters.presets.save import digest_of
from workbench.core.errors import ChangedOnDisk, InputError
from workbench.core.parts import Persona
from workbench.core.preset import Kind, Place, PresetEntry
from workbench.core.prompt import Message, Prompt, Role

GOOD = "kind: {kind}\nname: {name}\n"
BAD = "kind: prompt\nnmae: x\n"


class Folders:
    """The three places in a temporary folder, with a library over them."""

    def __init__(self, root: Path) -> None:
        self.roots = {
            Place.SHIPPED: root / "program" / "presets",
            Place.USER: root / "home" / "presets",
            Place.PROJECT: root / "work" / "presets",
        }
        (root / "work").mkdir()
        self.library = PresetLibrary(*self.roots.values())

    def put(self, place: Place, name: str, text: str | bytes | None = None) -> Path:
        """A file such as `prompts/a.yaml`; by default a good one of its folder's kind whose name is the place's."""
        path = self.roots[place] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = path.parent.name.removesuffix("s")
        data = GOOD.format(kind=kind, name=place.value) if text is None else text
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def listed(self, kind: Kind | None = Kind.PROMPT) -> list[tuple[str, str, bool]]:
        """(slug, place, usable) of what is listed."""
        return [(entry.slug, entry.place.value, not entry.error) for entry in self.library.entries(kind)]

    def entry(self, slug: str) -> PresetEntry:
        (found,) = [entry for entry in self.library.entries() if entry.slug == slug]
        return found


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def old(path: Path) -> None:
    """As if it had been changed an hour ago: what is new is read anew each time."""
    hour_ago = time.time() - 3_600
    os.utime(path, (hour_ago, hour_ago))


# -- the list ------------------------------------------------------------------------------------------------------


def test_nothing_is_listed_where_there_are_no_folders(folders: Folders) -> None:
    assert folders.library.entries() == ()


def test_the_list_is_by_kind_then_place_then_slug_and_the_later_place_wins(folders: Folders) -> None:
    for place in Place:
        folders.put(place, f"prompts/{place.value}.yaml")
        folders.put(place, "prompts/all.yml")
    folders.put(Place.SHIPPED, "personas/b.yaml")
    folders.put(Place.SHIPPED, "personas/a.yaml")
    folders.put(Place.USER, "formats/f.yaml")
    assert folders.listed(None) == [
        ("all", "project", True),
        ("project", "project", True),
        ("yours", "yours", True),
        ("shipped", "shipped", True),
        ("a", "shipped", True),
        ("b", "shipped", True),
        ("f", "yours", True),
    ]
    entry = folders.library.entries(Kind.PROMPT)[0]
    assert entry == PresetEntry(Kind.PROMPT, "all", Place.PROJECT, entry.path, "project")
    assert Path(entry.path) == folders.roots[Place.PROJECT] / "prompts" / "all.yml"


def test_only_yaml_files_of_the_folders_themselves_are_listed(folders: Folders) -> None:
    for name in ("a.yaml", ".hidden.yaml", "notes.txt", "c.yaml~", "deeper/d.yaml", "../loose.yaml"):
        folders.put(Place.USER, f"prompts/{name}", GOOD.format(kind="prompt", name="x"))
    assert folders.listed(None) == [("a", "yours", True)]


def test_one_bad_file_never_hides_good_ones(folders: Folders) -> None:
    bad = {
        "binary": b"\x89PNG\r\n\x1a\n\0",
        "empty": b"",
        "large": b"#" * 1_000_001,
        "other-kind": b"kind: persona\n",
        "typo": BAD.encode(),
        "deep": b"kind: prompt\nmessages: " + b"[" * 5_000,
    }
    for slug, data in bad.items():
        folders.put(Place.USER, f"prompts/{slug}.yaml", data)
    folders.put(Place.USER, "prompts/good.yaml")
    assert folders.listed() == sorted((slug, "yours", slug == "good") for slug in (*bad, "good"))
    for slug in bad:
        entry = folders.entry(slug)
        assert entry.error.startswith(f"{entry.path}")
        assert "\n" not in entry.error
    assert "nmae: unknown key: did you mean name?" in folders.entry("typo").error
    assert "1,000,001 bytes; a preset takes 1,000,000 at most" in folders.entry("large").error


def test_a_bad_file_does_not_hide_the_good_one_of_an_earlier_place_nor_give_way_to_it(folders: Folders) -> None:
    folders.put(Place.PROJECT, "prompts/news.yaml", BAD)
    folders.put(Place.SHIPPED, "prompts/news.yaml")
    assert folders.listed() == [("news", "project", False), ("news", "shipped", True)]
    with pytest.raises(PresetFault, match="unknown key"):
        folders.library.open(Kind.PROMPT, "news")
    with pytest.raises(PresetFault, match="unknown key"):
        folders.library.find("news")


def test_two_files_of_one_slug_in_a_folder(folders: Folders) -> None:
    folders.put(Place.USER, "prompts/a.yaml", GOOD.format(kind="prompt", name="first"))
    folders.put(Place.USER, "prompts/a.yml", GOOD.format(kind="prompt", name="second"))
    first, second = folders.library.entries()
    assert (first.name, first.error) == ("first", "")
    assert "a.yml: a.yaml beside it has the same short name" in second.error
    opened = folders.library.open(Kind.PROMPT, "a")
    assert opened.value.name == "first"


@pytest.mark.parametrize("stem", ["-rf", "a\u202eb", "a\nb", "a\x1b[2Jb", "con", "a..b", "a\\b"])
def test_a_hostile_file_name_is_listed_with_what_is_wrong(folders: Folders, stem: str) -> None:
    folders.put(Place.USER, f"prompts/{stem}.yaml")
    folders.put(Place.USER, "prompts/good.yaml")
    entry = folders.entry(stem)
    assert "rename the file" in entry.error
    assert entry.error.isprintable()
    assert ("good", "yours", True) in folders.listed()
    with pytest.raises(InputError, match="there is no prompt named"):
        folders.library.open(Kind.PROMPT, stem)


def test_names_from_a_mac_are_found_as_people_type_them(folders: Folders) -> None:
    path = folders.put(Place.USER, "prompts/\u1112\u1161\u11ab.yaml")
    assert folders.entry("한").path == str(path)
    assert folders.library.open(Kind.PROMPT, "한").path == str(path)
    assert folders.library.open(Kind.PROMPT, "\u1112\u1161\u11ab").slug == "한"
    assert folders.library.path_for(Place.USER, Kind.PROMPT, "한") == path


def test_links_pipes_and_folders_among_the_files(folders: Folders) -> None:
    real = folders.put(Place.USER, "prompts/good.yaml")
    folder = real.parent
    (folder / "link.yaml").symlink_to(real)
    (folder / "dangling.yaml").symlink_to("gone")
    (folder / "circle.yaml").symlink_to("circle.yaml")
    (folder / "folder.yaml").mkdir()
    os.mkfifo(folder / "pipe.yaml")
    assert [slug for slug, _, usable in folders.listed() if usable] == ["good", "link"]
    assert "is a link to a file that is not there" in folders.entry("dangling").error
    assert "Too many levels of symbolic links" in folders.entry("circle").error
    assert "is a folder" in folders.entry("folder").error
    assert "not a file but a device or a pipe" in folders.entry("pipe").error


def test_a_sparse_file_of_10_gb_is_not_read(folders: Folders) -> None:
    path = folders.put(Place.USER, "prompts/huge.yaml", "")
    with open(path, "r+b") as file:
        file.truncate(10_000_000_000)
    assert "10,000,000,000 bytes; a preset takes 1,000,000 at most" in folders.entry("huge").error


def test_a_folder_that_can_not_be_read_is_said_and_the_others_are_listed(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders.put(Place.USER, "personas/p.yaml")
    folders.put(Place.USER, "prompts/x.yaml")
    real = os.scandir

    def scandir(path: Path) -> object:
        if path.name == "prompts":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr("workbench.adapters.presets.folders.os.scandir", scandir)
    entries = folders.library.entries()
    folder = folders.roots[Place.USER] / "prompts"
    assert [(entry.slug, entry.error) for entry in entries] == [
        ("prompts", f"the folder {folder} can't be read: Permission denied"),
        ("p", ""),
    ]


def test_a_file_in_place_of_a_folder_is_said(folders: Folders) -> None:
    folders.roots[Place.USER].mkdir(parents=True)
    (folders.roots[Place.USER] / "prompts").write_text("x")
    (entry,) = folders.library.entries()
    assert "is no folder" in entry.error


def test_in_a_checkout_the_presets_are_listed_once_as_shipped(tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    folders.put(Place.SHIPPED, "prompts/a.yaml")
    (tmp_path / "work" / "presets").symlink_to(folders.roots[Place.SHIPPED])
    folders.library = PresetLibrary(*folders.roots.values())
    assert folders.listed() == [("a", "shipped", True)]
    with pytest.raises(InputError, match="not changed") as caught:
        folders.library.save(Place.PROJECT, Kind.PROMPT, "new", Prompt(), known=None)
    assert "your own" in caught.value.hint


def test_where_home_and_working_folder_are_one_the_presets_are_the_users(tmp_path: Path) -> None:
    library = PresetLibrary(tmp_path / "none", tmp_path / "presets", tmp_path / "presets")
    saved = library.save(Place.PROJECT, Kind.PROMPT, "a", Prompt(name="A"), known=None)
    assert saved.place is Place.USER
    assert [(entry.slug, entry.place) for entry in library.entries()] == [("a", Place.USER)]


# -- what is kept --------------------------------------------------------------------------------------------------


def test_files_that_did_not_change_are_not_read_again(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    for slug in ("a", "b"):
        folders.put(Place.USER, f"prompts/{slug}.yaml")
    monkeypatch.setattr(Stamp, "is_settled", lambda *_: True)
    before = folders.library.entries()
    reads: list[str] = []

    def no_read(path: Path, *_: object, **__: object) -> None:
        reads.append(path.name)
        raise InputError("read")

    with monkeypatch.context() as patch:
        patch.setattr("workbench.adapters.presets.library.read_limited", no_read)
        assert folders.library.entries() == before
        folders.put(Place.USER, "prompts/b.yaml", GOOD.format(kind="prompt", name="changed"))
        folders.library.entries()
    assert reads == ["b.yaml"]


def test_what_was_written_a_moment_ago_is_read_again(folders: Folders) -> None:
    path = folders.put(Place.USER, "prompts/a.yaml", GOOD.format(kind="prompt", name="one"))
    assert folders.entry("a").name == "one"
    before = path.stat()
    path.write_text(GOOD.format(kind="prompt", name="two"))
    # As two writes within one tick of a coarse clock look.
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert folders.entry("a").name == "two"


def test_new_changed_and_removed_files_are_seen(folders: Folders) -> None:
    path = folders.put(Place.USER, "prompts/a.yaml", BAD)
    old(path)
    old(path.parent)
    assert folders.listed() == [("a", "yours", False)]
    folders.put(Place.USER, "prompts/b.yaml")
    folders.put(Place.USER, "prompts/a.yaml")
    assert folders.listed() == [("a", "yours", True), ("b", "yours", True)]
    path.unlink()
    assert folders.listed() == [("b", "yours", True)]
    with pytest.raises(InputError, match="there is no prompt named 'a'"):
        folders.library.open(Kind.PROMPT, "a")


def test_a_stamp_is_settled_when_the_clock_has_moved_on() -> None:
    stamp = Stamp(modified_ns=10_000_000_000, changed_ns=5, size=1, inode=1)
    assert not stamp.is_settled(10_000_000_000)
    assert not stamp.is_settled(11_000_000_000)
    assert stamp.is_settled(13_000_000_000)


def test_what_a_killed_save_left_is_cleaned_up(folders: Folders) -> None:
    left = folders.put(Place.USER, "prompts/.workbench-00.tmp", b"half")
    shipped = folders.put(Place.SHIPPED, "prompts/.workbench-00.tmp", b"half")
    assert folders.library.entries() == ()
    assert (left.exists(), shipped.exists()) == (False, True)


# -- one preset ----------------------------------------------------------------------------------------------------


def test_an_opened_preset_says_where_it_is_from(folders: Folders) -> None:
    text = "# a note\nkind: prompt\nname: News\nmessages:\n  - {role: user, content: Hello}\n"
    path = folders.put(Place.PROJECT, "prompts/news.yaml", text)
    opened = folders.library.open(Kind.PROMPT, "news")
    assert opened.value == Prompt(name="News", messages=(Message(Role.USER, "Hello"),))
    assert (opened.kind, opened.slug, opened.place) == (Kind.PROMPT, "news", Place.PROJECT)
    assert (opened.path, opened.digest, opened.comments) == (str(path), digest_of(text.encode()), 1)
    assert opened.warnings == ()


def test_a_file_that_others_can_write_is_opened_with_a_warning(folders: Folders) -> None:
    folders.put(Place.USER, "prompts/a.yaml").chmod(0o666)
    folders.put(Place.SHIPPED, "prompts/b.yaml").chmod(0o666)
    (line,) = folders.library.open(Kind.PROMPT, "a").warnings
    assert "others can write" in line
    assert folders.library.open(Kind.PROMPT, "b").warnings == ()


def test_an_unknown_slug_is_answered_with_the_nearest_name(folders: Folders) -> None:
    folders.put(Place.USER, "prompts/summarise-news.yaml")
    folders.put(Place.USER, "prompts/x1.yaml", "kind: prompt\nname: World Series question\n")
    folders.put(Place.USER, "prompts/summarize-newz.yaml", BAD)
    assert folders.library.nearest(Kind.PROMPT, "sumarise-news") == "summarise-news"
    assert folders.library.nearest(Kind.PROMPT, "World series questoin") == "x1"
    assert folders.library.nearest(Kind.PROMPT, "quite-another-thing") == ""
    assert folders.library.nearest(Kind.PERSONA, "summarise-news") == ""
    with pytest.raises(InputError) as caught:
        folders.library.open(Kind.PROMPT, "sumarise-news")
    assert caught.value.line == "there is no prompt named 'sumarise-news': did you mean summarise-news?"


def test_a_word_is_a_slug_of_any_kind_or_a_path(folders: Folders) -> None:
    for name in ("prompts/a.yaml", "personas/a.yaml", "personas/p.yaml", "formats/p.yaml", "formats/f.yaml"):
        folders.put(Place.USER, name)

    def found(word: str) -> str | None:
        opened = folders.library.find(word)
        return None if opened is None else f"{opened.kind.folder}/{opened.slug}"

    assert found("a") == found("prompts/a") == "prompts/a"
    assert found("personas/a") == "personas/a"
    assert found("p") == "personas/p"
    assert found("f") == "formats/f"
    assert found(str(folders.roots[Place.USER] / "formats" / "p.yaml")) == "formats/p"
    for word in (
        "",
        "b",
        "prompts/",
        "prompts/f",
        "b.yaml",
        "Explain a/b",
        "/",
        "../",
        "a\0/b",
        "~\ud800/x",
        "x" * 9_000,
    ):
        assert found(word) is None, word


def test_a_path_is_relative_to_the_working_folder(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    work = folders.roots[Place.PROJECT].parent
    (work / "my prompt!.yaml").write_text(GOOD.format(kind="prompt", name="mine"))
    opened = folders.library.find("my prompt!.yaml")
    assert opened is not None
    assert (opened.slug, opened.place, opened.value.name) == ("my prompt!", None, "mine")
    monkeypatch.setenv("HOME", str(work))
    assert folders.library.open_path(Path("~/my prompt!.yaml")).digest == opened.digest
    folders.put(Place.PROJECT, "personas/p.yaml")
    for path in (Path("presets/personas/p.yaml"), Path("presets/../presets/personas/p.yaml")):
        assert folders.library.open_path(path)[:2] == (Kind.PERSONA, "p")
        assert folders.library.open_path(path).place is Place.PROJECT


def test_what_is_no_preset_file_is_refused_by_path(folders: Folders, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    for path, says in (
        (pipe, "is not a file but a device or a pipe"),
        (Path("/dev/zero"), "is not a file but a device or a pipe"),
        (tmp_path, "is a folder"),
        (tmp_path / "gone.yaml", "there is no such file"),
    ):
        with pytest.raises(InputError, match=says):
            folders.library.open_path(path)
    with pytest.raises(InputError, match="device or a pipe"):
        folders.library.find(str(pipe))


def test_a_file_with_a_name_that_is_no_slug_has_a_safe_one(folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "a:b?.yaml").write_text("kind: persona\n")
    opened = folders.library.open_path(tmp_path / "a:b?.yaml")
    assert opened.slug == "a-b"
    assert opened.value == Persona("a-b")


def test_a_preset_is_read_once_while_it_stays_the_same(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folders.put(Place.USER, "personas/p.yaml")
    folders.put(Place.USER, "personas/bad.yaml", BAD)
    monkeypatch.setattr(Stamp, "is_settled", lambda *_: True)
    opened = folders.library.open(Kind.PERSONA, "p")
    with pytest.raises(PresetFault):
        folders.library.open(Kind.PERSONA, "bad")
    with monkeypatch.context() as patch:
        patch.setattr("workbench.adapters.presets.library.read_limited", lambda *_, **__: pytest.fail("read again"))
        assert folders.library.open(Kind.PERSONA, "p") is opened
        with pytest.raises(PresetFault):
            folders.library.open(Kind.PERSONA, "bad")
    path.write_text("kind: persona\nname: changed\n")
    assert folders.library.open(Kind.PERSONA, "p").value.name == "changed"


# -- saving --------------------------------------------------------------------------------------------------------


def test_saved_then_found_then_changed(folders: Folders) -> None:
    saved = folders.library.save(Place.USER, Kind.PROMPT, "my-news", Prompt(name="News"), known=None)
    assert saved == folders.library.open(Kind.PROMPT, "my-news")
    assert Path(saved.path) == folders.library.path_for(Place.USER, Kind.PROMPT, "my-news")
    again = folders.library.save(Place.USER, Kind.PROMPT, "my-news", Prompt(name="More"), known=saved.digest)
    assert folders.entry("my-news").name == "More"
    with pytest.raises(ChangedOnDisk) as caught:
        folders.library.save(Place.USER, Kind.PROMPT, "my-news", Prompt(), known=saved.digest)
    assert caught.value.digest == again.digest


def test_a_yml_file_is_saved_where_it_is(folders: Folders) -> None:
    path = folders.put(Place.PROJECT, "personas/p.yml")
    known = folders.library.open(Kind.PERSONA, "p").digest
    saved = folders.library.save(Place.PROJECT, Kind.PERSONA, "p", Persona("p", "new"), known=known)
    assert saved.path == str(path)
    assert os.listdir(path.parent) == ["p.yml"]


def test_the_shipped_presets_are_never_written(folders: Folders) -> None:
    path = folders.put(Place.SHIPPED, "prompts/a.yaml")
    before = path.read_bytes()
    with pytest.raises(InputError) as caught:
        folders.library.save(Place.SHIPPED, Kind.PROMPT, "a", Prompt(), known=digest_of(before))
    assert "save it as your own" in caught.value.line
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "slug", ["../x", "/etc/x", "con", "", ".", "-rf", "a/b", "a\nb", "a\0b", "half\ud800", "x" * 256, "x."]
)
def test_no_slug_leads_out_of_its_folder(folders: Folders, slug: str) -> None:
    with pytest.raises(InputError) as caught:
        folders.library.save(Place.USER, Kind.PROMPT, slug, Prompt(), known=None)
    assert caught.value.line.isprintable()
    assert not folders.roots[Place.USER].exists()
    with pytest.raises(InputError):
        folders.library.path_for(Place.USER, Kind.PROMPT, slug)


# -- the shipped folder --------------------------------------------------------------------------------------------


def test_the_checkout_has_its_presets_beside_the_package(tmp_path: Path) -> None:
    package = tmp_path / "workbench"
    package.mkdir()
    assert shipped_beside(package) == tmp_path / "presets"
    assert shipped_folder() == Path(__file__).parents[3] / "presets"
    assert (shipped_folder() / "README.md").is_file()


def test_a_wheel_has_its_presets_in_the_package_whatever_lies_beside_it(tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    package = tmp_path / "site-packages" / "workbench"
    (package / "_presets" / "prompts").mkdir(parents=True)
    (package / "_presets" / "prompts" / "a.yaml").write_text("kind: prompt\n")
    (package.parent / "presets").mkdir()
    library = PresetLibrary(shipped_beside(package), folders.roots[Place.USER], folders.roots[Place.PROJECT])
    assert [entry.slug for entry in library.entries()] == ["a"]
