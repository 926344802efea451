"""The shop's two APIs: customers see their own orders under /api, staff see everybody's under /admin/api."""

import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from realmgate import Realm, RealmGate, Realms, principal_of, requires

ORDERS = [
    {"id": 1001, "customer": "customer@example.com", "product": "Enamel mug"},
    {"id": 1002, "customer": "buyer@example.com", "product": "Linen apron"},
    {"id": 1003, "customer": "customer@example.com", "product": "Walnut spoon"},
]


@requires("orders:read")
async def my_orders(request: Request) -> JSONResponse:
    customer = principal_of(request).subject
    return JSONResponse([order for order in ORDERS if order["customer"] == customer])


@requires("orders:read")
async def all_orders(request: Request) -> JSONResponse:
    return JSONResponse(ORDERS)


def realms(provider: str, *, trust_mock: bool = False) -> Realms:
    """The two realms of the identity provider at this address."""
    return Realms(
        Realm(
            "storefront",
            issuer=f"{provider}/storefront",
            audience="https://shop.example/api",
            trust_mock=trust_mock,
        ),
        Realm(
            "backoffice",
            issuer=f"{provider}/backoffice",
            audience="https://shop.example/admin/api",
            trust_mock=trust_mock,
        ),
    )


def create_api(shop: Realms, *, page: str, clock: Callable[[], float] = time.time) -> Starlette:
    """Build the APIs, which scripts of the origin `page` may call."""
    storefront = Middleware(RealmGate, realm=shop["storefront"], clock=clock)
    backoffice = Middleware(RealmGate, realm=shop["backoffice"], clock=clock)
    # Outside the gates: preflights carry no token, and a refusal has to be readable, too.
    cors = Middleware(
        CORSMiddleware,
        allow_origins=[page],
        allow_methods=["GET"],
        allow_headers=["Authorization"],
        expose_headers=["WWW-Authenticate"],
    )
    app = Starlette(
        routes=[
            Mount("/api", routes=[Route("/orders", my_orders)], middleware=[storefront]),
            Mount("/admin/api", routes=[Route("/orders", all_orders)], middleware=[backoffice]),
        ],
        middleware=[cors],
    )
    shop.audit(app)
    return app
