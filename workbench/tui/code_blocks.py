"""The code blocks of an answer, fenced or indented, to be copied one by one."""

from __future__ import annotations

from typing import NamedTuple


class CodeBlock(NamedTuple):
    language: str
    """As the fence names it; "" where it names none."""
    code: str
    """Without the fence, and without the line break before its end."""

    @property
    def lines(self) -> int:
        return self.code.count("\n") + 1


def code_blocks(markdown: str) -> list[CodeBlock]:
    """All code blocks of a text, in reading order; a fence that was never closed reaches to the end."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).disable("inline")
    return [
        CodeBlock((token.info.split() or [""])[0], token.content.removesuffix("\n"))
        for token in parser.parse(markdown)
        if token.type in ("fence", "code_block") and token.content.strip()
    ]
