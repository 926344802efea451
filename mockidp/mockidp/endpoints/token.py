"""`POST /oauth2-token`: tokens for a client, whichever realm it is of (RFC 6749 §3.2). Form and JSON bodies alike."""

from starlette.requests import Request
from starlette.responses import Response

from ..dialects.standard import StandardRequest, StandardServer
from ..web.parameters import body_pairs, once


async def token(request: Request, server: StandardServer) -> Response:
    """Answer with tokens or an OAuth error."""
    parameters = once(await body_pairs(request))
    response: Response = server.create_token_response(StandardRequest(request.method, parameters, request.headers))
    return response
