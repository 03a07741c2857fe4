"""The drafts that are open, from one start to the next, without a screen."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from workbench.core.preset import Place
from workbench.core.prompt import Message, Prompt, Role
from workbench.services import Services
from workbench.tui.open_drafts import OpenDrafts
from workbench.tui.preset_source import PresetSource

SOURCE = PresetSource("mine", Place.USER, "digest")


@contextlib.contextmanager
def sitting(home: Path, *, crash: bool = False) -> Iterator[OpenDrafts]:
    """One start of the program; with `crash` it ends without closing its drafts."""
    environ = {"WORKBENCH_HOME": str(home), "OPENAI_API_KEY": "sk-proj-4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c"}
    with Services.open(environ, home) as services:
        drafts = OpenDrafts(services)
        yield drafts
        assert services.database.flush(10)
        if not crash:
            drafts.save()


def asking(text: str, name: str = "") -> Prompt:
    return Prompt(name=name, messages=(Message(Role.USER, text),))


def titles(drafts: OpenDrafts) -> list[str]:
    return [tab.title for tab in drafts.tabs]


def kept(drafts: OpenDrafts) -> list[str]:
    assert drafts.session.services.database.flush(10)
    return [draft.title for draft in drafts.kept()]


async def test_all_come_back_in_their_order_and_only_the_front_is_read(tmp_path: Path) -> None:
    with sitting(tmp_path) as drafts:
        drafts.desk.edit(asking("first"))
        drafts.new(asking("second"))
        drafts.desk.edit(asking("second, changed"))
        drafts.new()
        drafts.bring(drafts.tabs[1])
    with sitting(tmp_path) as drafts:
        assert titles(drafts) == ["first", "second, changed", ""]
        assert [tab.desk is not None for tab in drafts.tabs] == [False, True, False]
        assert [tab.changed for tab in drafts.tabs] == [True, True, False]
        assert drafts.desk.prompt == asking("second, changed")
        await drafts.load(drafts.tabs[0])
        assert drafts.tabs[0].desk is not None
        assert drafts.tabs[0].desk.prompt == asking("first")
        assert drafts.tabs[0].changed, "as it was, though what it was opened as is not kept"


def test_tabs_are_moved_and_stand_there_at_the_next_start(tmp_path: Path) -> None:
    with sitting(tmp_path) as drafts:
        drafts.desk.edit(asking("a"))
        for name in "bc":
            drafts.new(asking(name))
        drafts.move(drafts.tabs[2], 0)
        assert (titles(drafts), drafts.front.title) == (["c", "a", "b"], "c")
        drafts.move(drafts.tabs[1], 2)
    with sitting(tmp_path) as drafts:
        assert (titles(drafts), drafts.front.title) == (["c", "b", "a"], "c")


def test_a_new_one_stands_behind_the_one_in_front(tmp_path: Path) -> None:
    with sitting(tmp_path) as drafts:
        drafts.desk.edit(asking("a"))
        drafts.new(asking("c"))
        drafts.bring(drafts.tabs[0])
        drafts.new(asking("b"))
        assert titles(drafts) == ["a", "b", "c"]
        assert drafts.front is drafts.tabs[1]
        assert drafts.neighbour(1) is drafts.tabs[2]
        assert drafts.neighbour(2) is drafts.tabs[0]


def test_an_opened_prompt_takes_the_place_of_a_blank_one_alone(tmp_path: Path) -> None:
    with sitting(tmp_path) as drafts:
        drafts.put(asking("one", "One"), SOURCE)
        assert titles(drafts) == ["One"]
        drafts.put(asking("two", "Two"))
        assert titles(drafts) == ["One", "Two"]
        drafts.new()
        drafts.desk.edit(replace(drafts.desk.prompt, parameters=asking("").parameters.set("temperature", 0)))
        drafts.put(asking("three", "Three"))
        assert titles(drafts) == ["One", "Two", "", "Three"], "a parameter that was set is something too"


async def test_a_file_that_lies_open_is_found_also_where_it_was_not_looked_at(tmp_path: Path) -> None:
    with sitting(tmp_path) as drafts:
        drafts.put(asking("one"), SOURCE)
        drafts.put(asking("two"), SOURCE._replace(slug="other"))
    with sitting(tmp_path) as drafts:
        assert await drafts.tab_with(SOURCE) is drafts.tabs[0]
        assert await drafts.tab_with(SOURCE._replace(digest="changed on the disk")) is None
        assert await drafts.tab_with(SOURCE._replace(slug="other")) is drafts.tabs[1]
        drafts.desk.edit(asking("two, changed"))
        assert await drafts.tab_with(SOURCE._replace(slug="other")) is None


def test_a_copy_has_a_name_of_its_own_and_no_file(tmp_path: Path) -> None:
    with sitting(tmp_path) as drafts:
        drafts.put(asking("one", "뉴스 2"), SOURCE)
        drafts.duplicate()
        assert titles(drafts) == ["뉴스 2", "뉴스 3"]
        assert drafts.desk.source is None
        assert drafts.desk.prompt.messages == asking("one").messages


def test_a_branch_ends_with_its_message_and_goes_on_with_the_user(tmp_path: Path) -> None:
    roles = (Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.USER)
    talk = tuple(Message(role, role.value) for role in roles)
    with sitting(tmp_path) as drafts:
        drafts.desk.edit(Prompt(messages=talk))
        drafts.duplicate(1)
        assert drafts.desk.prompt.messages == talk[:2]
        drafts.bring(drafts.tabs[0])
        drafts.duplicate(2)
        assert drafts.desk.prompt.messages == (*talk[:3], Message(Role.USER))
        assert drafts.tabs[0].desk is not None
        assert drafts.tabs[0].desk.prompt.messages == talk


def test_what_is_closed_is_kept_and_comes_back_with_its_undo(tmp_path: Path) -> None:
    with sitting(tmp_path) as drafts:
        drafts.desk.edit(asking("first"))
        drafts.new()
        drafts.desk.edit(asking("second"))
        second = drafts.front
        drafts.close(second)
        assert titles(drafts) == ["first"]
        assert kept(drafts) == ["second"]
        assert drafts.reopen() is second
        assert titles(drafts) == ["first", "second"]
        assert kept(drafts) == []
        assert drafts.desk.step(back=True) is not None
        assert titles(drafts) == ["first", ""]


def test_the_last_one_that_is_closed_leaves_a_blank_one_that_gives_way(tmp_path: Path) -> None:
    with sitting(tmp_path) as drafts:
        drafts.desk.edit(asking("only"))
        drafts.close(drafts.front)
        assert titles(drafts) == [""]
        assert drafts.closed is not None
        drafts.reopen()
        assert titles(drafts) == ["only"]
    with sitting(tmp_path) as drafts:
        assert titles(drafts) == ["only"]


def test_a_file_that_was_not_changed_leaves_nothing_behind_when_it_is_closed(tmp_path: Path) -> None:
    with sitting(tmp_path) as drafts:
        drafts.put(asking("as in the file"), SOURCE)
        drafts.close(drafts.front)
        assert kept(drafts) == []
        drafts.reopen()
        assert drafts.desk.source == SOURCE
    with sitting(tmp_path) as drafts:
        assert titles(drafts) == ["as in the file"]


def test_what_comes_late_does_not_open_a_closed_draft_again(tmp_path: Path) -> None:
    with sitting(tmp_path) as drafts:
        drafts.desk.edit(asking("stays"))
        drafts.new(asking("closed"))
        desk = drafts.desk
        drafts.close(drafts.front)
        desk.edit(asking("saved in a thread meanwhile"))
        desk.ran("a run")
    with sitting(tmp_path) as drafts:
        assert titles(drafts) == ["stays"]


def test_after_a_crash_they_are_offered_and_blank_ones_were_never_there(tmp_path: Path) -> None:
    with sitting(tmp_path, crash=True) as drafts:
        drafts.new()
        drafts.new()
    with sitting(tmp_path, crash=True) as drafts:
        assert drafts.offered is None
        drafts.desk.edit(asking("first"))
        drafts.new(asking("second"))
    with sitting(tmp_path) as drafts:
        assert titles(drafts) == [""]
        assert drafts.offered is not None
        assert [found.title for found in drafts.offered.drafts] == ["first", "second"]
        drafts.accept_offered()
        assert titles(drafts) == ["first", "second"]
        assert drafts.desk.prompt == asking("second")
    with sitting(tmp_path) as drafts:
        assert titles(drafts) == ["first", "second"]


def test_what_was_typed_before_the_answer_stays_beside_the_offered(tmp_path: Path) -> None:
    with sitting(tmp_path, crash=True) as drafts:
        drafts.desk.edit(asking("old"))
    with sitting(tmp_path) as drafts:
        drafts.desk.edit(asking("typed meanwhile"))
        drafts.accept_offered()
        assert titles(drafts) == ["typed meanwhile", "old"]


def test_declined_ones_are_put_aside_one_by_one(tmp_path: Path) -> None:
    with sitting(tmp_path, crash=True) as drafts:
        drafts.desk.edit(asking("first"))
        drafts.new(asking("second"))
    with sitting(tmp_path) as drafts:
        drafts.decline_offered()
        assert sorted(kept(drafts)) == ["first", "second"]
        chosen = drafts.kept()[0]
        drafts.take_up(chosen, drafts.readable(chosen))
        assert titles(drafts) == [chosen.title]
        assert len(kept(drafts)) == 1
    with sitting(tmp_path) as drafts:
        assert titles(drafts) == [chosen.title]


def test_two_programs_that_take_up_the_same_draft_have_one_each(tmp_path: Path) -> None:
    with sitting(tmp_path) as drafts:
        drafts.desk.edit(asking("wanted by both"))
        drafts.close(drafts.front)
    with sitting(tmp_path) as one, sitting(tmp_path) as other:
        [chosen], [same] = one.kept(), other.kept()
        one.take_up(chosen, one.readable(chosen))
        other.take_up(same, other.readable(same))
        other.desk.edit(asking("changed by the other"))
        assert kept(one) == []
    with sitting(tmp_path) as one, sitting(tmp_path) as other:
        assert {*titles(one), *titles(other)} == {"wanted by both", "changed by the other"}


async def test_where_each_goes_comes_back(tmp_path: Path) -> None:
    with sitting(tmp_path) as drafts:
        drafts.desk.edit(asking("to openai"))
        drafts.new(asking("to practice"))
        drafts.desk.connection = drafts.session.services.connection("practice")
        drafts.new(asking("beside it"))
    with sitting(tmp_path) as drafts:
        for tab in drafts.tabs:
            await drafts.load(tab)
        assert [desk.connection.name for desk in drafts.desks] == ["openai", "practice", "practice"]


def test_one_that_can_not_be_read_is_kept_and_said(tmp_path: Path) -> None:
    with sitting(tmp_path) as drafts:
        drafts.desk.edit(asking("fine"))
        drafts.new(asking("to be damaged"))
        path = drafts.session.services.paths.database
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE drafts SET prompt = '{not JSON' WHERE front")
        connection.commit()
    with sitting(tmp_path) as drafts:
        assert titles(drafts) == ["fine", ""]
        assert drafts.desk.blank
        assert "can't be read" in drafts.session.told()[0]
        assert kept(drafts) == ["to be damaged"]
