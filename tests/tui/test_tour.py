"""The five lines of the first start."""

from __future__ import annotations

from pathlib import Path

from tests.support.app import open_bench
from workbench.tui.widgets.tour import Tour, tour_text


def test_the_lines_name_the_users_own_keys() -> None:
    lines = tour_text({"run": "f11,ctrl+r", "open": ""}).plain.splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("F11 ")
    assert lines[3].startswith("Open ")
    assert max(map(len, tour_text({}).plain.splitlines())) <= 56


async def test_it_comes_once_takes_no_focus_and_goes_with_the_first_run(tmp_path: Path) -> None:
    async with open_bench(tmp_path, size=(80, 24), first_start=True) as bench:
        focused = bench.app.focused
        await bench.until(lambda: bench.screen.query(Tour))
        await bench.pilot.pause()
        assert bench.app.focused is focused
        in_sight = [tour for tour in bench.screen.query(Tour) if bench.screen.can_view_entire(tour)]
        assert len(in_sight) == 1
        await bench.pilot.resize_terminal(120, 40)
        await bench.pilot.pause()
        assert [t for t in bench.screen.query(Tour) if bench.screen.can_view_entire(t)] not in ([], in_sight)
        await bench.type("hello")
        await bench.run_to_end()
        assert not bench.screen.query(Tour)
        bench.screen.action_tour()
        await bench.until(lambda: bench.screen.query(Tour))
        bench.screen.action_tour()
        await bench.until(lambda: not bench.screen.query(Tour))
        assert not bench.services.is_first_start()
        assert (tmp_path / "files" / "first-start").exists()
