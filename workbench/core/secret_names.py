"""Names under which a body or a preset would carry a secret or a header: both belong to a connection."""

from __future__ import annotations

_SECRETS = frozenset(
    "api_key apikey openai_api_key key keys token tokens_key access_token auth_token bearer secret client_secret "
    "password passwd credentials api_key_env".split()
)
_SECRET_ENDINGS = ("_api_key", "_secret", "_password", "_access_token")
_HEADERS = frozenset(
    "headers header extra_headers default_headers authorization proxy_authorization cookie cookies auth host "
    "user_agent".split()
)
_ALSO_PARAMETERS = frozenset("key keys token host".split())
"""What an endpoint may well call a parameter of its own."""


def plain_name(name: str) -> str:
    """A name as all are compared here: `API-Key` is `api_key`."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def is_secret(name: str) -> bool:
    """Whether a name is that of a secret."""
    plain = plain_name(name)
    return plain in _SECRETS or plain.endswith(_SECRET_ENDINGS)


def is_header(name: str) -> bool:
    """Whether a name is that of a header, or of all headers."""
    plain = plain_name(name)
    return plain in _HEADERS or plain.startswith("x_")


def may_be_parameter(name: str) -> bool:
    """Whether an endpoint may take something under this name in the body of a request."""
    return plain_name(name) in _ALSO_PARAMETERS or not (is_secret(name) or is_header(name))
