"""Images, calls and their answers in the request."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.core.image_tokens import image_tokens
from workbench.core.images import ImageData
from workbench.core.json_value import JSON
from workbench.core.message_parts import function_calls, open_calls
from workbench.core.models import ModelRules
from workbench.core.prompt import Image, Message, Prompt, Role, ToolCall
from workbench.core.request import Request, build_request

CAT = ImageData("data:image/png;base64,AAAA", "image/png", 3, 800, 600, "d1")


def built(*messages: Message, rules: ModelRules | None = None, **images: ImageData) -> Request:
    files = {name.replace("_", "."): data for name, data in images.items()}
    return build_request(Prompt(messages=messages), default_model="m", rules=rules, images=files)


def sent(request: Request) -> list[JSON]:
    messages = request.body["messages"]
    assert isinstance(messages, list)
    return messages


def problems(request: Request) -> list[str]:
    return [f"{problem.field}: {problem.text}" for problem in request.problems]


def test_a_text_alone_stays_a_text() -> None:
    assert sent(built(Message(Role.USER, "hi"))) == [{"role": "user", "content": "hi"}]


def test_images_follow_the_text_as_data_or_address() -> None:
    images = (Image("cat.png", "low", "d1"), Image("https://example.com/dog.png"))
    request = built(Message(Role.USER, "두 마리?", images=images), cat_png=CAT)
    assert not request.problems
    assert sent(request) == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "두 마리?"},
                {"type": "image_url", "image_url": {"url": CAT.url, "detail": "low"}},
                {"type": "image_url", "image_url": {"url": "https://example.com/dog.png"}},
            ],
        }
    ]
    assert request.messages == (Message(Role.USER, "두 마리?"),)


def test_an_image_alone_is_no_blank_message() -> None:
    request = built(Message(Role.USER, images=(Image("cat.png", "", "d1"),)), cat_png=CAT)
    assert not request.problems
    assert [note.field for note in request.notes] == ["stream_options"]
    assert sent(request)[0] == {
        "role": "user",
        "content": [{"type": "image_url", "image_url": {"url": CAT.url}}],
    }


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (Image("cat.png", "", "other"), "has changed since it was attached"),
        (Image("cat.png"), "was named and not attached"),
        (Image("gone.png", "", "d1"), "was not read"),
    ],
)
def test_a_file_that_is_not_the_one_attached_is_not_sent(image: Image, said: str) -> None:
    request = built(Message(Role.USER, "x", images=(image,)), cat_png=CAT)
    assert [said in problem.text and not problem.can_send for problem in request.problems] == [True]


def test_what_the_endpoint_would_refuse_of_images_is_told() -> None:
    file = Image("cat.png", "huge", "d1")
    request = built(
        Message(Role.USER, "x", images=(file,)),
        Message(Role.ASSISTANT, "y", images=(Image("https://a/b.png"),)),
        rules=ModelRules("m", images=False),
        cat_png=CAT._replace(size=60 * 1024 * 1024),
    )
    told = "\n".join(problems(request))
    assert "m takes no images" in told
    assert "messages[0].images[0].detail: detail must be auto, low, high" in told
    assert "messages[1]: images are taken in user messages only" in told
    assert "at most 52.4 MB" in told


CALLS = (ToolCall("c1", "weather", '{"city": "서울"}'), ToolCall("c2", "clock"))


def test_calls_and_their_answers_are_sent_as_the_api_has_them() -> None:
    request = built(
        Message(Role.USER, "how is it?"),
        Message(Role.ASSISTANT, calls=CALLS),
        Message(Role.TOOL, "rain", call_id="c1"),
        Message(Role.TOOL, "noon", call_id="c2"),
    )
    assert not request.problems
    assert sent(request)[1:3] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "서울"}'}},
                {"id": "c2", "type": "function", "function": {"name": "clock", "arguments": ""}},
            ],
        },
        {"role": "tool", "content": "rain", "tool_call_id": "c1"},
    ]


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ((Message(Role.ASSISTANT, calls=CALLS), Message(Role.TOOL, "r", call_id="c1")), "clock has no answer"),
        ((Message(Role.ASSISTANT, calls=CALLS), Message(Role.USER, "and?")), "weather, clock has no answer"),
        ((Message(Role.USER, "a"), Message(Role.TOOL, "r", call_id="c9")), "this answers 'c9'"),
        ((Message(Role.USER, "a"), Message(Role.TOOL, "r")), "this answers no call"),
        ((Message(Role.USER, "a", calls=CALLS[:1]), Message(Role.TOOL, "r", call_id="c1")), "only assistant messages"),
    ],
)
def test_a_call_and_its_answer_belong_together(messages: tuple[Message, ...], said: str) -> None:
    told = problems(built(*messages))
    assert len(told) == 1
    assert said in told[0].replace('"', "'")


@pytest.mark.parametrize(
    ("model", "size", "detail", "tokens"),
    [
        ("gpt-4o", (1024, 1024), "high", 765),  # the three worked examples of OpenAI's guide
        ("gpt-4o", (2048, 4096), "high", 1105),
        ("gpt-4o", (4096, 8192), "low", 85),
        ("gpt-4.1-mini", (1024, 1024), "", 1659),  # 1,024 patches; the guide's 1,024 before the factor
        ("gpt-4.1-mini", (1800, 2400), "", 2353),  # scaled to 33 x 44 patches, 1,452 in the guide
        ("o1", (512, 512), "", 225),
        ("gpt-5.4-mini", (1024, 1024), "low", 415),
        ("gpt-5.4", (4096, 4096), "", 2500),
        ("gpt-5.4", (4096, 4096), "original", 10_000),
        ("gpt-5.5-2026-04-23", (4096, 4096), "auto", 10_000),
        ("openai/gpt-6.1-sol", (4096, 4096), "", 128 * 128),
        ("gpt-5.6-luna", (640, 480), "high", 20 * 15),
        ("gpt-5.1", (640, 480), "", None),
        ("a-model-of-others", (10, 10), "", None),
    ],
)
def test_the_guides_worked_examples(model: str, size: tuple[int, int], detail: str, tokens: int | None) -> None:
    assert image_tokens(model, *size, detail) == tokens


def test_calls_of_an_answer_have_ids_of_their_own() -> None:
    named: dict[str, JSON] = {"name": "clock", "arguments": "{}"}
    custom: dict[str, JSON] = {"id": "x", "type": "custom", "custom": {"name": "sql", "input": ""}}
    calls = function_calls(
        [{"id": "call_2", "function": named}, custom, {"function": named}, "odd", {"function": named}]
    )
    assert [call.id for call in calls] == ["call_2", "call_3", "call_5"]
    same = function_calls([{"id": "a", "function": named}, {"id": "a", "function": named}])
    assert [call.id for call in same] == ["a", "call_2"]
    assert same[0] == ToolCall("a", "clock", "{}")


def test_the_calls_that_the_last_messages_wait_for() -> None:
    calls = (ToolCall("a", "f"), ToolCall("b", "g"))
    asked = Message(Role.ASSISTANT, calls=calls)
    first, second = Message(Role.TOOL, "done", call_id="a"), Message(Role.TOOL, call_id="b")
    assert open_calls([Message(Role.USER, "x"), asked, first, second]) == ((2, calls[0]), (3, calls[1]))
    assert open_calls([asked, first, replace(second, content="too")]) == ()
    assert open_calls([asked, first, replace(second, on=False)]) == ()
    assert open_calls([asked, first, second, Message(Role.USER)]) == ()
    assert open_calls([second]) == ()
    assert open_calls([]) == ()


def test_an_image_that_the_model_would_refuse_is_told() -> None:
    large = ImageData("data:image/png;base64,AAAA", "image/png", 3, 7952, 5304, "d1")
    for detail, told in (("", ["gpt-6-sol as it is, 41,334 patches"]), ("high", [])):
        message = Message(Role.USER, images=(Image("cat.png", detail, "d1"),))
        request = build_request(Prompt(model="gpt-6-sol", messages=(message,)), images={"cat.png": large})
        assert [problem.text.partition("for ")[2].partition(":")[0] for problem in request.problems] == told
