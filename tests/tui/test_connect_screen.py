"""The connect screen by keys and mouse, over services of the test's own and loopback servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.support.connecting import KEY, OLLAMA, VLLM, files_with, looks_only_at, model_server, services_in
from tests.support.settle import until
from tests.support.tasks import EAGER
from workbench.connecting import Connecting
from workbench.services import Services
from workbench.tui import display
from workbench.tui.commands import commands_of
from workbench.tui.palette import WorkbenchCommands
from workbench.tui.screens.connect import Chosen, ConnectScreen
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.pick_list import PickList


class Host(App[None]):
    def __init__(self, services: Services) -> None:
        super().__init__()
        display.install(self)
        self.services = services
        self.results: list[Chosen | None] = []
        self.warmed = asyncio.Event()
        self.warmed.set()

    def on_mount(self) -> None:
        screen = ConnectScreen(Connecting(self.services), self.services.connection(None), self.warmed)
        self.push_screen(screen, self.results.append)


class Hands:
    """What a person sees and does on the screen."""

    def __init__(self, pilot: Pilot[None], app: Host) -> None:
        self.pilot = pilot
        self.app = app

    async def until(self, holds: Callable[[], object]) -> None:
        await until(holds)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def paste(self, text: str) -> None:
        """Paste into the field that has the focus."""
        self.app.post_message(events.Paste(text))
        await self.pilot.pause()

    async def go_to(self, name: str) -> None:
        picks = self.screen.query_one(PickList)
        await self.press("pageup")
        for _ in picks.choices:
            if picks.highlighted is not None and picks.highlighted.label == name:
                return
            await self.press("down")
        raise AssertionError(f"no {name} among {[choice.label for choice in picks.choices]}")

    @property
    def screen(self) -> ConnectScreen:
        screen = next(each for each in self.app.screen_stack if isinstance(each, ConnectScreen))
        assert isinstance(screen, ConnectScreen)
        return screen

    @property
    def rows(self) -> dict[str, str]:
        """Name -> the words at the right end."""
        return {choice.label: choice.note for choice in self.screen.query_one(PickList).choices}

    @property
    def details(self) -> str:
        return str(self.screen.query_one("Details Static", Static).content)

    @property
    def said(self) -> str:
        notice = self.screen.query_one(NoticeBar).notice
        return notice.text if notice is not None else ""


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with services_in(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def shown(services: Services, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Hands]:
    asyncio.get_running_loop().set_task_factory(EAGER)
    app = Host(services)
    async with app.run_test(size=size) as pilot:
        hands = Hands(pilot, app)
        await hands.until(lambda: len(app.screen_stack) == 2 and hands.said and not hands.said.startswith("looking"))
        yield hands
        await services.close_endpoints()


async def test_a_server_that_runs_here_is_found_and_used(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    async with model_server(OLLAMA) as server:
        looks_only_at(monkeypatch, server)
        async with shown(services) as hands:
            assert hands.rows == {"openai": "needs a key", "ollama": "running here", "practice": ""}
            assert hands.said == f"running on this machine: Ollama at {server.host}"
            assert "not an AI" in hands.details, "practice is in use, and says what it is"
            await hands.go_to("ollama")
            assert "nomic-embed-text, llama3.2" in hands.details
            await hands.press("t")
            await hands.until(lambda: hands.rows["ollama"] == "✓ 2 models")
            await hands.until(lambda: hands.said == "ollama answers: 2 models")
            await hands.press("s")
            await hands.until(lambda: "in your settings" in hands.details)
            await hands.press("d")
            await hands.until(lambda: "at every start" in hands.details)
            await hands.press("enter")
            await hands.until(lambda: hands.app.results)
    [chosen] = hands.app.results
    assert chosen is not None
    assert (chosen.connection.base_url, chosen.models) == (server.base_url, ("nomic-embed-text", "llama3.2"))
    assert services.settings.default_connection == "ollama"


async def test_an_endpoint_is_added_tested_mended_and_removed(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_only_at(monkeypatch)
    async with model_server(VLLM, path="/openai/v1") as server, shown(services, (80, 24)) as hands:
        await hands.press("a")
        await hands.pilot.pause()
        await hands.paste(f"{server.host}/openai")
        await hands.press("tab", "l", "a", "b", "enter")
        name = "lab"  # in place of the name that was offered, not behind it
        await hands.until(lambda: hands.rows.get(name) == "✗ wrong path")
        assert hands.said == f"wrong path → an API answers at http://{server.host}/openai/v1: e changes the address"
        await hands.press("e")
        await hands.until(lambda: hands.app.screen is not hands.screen)
        assert hands.app.screen.query_one("#address", Input).value == f"http://{server.host}/openai/v1"
        await hands.press("enter")
        await hands.until(lambda: hands.rows[name] == "✓ 1 model")
        services.lessons.learn_no_stream_usage(server.host)
        await hands.press("up", "down")
        assert "taught   streams end without a token count" in hands.details
        await hands.press("f")
        assert "taught" not in hands.details
        await hands.press("delete")
        await hands.until(lambda: hands.app.screen is not hands.screen)
        await hands.press("up", "enter")
        await hands.until(lambda: name not in hands.rows)
        assert services.settings.endpoints == ()


async def test_a_key_is_typed_masked_used_and_shown_nowhere(
    services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    looks_only_at(monkeypatch)
    async with model_server(VLLM, key=KEY) as server:
        Connecting(services).save_endpoint("lab", server.base_url)
        async with shown(services) as hands:
            await hands.go_to("lab")
            await hands.press("t")
            await hands.until(lambda: hands.rows["lab"] == "✗ no key")
            await hands.press("k")
            await hands.until(lambda: hands.app.screen is not hands.screen)
            await hands.press(*"a b", "enter")
            await hands.pilot.pause()
            assert "has a blank inside" in str(hands.app.screen.query_one("#fault", Static).content)
            await hands.press("backspace", "backspace", "backspace")
            await hands.paste(KEY)
            assert KEY not in hands.app.export_screenshot().replace("&#160;", " ")
            await hands.press("shift+home")
            await hands.press("ctrl+c", "ctrl+x")
            assert hands.app.clipboard == ""
            await hands.press("enter")
            await hands.until(lambda: "entered for this session" in hands.details)
            await hands.press("t")
            await hands.until(lambda: hands.rows["lab"] == "✓ 1 model")
            assert KEY not in hands.app.export_screenshot()
            await hands.press("k")
            await hands.until(lambda: hands.app.screen is not hands.screen)
            await hands.press("enter")
            await hands.until(lambda: "none: k enters one" in hands.details)
    services.database.flush()
    assert files_with(KEY, tmp_path) == []


async def test_openai_without_a_key_asks_for_it_and_a_key_can_go_into_the_env_file(
    services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    looks_only_at(monkeypatch)
    async with shown(services) as hands:
        await hands.go_to("openai")
        await hands.press("enter")
        await hands.until(lambda: hands.app.screen is not hands.screen)
        await hands.paste(KEY)
        await hands.press("tab", "right")
        assert "OPENAI_API_KEY" in str(hands.app.screen.query_one("#fate", Static).content)
        await hands.press("enter")
        await hands.until(lambda: hands.app.results)
    [chosen] = hands.app.results
    assert chosen is not None
    assert chosen.connection.key_source == "OPENAI_API_KEY in .env"
    assert files_with(KEY, tmp_path) == ["work/.env"]


async def test_a_key_of_llm_is_offered_and_read_where_it_lies(
    services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    looks_only_at(monkeypatch)
    (tmp_path / "llm" / "keys.json").write_text(f'{{"openai": "{KEY}"}}')
    async with shown(services, (60, 20)) as hands:
        await hands.go_to("openai")
        await hands.press("k")
        await hands.until(lambda: hands.app.screen is not hands.screen)
        await hands.press("up", "right", "enter")
        await hands.until(lambda: hands.rows["openai"] == "")
        assert "keys.json" in hands.details.replace("\n", "")


async def test_every_command_of_the_screen_is_in_its_palette(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_only_at(monkeypatch)
    async with shown(services) as hands:
        found = WorkbenchCommands(hands.screen)._runnable()
        own = [command for command, node in found if node is hands.screen]
        assert {command.id for command in own} == {command.id for command in commands_of("connect")}
        assert all(hasattr(hands.screen, f"action_{command.action.partition('(')[0]}") for command in own)
        # Nothing to change, keep or remove in practice: those keys are dim.
        states = [hands.screen.check_action(action, ()) for action in ("use", "change", "keep", "remove", "key", "add")]
        assert states == [True, None, None, None, None, True]


async def test_esc_and_clicks(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    looks_only_at(monkeypatch)
    async with shown(services) as hands:
        await hands.pilot.click(PickList, offset=(6, 0))
        assert hands.details.startswith("openai")
        assert hands.app.results == []
        await hands.pilot.click(PickList, offset=(6, 1))
        await hands.pilot.click(PickList, offset=(6, 1))
        await hands.until(lambda: hands.app.results)
        assert hands.app.results[0] is not None
        assert hands.app.results[0].connection.is_practice
    async with shown(services) as hands:
        await hands.press("t", "escape")
        await hands.until(lambda: hands.app.results)
        assert hands.app.results == [None]


@pytest.mark.parametrize("size", [(30, 10), (1, 1)])
async def test_it_is_drawn_at_any_size(
    services: Services, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    looks_only_at(monkeypatch)
    async with shown(services, size) as hands:
        await hands.press("up", "down", "shift+down", "pagedown", "a")
        await hands.pilot.pause()
        await hands.press("x", "escape")
        assert isinstance(hands.app.screen, ConnectScreen)
