"""Which client wants a person logged out, and where may they go afterwards?

OpenID Connect RP-Initiated Logout §2. Every refusal is a page for the person: an address is trusted only once the
client that registered it is known.
"""

from dataclasses import dataclass

from ..errors import PageError
from ..settings.config import Client
from ..signing.mint import Claims
from ..site import Site
from ..web.parameters import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutRequest:
    """A request that is in order; `subject` is who the client thinks is logged in, proven by an ID token of ours."""

    client: Client | None
    subject: str | None
    redirect_uri: str | None
    state: str | None


def read_logout(asked: Parameters, site: Site) -> LogoutRequest:
    """What is asked for; raises PageError for what is not as the client registered it."""
    hint = _hinted(asked, site)
    client = _find_client(asked, hint, site)
    redirect_uri = asked.get("post_logout_redirect_uri")
    if redirect_uri is not None and (client is None or redirect_uri not in client.post_logout_redirect_uris):
        raise PageError(
            400,
            "This address is not registered",
            "The application wants you sent to an address that it has not registered, so you are not logged out.",
            "post_logout_redirect_uri must be one of the client's post_logout_redirect_uris, character by character, "
            "and client_id or id_token_hint must say which client that is.",
        )
    subject = hint.sub if hint else None
    return LogoutRequest(client=client, subject=subject, redirect_uri=redirect_uri, state=asked.get("state"))


def _hinted(asked: Parameters, site: Site) -> Claims | None:
    """The claims of the `id_token_hint`, which may have expired: people stay logged in for longer."""
    token = asked.get("id_token_hint")
    hint = None if token is None else site.mint.id_token_claims(token)
    if token is not None and hint is None:
        raise PageError(
            400,
            "This is not one of our ID tokens",
            "The application says who is logged in with something that did not come from here.",
            "id_token_hint must be an ID token of this issuer; one that has expired is good enough.",
        )
    return hint


def _find_client(asked: Parameters, hint: Claims | None, site: Site) -> Client | None:
    """The client that is named, or else the one that the ID token is for."""
    named, hinted = asked.get("client_id"), str(hint.aud) if hint else None
    if named is not None and hinted is not None and named != hinted:
        raise PageError(
            400,
            "The request contradicts itself",
            "The application that sent you here and the one that was told who you are are not the same.",
            "client_id must be the aud of the id_token_hint.",
        )
    client_id = named or hinted
    client = site.client(client_id) if client_id else None
    if client_id and client is None:
        # Of another realm or of none: the page is the same to the byte.
        raise PageError(
            404,
            "There is no such application",
            "The application that sent you here is not known at this address.",
            "client_id must name a client of this realm; a client of another realm has to use that realm's address.",
        )
    return client
