"""The back-office API: who works here, and every customer's orders."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from realmgate import requires

from .answers import listing
from .stock import ORDERS, USERS


@requires("users:read")
async def users(request: Request) -> JSONResponse:
    return listing(request, "users", USERS)


@requires("orders:read")
async def all_orders(request: Request) -> JSONResponse:
    return listing(request, "orders", ORDERS)


ROUTES = [Route("/users", users), Route("/orders", all_orders)]
