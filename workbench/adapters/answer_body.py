"""The body of a good response, piece by piece: an event stream, a JSON object, or something that is no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.errors import BrokenStream, RunError
from workbench.core.sse import ChunkReader, parse_json
from workbench.core.wire import Chunks, Limits, Received, Whole

if TYPE_CHECKING:
    from workbench.adapters.http_errors import ErrorTranslator
    from workbench.core.json_value import JSON

_BOM = b"\xef\xbb\xbf"
_EVENT_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")
_LONGEST_FIELD = max(map(len, _EVENT_FIELDS))
_HEAD = 64 * 1024


class AnswerBody:
    """Bytes in, at most one `Received` out for each piece. After each call look at `failure` and `done`.

    What a response is shows in its first characters: servers label streams as JSON, errors as streams and login pages
    as anything, so that the content type only decides where those say nothing.
    """

    def __init__(self, errors: ErrorTranslator, limits: Limits, status: int, content_type: str) -> None:
        self.failure: RunError | None = None
        """Why reading ends here; what the same call returned came before it and counts."""
        self.done = False
        """[DONE] was seen."""
        self.progressed = False
        """The last piece brought some of the answer: not a comment, not a role alone."""
        self._errors = errors
        self._limits = limits
        self._status = status
        self._content_type = content_type.lower()
        self._reader = ChunkReader(limits.event_bytes)
        self._bytes = 0
        self._any = False
        self._form: str | None = None
        self._pieces: list[bytes] = []

    def feed(self, piece: bytes) -> Received | None:
        self.progressed = False
        room = self._limits.response_bytes - self._bytes
        self._bytes += len(piece)
        received = self._feed(piece[:room])
        if len(piece) > room and self.failure is None:
            self.failure = self._too_large("the answer", self._limits.response_bytes, "response_too_large")
        return received

    def _feed(self, piece: bytes) -> Received | None:
        if self._form == "events":
            return self._take(self._reader.feed(piece))
        self._pieces.append(piece)
        if self._form is None:
            return self._decide(last=False)
        self.progressed = True
        return None

    def finish(self) -> Received | None:
        """The body has ended. What an ended stream means for the run is the accumulator's to say."""
        if self._form is None:
            self._decide(last=True)
        if self.failure is not None:
            return None
        if self._form == "json":
            return self._whole()
        received = self._take(self._reader.finish())
        if not self._any and self.failure is None:
            self.failure = self._errors.empty(self._status)
        return received

    def _decide(self, last: bool) -> Received | None:
        head = b"".join(self._pieces)[:_HEAD].removeprefix(_BOM).lstrip()
        if not head and not last:
            return None
        if head.startswith(b"<"):
            self._form = "other"
        elif head.startswith((b"{", b"[")):
            self._form = "json"
        elif head.startswith(_EVENT_FIELDS) or "event-stream" in self._content_type:
            self._form = "events"
        elif len(head) >= _LONGEST_FIELD or last:
            self._form = "other"
        else:
            return None
        if self._form == "other":
            empty = not head
            self.failure = (
                self._errors.empty(self._status)
                if empty
                else self._errors.not_an_api(self._status, self._content_type, head)
            )
        if self._form != "events":
            return None
        pieces, self._pieces = self._pieces, []
        return self._take(self._reader.feed(b"".join(pieces)))

    def _take(self, chunks: Chunks) -> Chunks | None:
        items = chunks.items
        for place, item in enumerate(items):
            if isinstance(item, dict) and item.get("error"):
                self.failure = self._errors.of_error_object(item["error"], self._status)
                items = items[:place]
                chunks = Chunks(items, False, chunks.faults)
                break
        self.done = chunks.done
        if self._reader.overflow and self.failure is None:
            self.failure = self._too_large("one event of the answer", self._limits.event_bytes, "event_too_large")
        self._any = self._any or bool(items)
        self.progressed = any(is_progress(item) for item in items)
        if self.done and not self._any and self.failure is None:
            self.failure = self._errors.empty(self._status)
        return chunks if items or chunks.done or chunks.faults else None

    def _whole(self) -> Whole | None:
        raw = b"".join(self._pieces)
        self._pieces = []
        try:
            value = parse_json(raw.removeprefix(_BOM).decode("utf-8", "replace"))
        except ValueError as fault:
            self.failure = self._unreadable(raw, str(fault))
            return None
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, dict) and value.get("error"):
            self.failure = self._errors.of_error_object(value["error"], self._status)
            return None
        if not isinstance(value, dict) or "choices" not in value:
            self.failure = self._errors.not_an_api(self._status, self._content_type, raw[:_HEAD])
            return None
        return Whole(value)

    def _unreadable(self, raw: bytes, why: str) -> RunError:
        host = self._errors.host
        if "json" not in self._content_type:
            return self._errors.not_an_api(self._status, self._content_type, raw[:_HEAD])
        return BrokenStream(
            f"the answer of {host} can't be read: {why}",
            "run again",
            status=self._status,
            details=self._errors.details(raw.decode("utf-8", "replace")),
        )

    def _too_large(self, what: str, limit: int, code: str) -> RunError:
        size = f"{limit / 1024 / 1024:.3g} MB" if limit >= 1024 * 1024 else f"{limit:,} bytes"
        hint = "what came is kept; the limit is in the settings"
        return BrokenStream(f"{what} of {self._errors.host} is larger than {size}", hint, code=code)


def is_progress(item: JSON) -> bool:
    """Whether a chunk brings some of the answer: content of any kind, an end, or usage; not a role alone."""
    if not isinstance(item, dict):
        return False
    if item.get("usage"):
        return True
    choices = item.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if not isinstance(choice, dict):
            continue
        if choice.get("finish_reason"):
            return True
        delta = choice.get("delta")
        if isinstance(delta, dict) and any(value for name, value in delta.items() if name != "role"):
            return True
    return False
