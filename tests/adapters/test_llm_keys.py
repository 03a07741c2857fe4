"""Keys of the tool llm: read where they lie, and what is no key is passed over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.adapters.llm_keys import llm_key, llm_key_names, llm_keys_file
from workbench.core.errors import InputError

KEY = "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2"


def test_its_keys_are_found_by_name(tmp_path: Path) -> None:
    environ = {"LLM_USER_PATH": str(tmp_path)}
    assert llm_key_names(environ) == ()
    kept = {
        "// Note": "This file stores secret API credentials. Do not share!",
        "openai": f" {KEY}\n",
        "groq": "gsk-x1",
    }
    llm_keys_file(environ).write_text(
        json.dumps({**kept, "bad": "sk-...", "number": 3, "two\nlines": KEY, "empty": ""})
    )
    assert llm_key_names(environ) == ("openai", "groq")
    assert llm_key(environ, "openai").reveal() == KEY


def test_its_folder_is_the_users_own_where_none_is_named() -> None:
    path = llm_keys_file({"LLM_USER_PATH": " "})
    assert path.parts[-2:] == ("io.datasette.llm", "keys.json")


@pytest.mark.parametrize("text", ["{", "[]", f'"{KEY}"', '{"openai": "a b"}'])
def test_what_can_not_be_used_is_said_without_a_key(tmp_path: Path, text: str) -> None:
    (tmp_path / "keys.json").write_text(text)
    environ = {"LLM_USER_PATH": str(tmp_path)}
    assert llm_key_names(environ) == ()
    with pytest.raises(InputError) as caught:
        llm_key(environ, "openai")
    assert KEY not in caught.value.line
