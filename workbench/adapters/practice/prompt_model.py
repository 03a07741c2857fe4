"""What a prompt adds to the model: its own sentences, its words for the places of inline code, and its taste."""

from __future__ import annotations

import json
import re
from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING

from workbench.adapters.practice.corpus import SENTENCE_ENDS, words_of
from workbench.adapters.practice.ngram import Counts
from workbench.adapters.practice.taste import code_of, start_of, tastes
from workbench.adapters.practice.tokens import count_tokens, split_tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from workbench.core.json_value import JSON

_MOST_SENTENCES = 400
_SENTENCE = re.compile(r"[^.!?。？！\n]+[.!?。？！]?")
_NOISE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|\{\{[^{}]{0,80}\}\}|https?://\S+|[^\w\s.,!?。？！'’%-]", re.DOTALL)
_ASKING = frozenset((
    "about", "answer", "describe", "explain", "give", "list", "make", "please", "short", "tell", "what", "which",
    "with", "write", "your",
))  # fmt: skip
"""Words of asking: they say nothing of what a prompt is about."""
_PARTICLES = (
    "에서",
    "으로",
    "에게",
    "까지",
    "부터",
    "을",
    "를",
    "이",
    "가",
    "은",
    "는",
    "에",
    "로",
    "와",
    "과",
    "도",
    "의",
)


class PromptModel:
    """Made for one request, from its messages."""

    def __init__(self, messages: Sequence[Mapping[str, JSON]], everyday: Collection[str]) -> None:
        canonical = json.dumps(messages, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
        self.key = int.from_bytes(blake2b(canonical, digest_size=8).digest(), "big")
        sentences: list[tuple[str, ...]] = []
        words: Counter[str] = Counter()
        spoken = [message for message in messages if message.get("role") in ("user", "assistant")] or messages
        for position, message in enumerate(spoken):
            text = message_text(message)
            sentences.extend(_sentences(text))
            # The last message is what the answer is about.
            weight = 3 if position == len(spoken) - 1 else 1
            for word in _content_words(text, everyday):
                words[word] += weight
        self.counts = Counts(sentences[-_MOST_SENTENCES:])
        self.vocabulary = {token for followers in self.counts.after.values() for token in followers}
        self.terms = dict(words.most_common(60))
        self.lean = frozenset(word.lower() for word in words)
        """Its words in lower case."""
        letters = sum(map(str.isalpha, "".join(self.terms)))
        foreign = sum(char > "\u02ff" for char in "".join(self.terms))
        self.start_share = 0.0 if not sentences else 0.35 if foreign * 2 > letters else 0.15
        """How often a sentence of the answer begins as one of the prompt's."""

    def taste(self, place: int, before: str, token: str) -> float:
        """Between -1 and 1: how much this prompt would like to hear the token at this place."""
        return tastes(start_of(self.key, place, before), (code_of(token),))[0]


def message_text(message: Mapping[str, JSON]) -> str:
    """The text of a message's content, its parts joined; "" where it has none."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = (part.get("text") or part.get("refusal") for part in parts if isinstance(part, dict))
    return "".join(text for text in texts if isinstance(text, str))


def count_prompt_tokens(messages: Sequence[Mapping[str, JSON]], tools: JSON = None) -> int:
    """`usage.prompt_tokens`: 3 for the answer's start, and for each message 3, its role, its name and its text."""
    total = 3
    for message in messages:
        total += 3 + count_tokens(message_text(message))
        total += sum(count_tokens(str(message[key])) for key in ("role", "name") if message.get(key))
        if calls := message.get("tool_calls"):
            total += count_tokens(json.dumps(calls, ensure_ascii=False))
    return total + (count_tokens(json.dumps(tools, ensure_ascii=False)) if tools else 0)


def _sentences(text: str) -> list[tuple[str, ...]]:
    found = []
    for match in _SENTENCE.findall(_NOISE.sub(" ", text)):
        tokens = words_of(" ".join(match.split()))
        if not 3 <= len(tokens) <= 60 or not any(char.isalpha() for char in match):
            continue
        if tokens[-1].strip() in "。？！":
            tokens = (*tokens[:-1], ".")
        elif tokens[-1] not in SENTENCE_ENDS:
            tokens = (*tokens, ".")
        found.append(tokens)
    return found


def _content_words(text: str, everyday: Collection[str]) -> list[str]:
    words = [token.strip() for token in split_tokens(_NOISE.sub(" ", text))]
    words = [word for word in words if len(word) > 1 and word[0].isalpha() and word.lower() not in everyday]
    telling = [word for word in words if (len(word) > 3 or not word.isascii()) and word.lower() not in _ASKING]
    return [_stem(word) for word in telling or words]


def _stem(word: str) -> str:
    """A Korean noun without its particle, as far as the ending tells."""
    if "가" <= word[-1] <= "힣":
        for particle in _PARTICLES:
            if word.endswith(particle) and len(word) - len(particle) >= 2:
                return word[: -len(particle)]
    return word
