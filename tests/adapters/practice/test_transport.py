"""The wire: paths, headers, the shape of a stream, time, and cancelling; through httpx2, the SDK and our Endpoint."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx2
import openai
import pytest

from tests.adapters.practice.support import FAST, ask, body_of, post, sdk, stream
from workbench.adapters.endpoint import Endpoint
from workbench.adapters.practice import BASE_URL, practice_transport
from workbench.core.accumulate import Accumulator
from workbench.core.connection import Connection
from workbench.core.errors import BadRequest, NotFound
from workbench.core.events import State
from workbench.core.request import Request
from workbench.core.wire import Chunks, Limits, Opened, Whole


async def test_the_models_are_listed() -> None:
    response = await post(b"", "/models", "GET")
    assert response.headers["x-request-id"].startswith("req_")
    assert int(response.headers["openai-processing-ms"]) >= 0
    listed = response.json()
    assert listed["object"] == "list"
    assert [model["id"] for model in listed["data"]] == ["practice", "practice-fast"]
    for model in listed["data"]:
        assert {"object": "model", "owned_by": "prompt-workbench", "shutdown_date": None}.items() <= model.items()
    async with sdk() as client:
        assert [model.id async for model in client.models.list()] == ["practice", "practice-fast"]
        assert (await client.models.retrieve("practice")).owned_by == "prompt-workbench"


@pytest.mark.parametrize(
    ("method", "path", "status", "message", "code"),
    [
        ("GET", "/models/gpt-9", 404, "The model 'gpt-9' does not exist", "model_not_found"),
        ("POST", "/completions", 404, "Invalid URL (POST /v1/completions)", None),
        ("DELETE", "/models", 404, "Invalid URL (DELETE /v1/models)", None),
        ("GET", "/chat/completions", 405, "Only POST requests are accepted.", "method_not_supported"),
    ],
)
async def test_wrong_paths(method: str, path: str, status: int, message: str, code: str | None) -> None:
    response = await post(b"", path, method)
    assert response.status_code == status
    error = response.json()["error"]
    assert (error["message"], error["code"], error["type"]) == (message, code, "invalid_request_error")


async def test_the_whole_answer_has_the_apis_keys() -> None:
    answer = await ask()
    assert list(answer) == [
        "id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint"
    ]  # fmt: skip
    assert answer["id"].startswith("chatcmpl-")
    assert answer["object"] == "chat.completion"
    assert answer["model"] == FAST
    assert abs(answer["created"] - time.time()) < 60
    assert answer["system_fingerprint"].startswith("fp_")
    (choice,) = answer["choices"]
    assert list(choice) == ["index", "message", "logprobs", "finish_reason"]
    assert {"role": "assistant", "refusal": None, "annotations": []}.items() <= choice["message"].items()


async def test_a_stream_has_the_apis_chunks() -> None:
    streamed = await stream(seed=1, stream_options={"include_usage": True})
    first, *middle, closing, usage = streamed.chunks
    assert streamed.done
    assert first["choices"][0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
    assert all(list(chunk["choices"][0]["delta"]) == ["content"] for chunk in middle)
    assert closing["choices"] == [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]
    assert usage["choices"] == []
    assert usage["usage"] == (await ask(seed=1))["usage"]
    assert all(chunk["usage"] is None for chunk in streamed.chunks[:-1])
    same = ("id", "object", "created", "model", "service_tier", "system_fingerprint")
    assert len({tuple(chunk[key] for key in same) for chunk in streamed.chunks}) == 1
    assert len(middle) == usage["usage"]["completion_tokens"]
    assert all("usage" not in chunk for chunk in (await stream(seed=1)).chunks)


async def test_the_sdk_streams_and_parses() -> None:
    async with sdk() as client:
        body = body_of(seed=1, n=2, stream_options={"include_usage": True})
        chunks = [chunk async for chunk in await client.chat.completions.create(**body, stream=True)]
        assert chunks[-1].usage is not None
        whole = await client.chat.completions.create(**body_of(seed=1, n=2))
        for index in range(2):
            text = "".join(
                choice.delta.content or "" for chunk in chunks for choice in chunk.choices if choice.index == index
            )
            assert text == whole.choices[index].message.content
        assert whole._request_id is not None


def endpoint() -> Endpoint:
    connection = Connection("practice", "practice", BASE_URL, "practice.invalid")
    return Endpoint(connection, transport=practice_transport())


async def send(body: dict[str, Any]) -> Accumulator:
    accumulator = Accumulator(body.get("n", 1))
    way = endpoint()
    async for received in way.send(Request(body), Limits()):
        match received:
            case Opened(status=status, request_id=request_id):
                assert status == 200
                assert request_id.startswith("req_")
            case Chunks(items=items, done=done, faults=faults):
                assert not faults
                accumulator.feed(items)
                accumulator.done = accumulator.done or done
            case Whole(response=response):
                accumulator.take_whole(response)
    await way.close()
    return accumulator


async def test_our_endpoint_reads_it() -> None:
    whole = (await ask(seed=1, n=2))["choices"]
    for body in (body_of(seed=1, n=2), body_of(seed=1, n=2, stream=True, stream_options={"include_usage": True})):
        accumulator = await send(body)
        assert accumulator.end().state == State.COMPLETE
        choices = accumulator.answer().choices
        assert [choice.text for choice in choices] == [choice["message"]["content"] for choice in whole]


async def test_our_endpoint_tells_its_faults() -> None:
    with pytest.raises(BadRequest) as refused:
        await send(body_of(temperature=3))
    assert refused.value.field == "temperature"
    with pytest.raises(NotFound):
        await send(body_of(model="gpt-9"))


async def test_our_endpoint_lists_its_models() -> None:
    way = endpoint()
    assert [(model.id, model.shutdown) for model in await way.models(Limits())] == [
        ("practice", None),
        ("practice-fast", None),
    ]
    await way.close()


@pytest.mark.parametrize("model", ["practice", FAST])
@pytest.mark.parametrize("streamed", [True, False])
async def test_a_timeout_of_a_millisecond_fails(model: str, streamed: bool) -> None:
    async with sdk() as client:
        body: dict[str, Any] = body_of(model=model, stream=streamed, timeout=0.001)
        with pytest.raises(openai.APITimeoutError):
            await client.chat.completions.create(**body)


async def one_request(limits: httpx2.Timeout, **parameters: Any) -> bytes:
    async with httpx2.AsyncClient(transport=practice_transport(), timeout=limits) as client:
        return (await client.post(f"{BASE_URL}/chat/completions", json=body_of(**parameters))).content


async def test_the_limits_of_connecting_and_reading_are_told_apart() -> None:
    await ask()  # trained, so that the times below are those of the model
    with pytest.raises(httpx2.ConnectTimeout):
        await one_request(httpx2.Timeout(5, connect=0.0001))
    with pytest.raises(httpx2.ReadTimeout):
        await one_request(httpx2.Timeout(5, read=0.1), model="practice", stream=True)
    with pytest.raises(httpx2.ReadTimeout):  # not streamed, nothing comes before the end
        await one_request(httpx2.Timeout(5, read=0.6), model="practice")
    assert await one_request(httpx2.Timeout(5, read=0.6), model="practice", max_tokens=3)


async def test_practice_has_the_pace_of_a_model() -> None:
    await ask()
    started = time.perf_counter()
    moments: list[float] = []
    async with httpx2.AsyncClient(transport=practice_transport()) as client:
        body = body_of(model="practice", stream=True, max_tokens=30)
        async with client.stream("POST", f"{BASE_URL}/chat/completions", json=body) as response:
            async for data in response.aiter_bytes():
                moments += [time.perf_counter() - started] * data.count(b'"content":"')
    assert moments[0] >= 0.2
    assert 0.3 < moments[-1] - moments[0] < 2.0  # 30 tokens at about 60 a second, on a busy machine too


async def test_closing_a_stream_ends_the_making() -> None:
    async with httpx2.AsyncClient(transport=practice_transport()) as client:
        body = body_of(stream=True, max_completion_tokens=30_000)
        request = client.build_request("POST", f"{BASE_URL}/chat/completions", json=body)
        response = await client.send(request, stream=True)
        pieces = response.aiter_raw()
        for _ in range(3):
            await anext(pieces)
        await response.aclose()
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        with pytest.raises((httpx2.StreamError, StopAsyncIteration)):
            await anext(pieces)


async def test_a_cancelled_task_ends_at_once_and_leaves_nothing() -> None:
    begun = asyncio.Event()

    async def read() -> None:
        async with sdk() as client:
            body = body_of(model="practice", stream=True)
            async with client.chat.completions.with_streaming_response.create(**body) as response:
                async for _ in response.iter_bytes():
                    begun.set()

    task = asyncio.create_task(read())
    await begun.wait()
    cancelled = time.perf_counter()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.perf_counter() - cancelled < 0.2
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_an_unpaced_answer_leaves_the_loop_free() -> None:
    """Between two turns of the loop at most 200 ms of this thread's own time are used."""
    transport = practice_transport()
    body = body_of(stream=True, max_completion_tokens=5_000, n=2)
    request = httpx2.Request("POST", f"{BASE_URL}/chat/completions", json=body)
    response = await transport.handle_async_request(request)
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    turns: list[float] = []
    tokens = 0
    last = time.thread_time()
    async for data in response.stream:
        tokens += data.count(b'"content":')
        now = time.thread_time()
        turns.append(now - last)
        last = now
    assert tokens >= 10_000
    assert max(turns) < 0.2
    assert len(turns) > 20


async def test_sixteen_at_once() -> None:
    answers = await asyncio.gather(*(ask(seed=seed % 4) for seed in range(16)))
    texts = [answer["choices"][0]["message"]["content"] for answer in answers]
    assert len(set(texts)) == 4
    assert len({answer["id"] for answer in answers}) == 16
