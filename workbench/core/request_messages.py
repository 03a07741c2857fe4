"""The messages of a request: those that are on, their variables filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.errors import InputError
from workbench.core.json_clean import clean_text
from workbench.core.prompt import Message, Prompt, Role, Variable
from workbench.core.variables import fill, names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.core.findings import Findings
    from workbench.core.json_value import JSON
    from workbench.core.models import ModelRules

LOST = "half a character (a lone surrogate) is sent as U+FFFD"


def build_messages(
    prompt: Prompt, values: Mapping[str, str], rules: ModelRules | None, model: str, findings: Findings
) -> list[JSON]:
    """The messages that are on, in order, with notes and problems about them."""
    texts = _texts(prompt.variables, values)
    sent: list[JSON] = []
    contents: list[tuple[int, Message, str]] = []
    for index, message in enumerate(prompt.messages):
        if not message.on:
            continue
        content = _content(index, message, texts, prompt.variables, findings)
        contents.append((index, message, content))
        sent.append({"role": message.role.value, "content": content})
    _check_all(prompt, contents, findings)
    _note_roles(contents, rules, model, findings)
    return sent


def _texts(variables: tuple[Variable, ...], values: Mapping[str, str]) -> dict[str, str]:
    """What each variable is filled with: the resolved value, else a typed one that names no file, else the default."""
    texts: dict[str, str] = {}
    for variable in variables:
        text = variable.default if variable.value is None else variable.value
        if text is not None and not _names_file(variable):
            texts[variable.name] = text
    texts.update(values)
    return texts


def _names_file(variable: Variable) -> bool:
    return variable.value is not None and variable.value.startswith("@")


def _content(
    index: int, message: Message, texts: Mapping[str, str], variables: tuple[Variable, ...], findings: Findings
) -> str:
    where = f"messages[{index}].content"
    missing = [name for name in names(message.content) if name not in texts]
    if missing:
        findings.problem(where, _unfilled(missing, variables))
    try:
        filled = fill(message.content, texts)
    except InputError as fault:
        findings.problem(where, f"{fault.message}: {fault.hint}", can_send=False)
        return message.content
    content = clean_text(filled)
    if content is not filled and content.count("\ufffd") > filled.count("\ufffd"):
        findings.note(where, LOST)
    return content


def _unfilled(missing: list[str], variables: tuple[Variable, ...]) -> str:
    shown = ", ".join(f"{{{{{name}}}}}" for name in missing)
    unread = [f"{v.value} for {{{{{v.name}}}}}" for v in variables if v.name in missing and _names_file(v)]
    if unread:
        return f"{shown} has no value: {', '.join(unread)} was not read"
    return f"{shown} {'has' if len(missing) == 1 else 'have'} no value: give one, or write \\{{{{ for braces as text"


def _check_all(prompt: Prompt, contents: list[tuple[int, Message, str]], findings: Findings) -> None:
    if not prompt.messages:
        findings.problem("messages", "there is no message to send: write one")
    elif not contents:
        findings.problem("messages", "every message is off: turn one on")
    elif all(not content.strip() for _, _, content in contents):
        findings.problem("messages", "every message that is on is blank: write something")
    else:
        for index, _, content in contents:
            if not content.strip():
                blank = "blank" if content else "empty"
                findings.note(f"messages[{index}].content", f"this message is {blank} and is sent as it is")
        if all(message.role is Role.ASSISTANT for _, message, _ in contents):
            findings.note("messages", "only assistant messages are sent: there is nothing from a user to answer")


def _note_roles(
    contents: list[tuple[int, Message, str]], rules: ModelRules | None, model: str, findings: Findings
) -> None:
    """One note where the vendor's name for the role of the instructions is not the one that is used."""
    if rules is None or rules.instruction_role != "developer":
        return
    first = next((index for index, message, _ in contents if message.role is Role.SYSTEM), None)
    if first is not None:
        text = f"{model} calls this role developer; system is sent as it is and read the same way"
        findings.note(f"messages[{first}].role", text)
