from __future__ import annotations

import pytest

from tests.core.exchange.support import contents, imported
from workbench.core.errors import InputError
from workbench.core.exchange.markdown import to_markdown
from workbench.core.parts import Format, Parts, Persona
from workbench.core.prompt import Message, ParameterValues, Prompt, Role, Variable
from workbench.core.request import build_request

PROMPT = Prompt(
    name="점심\n| 메뉴",
    description="for\nlunch",
    model="gpt-5.4-mini",
    persona="kind",
    format="json",
    messages=(Message(Role.USER, "요약: {{text}}\n```\ncode\n```"),),
    variables=(Variable("text", default="본문"),),
    parameters=ParameterValues({"temperature": 0.7, "timeout": 30, "stream": False}),
)
PARTS = Parts(
    Persona("kind", messages=(Message(Role.SYSTEM, "Be kind."),)),
    Format("json", instruction="Answer as JSON.", response_format={"type": "json_object"}),
)
PAGE = """\
# 점심 | 메뉴

for lunch

| parameter | value |
|---|---|
| model | gpt-5.4-mini |
| temperature | 0.7 |
| stream | false |
| timeout | 30.0 |

## system

```text
Be kind.

Answer as JSON.
```

## user

````text
요약: 본문
```
code
```
````

## response_format

```json
{
  "type": "json_object"
}
```
"""


def test_a_page_has_what_is_sent_and_comes_back() -> None:
    request = build_request(PROMPT, parts=PARTS)
    page = to_markdown(PROMPT, request)
    assert page == PAGE
    found = imported(page)
    assert found.what == "a Markdown page of this program"
    assert (found.prompt.name, found.prompt.description) == ("점심 | 메뉴", "for lunch")
    again = build_request(found.prompt)
    assert (again.body, again.timeout) == (request.body, request.timeout)


def test_what_a_terminal_obeys_is_escaped() -> None:
    prompt = Prompt(model="m\x1b", messages=(Message(Role.USER, "\x1b]52;c;x\x07\u202e"),))
    page = to_markdown(prompt, build_request(prompt))
    assert all(character.isprintable() or character == "\n" for character in page)
    assert contents(imported(page)) == [("user", "\x1b]52;c;x\x07\u202e")]


def test_a_page_that_was_edited_by_hand() -> None:
    page = PAGE.replace("0.7", "0.2").replace("\n", "\r\n").replace("본문", "다른 글")
    found = imported(page)
    assert found.prompt.parameters["temperature"] == 0.2
    assert contents(found)[1] == ("user", "요약: 다른 글\n```\ncode\n```")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("Answer as JSON.\n```", "Answer as JSON.\n", "the fence of"),
        ('"type":', '"type"', "the JSON under response_format can't be read"),
    ],
)
def test_a_damaged_page_is_said(before: str, after: str, message: str) -> None:
    with pytest.raises(InputError) as fault:
        imported(
            PAGE.replace(before, after).removesuffix("```\n") if "fence" in message else PAGE.replace(before, after)
        )
    assert message in fault.value.line
