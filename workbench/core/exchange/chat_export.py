"""A chat that was exported as JSON: ChatGPT's tree of messages, Claude's, or a plain list of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.core.exchange.imported import Imported, shown
from workbench.core.exchange.messages import ROLES, read_messages
from workbench.core.exchange.template import Literal
from workbench.core.json_text import describe
from workbench.core.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.exchange.imported import Notes
    from workbench.core.json_value import JSON

_LISTS = ("messages", "chat_messages", "conversations", "conversation", "history", "chat")
_TITLES = ("title", "name")
_TEXTS = frozenset({"text", "multimodal_text", "code"})


def is_tree(value: JSON) -> bool:
    """Whether a value is one conversation of ChatGPT's export."""
    return isinstance(value, dict) and isinstance(value.get("mapping"), dict)


def messages_key(value: Mapping[str, JSON]) -> str:
    """Under which name an object has a list of messages, or ""."""
    return next((key for key in _LISTS if isinstance(value.get(key), list) and value[key]), "")


def read_list(value: list[JSON], notes: Notes) -> Imported:
    """A plain list of messages."""
    prompt = Prompt(messages=read_messages(value, notes, Literal(notes), "item"))
    return Imported(_checked(prompt), "a list of messages", notes.lines())


def read_chat(value: Mapping[str, JSON], notes: Notes) -> Imported:
    """An object with a list of messages and what else the chat program kept, which is left out."""
    key = messages_key(value)
    messages = value[key]
    assert isinstance(messages, list)
    left = [name for name in value if name != key and name not in _TITLES]
    if left:
        notes.say(f"left out: {', '.join(shown(name) for name in left[:8])}{' ...' if len(left) > 8 else ''}")
    prompt = Prompt(name=_title(value), messages=read_messages(messages, notes, Literal(notes), key))
    return Imported(_checked(prompt), "a chat export", notes.lines())


def read_trees(values: list[JSON], notes: Notes) -> Imported:
    """ChatGPT's `conversations.json`: its first conversation, the newest."""
    if len(values) > 1:
        titles = [shown(_title(each)) for each in values[1:4] if isinstance(each, dict)]
        notes.say(f"it has {len(values)} conversations: the first is taken, not {', '.join(filter(None, titles))} ...")
    first = values[0]
    assert isinstance(first, dict)
    return read_tree(first, notes)


def read_tree(value: Mapping[str, JSON], notes: Notes) -> Imported:
    """One conversation of ChatGPT: the branch that was last looked at. Raises InputError where there is none."""
    mapping = value["mapping"]
    assert isinstance(mapping, dict)
    nodes = {id: node for id, node in mapping.items() if isinstance(node, dict)}
    branch = _branch(nodes, value.get("current_node"))
    kept, tools = _spoken([nodes[id] for id in branch], notes)
    if tools:
        notes.say(f"{tools} messages of tools are left out")
    other = sum(1 for node in nodes.values() if not node.get("children")) - 1
    if other > 0:
        notes.say(f"{other} other {'branches are' if other > 1 else 'branch is'} left out: the current one is taken")
    prompt = Prompt(name=_title(value), messages=read_messages(kept, notes, Literal(notes), "message"))
    return Imported(_checked(prompt), "a ChatGPT conversation", notes.lines())


def _branch(nodes: Mapping[str, dict[str, JSON]], current: JSON) -> list[str]:
    """The ids from the first message to the current one."""
    id = current if isinstance(current, str) and current in nodes else _last_leaf(nodes)
    branch: list[str] = []
    seen: set[str] = set()
    while isinstance(id, str) and id in nodes and id not in seen:
        seen.add(id)
        branch.append(id)
        id = nodes[id].get("parent")
    return branch[::-1]


def _last_leaf(nodes: Mapping[str, dict[str, JSON]]) -> JSON:
    """The end of the newest branch, for an export that does not say which one is current."""
    return next((id for id, node in reversed(list(nodes.items())) if not node.get("children")), None)


def _spoken(nodes: list[dict[str, JSON]], notes: Notes) -> tuple[list[JSON], int]:
    """The messages that a person saw, and how many of tools there were."""
    kept: list[JSON] = []
    tools = 0
    for node in nodes:
        message = node.get("message")
        if not isinstance(message, dict):
            continue
        author, content, metadata = (message.get(key) for key in ("author", "content", "metadata"))
        role = author.get("role") if isinstance(author, dict) else None
        if isinstance(metadata, dict) and metadata.get("is_visually_hidden_from_conversation") is True:
            continue
        if isinstance(metadata, dict) and isinstance(metadata.get("model_slug"), str):
            notes.say(f"ChatGPT answered as {describe(metadata['model_slug'])}: choose a model here")
        if role == "tool" or (isinstance(role, str) and message.get("recipient", "all") != "all"):
            tools += 1
            continue
        kind = content.get("content_type") if isinstance(content, dict) else None
        if isinstance(content, dict) and kind in _TEXTS:
            parts = content.get("parts", [content.get("text")])
            if isinstance(parts, list) and any(part not in ("", None) for part in parts):
                kept.append({"role": role, "content": parts})
        elif kind is not None and role in ROLES:
            notes.say(f"a message of the kind {describe(kind)} is left out")
    return kept, tools


def _title(value: Mapping[str, JSON]) -> str:
    return next((title for title in (value.get(key) for key in _TITLES) if isinstance(title, str)), "")


def _checked(prompt: Prompt) -> Prompt:
    if not prompt.messages:
        raise InputError("the chat has no message with text", "import one that has")
    return prompt
