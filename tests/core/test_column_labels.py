"""What columns are called."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.core.experiments import PROMPT, experiments
from workbench.core.axes import Axis
from workbench.core.axis_text import parse_axis
from workbench.core.column_labels import SHOWN, brief_labels, column_labels, setting_words
from workbench.core.experiment import Experiment


@pytest.mark.parametrize(
    ("axes", "labels"),
    [
        ({}, ("the prompt as it stands",)),
        ({"temperature": "0, 0.5"}, ("temperature 0", "temperature 0.5")),
        ({"temperature": "0.5, 0.5, 0.5"}, ("temperature 0.5", "temperature 0.5 (2)", "temperature 0.5 (3)")),
        (
            {"temperature": "0, 1", "model": "gpt-5.4-mini, o3"},
            (
                "temperature 0 · gpt-5.4-mini",
                "temperature 0 · o3",
                "temperature 1 · gpt-5.4-mini",
                "temperature 1 · o3",
            ),
        ),
        ({"model": "a", "seed": "1, 2"}, ("seed 1", "seed 2")),
        ({"model": "a", "seed": "1"}, ("a · seed 1",)),
        ({"model": '"", a'}, ("the default model", "a")),
        ({"connection": "openai, practice"}, ("@ openai", "@ practice")),
        ({"persona": '"", concise'}, ("no persona", "persona concise")),
        ({"format": 'bullets, ""'}, ("format bullets", "no format")),
        ({"off": "each"}, ("all messages", "without messages[0]", "without messages[1]")),
        ({"logprobs": "true, false"}, ("logprobs true", "logprobs false")),
        ({"stop": '["a"], "", END'}, ('stop ["a"]', 'stop ""', "stop END")),
        ({"messages[0]": '"", " ", Hi'}, ("messages[0] empty", "messages[0] blank", 'messages[0] "Hi"')),
        ({"messages[0]": "Hi, Hi"}, ('messages[0] "Hi"', 'messages[0] "Hi" (2)')),
        (
            {"messages[0]": '"You are a careful poet.", "You are a careful lawyer."'},
            ('messages[0] "…poet."', 'messages[0] "…lawyer."'),
        ),
        (
            {"messages[0]": '"Answer in two short lines", "Answer in two short lines. Rhyme."'},
            ('messages[0] "…lines"', 'messages[0] "…lines. Rhyme."'),
        ),
        (
            {"messages[0]": '"One line.", "Two lines about a market at dawn.", "Two lines about a market at dusk."'},
            ('messages[0] "One line."', 'messages[0] "…dawn."', 'messages[0] "…dusk."'),
        ),
        ({"messages[0]": '"a\\u001b[31m", b'}, ('messages[0] "a\\x1b[31m"', 'messages[0] "b"')),
    ],
)
def test_labels(axes: dict[str, str], labels: tuple[str, ...]) -> None:
    parsed = tuple(parse_axis(name, text, PROMPT) for name, text in axes.items())
    assert column_labels(Experiment(PROMPT, parsed)) == labels


def test_brief_labels_leave_the_names_of_the_axes_out() -> None:
    axes = {"temperature": "0, 0", "messages[0]": "Hi, Ho", "persona": '"", kind', "off": "none, 1"}
    parsed = [parse_axis(name, text, PROMPT) for name, text in axes.items()]
    assert brief_labels(Experiment(PROMPT, (parsed[0], parsed[1]))) == (
        '0 · "Hi"',
        '0 · "Ho"',
        '0 (2) · "Hi"',
        '0 (2) · "Ho"',
    )
    assert brief_labels(Experiment(PROMPT, (parsed[2],))) == ("no persona", "kind")
    assert brief_labels(Experiment(PROMPT, (parsed[3],))) == ("all", "without [1]")


def test_long_values_are_cut_and_still_told_apart() -> None:
    long = "x" * 100
    one, two = column_labels(Experiment(PROMPT, (Axis("user", (long + "a", long + "b")),)))
    assert one == f"user {'x' * (SHOWN - 1)}…"
    assert two == f"{one} (2)"


def test_a_blank_model_is_the_default_one() -> None:
    assert setting_words("model", " ") == setting_words("model", "") == "the default model"


@given(experiments)
@settings(max_examples=80)
def test_no_two_columns_have_one_label_and_each_is_a_line(experiment: Experiment) -> None:
    labels = column_labels(experiment)
    assert len(set(labels)) == len(labels) == experiment.column_count
    assert all(label.isprintable() and label.strip() for label in labels)
