"""The shop as one ASGI app: two APIs, each behind the gate of its own realm, and a page that anybody may see."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from realmgate import RealmGate, Realms

from . import backoffice, storefront
from .doors import two_doors
from .pages import Pages
from .trust import realm_of

PUBLIC = ("/", "/login", "/callback", "/renew", "/logout", "/static")


def create_app(*, shop: str, provider: str, dialect: str = "standard") -> Starlette:
    """Build the shop that lives at the address `shop` and trusts the mock provider at the address `provider`."""
    front, back = two_doors(provider, dialect)
    realms = Realms(*(realm_of(door, provider=provider, dialect=dialect) for door in (front, back)))
    app = Starlette(
        routes=[
            Mount(front.api, routes=storefront.ROUTES, middleware=[Middleware(RealmGate, realm=realms["storefront"])]),
            Mount(back.api, routes=backoffice.ROUTES, middleware=[Middleware(RealmGate, realm=realms["backoffice"])]),
            *Pages(shop=shop, doors=(front, back)).routes,
        ],
    )
    realms.audit(app, public=PUBLIC)
    return app
