"""`{issuer}/device`: a device without a browser asks for a code that a person can type elsewhere (RFC 8628 §3.1)."""

import secrets
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.errors import UnauthorizedClientError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..memory.devices import DeviceCode
from ..protocol.client_auth import authenticate_at
from ..protocol.registered_client import Registration
from ..settings.config import Client
from ..settings.realm import ALL_METHODS, DEVICE_CODE
from ..site import Site
from ..web.parameters import form_pairs, once
from ..web.user_code import new_user_code, shown


async def device_authorization(request: Request, site: Site) -> Response:
    """Answer with a code for the device, one for the person, and the address of the page to type it on."""
    parameters = once(await form_pairs(request))
    client = authenticate_at(site, request.headers, parameters, ALL_METHODS)
    if DEVICE_CODE not in client.grant_types:
        raise UnauthorizedClientError
    scope = Registration(site=site, client=client).get_allowed_scope(parameters.get("scope"))
    answer = _begin(client, scope, site, scope_named="scope" in parameters)
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _begin(client: Client, scope: str, site: Site, *, scope_named: bool) -> dict[str, Any]:
    lifetime = site.lifetime("device_code", client)
    code = DeviceCode(
        value=secrets.token_urlsafe(32),
        user_code=new_user_code(),
        realm=site.realm.name,
        client_id=client.client_id,
        scope=scope,
        scope_named=scope_named,
        expires_at=site.clock() + lifetime,
    )
    site.store.devices.put(code, site.device_interval)
    page, user_code = site.page_url(site.paths.device), shown(code.user_code)
    return {
        "device_code": code.value,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?{urlencode({'user_code': user_code})}",
        "expires_in": lifetime,
        "interval": site.device_interval,
    }
