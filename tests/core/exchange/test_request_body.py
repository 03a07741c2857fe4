from __future__ import annotations

import contextlib
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.exchange.support import KEY, body_of, contents, imported, says
from tests.core.strategies import any_json
from workbench.core.errors import InputError
from workbench.core.json_clean import NotJson, clean_json
from workbench.core.json_value import JSON
from workbench.core.prompt import Image
from workbench.core.request import build_request
from workbench.core.variables import names

ASKS: list[JSON] = [{"role": "user", "content": "x"}]


def read(**body: JSON) -> dict[str, JSON]:
    return body_of(imported(json.dumps(body)))


class TestChat:
    def test_every_key_is_sent_again(self) -> None:
        body: dict[str, JSON] = {
            "model": "m",
            "messages": [
                {"role": "system", "content": ""},
                {"role": "user", "content": "{{이름}} \\{{x}} {{{a}}} {{ 1 }}"},
            ],
            "temperature": 0,
            "max_tokens": 5,
            "stop": [],
            "response_format": {"type": "json_object"},
            "functions": [{"name": "f"}],
            "timeout": 3,
            "min_p": None,
            "metadata": {"a": "b"},
        }
        found = imported(json.dumps(body))
        assert found.what == "a JSON request body for Chat Completions"
        assert body_of(found) == body
        assert not any(names(message.content) for message in found.prompt.messages)
        assert says(found, "{{이름}} was plain text", "take the backslash away")
        assert says(found, "functions, timeout, min_p", "extra")

    def test_streaming_as_it_was_asked_for(self) -> None:
        for body in (
            {"model": "m", "messages": ASKS, "stream": True, "stream_options": {"include_usage": True}},
            {"model": "m", "messages": ASKS, "stream": True, "stream_options": {"include_usage": False}},
            {"model": "m", "messages": ASKS, "stream": False},
        ):
            assert build_request(imported(json.dumps(body)).prompt).body == body

    def test_parts_and_what_has_no_place_here(self) -> None:
        found = imported(json.dumps({"model": "m", "messages": [
            {"role": "user", "name": "kim", "content": [
                {"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "data:,"}},
                {"type": "image_url", "image_url": {"url": "/home/kim/secret.png"}}, {"type": "image_url"},
                {"type": "input_audio"}, {"type": "file"}, {"type": "odd"}, {"type": "text", "text": "b"}]},
            {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
            {"role": "tool", "tool_call_id": "1", "content": "result"},
            {"role": "assistant", "content": None, "refusal": "I can't"},
            {"role": "sytem", "content": "typo"},
            {"role": "user", "content": 3},
            "loose",
            7,
        ]}))  # fmt: skip
        assert contents(found) == [
            ("user", "a\nb"), ("tool", "result"), ("assistant", "I can't"), ("user", "typo"), ("user", "loose"),
        ]  # fmt: skip
        assert [message.on for message in found.prompt.messages] == [True, True, True, False, True]
        assert found.prompt.messages[0].images == (Image("data:,"),)
        assert found.prompt.messages[1].call_id == "1"
        for words in (
            ("messages[0]", "2 text parts are joined"), ("messages[0]", "an image is left out", "secret"),
            ("messages[0]", "without an address"), ("messages[0]", "a sound"), ("messages[0]", "a file"),
            ("messages[0]", '"odd"'), ("messages[0]", "name"), ("messages[1]", "no function's"),
            ("messages[1]", "no text"), ("messages[3]", "refusal"),
            ("messages[4]", '"sytem"', "off"), ("messages[5]", "not text"), ("messages[7]", "not a message"),
        ):  # fmt: skip
            assert says(found, *words), words

    def test_images_and_calls_come_back_as_they_were(self) -> None:
        call: dict[str, JSON] = {"id": "c", "type": "function", "function": {"name": "clock", "arguments": "{}"}}
        image: dict[str, JSON] = {"type": "image_url", "image_url": {"url": "https://a.example/b.png", "detail": "low"}}
        body: dict[str, JSON] = {
            "model": "m",
            "stream": False,
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "when?"}, image]},
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "content": "noon", "tool_call_id": "c"},
            ],
        }
        assert build_request(imported(json.dumps(body)).prompt).body == body

    def test_null_and_odd_models(self) -> None:
        found = imported(json.dumps({"model": 3, "messages": ASKS, "stop": None}))
        assert body_of(found) == {"model": "", "messages": ASKS}
        assert says(found, "the model is 3")
        assert says(found, "stop was null")
        assert says(imported(json.dumps({"model": "m", "messages": [], "n": 2})), "no message")


@settings(max_examples=60)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"role": st.sampled_from(["system", "user", "assistant"]), "content": st.text(max_size=30)}
        ),
        min_size=1,
        max_size=4,
    ),
    st.dictionaries(st.text("abcdef_", min_size=9, max_size=12), any_json, max_size=3),
)
def test_any_body_is_sent_again_as_it_was(messages: list[JSON], extra: dict[str, JSON]) -> None:
    body: dict[str, JSON] = {"model": "m", "messages": messages, "temperature": 1, **extra}
    text = json.dumps(body)
    if "NaN" in text or "Infinity" in text:  # which Python writes, and JSON has not
        return
    found = imported(text)
    # Of what no request can hold, half a character is mended and an endless number refused, as for any prompt.
    assert body_of(found) == cleaned(body)


def cleaned(body: dict[str, JSON]) -> dict[str, JSON]:
    result: dict[str, JSON] = {}
    for name, value in body.items():
        with contextlib.suppress(NotJson):
            result[name] = clean_json(value, name, lambda path: None)
    return result


class TestResponses:
    def test_what_both_apis_have_is_carried_over(self) -> None:
        found = imported(json.dumps({
            "model": "gpt-5.4", "instructions": "Be kind", "input": [
                {"role": "user", "content": [{"type": "input_text", "text": "가"}, {"type": "input_image"}]},
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "나"}]},
                {"type": "function_call", "name": "f"}, {"role": "user", "content": "다"}],
            "max_output_tokens": 9, "reasoning": {"effort": "low", "summary": "auto"}, "top_logprobs": 2,
            "text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True},
                     "verbosity": "low"},
            "tools": [{"type": "function", "name": "f", "parameters": {}}, {"type": "web_search"}],
            "tool_choice": {"type": "function", "name": "f"}, "store": False, "truncation": "auto",
            "previous_response_id": "resp_1",
        }))  # fmt: skip
        assert found.what == "a JSON request body for Responses"
        assert body_of(found) == {
            "model": "gpt-5.4",
            "messages": [
                {"role": "system", "content": "Be kind"}, {"role": "user", "content": "가"},
                {"role": "assistant", "content": "나"}, {"role": "user", "content": "다"},
            ],
            "max_completion_tokens": 9, "reasoning_effort": "low", "logprobs": True, "top_logprobs": 2,
            "verbosity": "low", "store": False,
            "response_format": {"type": "json_schema",
                                "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": True}},
            "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
            "tool_choice": {"type": "function", "function": {"name": "f"}},
        }  # fmt: skip
        for words in (("input[2]", "function_call"), ("reasoning.summary",), ("web_search",), ("truncation",),
                      ("previous_response_id", "kept by the vendor")):  # fmt: skip
            assert says(found, *words), words

    def test_a_text_as_input(self) -> None:
        assert read(model="m", input="안녕", text={"format": {"type": "text"}}) == {
            "model": "m", "messages": [{"role": "user", "content": "안녕"}],
        }  # fmt: skip


def test_a_batch_line_and_a_batch_file() -> None:
    line = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "m", "messages": ASKS}}
    one = imported(json.dumps(line))
    assert one.what == "a line of a batch file for Chat Completions"
    assert body_of(one) == {"model": "m", "messages": ASKS}
    many = imported("\n".join([json.dumps(line)] * 3))
    assert body_of(many) == {"model": "m", "messages": ASKS}
    assert says(many, "3 lines of JSON", "first")


def test_an_old_completions_body() -> None:
    found = imported(json.dumps({"model": "davinci", "prompt": ["{{Once}}", "Twice"], "max_tokens": 4}))
    assert body_of(found) == {
        "model": "davinci",
        "messages": [{"role": "user", "content": "{{Once}}"}],
        "max_tokens": 4,
    }
    assert says(found, "2 prompts")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"model": "m", "messages": "x"}', "the JSON object is nothing that can be imported"),
        ('{"model": "m"', "it looks like JSON, and can't be read"),
        ('{"messages": [], "messages": []}', '"messages" stands'),
        ('{"choices": [{"message": {}}]}', "this is an answer of the API"),
        ('{"model": "m", "input": []}', "no text"),
        ('{"custom_id": "1", "body": 3}', "the batch line has 3"),
        ('{"model": "m", "prompt": [1, 2]}', "is not text"),
        ('{"kind": "persona", "name": "x"}', "open it as a preset"),
        ("[1, 2]", "no messages in it"),
        ("[" * 200_000, "nested too deep"),
        ("{}", "nothing that can be imported"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, message: str) -> None:
    with pytest.raises(InputError) as fault:
        imported(text)
    assert message in fault.value.line


def test_a_key_in_a_name_is_not_shown() -> None:
    found = imported(json.dumps({"model": "m", "messages": ASKS, "truth": 1}).replace("truth", "sk-" + "a1" * 12))
    assert says(found, "[key]")
    assert KEY not in str(found.notes)


def test_a_name_that_stands_twice_among_many_is_found_at_once() -> None:
    names = ", ".join(f'"a{number}": 1' for number in range(30_000))
    began = time.process_time()
    with pytest.raises(InputError, match='"a29999" stands in it twice'):
        imported(f'{{{names}, "a29999": 2}}')
    assert time.process_time() - began < 3
