"""Asking the practice endpoint: as the real SDK, and as plain httpx2 where the body is what matters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx2
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from workbench.adapters.practice import BASE_URL, practice_transport

FAST = "practice-fast"
ENGLISH = "Write a short review of a coffee grinder that I bought last week. It is loud but the coffee tastes great."
KOREAN = (
    "다음 기사를 두 줄로 요약해 주세요. 서울시는 올해 공원에서 도시락 판매를 허용하기로 했다. 시민들은 대체로 반긴다."
)


def sdk() -> AsyncOpenAI:
    http = DefaultAsyncHttpxClient(transport=practice_transport())
    return AsyncOpenAI(api_key="unused", base_url=BASE_URL, max_retries=0, http_client=http)


def body_of(text: str = ENGLISH, **parameters: Any) -> dict[str, Any]:
    return {"model": FAST, "messages": [{"role": "user", "content": text}], **parameters}


async def post(body: Any, path: str = "/chat/completions", method: str = "POST") -> httpx2.Response:
    async with httpx2.AsyncClient(transport=practice_transport()) as client:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await client.request(method, BASE_URL + path, content=content)


async def ask(text: str = ENGLISH, **parameters: Any) -> dict[str, Any]:
    """The whole answer's body; the request must pass."""
    response = await post(body_of(text, **parameters))
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def text_of(text: str = ENGLISH, **parameters: Any) -> str:
    answer = await ask(text, **parameters)
    content: str = answer["choices"][0]["message"]["content"]
    return content


@dataclass
class Streamed:
    chunks: list[dict[str, Any]]
    done: bool

    def text(self, index: int = 0) -> str:
        deltas = [choice["delta"] for chunk in self.chunks for choice in chunk["choices"] if choice["index"] == index]
        return "".join(delta.get("content") or "" for delta in deltas)

    def finish_reasons(self) -> dict[int, str]:
        choices = [choice for chunk in self.chunks for choice in chunk["choices"]]
        return {choice["index"]: choice["finish_reason"] for choice in choices if choice["finish_reason"]}


async def stream(text: str = ENGLISH, **parameters: Any) -> Streamed:
    response = await post(body_of(text, stream=True, **parameters))
    assert response.status_code == 200, response.text
    events = response.text.split("\n\n")
    assert events.pop() == ""
    assert all(event.startswith("data: ") for event in events)
    data = [event.removeprefix("data: ") for event in events]
    return Streamed([json.loads(item) for item in data if item != "[DONE]"], data[-1] == "[DONE]")
