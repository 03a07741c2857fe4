"""A pasted line that is written as a path means a file, also where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.adapters.import_files import import_pasted
from workbench.core.errors import InputError


@pytest.mark.parametrize("path", ["~/gone.txt", "gone.json", "./x", "/gone/y", "그림/본문.md"])
def test_a_path_to_nothing_is_told_as_such(tmp_path: Path, path: str) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        import_pasted(path, tmp_path)


@pytest.mark.parametrize("text", ["hello", "a sentence about x.json and more", '{"a":"b.json"}', "curl ./x"])
def test_other_text_is_read_as_text(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as caught:
        import_pasted(text, tmp_path)
    assert "no such file" not in caught.value.line
