"""Amazon Cognito, as its developer guide shows tokens: no audience, the client instead, and ``token_use``."""

from collections.abc import Callable
from typing import Any

import pytest
from internet import Internet
from provider import Provider, snippets

from realmgate import Principal, Realm, RealmOverlap, Realms

ISSUER = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE"
CLIENT = "1example23456789"
OTHER_CLIENT = "9example87654321"
COGNITO = Provider(
    issuer=ISSUER,
    jwks_uri=f"{ISSUER}/.well-known/jwks.json",
    header={},
    jwk={"alg": "RS256"},
    claims={
        "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        "device_key": "eu-central-1_device",
        "cognito:groups": ["customers"],
        "version": 2,
        "client_id": CLIENT,
        "origin_jti": "11111111-2222",
        "event_id": "33333333-4444",
        "token_use": "access",
        "scope": "openid https://shop.example/api/orders:read",
        "auth_time": 1_700_000_000,
        "jti": "55555555-6666",
        "username": "casey",
    },
)
ID_TOKEN = {"token_use": "id", "aud": CLIENT, "client_id": ..., "scope": ..., "cognito:username": "casey"}


@pytest.fixture
def shop(online: Callable[[Provider], Internet]) -> Realms:
    online(COGNITO)
    realms: Realms = snippets("cognito")["shop"]
    return realms


def test_an_access_token_opens_its_own_api(
    shop: Realms, whom: Callable[..., Principal], refused: Callable[..., bool]
) -> None:
    assert not refused(shop, COGNITO.token())
    assert refused(shop, COGNITO.token(), "backoffice")
    assert not refused(shop, COGNITO.token(client_id=OTHER_CLIENT), "backoffice")
    principal = whom(shop, COGNITO.token())
    assert principal.client_id == CLIENT
    assert principal.scopes == {"openid", "https://shop.example/api/orders:read"}
    assert principal.roles == {"customers"}


def test_one_that_was_asked_for_with_a_resource_names_it(
    online: Callable[[Provider], Internet], refused: Callable[..., bool]
) -> None:
    online(COGNITO)
    api = "https://shop.example/api"
    shop = Realms(Realm("storefront", issuer=ISSUER, audience=api, profile="jwt"))
    assert not refused(shop, COGNITO.token(aud=api))
    assert refused(shop, COGNITO.token())


@pytest.mark.parametrize(
    "differs",
    [
        pytest.param(ID_TOKEN, id="an ID token"),
        pytest.param({**ID_TOKEN, "client_id": CLIENT}, id="an ID token that names a client"),
        pytest.param({**ID_TOKEN, "token_use": "refresh"}, id="a token to refresh others with"),
        pytest.param({"client_id": OTHER_CLIENT}, id="of a client of the other realm"),
        pytest.param({"client_id": ...}, id="of no client"),
        pytest.param({"client_id": [CLIENT]}, id="of clients in an array"),
        pytest.param({"iss": ISSUER + "2"}, id="of another pool"),
        pytest.param({"iss": ISSUER.replace("eu-central-1.", "us-east-1.")}, id="of another region"),
    ],
)
def test_any_other_token_is_refused(shop: Realms, refused: Callable[..., bool], differs: dict[str, Any]) -> None:
    assert refused(shop, COGNITO.token(**differs))


def test_two_realms_of_one_pool_may_share_no_client() -> None:
    with pytest.raises(RealmOverlap):
        Realms(
            Realm("storefront", issuer=ISSUER, profile="jwt", clients={CLIENT, OTHER_CLIENT}),
            Realm("backoffice", issuer=ISSUER, profile="jwt", clients={OTHER_CLIENT}),
        )
