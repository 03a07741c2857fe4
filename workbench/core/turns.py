"""The turns of a conversation, and which messages are sent of it.

A turn begins with a user message and goes on to the next one. System and developer messages belong to no turn: they
are always sent. What stands before the first user message, and the last turn, are always sent too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.prompt import INSTRUCTION_ROLES, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.core.prompt import Message, SendLimit


def turns_of(messages: Sequence[Message]) -> list[list[int]]:
    """The turns, oldest first, each as the indexes of its messages; messages that are off are in no turn."""
    turns: list[list[int]] = []
    for index, message in enumerate(messages):
        if not message.on or message.role in INSTRUCTION_ROLES:
            continue
        if message.role is Role.USER:
            turns.append([index])
        elif turns:
            turns[-1].append(index)
    return turns


def left_out(messages: Sequence[Message], limit: SendLimit, tokens: Callable[[int], int]) -> frozenset[int]:
    """The indexes of the messages that the limit keeps from being sent; `tokens(index)` counts one message."""
    turns = turns_of(messages)
    if limit.last_turns is not None:
        kept = max(1, limit.last_turns)
    elif limit.tokens is not None:
        kept = _fitting(turns, limit.tokens, tokens)
    else:
        return frozenset()
    return frozenset(index for turn in turns[: max(0, len(turns) - kept)] for index in turn)


def _fitting(turns: list[list[int]], most: int, tokens: Callable[[int], int]) -> int:
    """How many of the last turns have at most `most` tokens together, and 1 at least."""
    total = 0
    for count, turn in enumerate(reversed(turns)):
        total += sum(tokens(index) for index in turn)
        if total > most:
            return max(1, count)
    return len(turns)


def sent_words(limit: SendLimit) -> str:
    """`all turns are sent`, `the last 4 turns are sent`, `as many turns as fit into 3,000 tokens are sent`."""
    if limit.last_turns is not None:
        last = f"the last {limit.last_turns} turns are" if limit.last_turns > 1 else "only the last turn is"
        return f"{last} sent"
    return (
        "all turns are sent" if limit.tokens is None else f"as many turns as fit into {limit.tokens:,} tokens are sent"
    )
