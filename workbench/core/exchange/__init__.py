"""Getting prompts in from elsewhere and out to elsewhere. Pure text: nothing is run, evaluated, fetched or opened.

    read_any ── recognise ──┬─ curl ── shell_words
                            ├─ python_call ── python_run, python_values, python_text, python_body
                            ├─ request_body ── messages, responses_body       (all of them end here)
                            ├─ openai_prompt, promptfoo ── nunjucks           (their braces are variables)
                            └─ chat_export, chat_markdown, markdown           (theirs are text)

`markdown` and `promptfoo_config` also write; `core/export.py` writes JSON, curl and Python.
"""

from __future__ import annotations

from workbench.core.exchange.imported import Imported
from workbench.core.exchange.recognise import SOURCES, read_any

__all__ = ["SOURCES", "Imported", "read_any"]
