"""Writing: from the distributions of the model, token by token, an answer with sentences, paragraphs and Markdown.

Where the writer stands decides which distribution the next token comes from:

    block      at the start of a paragraph: a sentence, a heading, a list, a piece of code
    sentence   inside a sentence: the n-gram model
    term       inside inline code: one of the prompt's words, or one of the corpus's
    close      after it: the closing backtick
    end        after a sentence: the next one, a new paragraph, or the end of the answer
    item       after a line break in a list: the next bullet
    branch     inside a heading or a piece of code: the tree of those that the corpus has
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.adapters.practice.corpus import SENTENCE_ENDS, TERM
from workbench.adapters.practice.ngram import START, BaseModel, Branch, Context, Weighed
from workbench.adapters.practice.sampling import NO_TAIL, Sampler, Top
from workbench.adapters.practice.taste import code_of, start_of, tastes
from workbench.adapters.practice.tokens import END_OF_TEXT_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.adapters.practice.prompt_model import PromptModel

SHORTEST = 80
"""Tokens before which no answer ends by itself."""
_TASTE = 2.0
_LEAN = 0.8
"""Added to the logit of a word that the prompt has."""
_TIRED = 1.2
"""Taken from the logit of a word for each time that it has followed the same two words in this answer."""
_OWN_LEFT = 0.002
"""The factor of the common words inside a sentence that is the prompt's alone."""
_TIRED_OF_START = 4.0
_LONG, _TOO_LONG = 30, 55
"""Tokens of a sentence from which on its end is favoured; after which it ends."""
_PLANNED, _UNPLANNED = 0.85, 0.02
_SHORT = 6
"""Tokens of a sentence before which it ends only where the prompt's own sentence does."""
_SURE = 2.1
"""Added to the logit of the most probable token: a model knows what it would say, and a little heat changes little."""
_TERMS = ("terms",)
_FRESH = (START, START, START)
_PARAGRAPH, _NEXT_ITEM, _BULLET, _HEADING, _CODE, _TICK = "\n\n", "\n", "-", "##", "```", "`"


@dataclass(frozen=True, slots=True)
class Written:
    """A token of an answer. `logprob` and `top` are filled where log-probabilities were asked for."""

    text: str
    logprob: float = 0.0
    top: Top = ()


class Writer:
    """Writes one answer. `length` is about how many tokens it has before it ends; None: it goes on."""

    def __init__(
        self, model: BaseModel, prompt: PromptModel, sampler: Sampler, *, length: int | None, explains: bool = False
    ) -> None:
        self._model, self._prompt, self._sampler = model, prompt, sampler
        self._length, self._explains = length, explains
        known = (*prompt.vocabulary, *(token for word in prompt.lean for token in model.spellings.get(word, ())))
        self._leaning = {token for token in known if token.strip().lower() in prompt.lean}
        self._state: Callable[[], tuple[dict[str, float], float]] = self._block
        self._written = 0
        self._history = _FRESH
        self._used: dict[tuple[str, ...], dict[str, int]] = {}
        self._place = 0
        """Counts sentences and blocks: what the prompt's taste hangs on."""
        self._blocks = self._sentences = self._length_of_sentence = 0
        self._in_list = False
        self._kind = ""
        """What the last block was: a heading, a list, code, or "" for sentences."""
        self._at_line_start = True
        self._branch = Branch()

    def next(self) -> Written | None:
        """The next token; None when the answer has come to its end."""
        logits, tail = self._state()
        token = self._sampler.pick(logits, tail)
        if token == END_OF_TEXT_TOKEN:
            return None
        text = self._shown(token)
        written = Written(text)
        if self._explains:
            top = tuple((self._shown(other), value) for other, value in self._sampler.top(logits, tail))
            written = Written(text, self._sampler.logprob(token, logits, tail), top)
        self._advance(token)
        return written

    def phrase(self, longest: int) -> list[tuple[str, float]]:
        """Some words of a sentence for a value in JSON, with their log-probabilities; without its end and backticks."""
        self._history = _FRESH
        self._place += 1
        self._length_of_sentence = 0
        words: list[tuple[str, float]] = []
        while len(words) < longest:
            logits, tail = self._sentence()
            token = self._sampler.pick(logits, tail)
            logprob = self._sampler.logprob(token, logits, tail)
            if token in SENTENCE_ENDS:
                break
            self._remember(token)
            if token == TERM:
                inner, _ = self._term()
                token = self._sampler.pick(inner)
                self._use(_TERMS, token)
                logprob += self._sampler.logprob(token, inner)
                token = f" {token}"
            words.append((token if words else token.lstrip(" "), logprob))
        while len(words) > 1 and not words[-1][0].strip().isalnum():
            words.pop()
        return words

    def taste(self, what: str, of: str) -> float:
        """What the prompt would rather have of some alternatives, as a logit."""
        return _TASTE * self._prompt.taste(self._place, what, of)

    def _shown(self, token: str) -> str:
        return token[1:] if self._at_line_start and token[0] == " " else token

    # -- what may come next

    def _block(self) -> tuple[dict[str, float], float]:
        logits, _ = self._sentence()
        norm = math.log(sum(map(math.exp, logits.values())))
        planned = self._planned_block()
        # A heading stands over something, and two pieces of code in a row are one: sentences come between.
        possible = (_BULLET,) if self._kind in (_HEADING, _CODE) else (_HEADING, _BULLET, _CODE)
        kinds = {kind: math.log(_PLANNED if kind == planned else _UNPLANNED / 2) for kind in possible}
        prose = math.log(1 - _PLANNED if planned else 1 - _UNPLANNED)
        return {**{token: logit - norm + prose for token, logit in logits.items()}, **kinds}, NO_TAIL

    def _planned_block(self) -> str:
        wish = self._prompt.taste(self._blocks, "block", "kind")
        if self._blocks == 0:
            return _HEADING if wish > 0.8 else ""
        if self._kind in (_HEADING, _CODE):
            return ""
        return _BULLET if wish > 0.4 else _CODE if wish > 0.1 else _HEADING if wish > -0.25 else ""

    def _end(self) -> tuple[dict[str, float], float]:
        logits: dict[str, float] = {}
        if self._length is not None and self._written >= SHORTEST:
            logits[END_OF_TEXT_TOKEN] = math.log(_PLANNED if self._written >= self._length else _UNPLANNED)
        wish = self._prompt.taste(self._place, "paragraph", "ends") + 0.6 * self._sentences
        ends = wish > (2.4 if self._in_list else 1.2)
        logits[_PARAGRAPH] = math.log(_PLANNED if ends else _UNPLANNED)
        rest = math.log(max(0.01, 1 - sum(map(math.exp, logits.values()))))
        if self._in_list:
            return {**logits, _NEXT_ITEM: rest}, NO_TAIL
        starts, _ = self._sentence()
        norm = math.log(sum(map(math.exp, starts.values())))
        return {**{token: logit - norm + rest for token, logit in starts.items()}, **logits}, NO_TAIL

    def _sentence(self) -> tuple[dict[str, float], float]:
        if self._length_of_sentence >= _TOO_LONG:
            return {".": 0.0, "?": -5.0, "!": -6.0}, NO_TAIL
        before = self._history[-1]
        start = start_of(self._prompt.key, self._place, before)
        weighed = self._model.weighed(self._history)
        own = self._prompt.counts.longest(self._history)
        if own:
            logits, tail = self._mixed(weighed, own, start)
        else:
            liked = tastes(start, weighed.codes)
            logits = {
                token: logit + _TASTE * taste
                for token, logit, taste in zip(weighed.tokens, weighed.logits, liked, strict=True)
            }
            tail = weighed.left
        for token in self._leaning & logits.keys():
            logits[token] += _LEAN
        for token, times in self._used.get(self._history[1:], {}).items():
            if token in logits:
                logits[token] -= times * (_TIRED_OF_START if before == START else _TIRED)
        self._favour_end(logits)
        if not logits:  # a word that only a logit_bias brings in has no followers
            return {".": -1.0}, math.log(tail)
        _be_sure(logits)
        return logits, math.log(tail)

    def _favour_end(self, logits: dict[str, float]) -> None:
        length = self._length_of_sentence
        for end in SENTENCE_ENDS & logits.keys():
            if length < _SHORT and end not in self._prompt.counts.after.get(self._history, ()):
                del logits[end]
            elif length > _LONG:
                logits[end] += 0.3 * (length - _LONG)

    def _mixed(self, weighed: Weighed, own: Context, start: int) -> tuple[dict[str, float], float]:
        """Where the prompt has sentences that go on from here: the corpus's followers with the prompt's."""
        if not weighed.shares:
            share = 1.0
        elif self._history[-1] == START:
            share = self._prompt.start_share
        else:
            share = 0.5 if len(own) > 1 else 0.1
        shares = {token: value * (1 - share) for token, value in weighed.shares.items()} if share < 1 else {}
        for token, value in self._prompt.counts.probabilities(own)[0].items():
            shares[token] = shares.get(token, 0.0) + share * value
        tail = weighed.left if weighed.shares else _OWN_LEFT
        common = self._model.common
        liked = tastes(start, map(code_of, shares))
        logits = {
            token: math.log(value + tail * common.get(token, 0.0)) + _TASTE * taste
            for (token, value), taste in zip(shares.items(), liked, strict=True)
        }
        return logits, tail

    def _term(self) -> tuple[dict[str, float], float]:
        shares: dict[str, float] = {}
        for terms, share in ((self._prompt.terms, 0.6), (self._model.terms, 0.4)):
            total = sum(terms.values())
            for term, count in terms.items():
                shares[term] = shares.get(term, 0.0) + share * count / total
        liked = tastes(start_of(self._prompt.key, self._place, "term"), map(code_of, shares))
        logits = {
            term: math.log(share) + _TASTE * taste for (term, share), taste in zip(shares.items(), liked, strict=True)
        }
        for term, times in self._used.get(_TERMS, {}).items():
            if term in logits:
                logits[term] -= _TIRED * times
        _be_sure(logits)
        return logits, NO_TAIL

    def _close(self) -> tuple[dict[str, float], float]:
        return {_TICK: 0.0}, NO_TAIL

    def _item(self) -> tuple[dict[str, float], float]:
        return {_BULLET: 0.0}, NO_TAIL

    def _branches(self) -> tuple[dict[str, float], float]:
        options = self._branch.next.items()
        logits = {token: math.log(branch.count) + self.taste("branch", token) for token, branch in options}
        _be_sure(logits)
        return logits, NO_TAIL

    # -- what came

    def _advance(self, token: str) -> None:
        self._written += 1
        state = self._state
        was_line_start, self._at_line_start = self._at_line_start, token.endswith("\n")
        if state == self._branches or (state == self._block and token in (_HEADING, _CODE)):
            self._enter_branch(token, starts=state == self._block)
        elif token == _PARAGRAPH:
            self._start_block()
        elif token == _NEXT_ITEM and self._in_list:
            self._state = self._item
        elif token == _BULLET and was_line_start:
            self._in_list, self._kind, self._state = True, _BULLET, self._sentence
        elif state == self._term:
            self._use(_TERMS, token)
            self._state = self._close
        elif state == self._close:
            self._state = self._sentence
        else:
            if state == self._block:
                self._kind = ""
            self._remember(token)
            self._state = self._term if token == TERM else self._sentence
            if token in SENTENCE_ENDS:
                self._finish_sentence()

    def _remember(self, token: str) -> None:
        self._use(self._history[1:], token)
        self._history = (*self._history[1:], token)
        self._length_of_sentence += 1

    def _use(self, context: tuple[str, ...], token: str) -> None:
        used = self._used.setdefault(context, {})
        used[token] = used.get(token, 0) + 1

    def _finish_sentence(self) -> None:
        self._history = _FRESH
        self._place += 1
        self._sentences += 1
        self._length_of_sentence = 0
        self._state = self._end

    def _start_block(self) -> None:
        self._blocks += 1
        self._sentences = 0
        self._in_list = False
        self._state = self._block

    def _enter_branch(self, token: str, *, starts: bool) -> None:
        if starts:
            self._kind = token
            self._branch = self._model.headings if token == _HEADING else self._model.examples
        self._at_line_start = False  # these tokens are shown as they stand
        self._branch = self._branch.next[token]
        self._state = self._branches
        if not self._branch.next:
            self._at_line_start = True
            self._start_block()


def _be_sure(logits: dict[str, float]) -> None:
    logits[max(logits, key=lambda token: (logits[token], token))] += _SURE
