"""The options that make a prompt, which several commands share, and the prompt that they make.

Nothing heavy is imported here: the help of every command is built from it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workbench.cli.preset_names import near_preset, split_words
from workbench.core.errors import InputError
from workbench.core.prompt import INSTRUCTION_ROLES, Image, Message, ParameterValues, Prompt, Role, Variable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from workbench.core.parts import Parts
    from workbench.core.preset import OpenedPreset
    from workbench.services import Services

_MOST_INPUT = 20_000_000
"""The most bytes that are read from standard input: what no model reads need not be held in memory."""


class StartedPrompt(NamedTuple):
    """What the options say is to be run. `preset` is the slug of the file that it is from, for history, or "".

    `warnings` are lines for standard error.
    """

    prompt: Prompt
    preset: str = ""
    warnings: tuple[str, ...] = ()


class StandardInput:
    """Standard input, read at most once and only when asked for. `taken_by` is who reads it already."""

    def __init__(self, taken_by: str = "") -> None:
        self._taken_by = taken_by

    def read(self, taker: str) -> str:
        """All of it as text, without the last line's end. `taker` is who asks. InputError."""
        if self._taken_by:
            raise InputError(f"standard input is asked for twice, by {self._taken_by} and {taker}", "use one -")
        self._taken_by = taker
        data = sys.stdin.buffer.read(_MOST_INPUT + 1)
        if len(data) > _MOST_INPUT:
            raise InputError(f"standard input for {taker} has more than {_MOST_INPUT:,} bytes", "send less text")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"standard input for {taker} is not UTF-8 at byte {error.start:,}", "send text") from None
        if "\0" in text:
            place = len(text[: text.index("\0")].encode())
            raise InputError(f"standard input for {taker} is not text: a zero byte at byte {place:,}", "send text")
        return text.removesuffix("\n").removesuffix("\r")


def add_preset_and_message(parser: argparse.ArgumentParser) -> None:
    """`[PRESET] [MESSAGE]` and `--message`, for `prompt_from`."""
    parser.usage = "%(prog)s [options] [PRESET] [MESSAGE]"
    parser.add_argument(
        "words",
        nargs="*",
        metavar="[PRESET] [MESSAGE]",
        help="a preset's name or file, and the text to send as a user message; - reads standard input",
    )
    parser.add_argument(
        "--message", metavar="TEXT", help="the text to send, never taken for a preset; - reads standard input"
    )


def add_variables(parser: argparse.ArgumentParser, told: str) -> None:
    """What fills the variables of a prompt; `told` says what becomes of it."""
    parser.add_argument("--var", action="append", default=[], metavar="NAME=VALUE", dest="variables", help=told)


def add_prompt_options(parser: argparse.ArgumentParser) -> None:
    """What changes a prompt or a preset, and where it is sent."""
    parser.add_argument("--system", metavar="TEXT", help="the system message, in place of the preset's own")
    parser.add_argument("--persona", metavar="NAME", help="who answers, in place of the preset's; '' takes it off")
    parser.add_argument(
        "--format", metavar="NAME", help="the answer's format, in place of the preset's; '' takes it off"
    )
    parser.add_argument("--model", metavar="M", help="the model; without it, the preset's or the connection's default")
    parser.add_argument("--connection", metavar="NAME", help="practice, openai, or an endpoint of the settings file")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="settings",
        help="a parameter, such as temperature=0.5 or stop='[\"END\"]'; may be given several times",
    )
    add_variables(parser, "fills {{NAME}}; NAME=@file reads a file, NAME=@- standard input")
    parser.add_argument(
        "--image",
        action="append",
        default=[],
        metavar="FILE",
        dest="images",
        help="an image for the last user message, a file or an https address; one that the preset names already is "
        "sent as its file is now; may be given several times",
    )
    parser.add_argument("--anyway", action="store_true", help="send in spite of the problems that were found")
    parser.add_argument("--raw", action="store_true", help="print control characters of the answer as they are")


def prompt_from(options: argparse.Namespace, services: Services, stdin: StandardInput) -> StartedPrompt:
    """The prompt of `[PRESET] [MESSAGE]` in `options.words`, or of `--message`, with the options applied. InputError.

    Reads standard input where a `-` asks for it.
    """
    opened, message = split_words(options.words, services)
    near = near_preset(message, services) if opened is None and message is not None else ""
    if options.message is not None:
        if message is not None:
            raise InputError("there are two messages: MESSAGE and --message", "give one of them")
        message = options.message
    if message == "-":
        message = stdin.read("the message")
    started = started_prompt(options, services, stdin, opened, message)
    return started._replace(warnings=(near, *started.warnings)) if near else started


def started_prompt(
    options: argparse.Namespace,
    services: Services,
    stdin: StandardInput,
    opened: OpenedPreset | None,
    message: str | None = None,
) -> StartedPrompt:
    """A preset, or an empty prompt, with the options applied and `message` as its last user message. InputError."""
    prompt, loose = _opened_prompt(opened, services)
    if options.persona is not None:
        prompt = replace(prompt, persona=options.persona)
    if options.format is not None:
        prompt = replace(prompt, format=options.format)
    if options.system is not None:
        prompt = replace(prompt, messages=_with_system(prompt.messages, options.system))
    if message is not None:
        prompt = replace(prompt, messages=(*prompt.messages, Message(Role.USER, message)))
    for source in getattr(options, "images", ()):  # not every command has it
        prompt = replace(prompt, messages=_with_image(prompt.messages, source, services))
    if options.model is not None:
        prompt = replace(prompt, model=options.model)
    prompt = prompt.with_parameters(_with_settings(prompt.parameters, options.settings))
    given = [_variable(text, stdin) for text in options.variables]
    prompt = replace(prompt, variables=_with_given(prompt.variables, given))
    if loose is not None:
        prompt = _joined(prompt, loose)
    warnings = (*(opened.warnings if opened is not None else ()), *_unused(prompt, given, services))
    return StartedPrompt(prompt, opened.slug if opened is not None else "", warnings)


def prompt_of(opened: OpenedPreset, services: Services) -> Prompt:
    """The prompt that a preset is; a persona or a format is an empty prompt with it."""
    prompt, loose = _opened_prompt(opened, services)
    return prompt if loose is None else _joined(prompt, loose)


def _opened_prompt(opened: OpenedPreset | None, services: Services) -> tuple[Prompt, Parts | None]:
    """The prompt that a preset is, and a part that can't be named because its file lies outside of the folders."""
    from workbench.core.parts import Format, Parts, Persona

    if opened is None:
        return Prompt(), None
    match opened.value:
        case Persona() as persona:
            named, loose = Prompt(persona=opened.slug), Parts(persona=persona)
        case Format() as form:
            named, loose = Prompt(format=opened.slug), Parts(format=form)
        case Prompt() as prompt:
            return prompt, None
    return (Prompt(), loose) if opened.place is None or _shadowed(opened, services) else (named, None)


def _shadowed(opened: OpenedPreset, services: Services) -> bool:
    """Whether its slug would find another file than the one whose path was given."""
    try:
        return services.presets.open(opened.kind, opened.slug).path != opened.path
    except InputError:
        return True  # another file of that name, which can't be used


def _joined(prompt: Prompt, parts: Parts) -> Prompt:
    """The prompt with the messages and parameters of a part that it can't name."""
    from workbench.core.merge import merged_parameters, placed_messages, with_instruction

    placed = with_instruction(placed_messages(prompt, parts), parts)
    values, _ = merged_parameters(prompt, parts)
    return replace(prompt, messages=tuple(each.message for each in placed), parameters=values)


def _with_image(messages: tuple[Message, ...], source: str, services: Services) -> tuple[Message, ...]:
    """With the image in the last user message, or, where a message names it already, with its file as it is now."""
    image = Image(source)
    if image.is_file:
        image = image._replace(digest=services.image_files.read(source).digest)
    if any(each.source == source for message in messages for each in message.images):
        known = [tuple(_renewed(each, image) for each in message.images) for message in messages]
        return tuple(replace(message, images=images) for message, images in zip(messages, known, strict=True))
    users = [index for index, message in enumerate(messages) if message.role is Role.USER]
    if not users:
        raise InputError(f"there is no user message for the image {source}", "give a MESSAGE too")
    at = users[-1]
    return (*messages[:at], replace(messages[at], images=(*messages[at].images, image)), *messages[at + 1 :])


def _renewed(image: Image, now: Image) -> Image:
    return image._replace(digest=now.digest) if image.source == now.source else image


def _with_system(messages: tuple[Message, ...], text: str) -> tuple[Message, ...]:
    """The messages with this one instruction in place of all their own; where it is empty, with none."""
    first = next((index for index, message in enumerate(messages) if message.role in INSTRUCTION_ROLES), None)
    role = Role.SYSTEM if first is None else messages[first].role
    before = messages[: first or 0]
    rest = tuple(message for message in messages[first or 0 :] if message.role not in INSTRUCTION_ROLES)
    return (*before, Message(role, text), *rest) if text else (*before, *rest)


def _with_settings(values: ParameterValues, settings: Sequence[str]) -> ParameterValues:
    from workbench.core.parameters import parse_value
    from workbench.core.request_rules import TOKEN_LIMITS

    for given in settings:
        name, equals, text = given.partition("=")
        if not equals:
            raise InputError(f"--set {given}: there is no =", "write it as --set temperature=0.5")
        name = name.strip()
        value = parse_value(name, text)
        other = TOKEN_LIMITS.get(name, "")
        # The preset's limit under its other name is the same limit: two would be refused.
        if other and not any(each.partition("=")[0].strip() == other for each in settings):
            values = values.unset(other)
        values = values.set(name, value)
    return values


def _variable(given: str, stdin: StandardInput) -> Variable:
    from workbench.core.variables import names

    name, equals, text = given.partition("=")
    if not equals or names(f"{{{{{name}}}}}") != (name,):
        raise InputError(f"--var {given}: not NAME=VALUE", "a name is letters, digits and _, not first a digit")
    if text == "@-":
        # A default is literal text, so that what came in is never taken for another @file.
        return Variable(name, default=stdin.read(f"--var {name}"))
    return Variable(name, value=text)


def _with_given(variables: tuple[Variable, ...], given: list[Variable]) -> tuple[Variable, ...]:
    """The variables with what was given for them; a name that is given twice has the last value."""
    merged = {variable.name: variable for variable in variables}
    for variable in given:
        known = merged.get(variable.name, Variable(variable.name))
        default = known.default if variable.default is None else variable.default
        merged[variable.name] = replace(known, default=default, value=variable.value)
    return tuple(merged.values())


def how_to_fill(prompt: Prompt, services: Services) -> str:
    """How the first variable without a value is given one here; "" where all have one."""
    from workbench.core.merge import variable_names

    filled = {each.name for each in prompt.variables if each.value is not None or each.default is not None}
    names = (name for name in variable_names(prompt, services.parts(prompt)[0]) if name not in filled)
    first = next(names, "")
    return f"give it a value with --var {first}=TEXT, or --var {first}=@FILE for a file's text" if first else ""


def _unused(prompt: Prompt, given: list[Variable], services: Services) -> tuple[str, ...]:
    """A line for each variable that was given and that no message names."""
    if not given:
        return ()
    from difflib import get_close_matches

    from workbench.core.merge import variable_names

    wanted = variable_names(prompt, services.parts(prompt)[0])
    lines = []
    for name in dict.fromkeys(variable.name for variable in given):
        if name not in wanted:
            near = get_close_matches(name, wanted, n=1)
            known = f"they have {', '.join(wanted[:5])}" if wanted else "they have no variable"
            hint = f"did you mean {near[0]}?" if near else known
            lines.append(f"--var {name}: the messages have no {{{{{name}}}}}: {hint}")
    return tuple(lines)
