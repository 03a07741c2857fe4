"""A key put into a .env: everything else in it stays, it is read back the same, and only its owner reads it."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.adapters.dotenv_file import read_dotenv
from workbench.adapters.dotenv_write import open_to_others, write_dotenv_key
from workbench.adapters.git_ignore import git_takes
from workbench.core.errors import InputError, StorageError
from workbench.core.secret import Secret

KEY = Secret("sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    os.umask(os.umask(0o022))
    kept = write_dotenv_key(tmp_path, "OPENAI_API_KEY", KEY)
    assert kept == (tmp_path / ".env", False)
    assert (tmp_path / ".env").read_text() == f"OPENAI_API_KEY={KEY.reveal()}\n"
    assert mode(tmp_path / ".env") == 0o600
    assert open_to_others(tmp_path) == ""


def test_what_is_there_stays_byte_for_byte(tmp_path: Path) -> None:
    before = (
        b"\xef\xbb\xbf# mine\r\n\r\nexport A_API_KEY='one two'  # why\r\nNAME=\"x\\n\"\r\n  B = 3\r\n"
        b"broken line here\r\ncaf\xe9=1\r\nNO_END=4"
    )
    path = tmp_path / ".env"
    path.write_bytes(before)
    path.chmod(0o644)
    assert open_to_others(tmp_path) == "0644"
    kept = write_dotenv_key(tmp_path, "OPENAI_API_KEY", KEY)
    assert not kept.replaced
    assert open_to_others(tmp_path) == ""
    assert path.read_bytes() == before + b"\r\nOPENAI_API_KEY=" + KEY.reveal().encode() + b"\r\n"
    assert mode(path) == 0o600


def test_an_old_value_is_replaced_wherever_it_stands_with_its_comment_kept(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("A=1\n\nexport K_API_KEY='old#1' # work\nB=2\n  K_API_KEY = old2   # again\nK_API_KEY\nC=3")
    kept = write_dotenv_key(tmp_path, "K_API_KEY", KEY)
    assert kept.replaced
    new = KEY.reveal()
    expected = f"A=1\n\nexport K_API_KEY={new} # work\nB=2\n  K_API_KEY = {new}   # again\nK_API_KEY\nC=3"
    assert path.read_text() == expected
    assert read_dotenv(tmp_path).values["K_API_KEY"] == new


def test_a_name_that_only_ends_alike_is_another(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MY_OPENAI_API_KEY=a\n#OPENAI_API_KEY=b\n")
    write_dotenv_key(tmp_path, "OPENAI_API_KEY", KEY)
    assert (tmp_path / ".env").read_text() == (
        f"MY_OPENAI_API_KEY=a\n#OPENAI_API_KEY=b\nOPENAI_API_KEY={KEY.reveal()}\n"
    )


@settings(max_examples=60)
@given(value=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20))
def test_any_key_is_read_back_as_it_is(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    folder = tmp_path_factory.mktemp("e")
    (folder / ".env").write_text("A='1'\nX_API_KEY=old # note\nZ=$A\n")
    write_dotenv_key(folder, "X_API_KEY", Secret(value))
    assert read_dotenv(folder).values == {"A": "1", "X_API_KEY": value, "Z": "$A"}


def test_what_is_no_text_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes("A=1\n".encode("utf-16"))
    with pytest.raises(InputError, match="not UTF-8"):
        write_dotenv_key(tmp_path, "K_API_KEY", KEY)
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match="folder"):
        write_dotenv_key(tmp_path, "K_API_KEY", KEY)
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(InputError, match="pipe"):
        write_dotenv_key(tmp_path, "K_API_KEY", KEY)


def test_a_folder_that_takes_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        write_dotenv_key(tmp_path / "gone", "K_API_KEY", KEY)
    assert KEY.reveal() not in caught.value.line


def test_git_is_asked(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    path = tmp_path / "repo" / "sub" / ".env"
    path.parent.mkdir(parents=True)
    assert git_takes(path, environ) == "no git"
    subprocess.run(["git", "init", "-q", str(tmp_path / "repo")], check=True, env=environ)
    assert git_takes(path, environ) == "not ignored"
    (tmp_path / "repo" / ".gitignore").write_text(".env\n")
    assert git_takes(path, environ) == "ignored"
    assert git_takes(path, {**environ, "PATH": str(tmp_path)}) == "unknown"
    path.write_text("A=1\n")
    subprocess.run(["git", "-C", str(tmp_path / "repo"), "add", "-f", "sub/.env"], check=True, env=environ)
    assert git_takes(path, environ) == "not ignored", "it is tracked already"
