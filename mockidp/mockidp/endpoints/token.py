"""`POST /oauth2-token`: tokens for a client, whichever realm it is of (RFC 6749 §3.2). Form and JSON bodies alike."""

from authlib.oauth2.rfc6749.errors import InvalidRequestError, OAuth2Error
from starlette.requests import Request
from starlette.responses import Response

from ..dialects.standard import StandardRequest, StandardServer
from ..errors import RequestRefused
from ..parameters import body_pairs, once


async def token(request: Request, server: StandardServer) -> Response:
    """Answer with tokens or an OAuth error."""
    try:
        parameters = once(await body_pairs(request))
        response: Response = server.create_token_response(StandardRequest(request.method, parameters, request.headers))
    except RequestRefused as refused:
        return server.refuse(InvalidRequestError(refused.problem, status_code=refused.status))
    except OAuth2Error as error:  # Authlib answers most of them itself, but not those about the grant type
        return server.refuse(error)
    else:
        return response
