"""A client gives back a token that it needs no longer (RFC 7009)."""

from authlib.oauth2.rfc6749.errors import InvalidRequestError, OAuth2Error
from starlette.requests import Request
from starlette.responses import Response

from ..protocol.client_auth import authenticate_at
from ..settings.config import Client
from ..settings.realm import ALL_METHODS
from ..site import Site
from ..web.parameters import form_pairs, once


async def revoke(request: Request, site: Site) -> Response:
    """Take the token back if it is the client's own, and answer alike for every other: there is nothing to learn here.

    A refresh token goes with all that came from the same approval (§2.1), an access token alone. A `token_type_hint`
    changes nothing: we know our tokens when we see them.
    """
    parameters = once(await form_pairs(request))
    client = authenticate_at(site, request.headers, parameters, ALL_METHODS)
    token = parameters.get("token")
    if token is None:
        raise InvalidRequestError("Missing 'token' in request.")
    if site.mint.id_token_claims(token, audience=client.client_id):
        raise OAuth2Error("An ID token cannot be taken back.", error="unsupported_token_type")
    _take_back(token, client, site)
    return Response(headers={"Cache-Control": "no-store"})


def _take_back(token: str, client: Client, site: Site) -> None:
    found = site.store.refresh_tokens.find(token)
    if found is not None and found.approval.is_for(site.realm.name, client.client_id):
        site.store.revoke(found.approval.approval_id)
    claims = site.claims_of(token)
    if claims is not None and claims.client_id == client.client_id:
        site.store.revoke(claims.jti)
