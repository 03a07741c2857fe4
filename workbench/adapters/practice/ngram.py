"""The n-gram model: counts over the corpus with back-off, mixed with counts over the prompt's own sentences.

P(word | three words before) is the 4-gram's share, backed off to the trigram's, the bigram's and then to the plain
frequency of a few hundred common words (Witten-Bell: the more different words follow a context, the more goes to the
next lower order).
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zlib import crc32

from workbench.adapters.practice.corpus import Corpus, read_corpus
from workbench.adapters.practice.taste import code_of
from workbench.adapters.practice.tokens import split_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

START = "\x02"
"""Stands before a sentence, three times."""
_FOLLOWERS, _OPENINGS = 8, 40
"""How many followers of a context, and how many words that open a sentence, are weighed each for its own sake."""
_COMMON = 400
_BACK_OFF = 0.25
"""Less than Witten-Bell's 1: a smaller share for the lower orders keeps a small corpus readable."""
_LOWEST = 0.004
"""The least share that goes to the common words, whatever the context."""

Followers = dict[str, int]
Context = tuple[str, ...]


class Counts:
    """Counts of what follows three, two and one tokens, over sentences of tokens."""

    def __init__(self, sentences: Iterable[Sequence[str]]) -> None:
        self.after: dict[Context, Followers] = {}
        self._known: dict[Context, tuple[float, dict[str, float]]] = {}
        for sentence in sentences:
            first, second, third = START, START, START
            for token in sentence:
                for context in ((first, second, third), (second, third), (third,)):
                    followers = self.after.setdefault(context, {})
                    followers[token] = followers.get(token, 0) + 1
                first, second, third = second, third, token

    def longest(self, history: Context) -> Context:
        """The longest end of the three tokens that has been seen: what their followers hang on; () for none."""
        for context in (history, history[1:], history[2:]):
            if context in self.after:
                return context
        return ()

    def probabilities(self, context: Context) -> tuple[dict[str, float], float]:
        """The followers' probabilities and what is left for the common words; ({}, 1.0) for no context."""
        result: dict[str, float] = {}
        left = 1.0
        while context:
            portion, followers = self._best(context)
            context = context[1:]
            share = left * portion
            for token, probability in followers.items():
                result[token] = result.get(token, 0.0) + share * probability
            left -= share
        return result, left

    def _best(self, context: Context) -> tuple[float, dict[str, float]]:
        """The portion that a context keeps for itself, and its best followers with their probabilities."""
        if (known := self._known.get(context)) is None:
            followers = self.after[context]
            total = sum(followers.values())
            portion = total / (total + _BACK_OFF * len(followers))
            most = _OPENINGS if context[-1] == START else _FOLLOWERS
            best = Counter(followers).most_common(most) if len(followers) > most else followers.items()
            kept = sum(count for _, count in best)
            known = self._known[context] = (portion, {token: count / kept for token, count in best})
        return known


@dataclass(slots=True)
class Branch:
    """A step in a tree of token sequences: how many sequences go through here, and where they go on."""

    count: int = 0
    next: dict[str, Branch] = field(default_factory=dict)

    def add(self, tokens: Sequence[str], count: int = 1) -> None:
        branch = self
        for token in tokens:
            branch = branch.next.setdefault(token, Branch())
            branch.count += count


@dataclass(frozen=True, slots=True)
class Weighed:
    """What may follow a context: probabilities, and the same ready for a distribution."""

    shares: Mapping[str, float]
    left: float
    """The factor of the common words; never below _LOWEST, so that a high temperature can always surprise."""
    tokens: tuple[str, ...]
    logits: tuple[float, ...]
    """With the token's part as a common word in it."""
    codes: tuple[int, ...]


class BaseModel:
    """What is the same for every prompt. Made once, in about 0.3 s; read by many."""

    def __init__(self, corpus: Corpus) -> None:
        self.counts = Counts(corpus.sentences)
        words = Counter(token for sentence in corpus.sentences for token in sentence)
        total = sum(words.values())
        common = [
            word for word, _ in words.most_common() if word[0] == " " and word[1:].isalpha() and word[1].islower()
        ]
        self.common: dict[str, float] = {word: words[word] / total for word in common[:_COMMON]}
        """The commonest plain words, the commonest first, with their frequency (they do not add up to 1)."""
        self.everyday = frozenset(word.strip() for word in common[:150])
        self.terms: dict[str, int] = dict(corpus.terms.most_common(80))
        self.headings = Branch()
        for heading in corpus.headings:
            self.headings.add([*split_tokens(f"## {heading}"), "\n\n"])
        self.examples = Branch()
        for example in corpus.examples:
            self.examples.add([*split_tokens(f"```python\n{example}\n```"), "\n\n"])
        self.vocabulary = sorted({*words, *self.terms})
        self.spellings: dict[str, list[str]] = {}
        """The tokens of sentences by their word in lower case."""
        for token in words:
            self.spellings.setdefault(token.strip().lower(), []).append(token)
        self.fingerprint = f"fp_{crc32(chr(0).join(self.vocabulary).encode()):010x}"
        self._weighed: dict[Context, Weighed] = {}

    def weighed(self, history: Context) -> Weighed:
        """What may follow the last three tokens of a sentence; remembered, for contexts come again."""
        context = self.counts.longest(history)
        if (known := self._weighed.get(context)) is None:
            shares, left = self.counts.probabilities(context)
            left = max(left, _LOWEST)
            logits = tuple(math.log(share + left * self.common.get(token, 0.0)) for token, share in shares.items())
            known = Weighed(shares, left, tuple(shares), logits, tuple(map(code_of, shares)))
            self._weighed[context] = known
        return known


_lock = threading.Lock()
_model: BaseModel | None = None


def base_model() -> BaseModel:
    """The trained model. The first call trains (about 0.3 s of CPU): make it in a thread."""
    global _model
    # Two first requests at once must not train twice.
    with _lock:
        if _model is None:
            _model = BaseModel(read_corpus())
        return _model
