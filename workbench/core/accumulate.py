"""Chunks of an answer in, events and the whole answer out: no I/O, and no trust in what the chunks look like.

Endpoints differ, and chunks are not validated by anyone before they get here: choices or delta may be null, a content
may be a list, usage may stand anywhere, an emoji may be split into two surrogates over two chunks. Whatever comes is
kept where it has a place and noted where it is odd; nothing here raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.choice_parts import ChoiceParts, cleaned
from workbench.core.errors import BrokenStream, ConnectionFailed, RunError, TimedOut
from workbench.core.events import AnswerEvent, Ended, Noted, State, UsageReported
from workbench.core.json_clean import clean_text
from workbench.core.json_text import as_text
from workbench.core.one_line import one_line
from workbench.core.outcome import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.json_value import JSON

MOST_CHOICES = 128
"""The largest n of the API. A choice with a higher index is nobody's answer."""
MOST_NOTES = 20

# `obfuscation` is padding against traffic analysis, in streams only; `object` is rewritten to the unstreamed name.
_NOT_KEPT = frozenset({"choices", "usage", "object", "obfuscation", "error"})
_FIRST_WINS = frozenset({"id", "created", "model"})
_READ_ABOVE = frozenset({"index", "delta", "message", "text"})


class Accumulator:
    """Puts one answer together. `choices` is the n that was asked for; `host` is named in the errors of `end`."""

    def __init__(self, choices: int = 1, host: str = "") -> None:
        self.done = False
        """[DONE] was seen. Set by whoever reads the stream."""
        self._expected = choices
        self._host = host
        self._choices: dict[int, ChoiceParts] = {}
        self._touched: dict[int, ChoiceParts] = {}
        self._top: dict[str, JSON] = {}
        self._usage: dict[str, JSON] | None = None
        self._usage_is_new = False
        self._whole: dict[str, JSON] | None = None
        self._began = False
        self._notes: list[str] = []
        self._noted: set[str] = set()

    @property
    def has_content(self) -> bool:
        """Text, reasoning, a refusal or a tool call has arrived; a role alone is none."""
        return any(parts.has_content for parts in self._choices.values())

    def feed(self, items: Sequence[JSON]) -> list[AnswerEvent]:
        """What these chunks add. Deltas of one kind and choice are merged into one event."""
        for item in items:
            if isinstance(item, dict):
                self._chunk(item)
            else:
                self._note(f"a chunk that is no object was skipped ({_kind(item)})")
        return self._news()

    def take_whole(self, response: dict[str, JSON]) -> list[AnswerEvent]:
        """What an unstreamed response says, as the same events that a stream of it would give."""
        whole = cleaned(response)
        assert isinstance(whole, dict)
        self._whole = whole
        self._chunk(whole)
        return [*self._news(), *self.flush()]

    def flush(self) -> list[AnswerEvent]:
        """What was held back until the end is known. Call it once, before `end`; a second call gives nothing.

        Half of a surrogate pair whose other half never came, as U+FFFD, and the note that [DONE] is missing.
        """
        self._touched.update(self._choices)
        if self._whole is None and not self.done and self._all_finished():
            self._note("the stream ended without [DONE]")
        return self._news(last=True)

    def end(self, *, error: RunError | None = None, cancelled: bool = False) -> Ended:
        """How the run ended. Complete only with a finish_reason for every choice, or [DONE]."""
        self.flush()
        state, why = self._state(error, cancelled)
        top = max(self._choices, default=-1)
        reasons = [self._choices[i].finish_reason if i in self._choices else None for i in range(top + 1)]
        return Ended(state, tuple(reasons), why)

    def answer(self) -> Answer:
        """All that has come so far."""
        response = self._whole
        if response is None and self._began:
            response = self._response()
        model = self._top.get("model")
        return Answer(
            choices=tuple(self._choices[index].choice() for index in sorted(self._choices)),
            model=model if isinstance(model, str) else "",
            usage=self._usage,
            response=response,
        )

    def _state(self, error: RunError | None, cancelled: bool) -> tuple[State, RunError | None]:
        if cancelled:
            return State.CANCELLED, None
        if error is not None:
            if not (self._began and _cuts(error)):
                return State.ERROR, error
            # The cut came after the end of the answer: all that can be missing is [DONE] or the usage.
            return (State.COMPLETE, None) if self.done or self._all_finished() else (State.TRUNCATED, error)
        if self._began and (self.done or self._all_finished()):
            return State.COMPLETE, None
        of_host = f" of {self._host}" if self._host else ""
        if not self._choices and (self._whole is not None or not self._began):
            return State.ERROR, BrokenStream(f"the answer{of_host} is empty: it has no choices", "run again")
        what = "stream" if self._whole is None else "answer"
        why = f"the {what}{of_host} ended without a finish_reason" + (" or [DONE]" if self._whole is None else "")
        return State.TRUNCATED, BrokenStream(why, "what came is kept; run again for the whole answer")

    def _all_finished(self) -> bool:
        wanted = 1 if self._whole is not None else self._expected
        return len(self._choices) >= wanted and all(parts.finish_reason for parts in self._choices.values())

    def _chunk(self, item: dict[str, JSON]) -> None:
        self._began = True
        choices = item.get("choices")
        if isinstance(choices, list):
            for place, choice in enumerate(choices):
                if isinstance(choice, dict):
                    self._choice(place, choice)
                elif choice is not None:
                    self._note(f"a choice that is no object was skipped ({_kind(choice)})")
        elif choices is not None:
            self._note(f"choices that are no list were skipped ({_kind(choices)})")
        top = self._top
        for name, value in item.items():
            if name not in _NOT_KEPT and value is not None and top.get(name) != value:
                self._top_field(name, value)
        usage = item.get("usage")
        if usage:
            self._take_usage(usage)

    def _top_field(self, name: str, value: JSON) -> None:
        value = cleaned(value)
        known = self._top.get(name)
        if name == "model" and known and value and known != value:
            self._note(f"the model's name changed from {_shown(known)} to {_shown(value)} while it answered")
        if not (known and name in _FIRST_WINS):
            self._top[clean_text(name)] = value

    def _take_usage(self, usage: JSON) -> None:
        kept = cleaned(usage)
        if not isinstance(kept, dict):
            self._note(f"a usage that is no object was skipped ({_kind(usage)})")
        elif kept != self._usage:
            self._usage, self._usage_is_new = kept, True

    def _choice(self, place: int, choice: dict[str, JSON]) -> None:
        index = choice.get("index")
        if type(index) is not int or index < 0:
            index = place
        parts = self._choices.get(index)
        if parts is None:
            if index >= max(MOST_CHOICES, self._expected):
                self._note(f"a choice with index {index} was skipped")
                return
            parts = self._choices[index] = ChoiceParts(index)
        self._touched[index] = parts
        delta = choice.get("delta")
        if delta is None:
            delta = _unstreamed(choice)
        if isinstance(delta, dict):
            parts.take_delta(delta)
        elif delta is not None:
            self._note(f"a delta that is no object was skipped ({_kind(delta)})")
        for name, value in choice.items():
            if value is not None and name not in _READ_ABOVE:
                self._choice_field(parts, name, value)

    def _choice_field(self, parts: ChoiceParts, name: str, value: JSON) -> None:
        if name == "finish_reason":
            if value != "":  # some send "" where null is meant
                self._finish(parts, value)
        elif name == "logprobs":
            parts.take_logprobs(value)
        elif name == "usage":
            self._take_usage(value)  # Moonshot puts it here
        else:
            parts.extra_choice[clean_text(name)] = cleaned(value)

    def _finish(self, parts: ChoiceParts, reason: JSON) -> None:
        text = clean_text(as_text(reason))
        if parts.finish_reason is None:
            parts.finish_reason = text
        elif parts.finish_reason != text:
            self._note(f"a second finish_reason, {_shown(text)}, was ignored")

    def _news(self, last: bool = False) -> list[AnswerEvent]:
        events: list[AnswerEvent] = []
        for parts in self._touched.values():
            parts.add_news(events, last)
            for oddity in parts.oddities:
                self._note(oddity)
            parts.oddities.clear()
        self._touched.clear()
        if self._usage_is_new and self._usage is not None:
            self._usage_is_new = False
            events.append(UsageReported(self._usage))
        if self._notes:
            events.extend(Noted(text) for text in self._notes)
            self._notes.clear()
        return events

    def _note(self, text: str) -> None:
        # A broken endpoint may do the same odd thing in each of 20,000 chunks: it is said once.
        if text not in self._noted and len(self._noted) < MOST_NOTES:
            self._noted.add(text)
            self._notes.append(text)

    def _response(self) -> dict[str, JSON]:
        top = dict(self._top)
        response: dict[str, JSON] = {"id": top.pop("id", None), "object": "chat.completion"}
        for name in ("created", "model"):
            response[name] = top.pop(name, None)
        response["choices"] = [self._choices[index].response() for index in sorted(self._choices)]
        response["usage"] = self._usage
        return {**response, **top}


def _cuts(error: RunError) -> bool:
    """Whether this error only ended an answer that was good so far: a cut, or a limit of ours."""
    match error:
        case BrokenStream() | TimedOut():
            return True
        case ConnectionFailed():
            return not error.not_sent
    return False


def _unstreamed(choice: dict[str, JSON]) -> JSON:
    """What stands in place of a delta: the message of an unstreamed answer, or the text of the oldest endpoints."""
    message = choice.get("message")
    return {"content": choice["text"]} if message is None and "text" in choice else message


def _kind(value: JSON) -> str:
    if value is None:
        return "null"
    return {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list"}.get(
        type(value), "an object"
    )


def _shown(value: JSON) -> str:
    return one_line(as_text(value), 80)
