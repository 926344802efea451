"""Auth0, as its pages on access token profiles show tokens: the issuer ends in a slash, ``aud`` may be two."""

from collections.abc import Callable
from typing import Any

import pytest
from both_doors import Doors
from internet import Internet
from provider import Provider, snippets

from realmgate import Principal, Realm, Realms

ISSUER = "https://shop.eu.auth0.com/"
API = "https://shop.example/api"
AUTH0 = Provider(
    issuer=ISSUER,
    jwks_uri=f"{ISSUER}.well-known/jwks.json",
    jwk={"alg": "RS256", "x5t": "x" * 27, "x5c": ["MIIC"]},
    claims={
        "sub": "auth0|6553da60a54af58e29493993",
        "aud": [API, f"{ISSUER}userinfo"],
        "azp": "storefront-web",
        "scope": "openid profile orders:read",
        "permissions": ["read:orders"],
    },
)
MACHINE: dict[str, Any] = {
    "sub": "storefront-service@clients",
    "aud": API,
    "azp": "storefront-service",
    "gty": "client-credentials",
}


@pytest.fixture
def shop(online: Callable[[Provider], Internet]) -> Realms:
    online(AUTH0)
    realms: Realms = snippets("auth0")["shop"]
    return realms


def test_an_access_token_opens_its_own_api(
    shop: Realms, whom: Callable[..., Principal], refused: Callable[..., bool], world: Internet
) -> None:
    assert not refused(shop, AUTH0.token())
    assert refused(shop, AUTH0.token(), "backoffice")
    principal = whom(shop, AUTH0.token())
    assert (principal.subject, principal.client_id) == ("auth0|6553da60a54af58e29493993", "storefront-web")
    assert principal.scopes == {"openid", "profile", "orders:read"}
    assert principal.roles == {"read:orders"}
    assert world.asked == [f"{ISSUER}.well-known/openid-configuration", AUTH0.jwks_uri]


def test_a_machine_gets_in_too(shop: Realms, whom: Callable[..., Principal]) -> None:
    assert whom(shop, AUTH0.token(**MACHINE, permissions=...)).client_id == "storefront-service"


@pytest.mark.parametrize(
    "differs",
    [
        pytest.param({"aud": "storefront-web", "azp": ..., "scope": ..., "nonce": "n"}, id="an ID token"),
        pytest.param({"aud": "storefront-web", "azp": ..., "scope": ...}, id="an ID token without a nonce"),
        pytest.param({"aud": f"{ISSUER}userinfo"}, id="for userinfo only"),
        pytest.param({"aud": f"{ISSUER}api/v2/"}, id="for Auth0's own API"),
        pytest.param({"aud": [API, "https://shop.example/admin/api"]}, id="for both APIs"),
        pytest.param({"iss": "https://other.eu.auth0.com/"}, id="of another tenant"),
        pytest.param({"iss": ISSUER.rstrip("/")}, id="of an issuer without the slash"),
    ],
)
def test_any_other_token_is_refused(shop: Realms, refused: Callable[..., bool], differs: dict[str, Any]) -> None:
    assert refused(shop, AUTH0.token(**differs))


def test_a_token_that_only_auth0_can_read_is_refused(shop: Realms, refused: Callable[..., bool]) -> None:
    assert refused(shop, "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..iv.ciphertext.tag")
    assert refused(shop, "aVeryShortOpaqueToken")


def test_an_api_with_the_rfc_9068_profile_needs_no_profile(
    online: Callable[[Provider], Internet], refused: Callable[..., bool]
) -> None:
    online(AUTH0)
    shop = Realms(Realm("storefront", issuer=ISSUER, audience=API))
    strict = {"azp": ..., "client_id": "storefront-web", "jti": "73WakrfVbNJBaAmhQtEeDv"}
    assert not refused(shop, AUTH0.token({"typ": "at+jwt"}, **strict))
    assert refused(shop, AUTH0.token())


def test_the_operator_is_told_which_profile_fits(
    online: Callable[[Provider], Internet], doors_to: Callable[..., Doors], reason_of: Callable[..., str]
) -> None:
    online(AUTH0)
    shop = Realms(Realm("storefront", issuer=ISSUER, audience=API))
    assert reason_of(doors_to(shop["storefront"]), AUTH0.token()) == "wrong type of token; profile='jwt' takes it"
