"""Keycloak, as its Server Administration Guide shows tokens: ``typ`` in the claims, roles in objects."""

from collections.abc import Callable
from typing import Any

import pytest
from both_doors import Doors
from internet import Internet
from provider import Provider, snippets

from realmgate import Principal, Realms

ISSUER = "https://keycloak.example/realms/shop"
KEYCLOAK = Provider(
    issuer=ISSUER,
    jwks_uri=f"{ISSUER}/protocol/openid-connect/certs",
    discovery={"introspection_endpoint": f"{ISSUER}/protocol/openid-connect/token/introspect"},
    jwk={"alg": "RS256", "x5t": "x" * 27, "x5t#S256": "x" * 43},
    claims={
        "jti": "onrtac:0d7c9f4e-8f9c-4f0c-9d4e-6a3a2b1c0d9e",
        "aud": ["storefront-api", "account"],
        "sub": "f:1c2d3e4f:casey",
        "typ": "Bearer",
        "azp": "storefront-web",
        "sid": "f1b2c3d4",
        "acr": "1",
        "allowed-origins": ["https://shop.example"],
        "realm_access": {"roles": ["default-roles-shop", "customer"]},
        "resource_access": {"account": {"roles": ["manage-account", "view-profile"]}},
        "scope": "openid profile email orders:read",
        "email_verified": True,
        "preferred_username": "casey",
        "name": "Casey Customer",
    },
)


@pytest.fixture
def shop(online: Callable[[Provider], Internet]) -> Realms:
    online(KEYCLOAK)
    realms: Realms = snippets("keycloak")["shop"]
    return realms


def test_an_access_token_opens_its_own_api(
    shop: Realms, whom: Callable[..., Principal], refused: Callable[..., bool], world: Internet
) -> None:
    assert not refused(shop, KEYCLOAK.token())
    assert refused(shop, KEYCLOAK.token(), "backoffice")
    principal = whom(shop, KEYCLOAK.token())
    assert (principal.subject, principal.client_id) == ("f:1c2d3e4f:casey", "storefront-web")
    assert principal.scopes == {"openid", "profile", "email", "orders:read"}
    assert principal.roles == {"default-roles-shop", "customer"}
    assert world.asked == [f"{ISSUER}/.well-known/openid-configuration", KEYCLOAK.jwks_uri]


def test_a_client_that_acts_for_itself_gets_in_too(shop: Realms, refused: Callable[..., bool]) -> None:
    service: dict[str, Any] = {
        "sub": "0d7c9f4e",
        "clientId": "storefront-service",
        "azp": "storefront-service",
        "sid": ...,
    }
    assert not refused(shop, KEYCLOAK.token(**service, preferred_username="service-account-storefront-service"))


@pytest.mark.parametrize(
    "differs",
    [
        pytest.param({"typ": "ID", "aud": "storefront-api", "realm_access": ..., "at_hash": "x"}, id="an ID token"),
        pytest.param({"typ": "ID"}, id="an ID token by its kind alone"),
        pytest.param({"typ": "Refresh"}, id="a refresh token"),
        pytest.param({"typ": "Offline"}, id="an offline token"),
        pytest.param({"typ": "Logout", "events": {}}, id="a logout token"),
        pytest.param({"aud": "account"}, id="without an audience mapper"),
        pytest.param({"aud": ...}, id="for nobody"),
        pytest.param({"aud": ["storefront-api", "backoffice-api"]}, id="for both APIs"),
        pytest.param({"iss": "https://keycloak.example/realms/other"}, id="of another Keycloak realm"),
        pytest.param({"iss": "https://keycloak.example/realms/Shop"}, id="of a realm in another case"),
    ],
)
def test_any_other_token_is_refused(shop: Realms, refused: Callable[..., bool], differs: dict[str, Any]) -> None:
    assert refused(shop, KEYCLOAK.token(**differs))


def test_an_at_jwt_is_refused_with_a_hint_for_the_operator(
    shop: Realms, doors_to: Callable[..., Doors], reason_of: Callable[..., str]
) -> None:
    token = KEYCLOAK.token({"typ": "at+jwt"})
    assert reason_of(doors_to(shop["storefront"]), token) == "wrong type of token; profile='rfc9068' takes it"
