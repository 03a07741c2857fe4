"""The parts of one choice while they arrive, whatever shape the endpoint gives them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workbench.core.events import (
    AnswerEvent,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    TokenProbabilities,
    ToolCallDelta,
)
from workbench.core.json_clean import clean_text
from workbench.core.outcome import Choice
from workbench.core.pieces import Pieces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.json_value import JSON

MOST_TOOL_CALLS = 512


class TextParts:
    """A text that grows. Half of a surrogate pair is held back until its other half or the end comes."""

    __slots__ = ("_all", "_fresh", "_held")

    def __init__(self) -> None:
        self._all = Pieces()
        self._fresh: list[str] = []
        self._held = ""

    def __bool__(self) -> bool:
        return bool(self._all or self._fresh or self._held)

    def add(self, text: str) -> None:
        if text:
            self._fresh.append(text)

    def take(self, last: bool = False) -> str:
        """What was added since the last call, joined and fit for UTF-8; with `last` also what is held back."""
        if not self._fresh and not (last and self._held):
            return ""
        text = self._held + "".join(self._fresh)
        self._held = ""
        self._fresh.clear()
        if not text.isascii():
            if not last and "\ud800" <= text[-1] <= "\udbff":
                self._held = text[-1]
                text = text[:-1]
            text = clean_text(text)
        self._all.append(text)
        return text

    def whole(self) -> str:
        return self._all.whole()


class ToolCallParts:
    """One tool call while its arguments arrive."""

    __slots__ = ("arguments", "extra", "id", "kind", "name", "told")

    def __init__(self) -> None:
        self.id = ""
        self.kind = "function"
        self.name = ""
        self.arguments = TextParts()
        self.extra: dict[str, JSON] = {}
        self.told = False

    def take(self, piece: Mapping[str, JSON]) -> None:
        for name, value in piece.items():
            if name == "function" and isinstance(value, dict):
                self._take_function(value)
            elif name == "id" and isinstance(value, str):
                self.id = self.id or clean_text(value)
            elif name == "type" and isinstance(value, str):
                self.kind = clean_text(value)
            elif name not in ("index", "id", "type", "function") and value is not None:
                self.extra[clean_text(name)] = merged(self.extra.get(name), value)

    def _take_function(self, function: Mapping[str, JSON]) -> None:
        name, arguments = function.get("name"), function.get("arguments")
        if isinstance(name, str) and not self.name:
            self.name = clean_text(name)
        if isinstance(arguments, str):
            self.arguments.add(arguments)
        elif arguments is not None:
            self.arguments.add(json.dumps(cleaned(arguments), ensure_ascii=False))  # some send the object itself

    def to_json(self) -> dict[str, JSON]:
        function: JSON = {"name": self.name, "arguments": self.arguments.whole()}
        extra = {name: cleaned(value) for name, value in self.extra.items()}
        return {"id": self.id, "type": self.kind, "function": function, **extra}


def _name_in(piece: Mapping[str, JSON]) -> str:
    function = piece.get("function")
    name = function.get("name") if isinstance(function, dict) else None
    return name if isinstance(name, str) else ""


class ChoiceParts:
    """One choice while it arrives. `take_delta` collects; `add_news` says what came since it was last asked."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.finish_reason: str | None = None
        self.extra_choice: dict[str, JSON] = {}
        self.oddities: list[str] = []
        self._role = "assistant"
        self._text = TextParts()
        self._reasoning = TextParts()
        self._reasoning_name = "reasoning_content"
        self._refusal = TextParts()
        self._calls: dict[int, ToolCallParts] = {}
        self._call_at: dict[int, int] = {}
        """By the index that the endpoint gives: where the call stands."""
        self._fresh_calls: dict[int, None] = {}
        self._logprobs: dict[str, JSON] | None = None
        self._fresh_tokens: list[JSON] = []
        self._extra: dict[str, JSON] = {}

    @property
    def has_content(self) -> bool:
        return bool(self._text or self._reasoning or self._refusal or self._calls)

    def take_delta(self, delta: Mapping[str, JSON]) -> None:
        """One delta, or the message of an unstreamed answer."""
        content = delta.get("content")
        if content:
            if self.finish_reason is not None:
                self.oddities.append("text came after the finish_reason; it is kept")
            self._text.add(content if isinstance(content, str) else text_of(content))
        if len(delta) > 1 or "content" not in delta:
            self._take_rest(delta)

    def _take_rest(self, delta: Mapping[str, JSON]) -> None:
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        if reasoning:
            # Some send both names with the same text: one of them is taken.
            self._reasoning_name = "reasoning_content" if delta.get("reasoning_content") else "reasoning"
            self._reasoning.add(text_of(reasoning))
        for name, value in delta.items():
            if value is None or name in ("content", "reasoning_content", "reasoning"):
                continue
            if name == "role":
                if isinstance(value, str) and value:
                    self._role = clean_text(value)
            elif name == "refusal":
                self._refusal.add(text_of(value))
            elif name == "tool_calls" and isinstance(value, list):
                self._take_tool_calls(value)
            else:
                self._extra[clean_text(name)] = merged(self._extra.get(name), value)

    def _take_tool_calls(self, pieces: list[JSON]) -> None:
        for place, piece in enumerate(pieces):
            if not isinstance(piece, dict):
                continue
            index = self._call_index(place, piece)
            if index >= MOST_TOOL_CALLS:
                self.oddities.append(f"a tool call with index {index} was skipped")
                continue
            self._calls.setdefault(index, ToolCallParts()).take(piece)
            self._fresh_calls[index] = None

    def _call_index(self, place: int, piece: Mapping[str, JSON]) -> int:
        """Which call a piece is of, as well as its endpoint says it."""
        index, call_id, name = piece.get("index"), piece.get("id"), _name_in(piece)
        following = max(self._calls, default=-1) + 1
        if type(index) is int and index >= 0:
            at = self._call_at.get(index, index)
            known = self._calls.get(at)
            # Some give each of several calls the index 0; others another id with each piece, but the name only once.
            if known is not None and known.id and call_id and call_id != known.id and name:
                at = following
            self._call_at[index] = at
            return at
        if call_id:
            same = next((i for i, call in self._calls.items() if call.id == call_id), None)
            return following if same is None else same
        last = self._calls.get(following - 1)
        begins = place > 0 or last is None or (bool(name) and bool(last.name) and name != last.name)
        return following if begins else following - 1

    def take_logprobs(self, logprobs: JSON) -> None:
        value = cleaned(logprobs)
        if not isinstance(value, dict):
            self.oddities.append("logprobs that are no object were skipped")
            return
        tokens = value.get("content")
        if isinstance(tokens, list):
            self._fresh_tokens.extend(tokens)
        known = self._logprobs
        if known is None:
            known = self._logprobs = {}
        for name, part in value.items():
            old = known.get(name)
            if isinstance(old, list) and isinstance(part, list):
                old.extend(part)
            elif part is not None or name not in known:
                known[name] = list(part) if isinstance(part, list) else part

    def add_news(self, events: list[AnswerEvent], last: bool) -> None:
        """Append an event for each kind of part that grew; with `last` also for what was held back."""
        index = self.index
        if reasoning := self._reasoning.take(last):
            events.append(ReasoningDelta(index, reasoning))
        if text := self._text.take(last):
            events.append(TextDelta(index, text))
        if refusal := self._refusal.take(last):
            events.append(RefusalDelta(index, refusal))
        if self._calls:
            self._add_call_news(events, last)
        if self._fresh_tokens:
            events.append(TokenProbabilities(index, tuple(self._fresh_tokens)))
            self._fresh_tokens.clear()

    def _add_call_news(self, events: list[AnswerEvent], last: bool) -> None:
        for number in self._calls if last else self._fresh_calls:
            call = self._calls[number]
            arguments = call.arguments.take(last)
            if call.told:
                if arguments:
                    events.append(ToolCallDelta(self.index, number, "", "", arguments))
            else:
                call.told = True
                events.append(ToolCallDelta(self.index, number, call.id, call.name, arguments))
        self._fresh_calls.clear()

    def choice(self) -> Choice:
        return Choice(
            index=self.index,
            text=self._text.whole(),
            finish_reason=self.finish_reason,
            reasoning=self._reasoning.whole(),
            refusal=self._refusal.whole(),
            tool_calls=tuple(self._tool_calls()),
            logprobs=cleaned(self._logprobs),
        )

    def response(self) -> dict[str, JSON]:
        """This choice as the API gives it unstreamed."""
        text, refusal = self._text.whole(), self._refusal.whole()
        silent = not text and bool(refusal or self._calls)
        message: dict[str, JSON] = {"role": self._role, "content": None if silent else text, "refusal": refusal or None}
        if self._reasoning:
            message[self._reasoning_name] = self._reasoning.whole()
        if self._calls:
            message["tool_calls"] = self._tool_calls()
        return {
            "index": self.index,
            "message": {**message, **{name: cleaned(value) for name, value in self._extra.items()}},
            "logprobs": cleaned(self._logprobs),
            "finish_reason": self.finish_reason,
            **self.extra_choice,
        }

    def _tool_calls(self) -> list[JSON]:
        return [self._calls[number].to_json() for number in sorted(self._calls)]


def text_of(content: JSON) -> str:
    """The text of a content in whatever shape it came: text, a list of parts, a part, or any other value as JSON."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(text_of(part) for part in content)
    if isinstance(content, dict) and isinstance(content.get("text"), str):
        return str(content["text"])
    return "" if content is None else json.dumps(cleaned(content), ensure_ascii=False)


def cleaned(value: JSON) -> JSON:
    """A copy of a value of any depth that the reader lets through, without lone surrogates."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(name): cleaned(part) for name, part in value.items()}
    if isinstance(value, list):
        return [cleaned(part) for part in value]
    return value


def merged(old: JSON, new: JSON) -> JSON:
    """Two pieces of a field that this program does not know: texts and lists are joined, objects by key, else `new`.

    `old` came from here, so that it may be changed: a list that is copied for each chunk makes a long answer quadratic.
    """
    new = cleaned(new)
    if isinstance(old, str) and isinstance(new, str):
        return old if old == new else old + new
    if isinstance(old, list) and isinstance(new, list):
        old.extend(new)
        return old
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{name: merged(old.get(name), part) for name, part in new.items()}}
    return new
