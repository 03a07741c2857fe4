"""What is not imported: help must not load the screen or the SDK, and the first paint must not load the SDK."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

HEAVY = (
    "textual",
    "rich",
    "openai",
    "httpx2",
    "pydantic",
    "yaml",
    "tiktoken",
    "genai_prices",
    "jsonschema",
    "tenacity",
)


LATER = (
    "workbench.core.events",
    "workbench.core.image_tokens",
    "workbench.core.exchange",
    "workbench.core.json_answer",
    "workbench.core.merge",
    "workbench.core.outcome",
    "workbench.core.request",
    "workbench.core.summary",
    "workbench.adapters.presets",
    "workbench.adapters.settings_read",
    "workbench.adapters.yaml_file",
    "workbench.comparing",
    "workbench.exchanging",
    "workbench.grid",
    "workbench.own_settings",
    "workbench.runner",
    "workbench.spending",
    "workbench.adapters.ledger",
    "workbench.adapters.prices",
    "workbench.tui.own_looks",
    "workbench.tui.screens.panel_moves",
)
"""What a run, a preset or an import needs, and the first paint does not."""


def loaded_after(code: str, watched: Sequence[str] = HEAVY) -> set[str]:
    """Those of the `watched` modules that a fresh interpreter has loaded after `code`."""
    program = f"""
import sys
try:
    {code}
except SystemExit:
    pass
print("LOADED", *sorted(name for name in {tuple(watched)!r} if name in sys.modules))
"""
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    return set(out.rpartition("LOADED")[2].split())


def test_help_loads_neither_screen_nor_sdk() -> None:
    code = """from contextlib import suppress; from workbench.cli.main import main
    for command in ([], ["run"], ["presets"], ["chat"]):
        with suppress(SystemExit): main([*command, "--help"])
    main(["--version"])"""
    assert loaded_after(code) == set()


def test_the_screen_loads_textual_alone() -> None:
    loaded = loaded_after("import workbench.tui.launch", (*HEAVY, *LATER))
    assert loaded <= {"textual", "rich"}


def test_the_sdk_is_loaded_without_what_it_could_do_besides() -> None:
    """aiohttp comes with `workbench[web]`, and the SDK would load it for a client that nobody uses."""
    code = "import gc; from workbench.adapters.http_client import warm; warm(); assert gc.isenabled()"
    watched = ("openai", "aiohttp", "openai.types.chat", "openai.types.responses.response")
    assert loaded_after(code, watched) == {"openai", "openai.types.chat"}


def test_what_the_sdk_could_do_besides_is_there_when_it_is_asked_for() -> None:
    code = """from workbench.adapters.http_client import warm; warm()
    import openai, openai.types.responses as package
    from openai.types.responses import Response
    from openai.types.responses.response import Response as Same
    assert Response is Same is openai.types.responses.Response is package.Response
    assert openai.types.chat.ChatCompletion is sys.modules["openai.types.chat"].ChatCompletion
    assert openai.AsyncOpenAI(api_key="x").responses"""
    assert loaded_after(code, ("openai.types.responses.response",)) == {"openai.types.responses.response"}


def test_the_probe_sees_what_is_loaded() -> None:
    assert loaded_after("import yaml, textual") == {"textual", "rich", "yaml"}
