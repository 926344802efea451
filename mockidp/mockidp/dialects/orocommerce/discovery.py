"""What an installation says about itself and its resources, from 6.0 on: rows D6 to D9."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from .php import json_encode
from .shop import Application, Shop

SERVERS: Final = "/.well-known/oauth-authorization-server"
RESOURCES: Final = "/.well-known/oauth-protected-resource"


async def server_metadata(request: Request, shop: Shop) -> Response:
    """Answer with the metadata of the application whose path follows (RFC 8414)."""
    wanted = request.path_params["path"]
    for application in shop:
        if application.site.paths.issuer == f"/{wanted}":
            return _json(_describe(application))
    return _nothing("The OAuth server not found.")


async def resource_metadata(request: Request, shop: Shop) -> Response:
    """Answer with the metadata of a resource that is configured (RFC 9728)."""
    path = f"/{request.path_params['path']}"
    found = next((resource for resource in shop.settings.protected_resources if resource.path == path), None)
    if found is None:
        return _nothing("The resource not found.")
    return _json(
        {
            "resource_name": found.name,
            "resource": shop.site.url(path),
            "authorization_servers": [_server_of(path, shop)],
            "bearer_methods_supported": ["header"],
            "scopes_supported": list(found.scopes),
        }
    )


def _describe(application: Application) -> dict[str, Any]:
    site = application.site
    return {
        "issuer": site.url(site.paths.issuer),
        "authorization_endpoint": site.page_url(site.paths.authorize),
        "token_endpoint": site.url("/oauth2-token"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "client_credentials", "password", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "client_id_metadata_document_supported": True,
    }


def _server_of(path: str, shop: Shop) -> str:
    """The server of the application that the path belongs to: the longest prefix is the one."""
    fitting = [application for application in shop if path.startswith(f"{application.prefix}/")]
    application = max(fitting, key=lambda each: len(each.prefix), default=next(iter(shop)))
    return application.site.url(application.site.paths.issuer)


def _json(document: Mapping[str, Any]) -> Response:
    return Response(json_encode(document), media_type="application/json")


def _nothing(text: str) -> Response:
    # Symfony adds the character set to a text, as Starlette does.
    return Response(text, 404, media_type="text/plain")
