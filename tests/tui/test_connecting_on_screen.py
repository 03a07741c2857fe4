"""Connecting in the whole program: from the header to the connect screen, and back with another connection."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.app import open_bench
from tests.support.connecting import KEY, OLLAMA, looks_only_at, model_server
from workbench.tui.screens.connect import ConnectScreen
from workbench.tui.widgets.header import Header, header_pieces, part_at
from workbench.tui.widgets.model_field import ModelPicker
from workbench.tui.widgets.notice import NoticeBar
from workbench.tui.widgets.pick_list import PickList


async def test_a_click_on_the_connection_leads_to_another_one_and_its_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with model_server(OLLAMA) as server:
        looks_only_at(monkeypatch, server)
        async with open_bench(tmp_path) as bench:
            header = bench.screen.query_one(Header)

            async def click(part: str) -> None:
                pieces = header_pieces(header.state, header.size.width)
                x = next(x for x in range(header.size.width) if part_at(pieces, x) == part)
                await bench.pilot.click(Header, offset=(x, 0))

            await click("connection")
            await bench.until(lambda: isinstance(bench.app.screen, ConnectScreen))
            picks = bench.app.screen.query_one(PickList)
            await bench.until(lambda: any(choice.label == "ollama" for choice in picks.choices))
            await bench.press("up", "enter")
            await bench.until(lambda: header.state.connection == "ollama")
            assert header.state.model == "llama3.2", "the first of its models that can chat"
            assert bench.app.desk.connection.base_url == server.base_url
            said = [notice.text for notice in bench.screen.query_one(NoticeBar).past]
            assert f"requests go to {server.host} · no key" in said

            await click("model")
            await bench.until(lambda: isinstance(bench.app.screen, ModelPicker))
            models = bench.app.screen.query_one(PickList)
            await bench.until(lambda: len(models.choices) == 2)
            await bench.press("down", "enter")
            await bench.until(lambda: header.state.model == "nomic-embed-text")


async def test_back_to_practice_which_says_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks_only_at(monkeypatch)
    async with open_bench(tmp_path, environ={"OPENAI_API_KEY": KEY}, model="") as bench:
        assert bench.screen.desk.connection.name == "openai"
        await bench.press("f8")
        await bench.until(lambda: isinstance(bench.app.screen, ConnectScreen))
        await bench.until(lambda: bench.app.screen.query_one(PickList).choices)
        await bench.press("down", "enter")
        await bench.until(lambda: bench.screen.desk.connection.is_practice)
        notice = bench.screen.query_one(NoticeBar).notice
        assert notice is not None
        assert "not an AI" in notice.text
