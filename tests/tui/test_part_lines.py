"""What the cards say of images, calls and their answers, and how they are drawn."""

from __future__ import annotations

import pytest
from textual.app import ComposeResult

from tests.support.list_app import ListApp
from workbench.core.images import ImageData, image_path, image_paths
from workbench.core.prompt import Image, Message, Role, ToolCall
from workbench.tui.part_lines import answered_call, file_facts, image_line, next_detail
from workbench.tui.widgets.card_editor import CardEditor
from workbench.tui.widgets.message_card import next_role
from workbench.tui.widgets.message_drawing import DrawnMessages
from workbench.tui.widgets.message_list import MessageList

CAT = Image("/home/kim/고양이\x1b[31m cat.png", "low", "d")
CALLS = (ToolCall("a", "clock", "{}"), ToolCall("b", "weather", '{"city":\n "서울"}'))
TALK = (
    Message(Role.USER, "see", images=(CAT,)),
    Message(Role.ASSISTANT, calls=CALLS),
    Message(Role.TOOL, "noon", call_id="a"),
    Message(Role.TOOL, "sun", call_id="b"),
    Message(Role.TOOL, "?", call_id="z"),
)


class Host(ListApp):
    def compose(self) -> ComposeResult:
        yield MessageList(self.first)

    def __init__(self, *messages: Message) -> None:
        super().__init__(*messages)
        self.pasted: list[tuple[str, str]] = []

    def on_card_editor_image_pasted(self, event: CardEditor.ImagePasted) -> None:
        self.pasted.append((event.path, event.text))

    def drawn(self, part: int) -> list[str]:
        drawing = self.cards.children[part]
        assert isinstance(drawing, DrawnMessages)
        return [drawing.render_line(y).text.rstrip() for y in range(drawing.size.height)]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("'/a/b c.PNG'\n", "/a/b c.PNG"),
        ("/a/b\\ c.jpg", "/a/b c.jpg"),
        ("file:///a/%EA%B0%80.webp", "/a/가.webp"),
        ("고양이.gif", "고양이.gif"),
        ("https://a.example/b.png", ""),
        ("see a.png\nand b.png", ""),
        ("a.pngx", ""),
    ],
)
def test_a_pasted_line_that_may_be_an_image(text: str, path: str) -> None:
    assert image_path(text) == path


def test_several_pasted_paths() -> None:
    assert image_paths("'/a b/고양이.png' /c\\ d.JPG 'file:///e.webp'") == ("/a b/고양이.png", "/c d.JPG", "/e.webp")
    for text in ("/a.png", "'/a.png", "/a.png /b.txt", "/a.png\n/b.png", "see /b.png"):
        assert image_paths(text) == ()


def test_lines_are_short_and_plain() -> None:
    data = ImageData("data:", "image/png", 1_234_567, 800, 600, "d")
    assert file_facts(data, "gpt-4o", "low") == "png 800x600 · 1.2 MB · ~85 tok"
    assert file_facts(data, "unknown", "") == "png 800x600 · 1.2 MB · ? tok"
    assert image_line(CAT, "png") == "▣ 고양이 [31m cat.png · png · low"
    assert image_line(Image("https://a.example/b.png"), "") == "▣ https://a.example/b.png · by address"
    assert "AAAA" not in image_line(Image("data:image/png;base64," + "A" * 99), "")


def test_an_answer_is_of_the_assistant_right_before() -> None:
    assert [answered_call(TALK, index) for index in (2, 3, 4)] == [*CALLS, None]
    assert answered_call(TALK[2:], 0) is None
    assert answered_call((TALK[1], TALK[0], TALK[2]), 2) is None


def test_only_what_answers_a_call_becomes_a_tool_message() -> None:
    roles = [Message(role) for role in (Role.ASSISTANT, Role.TOOL)]
    assert [next_role(message) for message in roles] == [Role.SYSTEM, Role.SYSTEM]
    assert next_role(Message(Role.ASSISTANT, call_id="a")) is Role.TOOL


@pytest.mark.parametrize("size", [(80, 30), (30, 10)])
async def test_the_lines_stand_below_the_text_open_or_not(size: tuple[int, int]) -> None:
    app = Host(*TALK)
    async with app.run_test(size=size) as pilot:
        assert app.drawn(2)[0].startswith("   ▣ 고양이 [31m cat")
        app.cards.leave_editor()
        await pilot.pause()
        rows = app.drawn(0)
        assert [row[3:19] for row in rows if row[3:4] and row[3:4] in "→↳▣"] == [
            "▣ 고양이 [31m cat.p",
            "→ clock {}",
            '→ weather {"city',
            "↳ answers clock ",
            "↳ answers weathe",
            "↳ answers z: no ",
        ]
        assert "(no text)" in rows[5]
        app.cards.show_images({CAT: "png 8x6"})
        await pilot.pause()
        assert size[0] < 80 or "· png 8x6 · low" in app.drawn(0)[2]


async def test_a_pasted_path_is_put_in_and_said() -> None:
    app = Host(Message(Role.USER))
    async with app.run_test() as pilot:
        app.cards.editor.paste("/a/b.png\r\n")
        app.cards.editor.paste("no image")
        await pilot.pause()
        assert app.pasted == [("/a/b.png", "/a/b.png\n")]
        assert app.cards.messages[0].content == "/a/b.png\nno image"


def test_detail_is_stepped_round() -> None:
    steps = ["", "auto", "low", "high", "original", ""]
    assert [next_detail(detail) for detail in steps[:-1]] == steps[1:]
    assert next_detail("huge") == ""
