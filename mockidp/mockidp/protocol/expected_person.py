"""Whom a client expects at the browser: the person that an ID token of its own speaks of (OIDC Core §3.1.2.1)."""

from collections.abc import Mapping
from typing import Final

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from ..settings.config import Client, User
from ..site import Site

HINT: Final = "id_token_hint"


def check_hint(asked: Mapping[str, str], client: Client, site: Site) -> None:
    """Refuse a hint that is no ID token which this issuer gave this client; one that has expired is good enough."""
    if HINT in asked and _hinted(asked, client, site) is None:
        raise InvalidRequestError(
            "Invalid 'id_token_hint' in request: it must be an ID token of this issuer and client."
        )


def is_expected(user: User, asked: Mapping[str, str], client: Client, site: Site) -> bool:
    """Is this who the client expects, if it expects anybody?"""
    subject = _hinted(asked, client, site)
    known = {**asked, "grant_type": "authorization_code"}
    told = site.told_as(user, client_id=client.client_id, scope=asked.get("scope", ""), asked=known)
    return subject in {None, told}


def expected_user(asked: Mapping[str, str], client: Client, site: Site) -> User | None:
    """The realm's user whom the client expects."""
    if _hinted(asked, client, site) is None:
        return None
    return next((user for user in site.users if is_expected(user, asked, client, site)), None)


def _hinted(asked: Mapping[str, str], client: Client, site: Site) -> str | None:
    token = asked.get(HINT)
    claims = site.mint.id_token_claims(token, audience=client.client_id) if token else None
    return claims.sub if claims else None
