"""What a host taught, in the words of a person."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.core.models import Lessons


def lesson_lines(lessons: Lessons) -> tuple[str, ...]:
    """One line for each thing that is done otherwise because of it; () where nothing is."""
    lines: list[str] = []
    if lessons.no_stream_usage:
        lines.append("streams end without a token count: it refused stream_options.include_usage")
    if lessons.wants_max_tokens:
        lines.append("an answer's limit is sent as max_tokens: it does not take max_completion_tokens")
    for model, pairs in groupby(sorted(lessons.refused), key=lambda pair: pair[0]):
        names = [parameter for _, parameter in pairs]
        lines.append(f"{model} is sent no {', no '.join(names)}: it refused {'them' if len(names) > 1 else 'it'}")
    return tuple(lines)
