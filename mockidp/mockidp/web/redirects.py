"""At which address a client may be answered, and what the answer looks like there (RFC 6749 §3.1.2, §4.1.2)."""

import re
from typing import Final
from urllib.parse import urlencode

from ..settings.realm import Client

_LOOPBACK: Final = re.compile(r"http://(?P<host>127\.0\.0\.1|\[::1\]|localhost)(?::[0-9]{1,5})?(?P<rest>[/?].*)?")


def is_registered(redirect_uri: str, client: Client) -> bool:
    """Is it, character by character, an address that the client registered, the port of a loopback address aside?"""
    return any(_match(redirect_uri, registered, client) for registered in client.redirect_uris)


def answered(redirect_uri: str, **parameters: str | None) -> str:
    """The address with the parameters that are not None in its query; a query it had stays as it was."""
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{query}"


def _match(asked: str, registered: str, client: Client) -> bool:
    if asked == registered:
        return True
    ours, theirs = _LOOPBACK.fullmatch(registered), _LOOPBACK.fullmatch(asked)
    if not ours or not theirs or (ours["host"], ours["rest"]) != (theirs["host"], theirs["rest"]):
        return False
    # RFC 8252 §7.3 lets the port vary for the two addresses; the name may lead elsewhere (§8.3).
    return ours["host"] != "localhost" or client.localhost_any_port
