"""What uvicorn serves in part two: one Starlette route, as the environment says without a gate or behind one."""

import json
import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "contenders"))

from starlette_route import route_app


def app():
    gate, setup = os.environ["BENCH_GATE"], json.loads(os.environ["BENCH_SETUP"])
    bare = route_app()
    if gate == "off":
        return bare
    from realmgate import Realm, RealmGate, Realms  # noqa: PLC0415 - a bare server holds nothing of it

    realm = Realm("storefront", issuer=setup["issuer"], audience=setup["audience"], keys=setup["jwks"])
    remember = {"remembered": 10_000, "first sight": 0}[gate]
    return RealmGate(bare, realm=Realms(realm)["storefront"], remember=remember)
