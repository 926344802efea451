"""A Starlette app behind the ASGI gate, as a server's workers import it; it says which process answered."""

import os

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from realmgate import JwksUri, Realm, RealmGate, Realms
from realmgate.keys import keyring

# On a busy machine a look at keys takes what it takes.
keyring.PATIENCE = 60.0  # type: ignore[misc]  # final but for tests
shop = Realms(
    Realm(
        "storefront",
        issuer="https://id.example/storefront",
        audience="https://shop.example/api",
        keys=JwksUri(os.environ["JWKS"], trust_mock=True, cooldown=0.0),
        trust_mock=True,
    )
)


async def who(_: Request) -> JSONResponse:
    return JSONResponse({"process": os.getpid()})


app = Starlette(routes=[Route("/", who)], middleware=[Middleware(RealmGate, realm=shop["storefront"])])
