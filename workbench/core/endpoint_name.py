"""What an endpoint and its variable may be called, where the person has said nothing else."""

from __future__ import annotations


def endpoint_name(host: str, *, is_local: bool) -> str:
    """A name to offer for a host, or host:port: `api.groq.com` is `groq`, `127.0.0.1:8000` is `local-8000`."""
    name, port = _apart(host)
    if is_local:
        return f"local-{port}" if port else "local"
    labels = [_written(label) for label in name.split(".") if label not in ("api", "www")]
    if "[" in name or all(label.isdigit() for label in labels):
        return "server-" + name.strip("[]").replace(":", "-").replace(".", "-").strip("-")
    return labels[-2] if len(labels) > 1 else labels[0]


def _written(label: str) -> str:
    """A label of a host name in the letters that it was written with."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _apart(host: str) -> tuple[str, str]:
    name, colon, port = host.rpartition(":")
    return (name, port) if colon and port.isdigit() and (":" not in name or name.endswith("]")) else (host, "")


def key_variable(name: str) -> str:
    """The variable for the key of an endpoint of this name: `my-lab` has MY_LAB_API_KEY."""
    word = "".join(char if char.isascii() and char.isalnum() else "_" for char in name).strip("_").upper()
    word = word or "ENDPOINT"
    return f"{'_' * word[0].isdigit()}{word}_API_KEY"
