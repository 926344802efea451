"""The public keys of an issuer (RFC 7517 §5)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..site import Site
from ..web.responses import PUBLIC_DOCUMENT


async def jwks(_request: Request, site: Site) -> Response:
    """Answer with the JWK Set."""
    return JSONResponse(site.mint.keys.jwks(), headers=PUBLIC_DOCUMENT)
