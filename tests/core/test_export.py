"""The exported text makes the request that the program sends, and holds no key."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Callable
from typing import Any

import httpx2
import openai
import pytest
from hypothesis import HealthCheck, assume, given, settings

from tests.core.strategies import prompts
from workbench.core.connection import Connection
from workbench.core.export import to_curl, to_json_text, to_python
from workbench.core.json_value import JSON
from workbench.core.prompt import Message, ParameterValues, Prompt, Role
from workbench.core.request import Request, build_request
from workbench.core.secret import Secret

KEY = "sk-canary-1234567890"
OPENAI = Connection(
    "openai", "openai", "https://api.openai.com/v1", "api.openai.com", Secret(KEY), "OPENAI_API_KEY in .env"
)
LOCAL = Connection("local", "endpoint", "http://localhost:11434/v1", "localhost:11434")
GROQ = Connection(
    "groq", "endpoint", "https://groq.test/v1", "groq.test", Secret(KEY), "GROQ_API_KEY in the environment",
    organization="org'x", project="p",
)  # fmt: skip
PRACTICE = Connection("practice", "practice", "http://practice.invalid/v1", "practice.invalid")

AWKWARD = (
    "it's \"quoted\" $HOME `ls` $(ls) \\ \\n\nnew line\ttab 한국어 😀 \x00\x07\x1b[31m \x9b \u2028 \u202e !bang 'end"
)


def request_for(parameters: dict[str, JSON] | None = None, content: str = AWKWARD, model: str = "m") -> Request:
    prompt = Prompt(model=model, messages=(Message(Role.USER, content),), parameters=ParameterValues(parameters))
    return build_request(prompt)


def test_json_text_is_the_body_and_can_be_read_and_pasted() -> None:
    request = request_for({"temperature": 0})
    text = to_json_text(request)
    assert json.loads(text) == request.body
    assert "한국어 😀" in text
    assert not any(not c.isprintable() for c in text.replace("\n", ""))


class TestCurl:
    def words(self, request: Request, connection: Connection) -> list[str]:
        return shlex.split(to_curl(request, connection), comments=True)

    def test_the_body_is_the_same_and_the_key_is_a_variable(self) -> None:
        request = request_for({"stop": ["'"]})
        words = self.words(request, OPENAI)
        assert words[:3] == ["curl", "-N", "https://api.openai.com/v1/chat/completions"]
        assert json.loads(words[words.index("-d") + 1]) == request.body
        assert "Content-Type: application/json" in words
        assert '-H "Authorization: Bearer $OPENAI_API_KEY"' in to_curl(request, OPENAI)
        assert KEY not in to_curl(request, OPENAI)

    def test_not_streamed_with_a_time_limit(self) -> None:
        text = to_curl(request_for({"stream": False, "timeout": 30}), OPENAI)
        assert text.startswith("curl --max-time 30 'https://")

    def test_no_key_no_header(self) -> None:
        text = to_curl(request_for(), LOCAL)
        assert "Authorization" not in text
        assert "KEY" not in text
        assert "'http://localhost:11434/v1/chat/completions'" in text

    def test_a_key_belongs_to_its_host(self) -> None:
        text = to_curl(request_for(), GROQ)
        assert "Bearer $GROQ_API_KEY" in text
        assert "OPENAI_API_KEY" not in text
        assert "OpenAI-Organization: org'x" in shlex.split(text)
        assert "OpenAI-Project: p" in shlex.split(text)

    def test_practice_says_what_to_change(self) -> None:
        text = to_curl(request_for(model="practice"), PRACTICE)
        assert text.startswith("# the practice model is part of the workbench")
        assert "https://api.openai.com/v1/chat/completions" in text
        assert "Bearer $OPENAI_API_KEY" in text

    def test_a_real_shell_reads_it_so(self) -> None:
        self.run_in_shell(request_for({"logit_bias": {"1": -1}}))

    def test_a_body_too_long_for_an_argument(self) -> None:
        request = request_for(content=AWKWARD + "가" * 100_000)
        text = self.run_in_shell(request)
        assert "--data-binary @-" in text

    def run_in_shell(self, request: Request) -> str:
        """Runs the command in sh with a `curl` that prints its last argument, or its input where that says `@-`."""
        text = to_curl(request, OPENAI)
        fake = 'curl() { for last; do :; done; if [ "$last" = @- ]; then cat; else printf %s "$last"; fi; }\n'
        environment = {"PATH": os.defpath, "OPENAI_API_KEY": KEY}
        done = subprocess.run(["sh"], input=(fake + text).encode(), capture_output=True, env=environment, check=True)
        assert json.loads(done.stdout) == request.body
        assert done.stderr == b""
        return text


Run = Callable[[str], httpx2.Request]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs exported Python with the real SDK over a transport that answers here; gives the HTTP request it made."""
    real = openai.OpenAI

    def run_code(code: str) -> httpx2.Request:
        seen: list[httpx2.Request] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            seen.append(request)
            if json.loads(request.content).get("stream") is True:
                events = [{"choices": [{"index": i, "delta": {"content": f"hello {i} "}}]} for i in (1, 0, 1)]
                text = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
                return httpx2.Response(200, headers={"content-type": "text/event-stream"}, text=text)
            return httpx2.Response(200, json={"choices": [{"index": 0, "message": {"content": "whole"}}]})

        def client(**arguments: Any) -> openai.OpenAI:
            http = httpx2.Client(transport=httpx2.MockTransport(answer))
            return real(**arguments, http_client=http, max_retries=0)

        monkeypatch.setattr(openai, "OpenAI", client)
        exec(compile(code, "exported", "exec"), {})
        assert len(seen) == 1
        return seen[0]

    for name in ("OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_CUSTOM_HEADERS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return run_code


SCHEMA: JSON = {
    "type": "object",
    "properties": {"n": {"type": "null"}},
    "required": ["n"],
    "additionalProperties": False,
}


class TestPython:
    def test_the_sdk_sends_the_same_request(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        schema: JSON = {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": SCHEMA}}
        values: dict[str, JSON] = {"temperature": 0, "response_format": schema, "logit_bias": {"1": -100}, "timeout": 9}
        request = request_for({**values, "extra": {"top_k": 40, "min_p": 0.1, "user": "x"}})
        code = to_python(request, OPENAI)
        assert KEY not in code
        assert "base_url" not in code
        made = run(code)
        assert json.loads(made.content) == request.body
        assert str(made.url) == "https://api.openai.com/v1/chat/completions"
        assert made.headers["authorization"] == f"Bearer {KEY}"
        assert capsys.readouterr().out == "hello 1 hello 0 hello 1 \n"

    def test_not_streamed(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        request = request_for({"stream": False, "store": False})
        assert json.loads(run(to_python(request, OPENAI)).content) == request.body
        assert capsys.readouterr().out == "whole\n"

    def test_several_answers_are_kept_apart(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        run(to_python(request_for({"n": 2}), OPENAI))
        assert capsys.readouterr().out == "hello 0 \nhello 1 hello 1 \n"

    def test_another_host_never_gets_the_usual_key(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        made = run(to_python(request_for(), LOCAL))
        assert str(made.url) == "http://localhost:11434/v1/chat/completions"
        assert KEY not in str(made.headers)
        monkeypatch.setenv("GROQ_API_KEY", "groq-key")
        theirs = run(to_python(request_for(), GROQ))
        assert theirs.headers["authorization"] == "Bearer groq-key"
        assert theirs.headers["openai-organization"] == "org'x"
        assert theirs.headers["openai-project"] == "p"

    def test_practice_says_what_to_change(self, run: Run) -> None:
        code = to_python(request_for(model="practice"), PRACTICE)
        assert "# the practice model is part of the workbench: put a real model in place of 'practice'" in code
        assert str(run(code).url).startswith("https://api.openai.com/v1/")

    def test_long_values_are_laid_out_and_equal(self, run: Run) -> None:
        extra: JSON = {"long": ["x" * 60, {"y" * 60: None, "z": [True, []]}], "empty": {}}
        request = request_for({"extra": extra}, content="line\n" * 50)
        code = to_python(request, OPENAI)
        assert json.loads(run(code).content) == request.body
        assert "\n        {\n" in code


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(prompts)
def test_any_request_is_exported_whole(run: Run, prompt: Prompt) -> None:
    request = build_request(prompt, anyway=True)
    text = to_curl(request, LOCAL)
    words = shlex.split(text, comments=True)
    assert json.loads(words[words.index("-d") + 1]) == request.body
    # The SDK itself refuses these before anything is sent.
    assume(isinstance(request.body["messages"], list) and isinstance(request.body.get("stream", False), bool))
    assert json.loads(run(to_python(request, LOCAL)).content) == request.body
