"""Where everything of an OroCommerce installation is, chosen once when the app is built."""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ...site import Site
from ...web.pages import RealmCard
from ...web.responses import PUBLIC_DOCUMENT
from .authorize import authorize, authorize_visitor
from .discovery import RESOURCES, SERVERS, resource_metadata, server_metadata
from .login import check, login
from .shop import Application, Shop
from .token import METHODS, token

Endpoint = Callable[..., Awaitable[Response]]

# OroCommerce publishes no key; whoever verifies its tokens copies the file. These two are the mock's own.
JWKS: Final = "/mockidp/jwks"
PEM: Final = "/mockidp/public-key.pem"


def routes(shop: Shop) -> list[BaseRoute]:
    """Every address."""
    found: list[BaseRoute] = [
        Route("/oauth2-token", partial(token, shop=shop), methods=METHODS),
        Route(JWKS, partial(_jwks, shop=shop)),
        Route(PEM, partial(_pem, shop=shop)),
    ]
    for application in shop:
        found += _of(application, shop)
    if shop.facts.metadata:
        found += [
            Route(f"{SERVERS}/{{path:path}}", partial(server_metadata, shop=shop)),
            Route(f"{RESOURCES}/{{path:path}}", partial(resource_metadata, shop=shop)),
        ]
    return found


def _of(application: Application, shop: Shop) -> Iterator[BaseRoute]:
    def here(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        return partial(endpoint, application=application, shop=shop)

    yield Route(application.site.paths.authorize, here(authorize), methods=["GET", "POST"])
    yield Route(application.login_path, here(login))
    yield Route(application.login_check_path, here(check), methods=["POST"])
    if shop.facts.visitor_authorization and application.is_storefront:
        yield Route("/oauth2-token/authorize-visitor", here(authorize_visitor))


def card(site: Site, shop: Shop) -> RealmCard:
    """The application as the start page shows it."""
    described = (("Discovery", site.url(f"{SERVERS}{site.paths.issuer}")),) if shop.facts.metadata else ()
    return RealmCard(
        name=site.realm.name,
        title=site.realm.title,
        issuer="none: these tokens do not name one",
        addresses=(
            *described,
            ("Authorize", site.page_url(site.paths.authorize)),
            ("Token", site.url("/oauth2-token")),
            ("JWKS", site.url(JWKS)),
            ("Public key", site.url(PEM)),
        ),
        users=site.users,
        clients=site.clients,
    )


async def _jwks(_request: Request, shop: Shop) -> Response:
    return JSONResponse(shop.site.mint.keys.jwks(), headers=PUBLIC_DOCUMENT)


async def _pem(_request: Request, shop: Shop) -> Response:
    return Response(shop.site.mint.keys.current.public_pem(), media_type="text/plain", headers=PUBLIC_DOCUMENT)
