"""Attaching images and answering calls, with the whole program."""

from __future__ import annotations

from pathlib import Path

from tests.adapters.test_images import PNG
from tests.support.app import Bench, open_bench
from workbench.core.json_value import JSON
from workbench.core.prompt import CannedReply, Image, Role
from workbench.tui.screens.answer_calls import AnswerCalls
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
        other = path.with_name("a b.png")
        other.write_bytes(PNG)
        bench.screen.messages.editor.paste(f"'{path}' '{other}'")
        await bench.until(lambda: isinstance(bench.app.screen, Chooser))
        await bench.press("enter")
        await bench.until(lambda: len(images(bench)) == 3)
        assert bench.screen.desk.prompt.messages[0].content == ""


async def test_calls_side_by_side_are_answered_with_one_key_and_a_canned_reply(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.type("clock and weather?")
        desk = bench.screen.desk
        tools: list[JSON] = [{"type": "function", "function": {"name": name}} for name in ("clock", "weather")]
        desk.edit(desk.prompt.with_parameters(desk.prompt.parameters.set("tools", tools)).with_reply("weather", "맑음"))
        bench.screen.moved()
        await bench.run_to_end()
        await bench.press("ctrl+n")
        await bench.until(lambda: isinstance(bench.app.screen, AnswerCalls))
        await bench.press("ctrl+j")  # the first has no answer yet
        await bench.until(lambda: "no answer yet" in str(bench.app.screen.query_one("#said").render()))
        await bench.press(*"12:00", "ctrl+j")
        await bench.until(
            lambda: desk.prompt.messages[-1].role is Role.TOOL and bench.screen.output.outcome is not None
        )
        asked, *answers = desk.prompt.messages[-3:]
        assert [call.name for call in asked.calls] == ["clock", "weather"]
        assert [(answer.content, answer.call_id) for answer in answers] == [
            ("12:00", asked.calls[0].id),
            ("맑음", asked.calls[1].id),
        ]
        await bench.until(lambda: bench.screen.output.outcome and not bench.screen.output.running)
        outcome = bench.screen.output.outcome
        assert outcome is not None
        assert outcome.error is None
        messages = outcome.request.body["messages"]
        assert isinstance(messages, list)
        assert messages[-1] == {"role": "tool", "content": "맑음", "tool_call_id": asked.calls[1].id}
        assert desk.prompt.replies == (CannedReply("weather", "맑음"),)
