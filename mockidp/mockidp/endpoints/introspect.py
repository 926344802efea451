"""Is this token good, and what does it say? For the clients of a realm that can keep a secret (RFC 7662)."""

import math
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..protocol.client_auth import authenticate_at
from ..settings.config import Client
from ..settings.realm import SECRET_METHODS
from ..site import Site
from ..web.parameters import form_pairs, once

INACTIVE = {"active": False}  # all that anybody learns about a token that is not good (§2.2)


async def introspect(request: Request, site: Site) -> Response:
    """Answer with what the token says. A `token_type_hint` changes nothing: we know our tokens when we see them."""
    parameters = once(await form_pairs(request))
    client = authenticate_at(site, request.headers, parameters, SECRET_METHODS)
    token = parameters.get("token")
    if token is None:
        raise InvalidRequestError("Missing 'token' in request.")
    about = _access_token(token, site) or _refresh_token(token, client, site) or INACTIVE
    return JSONResponse(about, headers={"Cache-Control": "no-store"})


def _access_token(token: str, site: Site) -> dict[str, Any] | None:
    """The claims; dates are whole seconds (§2.2), which many clients cannot read otherwise."""
    claims = site.claims_of(token)
    if claims is None:
        return None
    user = site.user_in(claims)
    said = {
        "iss": claims.iss,
        "aud": claims.aud,
        "sub": claims.sub,
        "client_id": claims.client_id,
        "scope": claims.scope,
        "iat": math.floor(claims.iat),
        "nbf": math.floor(claims.nbf),
        "exp": math.floor(claims.exp),
        "jti": claims.jti,
        "username": user.username if user else None,
    }
    return {"active": True, "token_type": "Bearer", **{name: value for name, value in said.items() if value}}


def _refresh_token(token: str, client: Client, site: Site) -> dict[str, Any] | None:
    """Only the client that holds it may know: else a resource server might take a refresh token for an access token.

    It has no `token_type`, which is about access tokens (RFC 6749 §5.1), and its audience are we.
    """
    store, found = site.store, site.store.refresh_tokens.find(token)
    if found is None or not found.approval.is_for(site.realm.name, client.client_id):
        return None
    if store.refresh_tokens.is_spent(token):
        return None
    user = site.who_approved(found.approval)
    if user is None or store.is_revoked(found.approval.approval_id) or site.clock() >= found.expires_at:
        return None
    return {
        "active": True,
        "iss": site.issuer,
        "aud": site.issuer,
        "sub": user.subject,
        "username": user.username,
        "client_id": client.client_id,
        "scope": found.approval.scope,
        "iat": math.floor(found.issued_at),
        "exp": math.floor(found.expires_at),
    }
