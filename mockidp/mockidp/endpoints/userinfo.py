"""Who logged in, for a client that holds their access token (OIDC Core §5.3); errors as RFC 6750 §3 has them."""

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..protocol.openid import claims_about
from ..site import Site

_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9\-._~+/]+=*) *", re.IGNORECASE)


async def userinfo(request: Request, site: Site) -> Response:
    """Answer with claims about the token's user, or with a challenge."""
    authorization = request.headers.getlist("authorization")
    if not any(value.lower().startswith("bearer") for value in authorization):
        return _challenge(401, site)
    token = _BEARER.fullmatch(authorization[0])
    if len(authorization) > 1 or token is None:
        return _challenge(400, site, "invalid_request", "The Authorization header does not hold one bearer token.")
    claims = site.claims_of(token[1])
    if claims is None:
        return _challenge(401, site, "invalid_token", "The access token is expired, revoked or not of this issuer.")
    if "openid" not in claims.scope.split():
        return _challenge(403, site, "insufficient_scope", "The access token lacks the scope openid.", scope="openid")
    user = site.user_in(claims)
    about, subject = (claims_about(user, claims.scope), user.subject) if user else ({}, claims.sub)
    added = site.added_claims(
        "userinfo", client_id=claims.client_id, user=user, subject=subject, scope=claims.scope, asked={}
    )
    return JSONResponse({**about, **added, "sub": claims.sub}, headers={"Cache-Control": "no-store"})


def _challenge(status: int, site: Site, error: str = "", description: str = "", scope: str = "") -> Response:
    said = {"realm": site.realm.name, "error": error, "error_description": description, "scope": scope}
    challenge = ", ".join(f'{name}="{value}"' for name, value in said.items() if value)
    body = {name: said[name] for name in ("error", "error_description") if error}
    headers = {"WWW-Authenticate": f"Bearer {challenge}", "Cache-Control": "no-store"}
    return JSONResponse(body, status, headers) if body else Response(None, status, headers)
