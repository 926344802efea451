"""Our gate at the ASGI door, before a Starlette route."""

import time
from functools import partial

from starlette_route import route_app

from realmgate import Principal, Realm, RealmGate, RealmMap, Realms
from realmgate.flow import run
from realmgate.verify import verify

ALGORITHMS = ("RS256", "ES256", "EdDSA")


def storefront_of(setup):
    return Realms(
        Realm("storefront", issuer=setup["issuer"], audience=setup["audience"], keys=setup["jwks"]),
        Realm("backoffice", issuer=setup["issuer"], audience=setup["other_audience"], keys=setup["jwks"]),
    )["storefront"]


def build(setup):
    bare = route_app()
    storefront = storefront_of(setup)
    gate = partial(RealmGate, bare, realm=storefront)
    by_path = RealmMap(bare, {"/orders": storefront}, elsewhere="refuse")
    return bare, {"first sight": gate(remember=0), "remembered": gate(), "remembered, by path": by_path}


def alone(setup, token):
    """The verification with all its checks, without a door."""
    guarded, now = storefront_of(setup), time.time()

    async def times(number):
        for _ in range(number):
            found = verify(token, guarded.expected, guarded.keyring, now, time.monotonic())
            if not isinstance(found, Principal):
                # The first time only: a static key set is loaded by then, and there is nobody to ask.
                run(found, None)

    return times
