"""The service that is asked: it keeps the orders, and gives them to services of its own realm only."""

import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from realmgate import RealmGate, Realms, requires

ORDERS = [
    {"id": 1001, "customer": "customer@example.com", "product": "Enamel mug"},
    {"id": 1002, "customer": "buyer@example.com", "product": "Linen apron"},
]


@requires("orders:read")
async def all_orders(request: Request) -> JSONResponse:
    return JSONResponse(ORDERS)


def create_backoffice(shop: Realms, clock: Callable[[], float] = time.time) -> Starlette:
    gate = Middleware(RealmGate, realm=shop["backoffice"], clock=clock)
    app = Starlette(routes=[Mount("/admin/api", routes=[Route("/orders", all_orders)], middleware=[gate])])
    shop.audit(app)
    return app
