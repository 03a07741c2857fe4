"""A budget on the screen: asked before it is passed, said when it is near, shown in the meter."""

from __future__ import annotations

from pathlib import Path

from tests.support.app import open_bench
from tests.support.fault_server import FaultServer, completion, whole
from workbench.core.errors import ErrorKind
from workbench.core.events import State

SETTINGS = """
default_connection = "there"
[endpoints.there]
base_url = "{url}"
default_model = "m"
[prices."m"]
input = 1900
output = 200
[budget]
day = 0.22
"""


async def test_a_request_past_the_budget_is_asked_for_once(tmp_path: Path) -> None:
    async with FaultServer() as server:
        usage = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}
        server.answer_with(lambda _: whole({**completion("fine"), "usage": usage}))
        (tmp_path / "files").mkdir()
        (tmp_path / "files" / "settings.toml").write_text(SETTINGS.format(url=server.base_url))
        async with open_bench(tmp_path, model="") as bench:
            await bench.type("hi")
            await bench.run_to_end()
            # $0.20: it can't be known before that the answer costs so much.
            await bench.until(lambda: "91 % of the day's budget of $0.22 is used" in bench.shown)
            await bench.until(lambda: "day 91 % of $0.22" in bench.shown)
            assert "own price" in bench.shown
            await bench.press("ctrl+j")
            await bench.until(lambda: "Send it anyway, this once" in bench.shown)
            assert "would be passed: $0.20 of $0.22 spent" in " ".join(bench.shown.split())
            await bench.press("enter")
            await bench.until(lambda: bench.screen.output.outcome and bench.screen.output.outcome.error)
            refused = bench.screen.output.outcome
            assert refused is not None
            assert refused.error is not None
            assert (refused.error.kind, refused.attempts, len(server.requests)) == (ErrorKind.BUDGET, 0, 1)
            await bench.press("ctrl+j")
            await bench.until(lambda: "Send it anyway, this once" in bench.shown)
            await bench.press("1")
            await bench.until(lambda: bench.screen.output.outcome not in (None, refused))
            sent = bench.screen.output.outcome
            assert sent is not None
            assert (sent.state, len(server.requests)) == (State.COMPLETE, 2)
            await bench.until(lambda: "day 182 % of $0.22" in bench.shown)
