"""The least that sends many requests and reads their streamed answers; what `workbench compare` is measured against.

.venv/bin/python tests/bench/bare_client.py BASE_URL MODEL REQUESTS
"""

from __future__ import annotations

import asyncio
import json
import sys

import httpx2


async def main(base_url: str, model: str, requests: str) -> None:
    async with httpx2.AsyncClient(timeout=60, limits=httpx2.Limits(max_connections=200)) as client:
        texts = await asyncio.gather(*(_answer(client, base_url, model) for _ in range(int(requests))))
    print(json.dumps({"texts": texts}))


async def _answer(client: httpx2.AsyncClient, base_url: str, model: str) -> str:
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "go"}]}
    pieces: list[str] = []
    rest = b""
    async with client.stream("POST", f"{base_url}/chat/completions", json=body) as response:
        async for data in response.aiter_raw():
            *events, rest = (rest + data).split(b"\n\n")
            for event in events:
                if event.startswith(b"data: {"):
                    choices = json.loads(event[len(b"data: ") :])["choices"]
                    pieces.append(choices[0]["delta"].get("content", "") if choices else "")
    return "".join(pieces)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
