"""A curl command as a prompt. The command is read, never run; a key in it is left where it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from workbench.core.errors import InputError
from workbench.core.exchange.imported import KEY_LEFT_OUT, Imported, host_note, shown
from workbench.core.exchange.request_body import read_body
from workbench.core.exchange.shell_words import Words, split_command
from workbench.core.json_text import read_json, read_number

if TYPE_CHECKING:
    from workbench.core.exchange.imported import Notes
    from workbench.core.prompt import Prompt

_COMMAND = re.compile(
    r"^[ \t]*(?:[$#%>!][ \t]*)?(?:[A-Za-z_]\w*=[^\s'\"]*[ \t]+)*(?:[^\s'\"|;&]*/)?curl(?:\.exe)?(?=[ \t\\^])",
    re.MULTILINE,
)
_TAKES_VALUE = frozenset("AbcCdDeEFhHKmoPQrtTuUwxXyYz")
_DATA = frozenset({"-d", "--data", "--data-ascii", "--data-binary", "--data-raw", "--json"})
_LONG_WITH_VALUE = _DATA | frozenset(
    "--url --header --request --max-time --connect-timeout --user --user-agent --cookie --cookie-jar --proxy --output"
    " --write-out --form --form-string --data-urlencode --oauth2-bearer --cacert --cert --key --referer --retry"
    " --retry-delay --retry-max-time --resolve --interface --config --limit-rate --max-redirs --range --dump-header"
    " --trace --trace-ascii --unix-socket --upload-file --variable --aws-sigv4 --noproxy --proxy-user --ciphers"
    " --connect-to --dns-servers --doh-url --expand-data --expand-header --speed-limit --speed-time --stderr".split()
)
_SECRET_OPTIONS = frozenset({"-u", "--user", "--oauth2-bearer", "-b", "--cookie", "--proxy-user", "-U", "--cert", "-E"})
_NOT_READ = frozenset({"-F", "--form", "--form-string", "--data-urlencode", "-T", "--upload-file", "-K", "--config"})
_QUIET_HEADERS = frozenset(
    {"content-type", "accept", "user-agent", "accept-language", "accept-encoding", "content-length"}
)
_SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|password|signature", re.IGNORECASE)
_DEPLOYMENT = re.compile(r"/deployments/([^/]+)/")


def find_curl(text: str) -> int | None:
    """Where a curl command begins in the text, or None."""
    found = _COMMAND.search(text)
    return None if found is None else found.start()


def read_curl(text: str, notes: Notes) -> Imported:
    """The prompt of the text's first curl command. Raises InputError where its data can't be read."""
    found = _COMMAND.search(text)
    assert found is not None
    command = split_command(text[found.end() :])
    if command is None:
        raise InputError("the curl command has a quote that is never closed", "paste the whole command")
    if command.rest and find_curl(text[found.end() :]) is not None:
        notes.say("there are more curl commands in the text: the first is taken")
    options, urls = _options(command.words)
    for name in options:
        if name in _NOT_READ:
            notes.say(f"the option {name} is not understood and is left out")
        elif name in _SECRET_OPTIONS:
            notes.say(KEY_LEFT_OUT)
    _say_headers([value for name in ("-H", "--header") for value in options.get(name, [])], notes)
    url = next(iter([*options.get("--url", []), *urls]), "")
    if url:
        host_note(url, notes)
    prompt, api = _read_data(_data(options, command), url, notes)
    prompt = _with_timeout(prompt, options)
    if any(value in command.expanded for name in _DATA for value in options.get(name, [])):
        notes.say("a $NAME of the shell stands in double quotes: it is kept as text, and nothing is put in its place")
    kind = "a curl command" if api == "Chat Completions" else f"a curl command for {api}"
    return Imported(prompt, kind, notes.lines())


def _options(words: tuple[str, ...]) -> tuple[dict[str, list[str]], list[str]]:
    """The options with their values, and the words that are no option."""
    options: dict[str, list[str]] = {}
    urls: list[str] = []
    rest = iter(words)
    for word in rest:
        if word.startswith("--") and len(word) > 2:
            options.setdefault(word, []).append(next(rest, "") if word in _LONG_WITH_VALUE else "")
        elif word.startswith("-") and len(word) > 1:
            for place, letter in enumerate(word[1:], start=2):
                name = f"-{letter}"
                if letter in _TAKES_VALUE:
                    options.setdefault(name, []).append(word[place:] or next(rest, ""))
                    break
                options.setdefault(name, []).append("")
        else:
            urls.append(word)
    return options, urls


def _say_headers(headers: list[str], notes: Notes) -> None:
    for header in headers:
        name = header.partition(":")[0].strip()
        if name.lower() in ("openai-organization", "openai-project"):
            notes.say(f"the header {name} is left out: organization and project belong to a connection")
        elif _SECRET_HEADER.search(name):
            notes.say(KEY_LEFT_OUT)
        elif name.lower() not in _QUIET_HEADERS:
            notes.say(f"the header {shown(name)} is left out")


def _data(options: dict[str, list[str]], command: Words) -> str:
    pieces: list[str] = []
    for name, values in options.items():
        if name not in _DATA:
            continue
        for value in values:
            if value.startswith("@") and name != "--data-raw":
                pieces.append(_from_elsewhere(value[1:], command))
            else:
                pieces.append(value)
    if not pieces:
        raise InputError("the curl command sends no data", "a chat request has -d with a JSON body")
    # curl joins several -d with & and several --json with nothing.
    return ("" if "--json" in options else "&").join(pieces)


def _from_elsewhere(name: str, command: Words) -> str:
    if name in ("-", "/dev/stdin"):
        if command.here is not None:
            return command.here
        raise InputError("the curl command takes its data from standard input", "put the JSON body here instead")
    raise InputError(f"the curl command takes its data from the file {shown(name)}", "open that file here instead")


def _read_data(data: str, url: str, notes: Notes) -> tuple[Prompt, str]:
    try:
        body = read_json(data)
    except InputError as fault:
        raise InputError(f"the data of the curl command is not JSON: {fault.message}") from None
    if not isinstance(body, dict):
        raise InputError("the data of the curl command is not a JSON object")
    deployment = _DEPLOYMENT.search(_path(url))
    if deployment is not None and "model" not in body:
        notes.say("the model is named as the deployment in the URL")
        body = {"model": unquote(deployment[1]), **body}
    return read_body(body, notes)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _with_timeout(prompt: Prompt, options: dict[str, list[str]]) -> Prompt:
    seconds = read_number(next(iter([*options.get("-m", []), *options.get("--max-time", [])]), ""))
    if seconds is None or seconds <= 0:
        return prompt
    return prompt.with_parameters(prompt.parameters.set("timeout", seconds))
