"""Whether a text can be copied by the terminal. It is asked to with OSC 52 and never answers: what is known decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.usage import size_text

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 74_994
"""Of UTF-8: as base64 they fill the 100,000 bytes that terminals take of one sequence."""
_PLAIN_TERMINALS = ("dumb", "linux", "unknown", "cons25")
_PLAIN_FAMILIES = ("vt1", "vt2", "vt3", "vt4")


def refusal(text: str, wish: str, environ: Mapping[str, str]) -> str:
    """Why the terminal would not copy a text, in a few words; "" where it is worth trying.

    `wish` is the setting `copy`: `terminal` always tries, `file` never does.
    """
    if wish == "terminal":
        return ""
    if wish == "file":
        return "as the settings say"
    if name := _deaf_terminal(environ):
        return f"{name} takes no copies from a program"
    size = len(text.encode("utf-8", "replace"))
    return f"{size_text(size)} are more than terminals copy" if size > MOST_BYTES else ""


def _deaf_terminal(environ: Mapping[str, str]) -> str:
    """The name of a terminal that is known not to take OSC 52; "" for all others."""
    term = environ.get("TERM", "")
    if term in _PLAIN_TERMINALS or term.startswith(_PLAIN_FAMILIES):
        return f"the terminal {term}"
    if environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return "macOS Terminal"
    # A multiplexer passes it on to whatever is outside, and its own environment may be from elsewhere.
    inside = term.startswith(("tmux", "screen")) or environ.get("TMUX")
    return "a terminal of the GNOME family" if environ.get("VTE_VERSION") and not inside else ""
