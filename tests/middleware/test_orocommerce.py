"""OroCommerce's manners at the gate; what its tokens are made of is tried in tests/together."""

from typing import Any

import pytest
from both_doors import JWKS, NOW, Answer, Doors, asgi_app, mint, wsgi_app

from realmgate import Realm, Realms, asgi, wsgi


def doors(version: str | None, **differs: Any) -> Doors:
    realm = Realm("storefront", profile="orocommerce", clients={"web"}, keys=JWKS, oro_version=version, **differs)
    guarded = Realms(realm)["storefront"]
    options: dict[str, Any] = {"realm": guarded, "clock": lambda: NOW}
    return Doors(asgi=asgi.RealmGate(asgi_app, **options), wsgi=wsgi.RealmGate(wsgi_app, **options))


def token(**claims: Any) -> str:
    oro: dict[str, Any] = {
        "aud": "web",
        "nbf": NOW,
        "iat": NOW,
        "exp": NOW + 9.5,
        "scopes": [],
        "iss": ...,
        "scope": ...,
    }
    return mint(header={"typ": "JWT", "kid": ...}, **{**oro, **claims})


@pytest.mark.parametrize("version", ["5.0", "5.1", "6.0", "6.1"])
def test_a_good_token_gets_in_and_a_bad_one_gets_nothing(version: str) -> None:
    gate = doors(version)

    assert gate.bearer(token()).status == 200
    missing = [token(**{claim: ...}) for claim in ("aud", "jti", "iat", "nbf", "exp")]
    for bad in (token(exp=NOW), token(aud="other"), token(aud=["web"]), *missing):
        assert empty(gate.bearer(bad))


@pytest.mark.parametrize("version", ["5.0", "5.1", "6.0", "6.1"])
@pytest.mark.parametrize("sent", ["bearer x", "Bearer", "Digest x", "Bearer x,y", "Bearer x y", "Bearer \u00e4"])
def test_nothing_is_ever_a_bad_request(version: str, sent: str) -> None:
    assert empty(doors(version).ask(sent))


def test_a_preflight_can_be_refused_here_too() -> None:
    assert empty(doors("6.1", preflight="refuse").ask(method="OPTIONS"))
    assert doors("6.1").ask(method="OPTIONS").status == 200


def test_without_usable_keys_the_answer_is_as_at_every_gate() -> None:
    realm = Realm("storefront", profile="orocommerce", clients={"web"}, keys=dict, oro_version="6.1")
    options: dict[str, Any] = {"realm": Realms(realm)["storefront"], "clock": lambda: NOW}
    gate = Doors(asgi=asgi.RealmGate(asgi_app, **options), wsgi=wsgi.RealmGate(wsgi_app, **options))

    answer = gate.bearer(token())

    assert answer.status == 503
    assert answer.header("retry-after")


def empty(answer: Answer) -> bool:
    return answer.status == 401 and answer.body == b"" and answer.header("content-type") == "application/json"
