"""Attaching images and answering calls, with the whole program."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.adapters.test_images import PNG
from tests.support.app import Bench, open_bench
from workbench.core.json_value import JSON
from workbench.core.prompt import Image, Role
from workbench.tui.screens.attach_image import AttachImage
from workbench.tui.widgets.chooser import Chooser


def images(bench: Bench) -> list[Image]:
    return [image for message in bench.screen.desk.prompt.messages for image in message.images]


async def test_an_image_is_attached_seen_taken_off_and_brought_back(tmp_path: Path) -> None:
    async with open_bench(tmp_path, size=(80, 24)) as bench:
        path = tmp_path / "work" / "고양이.png"
        path.write_bytes(PNG)
        await bench.press("escape", "p")
        await bench.until(lambda: isinstance(bench.app.screen, AttachImage))
        await bench.press(*"gone.png", "enter")
        fault = bench.app.screen.query_one("#fault")
        await bench.until(lambda: "gone.png" in str(fault.render()))
        await bench.press(*["backspace"] * 8, *"고양이.png", "tab", "right", "right", "enter")
        await bench.until(lambda: images(bench))
        [image] = images(bench)
        assert (image.source, image.detail, len(image.digest)) == ("고양이.png", "low", 64)
        await bench.press("P")
        await bench.until(lambda: not images(bench))
        await bench.press("ctrl+z")
        await bench.until(lambda: images(bench))
        await bench.press("enter")
        bench.screen.messages.editor.paste(f"'{path}'")
        await bench.until(lambda: isinstance(bench.app.screen, Chooser))
        await bench.press("enter")
        await bench.until(lambda: len(images(bench)) == 2)
        assert bench.screen.desk.prompt.messages[0].content == ""


async def test_calls_are_answered_by_hand_and_the_run_goes_on(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("the time?")
        desk = bench.screen.desk
        tool: dict[str, JSON] = {"type": "function", "function": {"name": "clock"}}
        parameters = desk.prompt.parameters.set("tools", [tool]).set("tool_choice", "required")
        desk.edit(replace(desk.prompt, parameters=parameters))
        bench.screen.moved()
        await bench.run_to_end()
        await bench.press("ctrl+n")
        asked, answer = desk.prompt.messages[-2:]
        assert [call.name for call in asked.calls] == ["clock"]
        assert (answer.role, answer.call_id) == (Role.TOOL, asked.calls[0].id)
        assert bench.screen.messages.editing
        await bench.type("12:00")
        await bench.run_to_end()
        outcome = bench.screen.output.outcome
        assert outcome is not None
        assert outcome.error is None
        messages = outcome.request.body["messages"]
        assert isinstance(messages, list)
        assert messages[-1] == {"role": "tool", "content": "12:00", "tool_call_id": asked.calls[0].id}
