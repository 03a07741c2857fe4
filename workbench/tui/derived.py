"""What follows from the prompt on a desk: worked out after an edit, never on the way of a key."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.errors import InputError
from workbench.core.message_parts import calls_text
from workbench.core.parts import NO_PARTS
from workbench.tui.part_lines import file_facts, image_files

# What is used once the program is warm is imported where it is used.
if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.adapters.tokens import TokenCount
    from workbench.core.prompt import Image
    from workbench.core.request import Request
    from workbench.tui.desk import Desk
    from workbench.tui.widgets.parameter_rows import GivenValue
    from workbench.tui.widgets.parts_panel import PartRow


class Derived(NamedTuple):
    """What is shown around the prompt, and the request that it would be."""

    request: Request
    reasons: Mapping[str, str]
    """By parameter: why it is not sent for this model."""
    problems: Mapping[str, str]
    """By parameter: what the endpoint would refuse in it."""
    given: Mapping[str, GivenValue]
    """By parameter: what persona and format set where the prompt does not."""
    tokens: tuple[TokenCount, ...]
    """By message, on or off."""
    parts: tuple[PartRow, ...]
    """The persona and the format that are named."""
    images: Mapping[Image, str]
    """What the cards say of the images' files."""


def derive(desk: Desk) -> Derived:
    """Work out what follows from the prompt as it stands."""
    from workbench.core.merge import merged_parameters
    from workbench.core.parameters import BY_NAME
    from workbench.core.request_rules import availability
    from workbench.tui.widgets.parameter_rows import GivenValue

    desk.read_parts(desk.prompt)
    given_values = desk.services.values(desk.prompt)
    request = desk.services.build(desk.prompt, desk.connection, values=given_values)
    rules = desk.rules()
    lessons = desk.services.lessons.get(desk.connection.host)
    values, given = merged_parameters(desk.prompt, desk.parts)
    prompt = replace(desk.prompt, model=desk.model, parameters=values)
    reasons = {name: why for name in BY_NAME if (why := availability(name, prompt, rules, lessons))}
    problems: dict[str, str] = {}
    for problem in request.problems:
        problems.setdefault(problem.field.split(".")[0].split("[")[0], problem.text)
    desk.window = desk.services.window(desk.model, desk.connection)
    return Derived(
        request,
        reasons,
        problems,
        {name: GivenValue(values[name], f"{part} {title}") for name, part, title in given},
        _count(desk, request, given_values[0]),
        _part_rows(desk),
        _image_facts(desk),
    )


def _image_facts(desk: Desk) -> dict[Image, str]:
    """What is known of the files of the images; of one that can't be read the request says why."""
    facts: dict[Image, str] = {}
    for image in image_files(desk.prompt, NO_PARTS):
        with contextlib.suppress(InputError):
            facts[image] = file_facts(desk.services.image_files.read(image.source), desk.model, image.detail)
    return facts


def _part_rows(desk: Desk) -> tuple[PartRow, ...]:
    from workbench.tui.part_rows import part_rows

    wrong = {problem.field: problem.text for problem in desk.parts_trouble}
    return part_rows(desk.prompt, desk.parts, wrong, desk.count_text)


def _count(desk: Desk, request: Request, values: Mapping[str, str]) -> tuple[TokenCount, ...]:
    """The tokens of each message; on the way what the request takes, and what it saves."""
    from workbench.core.turns import left_out

    tokens = count_messages(desk, values)
    out = left_out(desk.prompt.messages, desk.prompt.send, lambda index: tokens[index].value)
    desk.unsent_tokens = sum(tokens[index].value for index in out)
    counted = desk.services.prompt_tokens(request, desk.connection)
    desk.prompt_tokens, desk.prompt_is_exact = counted.value, counted.exact
    return tokens


def count_messages(desk: Desk, values: Mapping[str, str] | None = None) -> tuple[TokenCount, ...]:
    """The tokens of each message's text, on or off, with its variables filled; `values` are what they are filled
    with, where that was read already."""
    from workbench.core.request_messages import filled_contents

    texts = desk.services.values(desk.prompt)[0] if values is None else values
    filled = zip(filled_contents(desk.prompt, texts), desk.prompt.messages, strict=True)
    return tuple(desk.count_text(f"{text}{calls_text(message)}") for text, message in filled)
