"""The practice model's tokenizer: a fixed pattern, so that counting needs neither training nor a vocabulary.

A token is a piece of text, most often a word with the space before it: at most 20 characters of a word (6 syllables
of Hangul, 2 of a script without spaces), one punctuation mark, or a run of white space. Joined, the tokens are the
text again.

A token's id, as `logit_bias` takes it, is the CRC-32 of its text without the space before it (a run of spaces is
itself), with the top bit cleared. It needs no table, so it is the same in every version, and every text has ids.
"""

from __future__ import annotations

import re
from zlib import crc32

END_OF_TEXT = 0
"""The id of the token that ends an answer: a bias of -100 on it makes the answer run on to its cap."""
END_OF_TEXT_TOKEN = "<|endoftext|>"

_HANGUL = "\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\ud7b0-\ud7ff"
_DENSE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTER = rf"[^\W{_HANGUL}{_DENSE}]"

_TOKEN = re.compile(
    rf" ?{_LETTER}(?:{_LETTER}|['’.-](?={_LETTER})){{0,19}}"
    rf"| ?[{_HANGUL}]{{1,6}}"
    rf"| ?[{_DENSE}]{{1,2}}"
    r"| ?(?:`{1,3}|\*{1,2}|#{1,6}|-{1,4}|={1,4}|\.{1,3}|[^\w\s])"
    r"|\n+"
    r"|[^\S\n ]+"
    r"| +(?= )"  # all but the last space of a run: the last one belongs to the word after it
    r"| "
)


def split_tokens(text: str) -> list[str]:
    """The tokens of a text; joined, they are the text."""
    return _TOKEN.findall(text)


def count_tokens(text: str) -> int:
    """How many tokens a text is, as the practice model's `usage` counts them. Linear in the text."""
    return len(_TOKEN.findall(text))


def token_id(token: str) -> int:
    """The id of a token for `logit_bias`; a word with and without the space before it has the same one."""
    if token == END_OF_TEXT_TOKEN:
        return END_OF_TEXT
    return (crc32((token.lstrip(" ") or token).encode("utf-8", "surrogatepass")) & 0x7FFFFFFF) or 1
