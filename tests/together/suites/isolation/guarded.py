"""The app under test: it reads its issuers when it is imported, and its gates get their keys through sockets."""

import os
from collections.abc import Callable
from time import time

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from realmgate import Realm, RealmGate, Realms
from realmgate.keys import keyring

# On a busy machine a look at keys takes what it takes.
keyring.PATIENCE = 60.0  # type: ignore[misc]  # final but for tests
AUDIENCES = {"storefront": "https://shop.example/api", "backoffice": "https://shop.example/admin/api"}
ISSUERS = {name: os.environ[f"MOCKIDP_{name.upper()}_ISSUER"] for name in AUDIENCES}


async def me(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.user.subject)


def create_app(clock: Callable[[], float] = time) -> Starlette:
    realms = Realms(*(Realm(name, issuer=ISSUERS[name], audience=AUDIENCES[name], trust_mock=True) for name in ISSUERS))
    return Starlette(
        routes=[
            Mount(
                f"/{name}",
                routes=[Route("/me", me)],
                middleware=[Middleware(RealmGate, realm=realms[name], clock=clock)],
            )
            for name in ISSUERS
        ]
    )


app = create_app()
