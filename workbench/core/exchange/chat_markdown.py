"""A chat as text: Markdown with headings or bold labels for who speaks, or lines such as `User: ...`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from workbench.core.errors import InputError
from workbench.core.exchange.imported import Imported
from workbench.core.exchange.template import Literal
from workbench.core.one_line import one_line
from workbench.core.prompt import Message, Prompt, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.core.exchange.imported import Notes

_SPEAKERS = {
    Role.SYSTEM: "system, system prompt, system message, instructions, 시스템, 지시, 지시문",
    Role.DEVELOPER: "developer, developer message, 개발자",
    Role.USER: "user, you, you said, human, me, prompt, question, q, 사용자, 유저, 나, 나의 말, 질문",
    Role.ASSISTANT: "assistant, ai, chatgpt, chatgpt said, gpt, bot, claude, gemini, model, answer, response, a,"
    " 어시스턴트, 도우미, 챗gpt, chatgpt의 말, 답변, 모델, 챗봇, 봇",
}
_WORDS = {word.strip(): role for role, words in _SPEAKERS.items() for word in words.split(",")}
_LABEL = r"[^\W\d_][^\W_]*(?:[ ][^\W_]+)?"
# Each: the whole line, the label in group 1, what follows it on the line in group 2.
_STYLES = {
    "heading": re.compile(rf"#{{1,6}}[ \t]+(?:[^\w\s*]{{1,4}}[ \t]*)?(?:\*\*)?({_LABEL})[ \t]*:?(?:\*\*)?:?[ \t]*()"),
    "bold": re.compile(
        rf"(?:\*\*|__)(?:[^\w\s*]{{1,4}}[ \t]*)?({_LABEL})[ \t]*(?::(?:\*\*|__)|(?:\*\*|__)[ \t]*:?)[ \t]*(.*)"
    ),
    "plain": re.compile(rf"(?:[^\w\s*#`|<>-]{{1,4}}[ \t]*)?({_LABEL})[ \t]*[:：](?!//)[ \t]*(.*)"),
}
_FENCE = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})")
_LONGEST_HEADING = 100


class _Label(NamedTuple):
    style: str
    role: Role
    rest: str


def looks_like_chat(text: str) -> bool:
    """Whether somebody's label stands in the text: a heading or bold label anywhere, a plain one at its beginning."""
    first = _first_label(text)
    if first is None:
        return False
    place, label = first
    return label.style != "plain" or place == 0


def read_chat_text(text: str, notes: Notes) -> Imported:
    """The chat of a text. Raises InputError where nobody speaks in it."""
    found = _first_label(text)
    if found is None:
        raise InputError("nobody speaks in the text", "begin each message with a line such as ## User")
    style = found[1].style
    turns: list[tuple[Role, list[str]]] = []
    before: list[str] = []
    for line, fenced in _lines(text):
        label = None if fenced else _label(line)
        if label is not None and label.style == style:
            turns.append((label.role, [label.rest] if label.rest else []))
        else:
            (turns[-1][1] if turns else before).append(line)
    read = Literal(notes)
    messages = tuple(Message(role, read(content)) for role, lines in turns if (content := _trimmed(lines)))
    if not messages:
        raise InputError("every message of the chat is empty")
    return Imported(Prompt(name=_name(before, notes), messages=messages), "a chat as text", notes.lines())


def _first_label(text: str) -> tuple[int, _Label] | None:
    """The first label, and how many lines with text stand before it."""
    before = 0
    for line, fenced in _lines(text):
        label = None if fenced else _label(line)
        if label is not None:
            return before, label
        before += bool(line.strip())
    return None


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """The lines, and of each whether it is in a fence."""
    fence = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        found = _FENCE.match(line)
        if fence:
            closes = found is not None and found[1].startswith(fence) and not line.strip().strip(fence[0])
            yield line, True
            fence = "" if closes else fence
        else:
            fence = found[1] if found is not None else ""
            yield line, found is not None


def _label(line: str) -> _Label | None:
    for style, pattern in _STYLES.items():
        if style == "heading" and len(line) > _LONGEST_HEADING:
            continue
        found = pattern.fullmatch(line)
        if found is not None:
            role = _WORDS.get(found[1].lower())
            if role is not None:
                return _Label(style, role, found[2])
    return None


def _trimmed(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n \t")


def _name(before: list[str], notes: Notes) -> str:
    """The title that stands above the chat; any other text there is said."""
    filled = [line for line in before if line.strip(" \t-*_")]
    title = next((line.lstrip("# ").strip() for line in filled if re.match(r"#{1,2} ", line)), "")
    if any(line.lstrip("# ").strip() != title for line in filled):
        notes.say("the text above the first message is left out")
    return one_line(title)
