"""The screen as an SVG that stands for itself: Textual's own export, with two things of it mended."""

from __future__ import annotations

import html
import re

from rich.cells import cell_len

_FONTS = re.compile(r"@font-face\s*\{[^}]*\}")
_TEXT = re.compile(r'textLength="([\d.]+)"([^>]*)>([^<]*)</text>')


def self_contained(svg: str) -> str:
    """The same picture; opening it fetches no font from a server, and wide characters keep their two cells.

    Rich measures the length of a text by its characters, so that Korean is squeezed into half of its place.
    """
    return _TEXT.sub(_measured, _FONTS.sub("", svg))


def _measured(match: re.Match[str]) -> str:
    length, between, content = match.groups()
    text = html.unescape(content)
    if not text:
        return match.group()
    return f'textLength="{float(length) * cell_len(text) / len(text):g}"{between}>{content}</text>'
