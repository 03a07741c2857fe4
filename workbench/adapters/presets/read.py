"""A preset file's bytes as a value, or every fault that it has.

The bytes are the text of one small YAML file: size and encoding, plain YAML data, types (`files.py`), then the rest
(`rules.py`). Nothing of it is run, opened or expanded: what stands in a preset is text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from workbench.adapters.presets.comments import Comments, find_comments
from workbench.adapters.presets.fault_lines import FaultLines, PresetFault, found, shown
from workbench.adapters.presets.files import (
    MODELS,
    VERSION,
    CompareFile,
    FormatFile,
    MessageFile,
    PersonaFile,
    PromptFile,
    SendFile,
    VariableFile,
)
from workbench.adapters.presets.rules import check_rules
from workbench.adapters.presets.type_words import add_faults
from workbench.adapters.presets.unknown_keys import near_word
from workbench.adapters.yaml_file import parse_yaml, yaml_text
from workbench.core.errors import InputError
from workbench.core.parts import Format, Persona
from workbench.core.preset import Kind
from workbench.core.prompt import (
    SEND_ALL,
    CannedReply,
    Check,
    Comparison,
    Image,
    Message,
    ParameterValues,
    Prompt,
    Role,
    SendLimit,
    ToolCall,
    Variable,
)
from workbench.core.visible import escaped

if TYPE_CHECKING:
    from workbench.adapters.yaml_file import YamlFile, YamlPath
    from workbench.core.json_value import JSON
    from workbench.core.preset import Preset

__all__ = ["PresetFault", "ReadPreset", "read_preset"]

_TEXTS = ("name", "description", "content", "instruction", "default", "value", "cases")
_ROLES = {role.value: role for role in Role}


class ReadPreset(NamedTuple):
    """A preset as its file has it.

    `comments` are the lines of comments that saving would lose; `modeline` is the comment that tells an editor the
    schema, or "". `warnings` are lines such as `f.yaml:3: name: ...` about a file that can be used.
    """

    kind: Kind
    value: Preset
    comments: int
    warnings: tuple[str, ...]
    modeline: str


def read_preset(data: bytes, name: str, slug: str, kind: Kind | None = None) -> ReadPreset:
    """The preset that a file holds; `name` is the file's, for the messages, `slug` the short name of a part.

    `kind` is what the place of the file says that it is, None where it says nothing. Raises PresetFault.
    """
    name = escaped(name)
    try:
        file = parse_yaml(yaml_text(data, name), name, "preset")
    except InputError as fault:
        raise PresetFault((fault.line,)) from None
    faults = FaultLines(file)
    if file.broken:
        faults.check()
    top = _top(file, faults)
    known = _kind(top, kind, faults)
    _check_version(top, faults)
    comments = find_comments(file)
    read = _typed(top, known, comments, faults)
    check_rules(top, faults)
    faults.check()
    assert read is not None  # without a model there are faults
    _warn_of_cuts(file, comments, faults)
    return ReadPreset(known or Kind(read.kind), _value(read, slug), comments.lines, faults.warnings, comments.modeline)


def _top(file: YamlFile, faults: FaultLines) -> dict[str, JSON]:
    if not isinstance(file.value, dict):
        faults.check()
        if file.value is None:
            faults.refuse((), "the preset is empty", "begin with kind: prompt, kind: persona or kind: format")
        faults.refuse((), f"expected a mapping at the top, {found(file.value)}", "begin with kind: prompt")
    return file.value


def _kind(top: dict[str, JSON], wanted: Kind | None, faults: FaultLines) -> Kind | None:
    """The kind to read the file as; None where that can't be told."""
    if "kind" not in top:
        faults.add(("kind",), "is missing", f"write kind: {wanted or 'prompt, kind: persona or kind: format'}")
        return wanted
    word = top["kind"]
    near = word if isinstance(word, str) and word in list(Kind) else near_word(str(word), list(Kind))
    if not near or near != word:
        what = f"unknown kind {shown(word)}" if isinstance(word, str) else found(word)
        faults.add(("kind",), what, f"did you mean {near}?" if near else "write prompt, persona or format")
        return Kind(near) if near else wanted
    kind = Kind(near)
    if wanted is not None and kind is not wanted:
        instead = f"move the file to {kind.folder}/, or write kind: {wanted.value}"
        faults.add(("kind",), f"this is a {kind.value}, and a {wanted.value} is expected here", instead)
    return kind


def _check_version(top: dict[str, JSON], faults: FaultLines) -> None:
    """A newer form may have keys that this program takes for faults, so that nothing else is said of it."""
    version = top.get("version")
    if isinstance(version, int) and version > VERSION:
        what = f"{version} is newer than this program, which reads up to {VERSION}"
        instead = f"a program that reads version {version} is needed; the file is left as it is"
        faults.refuse(("version",), what, instead)


def _typed(
    top: dict[str, JSON], kind: Kind | None, comments: Comments, faults: FaultLines
) -> PromptFile | PersonaFile | FormatFile | None:
    if kind is None:
        return None
    try:
        # What is wrong with the kind itself is said.
        return MODELS[kind].model_validate({**top, "kind": kind.value})
    except ValidationError as error:
        add_faults(error, kind, frozenset(cut.path for cut in comments.cuts if cut.whole), faults)
        return None


def _warn_of_cuts(file: YamlFile, comments: Comments, faults: FaultLines) -> None:
    for cut in comments.cuts:
        if any(part in _TEXTS for part in cut.path) and isinstance(_at(file.value, cut.path), str):
            faults.warn(
                cut.path, "the text ends before ' #', which begins a comment", "quote a text that goes on", cut.line
            )


def _at(value: JSON, path: YamlPath) -> JSON:
    for part in path:
        if isinstance(value, dict):
            value = value[str(part)]
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part]
    return value


def _value(read: PromptFile | PersonaFile | FormatFile, slug: str) -> Preset:
    if isinstance(read, PromptFile):
        return _prompt(read)
    if isinstance(read, PersonaFile):
        parameters = ParameterValues(read.parameters)
        return Persona(slug, read.name, read.description, _messages(read.messages), parameters)
    response_format = read.response_format if "response_format" in read.model_fields_set else None
    return Format(slug, read.name, read.description, read.instruction, response_format)


def _prompt(read: PromptFile) -> Prompt:
    return Prompt(
        name=read.name,
        description=read.description,
        model=read.model,
        persona=read.persona,
        format=read.format,
        messages=_messages(read.messages),
        parameters=ParameterValues(read.parameters),
        variables=tuple(_variable(name, variable) for name, variable in read.variables.items()),
        send=_send(read.send),
        checks=tuple(Check(check.type, check.value) for check in read.checks),
        compare=_comparison(read.compare) if "compare" in read.model_fields_set else None,
        replies=tuple(CannedReply(name, text) for name, text in read.replies.items()),
    )


def _messages(read: list[MessageFile]) -> tuple[Message, ...]:
    return tuple(map(_message, read))


def _message(read: MessageFile) -> Message:
    return Message(
        _ROLES[read.role],
        read.content,
        read.enabled,
        tuple(Image(image.source, image.detail, image.digest) for image in read.images),
        tuple(ToolCall(call.id, call.name, call.arguments) for call in read.calls),
        read.call_id,
    )


def _variable(name: str, read: VariableFile) -> Variable:
    return Variable(name, read.description, read.default if "default" in read.model_fields_set else None)


def _send(read: SendFile) -> SendLimit:
    given = read.model_fields_set
    if not given:
        return SEND_ALL
    return SendLimit(read.last_turns, None) if "last_turns" in given else SendLimit(None, read.tokens)


def _comparison(read: CompareFile) -> Comparison:
    return Comparison(read.vary, read.repeats, tuple(read.cases))
