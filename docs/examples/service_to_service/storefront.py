"""The service that asks: customers bring it their tokens, which go no further; it has its own for the back-office."""

import time
from collections.abc import Callable

import requests
from authlib.common.errors import AuthlibBaseError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from realmgate import RealmGate, Realms, principal_of, requires

from .backoffice_client import BackofficeClient


def create_storefront(shop: Realms, backoffice: BackofficeClient, clock: Callable[[], float] = time.time) -> Starlette:
    @requires("orders:read")
    def my_orders(request: Request) -> JSONResponse:  # not async, as it waits: Starlette runs it in a thread
        customer = principal_of(request).subject
        try:
            orders = backoffice.orders()
        except (requests.RequestException, AuthlibBaseError):
            return JSONResponse({"detail": "The back-office does not answer as it should."}, status_code=502)
        return JSONResponse([order for order in orders if order["customer"] == customer])

    gate = Middleware(RealmGate, realm=shop["storefront"], clock=clock)
    app = Starlette(routes=[Mount("/api", routes=[Route("/orders", my_orders)], middleware=[gate])])
    shop.audit(app)
    return app
