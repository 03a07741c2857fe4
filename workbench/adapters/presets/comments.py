"""The comments of a preset file: how many lines of them saving would lose, and where one cut a text short."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from workbench.adapters.yaml_file import Span, YamlFile, YamlPath

_MODELINE = re.compile(r"#\s*yaml-language-server\s*:.*")


class Cut(NamedTuple):
    """A text without quotes that a ` #` ended; `whole` where nothing of it is left."""

    path: YamlPath
    line: int
    whole: bool


class Comments(NamedTuple):
    """`lines` is how many lines have one. `modeline` is the line that tells an editor the schema, or ""; it is not
    counted."""

    lines: int = 0
    modeline: str = ""
    cuts: tuple[Cut, ...] = ()


NONE = Comments()


def find_comments(file: YamlFile) -> Comments:
    """The comments of a file: a `#` in a block or in quotes is text."""
    text, spans = file.text, file.spans
    count = done = counted = 0
    line, modeline = 1, ""
    cuts: list[Cut] = []
    at = text.find("#")
    while at >= 0:
        while done < len(spans) and spans[done].end <= at:
            done += 1
        if done < len(spans) and spans[done].start <= at and not _in_header(spans[done], text, at):
            at = text.find("#", spans[done].end)
            continue
        line += text.count("\n", counted, at)
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if done == 0 and not modeline and _MODELINE.fullmatch(text, at, end):
            modeline = text[at:end].rstrip()
        else:
            count += 1
            cuts += _cut(spans[done - 1], text, at, line) if done else ()
        counted = end
        at = text.find("#", end)
    return Comments(count, modeline, tuple(cuts)) if count or modeline else NONE


def _in_header(span: Span, text: str, at: int) -> bool:
    """Whether `at` is on the line of a block's `|`, which holds no text of the block."""
    return not span.plain and text[span.start] in "|>" and "\n" not in text[span.start : at]


def _cut(before: Span, text: str, at: int, line: int) -> tuple[Cut, ...]:
    """The text that stands right before the `#`, if it has no quotes."""
    # The line end is looked for from the back: many comments may follow one text.
    if before.path is None or not before.plain or text.rfind("\n", before.end, at) >= 0:
        return ()
    if text[before.end : at].strip(" \t"):
        return ()
    return (Cut(before.path, line, before.start == before.end),)
