"""The files that a report can become, by the end of their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.core.experiment_report import ExperimentReport

ENDINGS = (".jsonl", ".csv", ".md", ".html")


def file_text(report: ExperimentReport, ending: str) -> str:
    """The report as the file that `ending` says, one of ENDINGS in any case. KeyError."""
    from workbench.core.experiment_export import to_csv, to_jsonl, to_markdown
    from workbench.core.experiment_html import to_html

    return {".jsonl": to_jsonl, ".csv": to_csv, ".md": to_markdown, ".html": to_html}[ending.lower()](report)
