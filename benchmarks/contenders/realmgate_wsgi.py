"""Our gate at the WSGI door, before a function."""

from functools import partial

from realmgate import Realm, Realms
from realmgate.wsgi import RealmGate, RealmMap

ALGORITHMS = ("RS256", "ES256", "EdDSA")
DOOR = "wsgi"


def bare(_environ, start_response):
    start_response("200 OK", [("content-type", "text/plain"), ("content-length", "2")])
    return [b"ok"]


def build(setup):
    storefront = Realms(
        Realm("storefront", issuer=setup["issuer"], audience=setup["audience"], keys=setup["jwks"]),
        Realm("backoffice", issuer=setup["issuer"], audience=setup["other_audience"], keys=setup["jwks"]),
    )["storefront"]
    gate = partial(RealmGate, bare, realm=storefront)
    by_path = RealmMap(bare, {"/orders": storefront}, elsewhere="refuse")
    return bare, {"first sight": gate(remember=0), "remembered": gate(), "remembered, by path": by_path}
