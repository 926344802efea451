"""How pages put things: scopes in words, names in initials, addresses with joints, a request as a command."""

import re
import shlex
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote_plus

from markupsafe import Markup

from ..settings.config import Client

WORDS: Final = {
    "openid": "Know who you are",
    "profile": "See your name",
    "email": "See your e-mail address",
    "offline_access": "Stay logged in when you have left",
}
JOINTS: Final = re.compile(r"(?<=[^:/]/)|(?=[@?&])")
PLAIN: Final = re.compile(r"[A-Za-z0-9._~:-]*")  # what means itself in a form body


def in_words(scope: str) -> str:
    """Say to a person what a scope allows, `orders:read` for instance: Read orders."""
    thing, _, deed = scope.rpartition(":")
    return WORDS.get(scope) or (f"{deed.capitalize()} {thing}" if thing and deed else f"Use “{scope}”")


def initials(name: str) -> str:
    """Shorten a name to what fits into a circle."""
    return "".join(word[0] for word in name.split()[:2]).upper()


def breakable(address: str) -> Markup:
    """Let a line break at the joints of an address rather than anywhere."""
    return Markup("<wbr>").join(JOINTS.split(address))


def curl(token_url: str, clients: Sequence[Client]) -> str:
    """Write the command that gets a token for the first client that needs no person, if there is one."""
    for client in clients:
        if client.client_secret and "client_credentials" in client.grant_types:
            parts = (
                shlex.quote(token_url),
                _field("grant_type", "client_credentials"),
                *_proof(client, client.client_secret),
                *([_field("scope", client.scope)] if client.scope else []),
            )
            return "curl " + " \\\n  ".join(parts)
    return ""


def _proof(client: Client, secret: str) -> tuple[str, ...]:
    if client.token_endpoint_auth_method == "client_secret_basic":  # noqa: S105  # its name
        return (f"-u {shlex.quote(f'{quote_plus(client.client_id)}:{quote_plus(secret)}')}",)
    return _field("client_id", client.client_id), _field("client_secret", secret)


def _field(name: str, value: str) -> str:
    option = "-d" if PLAIN.fullmatch(value) else "--data-urlencode"
    return f"{option} {shlex.quote(f'{name}={value}')}"
