from __future__ import annotations

import json

import pytest

from tests.core.exchange.support import contents, imported, says
from workbench.core.errors import InputError
from workbench.core.json_value import JSON


def node(id: str, parent: str | None, role: str, text: str, *children: str, **more: JSON) -> dict[str, JSON]:
    message: JSON = {"author": {"role": role}, "content": {"content_type": "text", "parts": [text]}, **more}
    return {id: {"id": id, "parent": parent, "children": list(children), "message": message}}


TREE: dict[str, JSON] = {
    "title": "점심 이야기",
    "current_node": "e",
    "mapping": {
        "root": {"id": "root", "parent": None, "children": ["s"], "message": None},
        **node("s", "root", "system", "", "a", metadata={"is_visually_hidden_from_conversation": True}),
        **node("a", "s", "user", "점심 {{메뉴}}?", "b", "c"),
        **node("b", "a", "assistant", "an answer that was regenerated"),
        **node("c", "a", "assistant", "김밥", "d", metadata={"model_slug": "gpt-4o"}),
        **node("d", "c", "tool", "searched", "e"),
        **node("e", "d", "user", "고마워"),
    },
}


def test_the_current_branch_of_a_chatgpt_conversation() -> None:
    for text in (json.dumps(TREE), json.dumps([TREE])):
        found = imported(text)
        assert found.what == "a ChatGPT conversation"
        assert found.prompt.name == "점심 이야기"
        assert contents(found) == [("user", "점심 \\{{메뉴}}?"), ("assistant", "김밥"), ("user", "고마워")]
        assert says(found, "1 other branch is left out")
        assert says(found, "1 messages of tools")
        assert says(found, '"gpt-4o"')
    assert says(imported(json.dumps([TREE, {**TREE, "title": "두번째"}])), "2 conversations", "두번째")


def test_a_tree_without_a_current_node_and_one_that_runs_in_a_circle() -> None:
    mapping = {**node("a", "b", "user", "x", "b"), **node("b", "a", "assistant", "y")}
    found = imported(json.dumps({"mapping": mapping}))
    assert contents(found) == [("user", "x"), ("assistant", "y")]


def test_pictures_and_odd_kinds_of_a_tree_are_said() -> None:
    value = node(
        "a", None, "user", "", content={"content_type": "multimodal_text", "parts": [{"content_type": "image"}, "보기"]}
    )
    value |= node("b", "a", "assistant", "", content={"content_type": "thoughts", "thoughts": []})
    found = imported(json.dumps({"mapping": value, "current_node": "b"}))
    assert contents(found) == [("user", "보기")]
    assert says(found, "message[0]", "an image")
    assert says(found, "thoughts")


@pytest.mark.parametrize(
    "value",
    [
        [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}],
        {"title": "t", "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "id": 1},
        {"name": "t", "chat_messages": [{"sender": "human", "text": "a"}, {"sender": "assistant", "text": "b"}]},
        {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]},
        [{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}],
    ],
)
def test_lists_of_messages(value: object) -> None:
    assert contents(imported(json.dumps(value))) == [("user", "a"), ("assistant", "b")]


def test_what_a_chat_program_kept_is_said() -> None:
    found = imported(json.dumps({"title": "t", "id": 3, "messages": [{"role": "user", "content": "a"}], "theme": "x"}))
    assert found.prompt.name == "t"
    assert "left out: id, theme" in found.notes
    assert dict(found.prompt.parameters) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# 점심\n\n## User\n\n안녕\n\n## Assistant\n\n# 제목\n- a\n\n## not a label\n", [
            ("user", "안녕"), ("assistant", "# 제목\n- a\n\n## not a label")]),
        ("**User:** hi\nthere\n\n**Assistant:**\n\n```\nUser: in a fence\n**User:** too\n```\n", [
            ("user", "hi\nthere"), ("assistant", "```\nUser: in a fence\n**User:** too\n```")]),
        ("__You__\nhi\n__ChatGPT__:\nyo", [("user", "hi"), ("assistant", "yo")]),
        ("User: a: b\nAssistant: c\nNote: d", [("user", "a: b"), ("assistant", "c\nNote: d")]),
        ("You said:\nhi\nChatGPT said:\nyo\r\n", [("user", "hi"), ("assistant", "yo")]),
        ("시스템: 친절하게\n사용자：점심?\n어시스턴트: 김밥", [
            ("system", "친절하게"), ("user", "점심?"), ("assistant", "김밥")]),
        ("### 👤 User:\nq\n### 🤖 ChatGPT\na", [("user", "q"), ("assistant", "a")]),
        ("#### **Human**\nq {{x}}", [("user", "q \\{{x}}")]),
        ("Q: 수도는?\nA: 서울", [("user", "수도는?"), ("assistant", "서울")]),
        ("User: run\n\ncurl https://x.test -d '{}'\nAssistant: ok", [
            ("user", "run\n\ncurl https://x.test -d '{}'"), ("assistant", "ok")]),
        ("## User\nclient.chat.completions.create(model='m')\n## Assistant\nno, wait!", [
            ("user", "client.chat.completions.create(model='m')"), ("assistant", "no, wait!")]),
    ],
)  # fmt: skip
def test_chats_as_text(text: str, expected: list[tuple[str, str]]) -> None:
    found = imported(text)
    assert found.what == "a chat as text"
    assert contents(found) == expected


def test_a_title_is_the_name_and_other_text_above_is_said() -> None:
    found = imported("# 점심\n\nexported today\n\n## User\nhi")
    assert found.prompt.name == "점심"
    assert says(found, "above the first message")
    assert imported("# 점심\n\n---\n\n## User\nhi").notes == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("just a note\nUser: hi", "nothing that can be imported"),
        ("## User\n\n## Assistant\n", "every message of the chat is empty"),
        ('{"mapping": {}}', "no message with text"),
        ('[{"role": "user", "content": null}]', "no message with text"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, message: str) -> None:
    with pytest.raises(InputError) as fault:
        imported(text)
    assert message in fault.value.line
