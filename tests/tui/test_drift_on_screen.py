"""A preset is asked again on the compare screen, and held against what was recorded of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.support.app import open_bench
from workbench.core.drift.recording import RecordedCase
from workbench.core.preset import Kind
from workbench.core.prompt import Prompt
from workbench.drift_check import DriftCheck, Given
from workbench.services import Services
from workbench.tui.drift_desk import DriftDesk
from workbench.tui.preset_source import PresetSource
from workbench.tui.screens.compare import CompareScreen
from workbench.tui.screens.compare_setup import CompareSetup

RAIN = """\
kind: prompt
name: Rain
model: practice-fast
messages: [{role: user, content: rain}]
parameters: {max_completion_tokens: 12}
compare: {vary: {temperature: [0, 1]}, repeats: 2}
"""


def record(services: Services, answer: str) -> None:
    """As if every answer had been this one."""
    opened = services.presets.open(Kind.PROMPT, "rain")
    assert isinstance(opened.value, Prompt)
    check = DriftCheck(services, opened, opened.value, Given(connection="practice"))

    def answered(case: RecordedCase) -> RecordedCase:
        return replace(case, answers=(answer, answer))

    columns = tuple(replace(each, cases=tuple(map(answered, each.cases))) for each in check.asked.columns)
    check.write(replace(check.asked, columns=columns, recorded_at="2026-05-01T11:00:00Z"))


async def test_from_the_palettes_command_to_what_moved(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        services, desk, screen = bench.services, bench.app.desk, bench.screen
        screen.action_ask("recorded")
        await bench.until(lambda: "this prompt is in no file yet" in bench.shown)
        folder = services.folder / "presets" / "prompts"
        folder.mkdir(parents=True)
        (folder / "rain.yaml").write_text(RAIN, "utf-8")
        opened = services.presets.open(Kind.PROMPT, "rain")
        assert isinstance(opened.value, Prompt)
        desk.open(opened.value, PresetSource.of(opened))
        screen.opened(desk)
        screen.action_ask("recorded")
        await bench.until(lambda: "`workbench check rain --record` does" in bench.shown)
        record(services, "never said")
        screen.action_ask("recorded")
        await bench.until(lambda: isinstance(bench.app.screen, CompareSetup))
        await bench.until(lambda: "recorded on 2026-05-01 at practice" in bench.shown)
        await bench.press("enter")
        await bench.until(lambda: isinstance(bench.app.screen, CompareScreen))
        compare = bench.app.screen
        assert isinstance(compare, CompareScreen)
        drift = compare.desk
        assert isinstance(drift, DriftDesk)
        await bench.until(lambda: drift.verdict is not None and "Drift since 2026-05-01" in drift.verdict.words)
        assert drift.verdict is not None
        assert "2 of 2 answers are not the recorded text with temperature 0" in drift.verdict.words
        assert (await drift.report()).verdict == drift.verdict.words
        # Differences are those from what was recorded, until a column is made the baseline.
        assert [drift.cell_view(column).diff_base for column in (0, 1)] == ["never said"] * 2
        assert [head.baseline for head in drift.heads()] == [False, False]
        drift.set_baseline(0)
        assert [head.baseline for head in drift.heads()] == [True, False]
        assert drift.cell_view(0).diff_base is None
        assert drift.cell_view(1).diff_base == drift.cell_view(0).text
