"""The ranks of OpenAI's encodings: which model has which, and where they may lie on this machine.

tiktoken would download them; here it never may. They are used where they have been put: in the folder that
TIKTOKEN_CACHE_DIR (or DATA_GYM_CACHE_DIR) names, in tiktoken's own in the temporary folder, or in the program's, where
`ranks_download.py` puts them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoken import Encoding


class Ranks(NamedTuple):
    """Where tiktoken gets the ranks of an encoding from, and what they must hash to (tiktoken_ext.openai_public)."""

    url: str
    sha256: str
    size: int
    """In bytes."""

    @property
    def file_name(self) -> str:
        """What tiktoken calls the file in its cache."""
        import hashlib

        return hashlib.sha1(self.url.encode(), usedforsecurity=False).hexdigest()

    def are(self, data: bytes) -> bool:
        """Whether `data` is these ranks."""
        import hashlib

        return hashlib.sha256(data).hexdigest() == self.sha256


_SOURCE = "https://openaipublic.blob.core.windows.net/encodings/"
RANKS: dict[str, Ranks] = {
    "o200k_base": Ranks(
        _SOURCE + "o200k_base.tiktoken", "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d", 3_613_922
    ),
    "cl100k_base": Ranks(
        _SOURCE + "cl100k_base.tiktoken", "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7", 1_681_126
    ),
}
_CL100K = re.compile(r"gpt-(4|3\.5|35)(-.*)?")
_O200K = re.compile(r"(chatgpt-4o|gpt-4o|gpt-4\.[15]|gpt-5|o[134])([.\-].*)?")
_LATER_GPT = re.compile(r"(gpt-\d|o\d).*")


def encoding_for(model: str) -> tuple[str, bool]:
    """(encoding, whether that is known): "" for a model that is not OpenAI's; a later GPT is taken as o200k_base.

    tiktoken's own table is not asked: it takes a fine-tuned gpt-4.1 for a gpt-4, and importing it takes 0.1 s.
    """
    name = model.removeprefix("openai/")
    if name.startswith("ft:"):
        name = name[3:].partition(":")[0]
    if _O200K.fullmatch(name):
        return "o200k_base", True
    if _CL100K.fullmatch(name):
        return "cl100k_base", True
    return ("o200k_base", False) if _LATER_GPT.fullmatch(name) else ("", False)


def rank_folders(environ: Mapping[str, str], own: Path | None) -> tuple[Path, ...]:
    """Where ranks may lie: the program's `own` folder, and the one of tiktoken."""
    theirs = _cache_folder(environ)
    return tuple(folder for folder in (own, theirs) if folder is not None)


def _cache_folder(environ: Mapping[str, str]) -> Path | None:
    """Where tiktoken keeps ranks, as its load.py finds it; None where its cache is switched off."""
    for name in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        if name in environ:
            return Path(environ[name]) if environ[name] else None
    import tempfile  # like hashlib, no part of the first paint

    return Path(tempfile.gettempdir()) / "data-gym-cache"


def load_encoding(encoding: str, folders: tuple[Path, ...]) -> Encoding | None:
    """The encoding, where its ranks are in one of the folders. Raises nothing and touches no network.

    Takes 0.4 s and 60 MB, and holds the interpreter for 0.14 s of it: for a thread, while nobody types.
    """
    data = next((found for folder in folders if (found := read_ranks(encoding, folder)) is not None), None)
    if data is None:
        return None
    import tiktoken.load  # 0.1 s and a compiled library, of use only where the ranks are here

    def from_this_machine(blobpath: str, expected_hash: str | None = None) -> bytes:
        if blobpath != RANKS[encoding].url:
            raise FileNotFoundError(blobpath)
        return data

    # tiktoken's own reader downloads what it does not find, and deletes a cached file that it does not like.
    if not hasattr(tiktoken.load, "read_file_cached"):
        return None
    tiktoken.load.read_file_cached = from_this_machine
    try:
        return tiktoken.get_encoding(encoding)
    except (OSError, ValueError):
        return None


def read_ranks(encoding: str, folder: Path) -> bytes | None:
    """The ranks as tiktoken would have stored them, or None; a file with other contents is left alone."""
    ranks = RANKS[encoding]
    try:
        data = (folder / ranks.file_name).read_bytes()
    except (OSError, ValueError):
        return None
    return data if ranks.are(data) else None
