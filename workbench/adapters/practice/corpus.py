"""What the n-gram model learns from: the language reference that every CPython carries for its `help()`.

`pydoc_data.topics` is reStructuredText rendered as plain text: titles underlined with ***, === or ---, paragraphs
wrapped at 72 columns, definitions and code indented by three or more spaces, literals in double quotes, tables drawn
with + and |. The layout of the module differs between versions (one string a topic in 3.14, pieces before), its value
does not: a dict from topic to text.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from dataclasses import dataclass

from workbench.adapters.practice.tokens import split_tokens

TERM = " `"
"""Stands in a sentence for any piece of inline code: the model chooses the place first and the word in it after."""
SENTENCE_ENDS = frozenset(".!?")

_TITLE = re.compile(r"^(\S.{2,60})\n(?:\*{3,}|={3,}|-{3,}|~{3,}|\^{3,})$", re.MULTILINE)
_PARENTHESES = re.compile(r" ?\([^()]*\)")
_FOOTNOTE = re.compile(r" ?\[\d+\]")
_LITERAL = re.compile(r"[\"`]{1,2}'?([^\"`\n]{1,60}?)'?[\"`]{1,2}(?:s\b)?")
_MARKED = re.compile(r"\*{1,2}([^*\n]{1,40})\*{1,2}")
_CUT = re.compile(r"(?<=[.!?])\s+(?=[A-Z\x01])")
_PLAIN = re.compile(r"[A-Za-z\x01][A-Za-z0-9 ,;'\x01-]*[.!?]")
_BAD_START = re.compile(r"[a-z]|PEP |\x01 [A-Z]|.* - ")  # a cut word; a reference; a name that runs into its definition
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{1,15}")
_ABBREVIATIONS = (("e.g.", "for example"), ("i.e.", "that is"), ("etc.", "and so on"), ("vs.", "against"))
_SKIP = (
    "New in version",
    "Changed in version",
    "Added in version",
    "Deprecated since",
    "See also",
    "Note",
    "Footnotes",
)
_SLOT = "\x01"


@dataclass(frozen=True, slots=True)
class Corpus:
    sentences: tuple[tuple[str, ...], ...]
    """Tokens; each word with the space before it, the first one too; TERM for a piece of inline code."""
    terms: Counter[str]
    """What stands in inline code, where it is one word."""
    headings: tuple[str, ...]
    examples: tuple[str, ...]
    """Short pieces of valid Python."""


def read_corpus() -> Corpus:
    """The language reference as sentences, terms, headings and code. Takes about 0.15 s."""
    from pydoc_data.topics import topics

    sentences: list[tuple[str, ...]] = []
    terms: Counter[str] = Counter()
    headings: dict[str, None] = {}
    examples: dict[str, None] = {}
    # Topics quote each other (`types` holds `typesseq`): each paragraph counts once.
    seen: set[str] = set()
    for text in topics.values():
        headings.update(dict.fromkeys(_headings(text)))
        for block in re.split(r"\n\s*\n", text):
            if block in seen:
                continue
            seen.add(block)
            if block.startswith("   ") and (example := _example(block)):
                examples[example] = None
            else:
                sentences.extend(_sentences(block, terms))
    return Corpus(tuple(sentences), terms, tuple(headings), tuple(examples))


def words_of(sentence: str) -> tuple[str, ...]:
    """The tokens of one sentence as the model knows them: the first word too has a space before it."""
    return tuple(split_tokens(" " + sentence.strip(" ")))


def _headings(text: str) -> list[str]:
    found = []
    for match in _TITLE.finditer(text):
        title = _MARKED.sub(r"\1", _LITERAL.sub(r"`\1`", match[1])).strip()
        if re.fullmatch(r"[A-Z][\w `-]+", title):
            found.append(title)
    return found


def _example(block: str) -> str:
    """The block as code, or "" where it is not two to seven lines of Python."""
    lines = block.split("\n")
    indent = len(lines[0]) - len(lines[0].lstrip())
    code = "\n".join(line[indent:] for line in lines).rstrip()
    if not 1 <= code.count("\n") <= 6 or not code.isascii() or len(code) > 300 or "\t" in code:
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the reference shows invalid escapes on purpose
            tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return ""
    # A line of plain words such as "name" parses too; a statement or a call does not look like prose.
    shows = any(not isinstance(node, ast.Expr) or isinstance(node.value, ast.Call) for node in tree.body)
    return code if shows else ""


def _sentences(block: str, terms: Counter[str]) -> list[tuple[str, ...]]:
    lines = [line.strip() for line in block.strip("\n").split("\n")]
    if lines[0].startswith(("+", "|", ">>>", "...")) or lines[0].startswith(_SKIP):
        return []
    text = re.sub(r"^(?:\*|\d+\.|-|\[\d+\])\s+", "", " ".join(lines))
    text = re.sub(r"(?<=\w)- (?=\w)", "-", text)  # a word broken at the end of its line
    for short, long in _ABBREVIATIONS:
        text = text.replace(short, long)
    text = _FOOTNOTE.sub("", _PARENTHESES.sub("", text))
    # A slot keeps its place as one character, so that the patterns below see one word.
    slots = [_WORD.fullmatch(literal) for literal in _LITERAL.findall(text)]
    text = _MARKED.sub(r"\1", _LITERAL.sub(_SLOT, text))
    text = text.replace("“", "").replace("”", "").replace("’", "'").replace("--", ",")
    found = []
    for sentence in _CUT.split(text):
        sentence = re.sub(r" +(?=[ .,;?!])", "", sentence)
        if not _PLAIN.fullmatch(sentence) or not 4 <= sentence.count(" ") <= 42 or _BAD_START.match(sentence):
            continue
        parts = [part for piece in re.split(rf"( ?{_SLOT})", " " + sentence) for part in _parts(piece)]
        found.append(tuple(parts))
    if found:
        terms.update(match[0] for match in slots if match)
    return found


def _parts(piece: str) -> list[str]:
    return [TERM] if piece.endswith(_SLOT) else split_tokens(piece)
