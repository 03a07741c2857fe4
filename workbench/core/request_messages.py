"""The messages of a request: the persona's and the prompt's that are on and within the limit, variables filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from workbench.core.errors import InputError
from workbench.core.image_checks import check_images
from workbench.core.json_clean import clean_text
from workbench.core.keys import holds_key
from workbench.core.merge import Placed, placed_messages, with_instruction
from workbench.core.message_parts import check_calls, has_parts, sent_message
from workbench.core.prompt import Message, Prompt, Role, Variable
from workbench.core.turns import left_out, sent_words
from workbench.core.variables import fill, names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.core.findings import Findings
    from workbench.core.images import ImageData
    from workbench.core.json_value import JSON
    from workbench.core.models import ModelRules
    from workbench.core.parts import Parts
    from workbench.core.secret import Secret

NO_IMAGES: Mapping[str, ImageData] = {}
LOST = "half a character (a lone surrogate) is sent as U+FFFD"


CountTokens: TypeAlias = "Callable[[str], int]"


def build_messages(
    prompt: Prompt,
    parts: Parts,
    values: Mapping[str, str],
    rules: ModelRules | None,
    model: str,
    count_tokens: CountTokens,
    key: Secret | None,
    findings: Findings,
    images: Mapping[str, ImageData] = NO_IMAGES,
) -> list[JSON]:
    """The messages that are sent, in order, with notes and problems about them; `key` is the connection's own."""
    _check_parts(prompt, parts, findings)
    texts = _texts(prompt.variables, values)
    placed = with_instruction(_within_limit(prompt, parts, texts, count_tokens, findings), parts)
    sent: list[JSON] = []
    contents: list[tuple[Placed, str]] = []
    for each in placed:
        if each.message.on:
            content = _content(each, texts, prompt.variables, findings)
            contents.append((each, content))
            sent.append(sent_message(each.message, content, images))
    _check_all(placed, contents, findings)
    on = [each for each, _ in contents]
    check_images(on, images, rules, model, findings)
    check_calls(on, findings)
    _check_keys(contents, key, findings)
    _note_roles(contents, rules, model, findings)
    return sent


def _check_parts(prompt: Prompt, parts: Parts, findings: Findings) -> None:
    """A part that is named and not there is a problem; one that changes the messages is noted."""
    for field, slug, found in (
        ("persona", prompt.persona, parts.persona),
        ("format", prompt.format, parts.format),
    ):
        if slug and found is None:
            findings.problem(field, f"there is no {field} {slug}: choose another or take it off")
    if parts.format is not None and parts.format.instruction:
        findings.note("format", f"the format {parts.format.name or parts.format.slug} adds its instruction")


def _within_limit(
    prompt: Prompt, parts: Parts, texts: Mapping[str, str], count_tokens: CountTokens, findings: Findings
) -> list[Placed]:
    """All messages but those of turns that the prompt's limit keeps back."""
    placed = placed_messages(prompt, parts)
    first = len(placed) - len(prompt.messages)
    # The limit is one of the prompt's own conversation: what a persona brings is always sent.
    out = left_out(prompt.messages, prompt.send, lambda index: count_tokens(_filled(prompt.messages[index], texts)))
    if out:
        many = "messages are" if len(out) > 1 else "message is"
        findings.note("messages", f"{len(out)} earlier {many} not sent: {sent_words(prompt.send)}")
    return [each for index, each in enumerate(placed) if index - first not in out]


def filled_contents(prompt: Prompt, values: Mapping[str, str]) -> tuple[str, ...]:
    """The text of each message of the prompt, on or off, with its variables filled as they would be sent; one that
    can't be filled as it is written. `values` as in `build_request`."""
    texts = _texts(prompt.variables, values)
    return tuple(_filled(message, texts) for message in prompt.messages)


def _filled(message: Message, texts: Mapping[str, str]) -> str:
    try:
        return fill(message.content, texts)
    except InputError:
        return message.content  # said where the message is built


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


def _content(placed: Placed, texts: Mapping[str, str], variables: tuple[Variable, ...], findings: Findings) -> str:
    where, message = f"{placed.where}.content", placed.message
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


def _check_all(placed: list[Placed], contents: list[tuple[Placed, str]], findings: Findings) -> None:
    if not placed:
        findings.problem("messages", "there is no message to send: write one")
    elif not contents:
        findings.problem("messages", "every message is off: turn one on")
    elif all(not content.strip() and not has_parts(each.message) for each, content in contents):
        findings.problem("messages", "every message that is on is blank: write something")
    else:
        _check_blanks(contents, findings)
        if all(each.message.role is Role.ASSISTANT for each, _ in contents):
            findings.note("messages", "only assistant messages are sent: there is nothing from a user to answer")


def _check_blanks(contents: list[tuple[Placed, str]], findings: Findings) -> None:
    """A blank message is sent as it is, but not as the next turn of a conversation."""
    for place, (each, content) in enumerate(contents):
        if content.strip() or has_parts(each.message):
            continue
        blank, where = "blank" if content else "empty", f"{each.where}.content"
        last_turn = place == len(contents) - 1 and each.message.role is Role.USER
        if last_turn and any(other.message.role is Role.ASSISTANT for other, _ in contents):
            findings.problem(where, f"the next turn is {blank}: write something, or turn that message off")
        else:
            findings.note(where, f"this message is {blank} and is sent as it is")


def _check_keys(contents: list[tuple[Placed, str]], key: Secret | None, findings: Findings) -> None:
    """A key in a message would go to the endpoint, into its logs, and into history here."""
    for each, content in contents:
        if holds_key(content, key):
            text = f"{_called(each.where)} holds what looks like a key: take it out, unless it is to be sent"
            findings.problem(f"{each.where}.content", text)


def _called(where: str) -> str:
    """`messages[1]` as a person calls it."""
    part, _, number = where.removesuffix("]").rpartition("messages[")
    message = f"message {int(number) + 1}" if number.isdigit() else "the instruction"
    return f"the {part.rstrip('.') or where}'s {message}" if part or not number.isdigit() else message


def _note_roles(contents: list[tuple[Placed, str]], rules: ModelRules | None, model: str, findings: Findings) -> None:
    """One note where the vendor's name for the role of the instructions is not the one that is used."""
    if rules is None or rules.instruction_role != "developer":
        return
    first = next((each.where for each, _ in contents if each.message.role is Role.SYSTEM), None)
    if first is not None:
        text = f"{model} calls this role developer; system is sent as it is and read the same way"
        findings.note(f"{first}.role", text)
