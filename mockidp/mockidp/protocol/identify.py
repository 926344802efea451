"""Which client is asking, and at which address may it be answered? The seam of the authorization endpoint.

Until `identify` returns, every refusal is a page for the person (RFC 6749 §4.1.2.1). What it returns may be trusted:
from there on, a refusal is a redirect to the client.
"""

from collections.abc import Sequence

from ..errors import PageError
from ..settings.config import Client
from ..site import Site
from ..web.redirects import is_registered


def identify(pairs: Sequence[tuple[str, str]], site: Site) -> tuple[Client, str]:
    """The realm's client and the address to answer it at; raises PageError."""
    client = _find_client(_only("client_id", pairs), site)
    redirect_uri = _only("redirect_uri", pairs)
    if redirect_uri is None:
        return client, _registered_one(client)
    if not is_registered(redirect_uri, client):
        raise PageError(
            400,
            "This address is not registered",
            "The application wants its answer sent to an address that it has not registered, so it is not sent.",
            "redirect_uri must be one of the client's redirect_uris, character by character, the port of 127.0.0.1 and "
            f"[::1] aside: {', '.join(client.redirect_uris) or 'it has registered none'}",
        )
    return client, redirect_uri


def _find_client(client_id: str | None, site: Site) -> Client:
    if client_id is None:
        raise PageError(
            400,
            "An application is missing",
            "The address that brought you here does not say which application wants to know you.",
            "The request needs a client_id.",
        )
    client = site.client(client_id)
    if client is None:
        # Of another realm or of none: the page is the same to the byte.
        raise PageError(
            404,
            "There is no such application",
            "The application that sent you here is not known at this address.",
            "client_id must name a client of this realm; a client of another realm has to use that realm's address.",
        )
    return client


def _registered_one(client: Client) -> str:
    if len(client.redirect_uris) == 1:
        return client.redirect_uris[0]
    raise PageError(
        400,
        "An address is missing",
        "The application does not say where to send the answer, and it has not registered exactly one address.",
        "The request needs a redirect_uri, unless the client has registered exactly one.",
    )


def _only(name: str, pairs: Sequence[tuple[str, str]]) -> str | None:
    """The one value of this parameter; None where it is left out or empty."""
    values = [value for key, value in pairs if key == name]
    if len(values) > 1:
        raise PageError(
            400,
            "The request contradicts itself",
            "The address that brought you here says the same thing twice.",
            f"{name} may be given only once.",
        )
    return values[0] or None if values else None
