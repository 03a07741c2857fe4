"""What a host taught, as a person reads it."""

from __future__ import annotations

from workbench.core.lesson_words import lesson_lines
from workbench.core.models import Lessons


def test_nothing_taught_is_nothing_said() -> None:
    assert lesson_lines(Lessons()) == ()


def test_each_lesson_is_a_line_and_a_models_parameters_stand_together() -> None:
    lessons = Lessons(True, True, frozenset({("o3", "top_p"), ("o3", "temperature"), ("a", "stop")}))
    assert lesson_lines(lessons) == (
        "streams end without a token count: it refused stream_options.include_usage",
        "an answer's limit is sent as max_tokens: it does not take max_completion_tokens",
        "a is sent no stop: it refused it",
        "o3 is sent no temperature, no top_p: it refused them",
    )
