"""How much of the conversation is sent: all, the last turns, what fits into so many tokens, or with a summary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from workbench.core.counted import counted
from workbench.core.prompt import SEND_ALL, SendLimit
from workbench.core.turns import left_out, turns_of
from workbench.core.usage import share_text, tokens_text
from workbench.tui.display import literal
from workbench.tui.widgets.dialog import Dialog
from workbench.tui.widgets.pick_list import Choice, PickList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from workbench.core.prompt import Message

_TURNS = (1, 2, 4, 8, 16, 32)
_TOKENS = (500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000)
_KEPT_BY_SUMMARY = (1, 2, 4)
_TYPED = re.compile(r"\s*([\d_,]{1,9})\s*(turns?|t|tokens?)?\s*", re.IGNORECASE)
_HINT = "Type how many turns, or so many tokens; or choose below"


class SendChoice(NamedTuple):
    """What was chosen: a limit, or (`summarise` is how many of the last turns stay as they are) a summary."""

    limit: SendLimit = SEND_ALL
    summarise: int | None = None


class SendOption(NamedTuple):
    """One row: the choice, what it is, and what it makes of the tokens."""

    choice: SendChoice
    label: str
    detail: str


def send_options(messages: Sequence[Message], tokens: Sequence[int]) -> tuple[SendOption, ...]:
    """The choices that make a difference for this conversation; `tokens` has the count of each message."""
    turns = turns_of(messages)
    total = sum(count for count, message in zip(tokens, messages, strict=True) if message.on)
    rows = [SendOption(SendChoice(), f"all: {_turns(len(turns))}", f"~{_tokens(total)}")]
    for limit in (*(SendLimit(n) for n in _TURNS), *(SendLimit(tokens=n) for n in _TOKENS)):
        out = left_out(messages, limit, lambda index: tokens[index])
        if out:
            rows.append(_option(limit, len(turns), total, sum(tokens[index] for index in out), messages, out))
    for kept in _KEPT_BY_SUMMARY:
        if len(turns) - kept >= 1 and len(turns) > 1:
            before = sum(tokens[index] for turn in turns[:-kept] for index in turn)
            label = f"the last {_turns(kept)}, {len(turns) - kept} in a summary"
            detail = f"asks the model once, with ~{_tokens(before)}; you see it and can edit it"
            rows.append(SendOption(SendChoice(summarise=kept), label, detail))
    return tuple(rows)


def _option(
    limit: SendLimit, turns: int, total: int, saved: int, messages: Sequence[Message], out: frozenset[int]
) -> SendOption:
    kept = turns - sum(messages[index].role == "user" for index in out)
    what = f"the last {_turns(kept)}" if limit.last_turns else f"what fits into {limit.tokens:,} tokens"
    also = "" if limit.last_turns else f"{_turns(kept)}: "
    share = share_text(saved / total) if total else ""
    detail = f"{also}~{_tokens(total - saved)}, saves ~{tokens_text(saved)} ({share})"
    return SendOption(SendChoice(limit), what, detail)


def _tokens(count: int) -> str:
    return f"{tokens_text(count)} token{'s' * (count != 1)}"


def _turns(count: int) -> str:
    return counted(count, "turn")


def typed_limit(text: str) -> SendLimit | None:
    """The limit that was typed: `6`, `6 turns`, `3000 tokens`; None where it is none."""
    match = _TYPED.fullmatch(text)
    number = int(re.sub(r"\D", "", match[1]) or 0) if match else 0
    if match is None or number < 1:
        return None
    in_tokens = (match[2] or "").lower().startswith("to")
    return SendLimit(tokens=number) if in_tokens else SendLimit(number)


class SendChooser(Dialog[SendChoice | None]):
    """Ends with the choice, or with None on escape."""

    DEFAULT_CSS = """
    SendChooser {
        & > .box {
            max-width: 96;
            height: auto;
            max-height: 90%;
        }
        & > .box.-full { width: 100%; max-height: 100%; }
        & Static { height: auto; max-height: 3; color: $text-muted; margin-bottom: 1; }
        & > .box.-full Static { margin-bottom: 0; max-height: 2; }
        & Static.-wrong { color: $text-error; }
        & PickList { height: auto; max-height: 18; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "move(-10)", "Page up", show=False),
        Binding("pagedown", "move(10)", "Page down", show=False),
    ]

    def __init__(self, options: Sequence[SendOption], current: SendLimit) -> None:
        super().__init__()
        self._options = tuple(options)
        at = next((i for i, o in enumerate(options) if o.choice == SendChoice(current)), None)
        choices = [Choice(str(i), o.label, o.detail) for i, o in enumerate(options)]
        self._list = PickList(choices, highlighted=at)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "What is sent of the conversation"
            box.border_subtitle = "enter takes it · esc leaves"
            field = Input(placeholder="6 turns · 3000 tokens")
            field.cursor_blink = False
            yield field
            yield Static(literal(_HINT))
            yield self._list

    def on_mount(self) -> None:
        self._lay_out()
        self.query_one(Input).focus()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.app.size
        self.query_one(".box").set_class(width < 60 or height < 20, "-full")

    def action_move(self, delta: int) -> None:
        self._list.move(delta, leave=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell(_HINT, wrong=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        picked = self._list.highlighted
        if event.value.strip():
            limit = typed_limit(event.value)
            if limit is None:
                self._tell("That is no number of turns or tokens: write 6 turns or 3000 tokens", wrong=True)
            else:
                self.dismiss(SendChoice(limit))
        elif picked is not None:
            self.dismiss(self._options[int(picked.id)].choice)

    def _tell(self, text: str, *, wrong: bool) -> None:
        line = self.query_one(Static)
        line.set_class(wrong, "-wrong")
        line.update(literal(text))

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        event.stop()
        self.dismiss(self._options[int(event.choice.id)].choice)
