"""The style sheet of an experiment's HTML page: light and dark, wide and narrow, on paper too."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --back: #fbfbfa; --card: #ffffff; --ink: #1d2126; --dim: #59626d; --line: #d8dce1;
  --accent: #1f5fa8; --bad: #a3271f; --add: #dff3e1; --add-ink: #14532d; --cut: #fbe3e1; --cut-ink: #7f1d1d; }
@media (prefers-color-scheme: dark) { :root { --back: #14171b; --card: #1b1f25; --ink: #e4e7eb; --dim: #9aa4b0;
  --line: #343b45; --accent: #7cb3f2; --bad: #f19a92; --add: #173a22; --add-ink: #b9ecc5; --cut: #4a1f1d;
  --cut-ink: #f8c9c4; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; background: var(--back); color: var(--ink); line-height: 1.5;
  font-family: system-ui, "Noto Sans", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif; }
h1 { margin: 0; font-size: 1.4rem; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 0.25rem; font-size: 1.1rem; }
h3 { margin: 0; padding: 0.5rem 0.75rem; font-size: 0.95rem; color: var(--accent); overflow-wrap: anywhere;
  border-bottom: 1px solid var(--line); }
.facts, dl, footer, figcaption, small { color: var(--dim); font-size: 0.85rem; }
.facts { margin: 0.25rem 0; overflow-wrap: anywhere; }
.verdict { max-width: 60rem; margin: 1rem 0; padding: 0.5rem 0.9rem; border-left: 3px solid var(--accent);
  background: var(--card); overflow-wrap: anywhere; }
h4 { margin: 0.5rem 0 0; font-size: 0.85rem; color: var(--dim); font-weight: 600; }
.request { margin: 1rem 0; padding: 0; }
small.mark { white-space: nowrap; padding: 0 0.35rem; border: 1px solid var(--line); border-radius: 0.5rem;
  font-weight: normal; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.9rem 0.3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { color: var(--dim); font-weight: normal; white-space: nowrap; }
tbody th { min-width: 9rem; max-width: 28rem; font-weight: 600; overflow-wrap: anywhere; }
.charts { display: flex; flex-wrap: wrap; gap: 1rem 1.25rem; margin: 1.5rem 0; }
figure { margin: 0; max-width: 100%; overflow-x: auto; }
svg { display: block; }
svg .grid { stroke: var(--line); fill: none; }
svg .tick { fill: var(--dim); font-size: 11px; }
svg .run { fill: var(--accent); opacity: 0.35; }
svg circle.mark { fill: var(--accent); }
svg path.mark { stroke: var(--accent); stroke-width: 2; }
svg .mean { stroke: var(--accent); fill: none; stroke-width: 1.5; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0 0.75rem; margin: 0 0 0.5rem; }
dd { margin: 0; max-height: 6rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.columns { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(18rem, 1fr); gap: 0.75rem;
  align-items: start; overflow-x: auto; padding-bottom: 0.5rem; }
article { min-width: 0; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--card); }
details { padding: 0.35rem 0.75rem; }
details.cell + details.cell { border-top: 1px solid var(--line); }
summary { color: var(--dim); font-size: 0.85rem; cursor: pointer; overflow-wrap: anywhere; }
.bad > summary, .error { color: var(--bad); }
.error { margin: 0.25rem 0; font-size: 0.9rem; overflow-wrap: anywhere; }
pre { margin: 0.4rem 0; max-height: 32rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere;
  font: inherit; font-size: 0.95rem; unicode-bidi: plaintext; }
ul.checks { margin: 0.25rem 0; padding-left: 1.1rem; font-size: 0.85rem; overflow-wrap: anywhere; }
ins, del { border-radius: 0.2rem; padding: 0 0.1rem; }
ins { background: var(--add); color: var(--add-ink); text-decoration: underline; }
del { background: var(--cut); color: var(--cut-ink); text-decoration: line-through; }
ins::before { content: "+"; } del::before { content: "\\2212"; }
footer { margin-top: 2rem; }
@media (max-width: 40rem) { body { padding: 0.75rem; } .columns { grid-auto-flow: row; } }
@media print { .columns { display: block; } pre, dd { max-height: none; } article { margin-bottom: 1rem; } }
"""
