"""From growing Markdown to laid-out lines: plain Python, no widget, no colour.

document.py   text in, lines out; finished lines are never touched again
blocks.py     which block a source line belongs to; leaves.py the blocks; tables.py the one that measures itself
inline.py     emphasis, code and links inside a block
wrap.py       cutting into rows by cell width
find.py       searching what is laid out
lines.py      the values that all of them speak in
"""
