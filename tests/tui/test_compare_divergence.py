"""Where two answers part, with an endpoint that sends logprobs: what might have stood there, and how likely it was."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.app import App

from tests.support.fault_server import FaultServer, Seen, Step, sse
from tests.support.logprobs import chunk, entry
from tests.support.settle import until
from workbench.comparing_opened import open_experiment
from workbench.core.axes import Axis
from workbench.core.experiment import Experiment
from workbench.core.prompt import Message, ParameterValues, Prompt, Role
from workbench.services import Services
from workbench.tui.compare_desk import CompareDesk
from workbench.tui.display import install
from workbench.tui.screens.compare import CompareScreen
from workbench.tui.widgets.notice import NoticeBar

PROMPT = Prompt(
    model="m-1",
    messages=(Message(Role.USER, "점심"),),
    parameters=ParameterValues({"logprobs": True, "top_logprobs": 3}),
)
RICE = "밥".encode()


def answered(seen: Seen) -> Sequence[Step]:
    """Both begin alike; a syllable that comes in two tokens has its alternatives at the first of them."""
    assert seen.json["logprobs"] is True
    start = chunk("점심은 ", [entry("점심", 0.9), entry("은 ", 0.9)])
    if seen.json["temperature"] == 0:
        return sse(start, chunk("국수", [entry("국수", 0.6)], "stop"))
    rice = [entry(RICE[:2], 0.25, {"국수": 0.6, "[빵]": 0.004}), entry(RICE[2:], 0.99)]
    return sse(start, chunk("밥", rice, "stop"))


class Host(App[None]):
    def __init__(self, desk: CompareDesk) -> None:
        super().__init__()
        install(self)
        self.shown = CompareScreen(desk, save=nothing_saved)

    def on_mount(self) -> None:
        self.push_screen(self.shown)


async def nothing_saved(_: object) -> str:
    return ""


async def told_at_the_first_difference(desk: CompareDesk) -> str:
    """What is said once the key that goes there was pressed."""
    app = Host(desk)
    async with app.run_test(size=(100, 24)) as pilot:
        await until(lambda: desk.verdict is not None and not desk.running)
        await pilot.press("right", "f")
        await until(lambda: said(app).startswith("here"))
        return said(app)


def said(app: Host) -> str:
    notice = app.shown.query_one(NoticeBar).notice
    return notice.text if notice is not None else ""


async def test_the_alternatives_are_told_live_and_from_history(tmp_path: Path) -> None:
    async with FaultServer() as server:
        server.answer_with(answered)
        environ = {"WORKBENCH_HOME": str(tmp_path), "OPENAI_BASE_URL": server.base_url}
        with Services.open(environ, tmp_path) as services:
            experiment = Experiment(PROMPT, (Axis("temperature", (0, 1)),))
            live = await told_at_the_first_difference(CompareDesk(services, experiment, server.host))
            assert live == 'here the model wrote "밥" 25 %; it might have been "국수" 60 %, "[빵]" 0.4 %'
            assert services.database.flush(10)
            opened = open_experiment(services, "last")
            assert not any(choice["logprobs"] for run in opened.runs.values() for choice in run["choices"])  # type: ignore[union-attr, call-overload, index]
            assert await told_at_the_first_difference(CompareDesk.of(opened)) == live
            assert len(server.requests) == 2
            await services.close_endpoints()
