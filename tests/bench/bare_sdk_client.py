"""What anyone would write first: the SDK's asynchronous client, many streamed requests at once, the texts kept.

.venv/bin/python tests/bench/bare_sdk_client.py BASE_URL MODEL REQUESTS
"""

from __future__ import annotations

import asyncio
import json
import sys

from openai import AsyncOpenAI


async def main(base_url: str, model: str, requests: str) -> None:
    async with AsyncOpenAI(base_url=base_url, api_key="unused", max_retries=0) as client:
        texts = await asyncio.gather(*(_answer(client, model) for _ in range(int(requests))))
    print(json.dumps({"texts": texts}))


async def _answer(client: AsyncOpenAI, model: str) -> str:
    stream = await client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "go"}], stream=True
    )
    return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
