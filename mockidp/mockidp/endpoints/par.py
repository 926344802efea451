"""`{issuer}/par`: a client pushes its authorization request to us and gets a name for it (RFC 9126)."""

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..dialects.standard import StandardRequest, StandardServer
from ..errors import PageError
from ..protocol.authorization_request import check_parameters
from ..protocol.client_auth import authenticate_at
from ..protocol.expected_person import check_hint
from ..protocol.identify import identify
from ..protocol.pushed import push
from ..settings.realm import ALL_METHODS
from ..site import Site
from ..web.parameters import form_pairs, once


async def par(request: Request, site: Site, server: StandardServer) -> Response:
    """Answer with the request's name, once the request is one that the authorization endpoint would take (§2.1)."""
    parameters = once(await form_pairs(request))
    client = authenticate_at(site, request.headers, parameters, ALL_METHODS)
    if "request_uri" in parameters:
        raise InvalidRequestError("A request that is pushed cannot name another one.")
    asked = {**parameters, "client_id": client.client_id}
    asked.pop("client_secret", None)
    try:
        identify(list(asked.items()), site)
    except PageError as problem:
        raise InvalidRequestError(problem.hint) from None
    checked = check_parameters(list(asked.items()))
    check_hint(checked, client, site)
    server.get_consent_grant(StandardRequest(request.method, checked, request.headers))
    lifetime = site.lifetime("request_uri", client)
    pushed = push(client.client_id, list(asked.items()), site, lifetime=lifetime)
    answer = {"request_uri": pushed.value, "expires_in": lifetime}
    return JSONResponse(answer, 201, headers={"Cache-Control": "no-store"})
