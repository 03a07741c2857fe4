"""How long a key takes to the screen: from its press to where what it brings is first shown."""

from __future__ import annotations

import random

from tests.bench.harness import Late, Program

LETTERS = [chr(code) for code in range(0x13A0, 0x13F0)]
"""Cherokee, one cell each: no program here shows one before it is typed, so where one first appears is its echo."""
PAUSE_S = (0.06, 0.14)
"""Between two keys, at random, so that no clock of the program keeps step with them."""
LOST_S = 3.0
"""A key that does not show in this time counts as this long."""


def seconds_to(program: Program, keys: str, text: str) -> float:
    """Seconds from the press of `keys` to `text` on the screen."""
    mark = program.mark()
    pressed = program.send(keys)
    try:
        return program.wait(text, mark, LOST_S) - pressed
    except Late:
        return LOST_S


def echoes(program: Program, keys: int) -> list[float]:
    """Seconds from each of so many letters (80 at most) to its place on the screen."""
    pauses, times = random.Random(7), []
    for letter in LETTERS[:keys]:
        times.append(seconds_to(program, letter, letter))
        program.drain(pauses.uniform(*PAUSE_S))
    return times
