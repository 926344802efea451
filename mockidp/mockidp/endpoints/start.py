"""The start page at `/` and the stylesheet of all pages."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from ..pages import RealmCard, start_page, stylesheet
from ..realm import DEVICE_CODE
from ..responses import page
from ..site import Site, Sites


async def start(_request: Request, sites: Sites, card: Callable[[Site], RealmCard] | None = None) -> Response:
    """Answer with what there is here: realms, addresses, people, clients; a dialect may have a `card` of its own."""
    cards = [(card or _card)(site) for site in sites]
    server = next(iter(sites))
    return page(start_page(base_url=server.base_url, base_path=server.base_path, realms=cards))


async def style(_request: Request) -> Response:
    """Answer with the stylesheet; its address changes with its content."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(stylesheet(), media_type="text/css", headers=headers)


def _card(site: Site) -> RealmCard:
    issuer_url = site.url(site.paths.issuer)
    return RealmCard(
        name=site.realm.name,
        title=site.realm.title,
        issuer=site.issuer,
        addresses=(
            ("Discovery", f"{issuer_url}/.well-known/openid-configuration"),
            ("JWKS", f"{issuer_url}/jwks"),
            ("Authorize", site.page_url(site.paths.authorize)),
            ("Token", site.url("/oauth2-token")),
            ("Userinfo", f"{issuer_url}/userinfo"),
            *([("Device codes", site.page_url(site.paths.device))] if _has_devices(site) else []),
        ),
        users=site.users,
        clients=site.clients,
    )


def _has_devices(site: Site) -> bool:
    return any(DEVICE_CODE in client.grant_types for client in site.clients)
