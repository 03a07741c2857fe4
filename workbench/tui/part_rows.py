"""What the rows of persona and format say, from the parts that were found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.tui.widgets.parts_panel import PartRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.adapters.tokens import TokenCount
    from workbench.core.parts import Parts
    from workbench.core.prompt import Prompt

_MOST_WORDS = 300
"""Characters of a part's text that a row may show."""


def part_rows(
    prompt: Prompt, parts: Parts, wrong: Mapping[str, str], count: Callable[[str], TokenCount]
) -> tuple[PartRow, ...]:
    """A row for each part that the prompt names. `wrong` has why one can't be used; `count` counts a text."""
    rows: list[PartRow] = []
    if prompt.persona:
        persona = parts.persona
        texts = [m.content for m in persona.messages if m.on] if persona is not None else []
        title = persona.name if persona is not None else ""
        rows.append(_row(PartRow("persona", title or prompt.persona), texts, wrong.get("persona", ""), count))
    if prompt.format:
        found = parts.format
        texts = [found.instruction] if found is not None and found.instruction else []
        title = found.name if found is not None else ""
        row = _row(PartRow("format", title or prompt.format), texts, wrong.get("format", ""), count)
        if found is not None and found.response_format is not None:
            row = row._replace(words=f"{found.response_format.get('type', '')} · {row.words}")
        rows.append(row)
    return tuple(rows)


def _row(row: PartRow, texts: list[str], wrong: str, count: Callable[[str], TokenCount]) -> PartRow:
    counts = [count(text) for text in texts]
    return row._replace(
        words=" ".join(" ".join(texts)[:_MOST_WORDS].split()),
        tokens=sum(each.value for each in counts),
        exact=all(each.exact for each in counts),
        wrong=wrong,
    )
