"""`{issuer}/register`: a client registers itself with the realm (RFC 7591), where the configuration allows it."""

import math
from typing import Any

from authlib.oauth2.rfc7591 import InvalidClientMetadataError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..protocol.client_metadata import Metadata, new_client, read_metadata
from ..settings.config import Client
from ..site import Site
from ..web.parameters import JSON, media_type, read_body


async def register(request: Request, site: Site) -> Response:
    """Answer with the new client: what it is called, its secret, and what it may do (§3.2.1)."""
    if media_type(request) != JSON:
        raise InvalidClientMetadataError(f"The Content-Type must be {JSON}.")
    metadata = read_metadata(await read_body(request))
    client = new_client(metadata, site)
    site.store.register(site.realm.name, client)
    return JSONResponse(_described(client, metadata, site), 201, headers={"Cache-Control": "no-store"})


def _described(client: Client, metadata: Metadata, site: Site) -> dict[str, Any]:
    kept = {"client_secret": client.client_secret, "client_secret_expires_at": 0} if client.client_secret else {}
    after_logout = client.post_logout_redirect_uris
    return {
        "client_id": client.client_id,
        "client_id_issued_at": math.floor(site.clock()),
        **kept,
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        **({"post_logout_redirect_uris": after_logout} if after_logout else {}),
        "token_endpoint_auth_method": metadata.token_endpoint_auth_method,
        "grant_types": client.grant_types,
        "response_types": ["code"] if "authorization_code" in client.grant_types else [],
        "scope": client.scope,
        "id_token_signed_response_alg": site.realm.algorithm,
        "subject_type": "public",
        "require_pushed_authorization_requests": client.require_par,
    }
