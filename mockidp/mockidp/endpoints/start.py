"""The start page at `/`, the scripts that make it live, and the stylesheet of all pages."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..errors import PageError
from ..serving.loopback import host_in, hosts_of, is_address
from ..settings.realm import DEVICE_CODE
from ..site import Site, Sites
from ..web.pages import HERE, RealmCard, start_page, stylesheet
from ..web.responses import live_page

PAGE: Final = "/mockidp.page/"  # no realm can have a dot in its name
MEDIA_TYPES: Final = {".js": "text/javascript", ".css": "text/css"}


_ELSEWHERE: Final = (
    403,
    "Not under this name",
    "This page shows secrets, so it is there only under a name that is surely the provider's own.",
    "Open it at localhost, at an IP address or at the host of base_url, or start the provider with --base-url.",
)


async def start(request: Request, sites: Sites, card: Callable[[Site], RealmCard] | None = None) -> Response:
    """Answer with what there is here: realms, addresses, people, clients; a dialect may have a `card` of its own.

    Under a name that somebody else gave us, a page of theirs could read it (DNS rebinding).
    """
    server = next(iter(sites))
    host = host_in(request.headers.get("host", ""))
    own = hosts_of((server.base_url, server.browser_base_url))
    if host is None or not (host == "localhost" or is_address(host) or host in own):
        raise PageError(*_ELSEWHERE)
    cards = [(card or _card)(site) for site in sites]
    return live_page(start_page(base_url=server.base_url, base_path=server.base_path, realms=cards))


async def style(_request: Request) -> Response:
    """Answer with the stylesheet; its address changes with its content."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(stylesheet(), media_type="text/css", headers=headers)


async def start_file(request: Request) -> Response:
    """Answer with a script or the stylesheet of the start page; browsers ask each time whether it has changed."""
    found = _files().get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    body, media_type = found
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"Cache-Control": "no-cache", "ETag": etag, "X-Content-Type-Options": "nosniff"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


@cache
def _files() -> Mapping[str, tuple[bytes, str]]:
    folder = HERE / "static" / "start"
    return {file.name: (file.read_bytes(), MEDIA_TYPES[file.suffix]) for file in folder.iterdir()}


def _card(site: Site) -> RealmCard:
    issuer_url = site.url(site.paths.issuer)
    return RealmCard(
        name=site.realm.name,
        title=site.realm.title,
        issuer=site.issuer,
        addresses=(
            ("Audience", site.realm.audience),
            ("Discovery", f"{issuer_url}/.well-known/openid-configuration"),
            ("JWKS", f"{issuer_url}/jwks"),
            ("Authorize", site.page_url(site.paths.authorize)),
            ("Token", site.url("/oauth2-token")),
            ("Userinfo", f"{issuer_url}/userinfo"),
            *([("Device codes", site.page_url(site.paths.device))] if _has_devices(site) else []),
        ),
        users=site.users,
        clients=site.clients,
        secretive=frozenset(client.client_id for client in site.store.registered(site.realm.name)),
    )


def _has_devices(site: Site) -> bool:
    return any(DEVICE_CODE in client.grant_types for client in site.clients)
