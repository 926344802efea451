"""The storefront API: what is for sale, and the orders of the customer who asks."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from realmgate import principal_of, requires

from .answers import listing
from .stock import ORDERS, PRODUCTS


@requires("products:read")
async def products(request: Request) -> JSONResponse:
    return listing(request, "products", PRODUCTS)


@requires("orders:read")
async def my_orders(request: Request) -> JSONResponse:
    customer = principal_of(request).subject
    return listing(request, "orders", (order for order in ORDERS if order.customer == customer))


ROUTES = [Route("/products", products), Route("/orders", my_orders)]
