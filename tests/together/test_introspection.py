"""The gate asks the provider about every token, so that giving one back counts at once; through both doors."""

from collections.abc import Callable

import pytest
import requests
from both_doors import Doors

from mockidp import MockIdp
from realmgate import Introspection, Realm, Realms

AUDIENCES = {"storefront": "https://shop.example/api", "backoffice": "https://shop.example/admin/api"}
GateAt = Callable[..., Doors]


@pytest.fixture(params=["ask", "verify"])
def shop(idp: MockIdp, request: pytest.FixtureRequest) -> Realms:
    def asking(name: str) -> Introspection:
        return Introspection(
            f"{idp.issuer(name)}/introspect",
            client_id=f"{name}-service",
            client_secret=f"{name}-service-secret",
            jwts=request.param,
            cache_for=0,
        )

    return Realms(
        *(
            Realm(name, issuer=idp.issuer(name), audience=audience, introspection=asking(name), trust_mock=True)
            for name, audience in AUDIENCES.items()
        )
    )


@pytest.fixture
def door(idp: MockIdp, shop: Realms, gate_at: GateAt) -> Callable[[str], Doors]:
    return lambda name: gate_at(shop, name, idp.clock)


def give_back(idp: MockIdp, token: str) -> None:
    credentials = ("storefront-web", "storefront-web-secret")
    answer = requests.post(f"{idp.issuer('storefront')}/revoke", data={"token": token}, auth=credentials, timeout=30)
    assert answer.status_code == 200


@pytest.mark.parametrize("name", AUDIENCES)
def test_a_token_opens_its_own_realm_and_no_other(idp: MockIdp, door: Callable[[str], Doors], name: str) -> None:
    token = idp.token(name, subject="somebody", scope="orders:read")
    for other in AUDIENCES:
        assert door(other).bearer(token).status == (200 if other == name else 401)


@pytest.mark.parametrize("shop", ["ask"], indirect=True)
def test_a_token_that_was_given_back_opens_nothing(idp: MockIdp, door: Callable[[str], Doors]) -> None:
    token = idp.token("storefront", subject="customer@example.com", client="storefront-web")
    storefront = door("storefront")
    assert storefront.bearer(token).json["client_id"] == "storefront-web"
    give_back(idp, token)
    assert storefront.bearer(token).status == 401


@pytest.mark.parametrize("shop", ["verify"], indirect=True)
def test_one_that_is_verified_here_lives_on_until_it_ends(idp: MockIdp, door: Callable[[str], Doors]) -> None:
    token = idp.token("storefront", subject="customer@example.com", client="storefront-web", expires_in=60)
    give_back(idp, token)
    assert door("storefront").bearer(token).status == 200
    idp.clock.advance(seconds=60)
    assert door("storefront").bearer(token).status == 401


def test_an_ended_token_opens_nothing(idp: MockIdp, door: Callable[[str], Doors]) -> None:
    token = idp.token("storefront", subject="somebody", expires_in=30)
    storefront = door("storefront")
    assert storefront.bearer(token).status == 200
    idp.clock.advance(seconds=30)
    assert storefront.bearer(token).status == 401


@pytest.mark.parametrize("token", ["invented", "a.b", "eyJ.eyJ", "~"])
def test_a_token_nobody_gave_out_opens_nothing(door: Callable[[str], Doors], token: str) -> None:
    assert door("storefront").bearer(token).status == 401
