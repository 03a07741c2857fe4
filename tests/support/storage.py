"""Values and processes for the tests of what is stored."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from workbench.adapters.files import Paths
from workbench.core.connection import Connection
from workbench.core.events import State
from workbench.core.json_value import JSON
from workbench.core.outcome import Answer, Choice, Outcome, Timings
from workbench.core.prompt import Message, ParameterValues, Prompt, Role
from workbench.core.request import Request
from workbench.core.secret import Secret

KEY = "sk-canary-0123456789abcdef"
ROOT = Path(__file__).parents[2]


def paths_in(folder: Path) -> Paths:
    return Paths.find({"WORKBENCH_HOME": str(folder / "home")})


def a_prompt(text: str = "Say hello", name: str = "greeting") -> Prompt:
    messages = (Message(Role.SYSTEM, "Be brief"), Message(Role.USER, text))
    return Prompt(name=name, model="m-1", messages=messages, parameters=ParameterValues({"temperature": 0.0}))


def a_request(text: str = "Say hello") -> Request:
    return Request({"model": "m-1", "messages": [{"role": "user", "content": text}], "temperature": 0.0})


def a_connection(key: str = KEY) -> Connection:
    return Connection("openai", "openai", "https://api.example/v1", "api.example", key=Secret(key))


def an_outcome(text: str = "Hello.", *, cost: float | None = 0.5, state: State = State.COMPLETE) -> Outcome:
    usage: dict[str, JSON] = {
        "prompt_tokens": 12,
        "completion_tokens": 3,
        "total_tokens": 15,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }
    answer = Answer(
        choices=(Choice(0, text, "stop", reasoning="thought", tool_calls=({"id": "c"},), logprobs={"content": []}),),
        model="m-1-2026",
        usage=usage,
        response={"id": "chatcmpl-1", "choices": []},
    )
    return Outcome(
        state,
        a_request(),
        answer,
        timings=Timings(0.1, 0.2, 1.5),
        attempts=2,
        request_id="req_1",
        connection="openai",
        cost_usd=cost,
        notes=("temperature is not sent",),
    )


@contextmanager
def process(command: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A process of tests/support/storage_process.py; killed at the end of the `with`, if it still runs."""
    line = [sys.executable, "-m", "tests.support.storage_process", command, *map(str, arguments)]
    with subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def reads(child: subprocess.Popen[str]) -> IO[str]:
    assert child.stdout is not None
    return child.stdout


def next_line(child: subprocess.Popen[str]) -> str:
    """The child's next line; fails where it ended instead."""
    line = reads(child).readline()
    assert line, f"the process ended with {child.wait()}"
    return line.rstrip("\n")


def go_on(child: subprocess.Popen[str]) -> None:
    """Let a child that waits for a line go on."""
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()


def run_to_end(command: str, *arguments: object) -> str:
    """Run a process to its end, which has to be a good one, and return what it said."""
    with process(command, *arguments) as child:
        said, _ = child.communicate()
        assert child.returncode == 0, said
    return said
