"""Exported curl and Python, run as programs against a server here: it is sent exactly what the program itself sends."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest

from workbench.core.connection import Connection
from workbench.core.export import to_curl, to_python
from workbench.core.json_value import JSON
from workbench.core.prompt import Message, ParameterValues, Prompt, Role, Variable
from workbench.core.request import Request, build_request
from workbench.core.secret import Secret

KEY = "sk-canary-Zq8xW2rT5vB9nM3k"
AWKWARD = (
    'it\'s "q" $HOME `ls` $(id) \\ \\n\n\ttab\r\nEOF\nBODY\n'
    "한국어 👨‍👩‍👧 \x00\x07\x1b[31m\x9b\u2028\u202e {{x}} !bang %d @file"
)
SCHEMA: JSON = {
    "type": "object",
    "properties": {"n": {"type": "null"}},
    "required": ["n"],
    "additionalProperties": False,
}
ANSWER = {"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "끝"}}]}


class Seen(NamedTuple):
    """A request as it came over the wire."""

    path: str
    authorization: str
    content_type: str
    body: JSON


class Endpoint(ThreadingHTTPServer):
    """Answers every chat request, streamed where it is asked for, and remembers it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[Seen] = []


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = self.headers
        self.server.seen.append(Seen(self.path, headers["authorization"] or "", headers["content-type"], body))
        if body.get("stream") is True:
            chunk = {"choices": [{"index": 0, "delta": {"content": "끝"}, "finish_reason": "stop"}]}
            kind, answer = "text/event-stream", f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()
        else:
            kind, answer = "application/json", json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing of it goes to stderr."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def requests() -> list[Request]:
    """Requests of every kind: not streamed, with parameters of all types, awkward texts, a body of 200 kB."""
    schema: JSON = {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": SCHEMA}}
    all_kinds: dict[str, JSON] = {
        "temperature": 0, "stop": ["'", '"', "\n"], "logit_bias": {"1": -100}, "response_format": schema, "seed": 2**60,
        "timeout": 20, "store": False, "user": "", "metadata": {"가": "나"}, "top_p": 1e-9,
        "extra": {"top_k": 40, "min_p": 0.1, "nested": [None, True, {"a'b": "c\"d"}], "import": 1},
    }  # fmt: skip
    few_shot = (
        Message(Role.SYSTEM, "You are kind."),
        Message(Role.USER, AWKWARD),
        Message(Role.ASSISTANT, ""),
        Message(Role.USER, "off", on=False),
        Message(Role.USER, "{{text}}"),
    )
    text = (Variable("text", default=AWKWARD),)
    prompts = [
        Prompt(model="m", messages=few_shot, variables=text, parameters=ParameterValues(all_kinds)),
        Prompt(
            model="m", messages=few_shot, variables=text, parameters=ParameterValues({**all_kinds, "stream": False})
        ),
        Prompt(model="점심/모델:1", messages=(Message(Role.USER, "가" * 70_000),)),
    ]
    return [build_request(prompt) for prompt in prompts]


def connection_to(endpoint: Endpoint) -> Connection:
    host = f"127.0.0.1:{endpoint.server_address[1]}"
    source = "EXPORTED_API_KEY in the environment"
    return Connection("test", "endpoint", f"http://{host}/v1", host, Secret(KEY), source)


def environment() -> dict[str, str]:
    """The key, and nothing else that either program would listen to."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT", "VIRTUAL_ENV")}
    return {**kept, "EXPORTED_API_KEY": KEY, "NO_PROXY": "*", "HOME": "/nonexistent", "PYTHONIOENCODING": "utf-8"}


def check(endpoint: Endpoint, sent: list[Request], output: bytes, errors: bytes) -> None:
    assert errors.decode() == ""
    assert output.decode().count("끝") + output.decode().count("\\ub05d") == len(sent)
    assert [seen.body for seen in endpoint.seen] == [request.body for request in sent]
    assert {seen[:3] for seen in endpoint.seen} == {("/v1/chat/completions", f"Bearer {KEY}", "application/json")}


def test_exported_python(endpoint: Endpoint) -> None:
    sent = requests()
    # One process for all, because most of its time goes into importing the SDK; each is a program of its own.
    programs = [to_python(request, connection_to(endpoint)) for request in sent]
    assert KEY not in "".join(programs)
    driver = (
        "import json, sys\nfor program in json.load(sys.stdin):\n    exec(compile(program, 'exported', 'exec'), {})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", driver],
        input=json.dumps(programs).encode(),
        capture_output=True,
        env=environment(),
        timeout=50,
        check=False,
    )
    check(endpoint, sent, done.stdout, done.stderr)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no POSIX shell")
def test_exported_curl(endpoint: Endpoint) -> None:
    sent = requests()
    commands = [to_curl(request, connection_to(endpoint)) for request in sent]
    assert KEY not in "".join(commands)
    assert "<<'BODY'" in commands[2]
    # Not progress: -s is for a script, the exported command shows it as curl does.
    script = 'curl() { command curl -sS "$@"; }\n' + "".join(commands)
    done = subprocess.run(
        ["sh"], input=script.encode(), capture_output=True, env=environment(), timeout=50, check=False
    )
    check(endpoint, sent, done.stdout, done.stderr)
