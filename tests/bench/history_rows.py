"""A history of many runs for the benches: rows of realistic size and words, half of them Korean, written in one go."""

from __future__ import annotations

import json
import random
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

RARE, RARE_KOREAN = "quetzalcoatl", "흡혈귀"
"""Each stands in three runs: an old one, one in the middle, a new one."""
ABSENT = "zyxwvut"
_SYLLABLES = tuple(
    "가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주추기니디리미비시이지치강난"
    "단람만반상안장창간남당랑망방산양전정제중진천철청최통평학한해현형화회경공과관국군권금김대동등명문물민"
    "법별북분사생서선설성세속신실어여연영예완외용원유육은음의인일임작점심메뉴요약뉴스기사내용날씨질답글말"
    "책집길밤낮봄여름겨울흰검푸른"
)
_PARTICLES = ("은", "는", "이", "가", "을", "를", "의", "에", "에서", "으로", "와", "과", "도", "만", "까지", "")
_ENDS = ("합니다.", "했다.", "입니다.", "이다.", "된다고 한다.", "하는 것이 좋다.")
MODELS = ("gpt-5.4-mini", "gpt-4o", "gpt-4.1-nano", "llama3.2:3b", "qwen3-8b")


class Words:
    """Sentences of two languages, by chance that is always the same."""

    def __init__(self, seed: int = 6) -> None:
        from pydoc_data.topics import topics

        self._chance = random.Random(seed)
        text = " ".join(topics[name] for name in sorted(topics))
        self._english = [s for s in re.split(r"(?<=[.!?])\s+", text) if 20 < len(s) < 300]
        stems = ["".join(self._chance.choices(_SYLLABLES, k=self._chance.choice((1, 2, 2, 2, 3)))) for _ in range(6000)]
        # Zipf: the n-th word comes 1/n as often as the first one.
        self._weights = [sum(1 / n for n in range(1, 1 + i)) for i in range(1, 1 + len(stems))]
        self._stems = stems

    def english(self, length: int) -> str:
        """About so many characters."""
        sentences, size = [], 0
        while size < length:
            sentences.append(self._chance.choice(self._english))
            size += len(sentences[-1])
        return " ".join(sentences)

    def korean(self, length: int) -> str:
        """About so many characters; a third of the bytes that they take."""
        words: list[str] = []
        size = 0
        while size < length:
            for stem in self._chance.choices(self._stems, cum_weights=self._weights, k=8):
                words.append(stem + self._chance.choice(_PARTICLES))
                size += len(words[-1]) + 1
            words.append(self._chance.choice(_ENDS))
        return " ".join(words)


def rows(count: int, *, first: datetime, seed: int = 6) -> Iterator[tuple[tuple[object, ...], ...]]:
    """The row of each run in `runs`, `bodies` and `answers`, oldest first, one every two minutes."""
    words, chance = Words(seed), random.Random(seed)
    prompts = [words.korean(150) if i % 2 else words.english(350) for i in range(400)]
    marked = {count // 50: 0, count // 2: 1, count - count // 50: 2}
    for number in range(count):
        at = first + timedelta(minutes=2 * number)
        size = chance.lognormvariate(6.4, 0.7)  # a median of 600 characters, some of 5,000
        answer = words.korean(int(size / 2)) if number % 2 else words.english(int(size))
        if number in marked:
            answer = f"{answer[:100]} {RARE} {RARE_KOREAN} {answer[100:]}"
        yield _row(number, at, f"{chance.choice(prompts)} {number}", answer, chance)


def _row(number: int, at: datetime, message: str, answer: str, chance: random.Random) -> tuple[tuple[object, ...], ...]:
    model = chance.choice(MODELS)
    id = f"{at:%Y%m%d-%H%M%S%f}-{number:06x}"
    state = "complete" if number % 40 else "error"
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": message}]
    prompt = {"name": f"prompt {number % 400}", "model": model, "messages": [{**m, "on": True} for m in messages]}
    body = {"model": model, "messages": messages, "temperature": 0.7}
    usage = {"prompt_tokens": 200, "completion_tokens": 150, "total_tokens": 350}
    response = {"id": id, "object": "chat.completion", "choices": [{"message": {"content": answer}}], "usage": usage}
    moment = at.isoformat(timespec="microseconds")
    texts = [json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in (prompt, body, response, usage)]
    run = (
        id, "bench", "tui", moment, moment, state, f"prompt {number % 400}", f"preset-{number % 40}", "openai",
        "api.openai.com", model, model, '{"temperature":0.7}', 1, "", 200, 0, 150, 0, 350, chance.random() / 100, 0.3,
        0.4, 2.0, None if state == "complete" else "server", answer[:150], "", "", int(number % 500 == 0),
    )  # fmt: skip
    return run, (id, *texts, None, "[]"), (id, 0, "stop", answer, "", "", "[]", None)


def fill(database: Path, count: int, *, first: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> int:
    """Write so many runs into a database of the newest schema, with nobody else at it; the bytes of their texts."""
    from workbench.adapters.database_file import connect

    size = 0
    with closing(connect(database)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for run, body, answer in rows(count, first=first):
            connection.execute(f"INSERT INTO runs VALUES ({','.join('?' * len(run))})", run)
            connection.execute("INSERT INTO bodies VALUES (?, ?, ?, ?, ?, ?, ?)", body)
            connection.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", answer)
            size += len(str(body[2]).encode()) + len(str(answer[3]).encode())
        connection.execute("COMMIT")
    return size
