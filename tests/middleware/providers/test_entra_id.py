"""Entra ID, as Microsoft's access token claims reference shows tokens: two versions with two issuers."""

from collections.abc import Callable
from typing import Any

import pytest
from internet import Internet
from provider import Provider, snippets

from realmgate import Principal, Realms

TENANT = "11111111-1111-1111-1111-111111111111"
OTHER_TENANT = "22222222-2222-2222-2222-222222222222"
API = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
CLIENT = "cccccccc-cccc-cccc-cccc-cccccccccccc"
GRAPH = "00000003-0000-0000-c000-000000000000"
KEYS_OF_TENANT = f"https://login.microsoftonline.com/{TENANT}/discovery/v2.0/keys"
PERSON = {"oid": "99999999", "tid": TENANT, "uti": "u", "rh": "r", "sub": "pairwise-subject", "name": "Casey Customer"}
V2 = Provider(
    issuer=f"https://login.microsoftonline.com/{TENANT}/v2.0",
    jwks_uri=KEYS_OF_TENANT,
    jwk={"x5t": "x" * 27, "x5c": ["MIIC"], "issuer": f"https://login.microsoftonline.com/{TENANT}/v2.0"},
    claims={
        **PERSON,
        "aud": API,
        "azp": CLIENT,
        "azpacr": "1",
        "nbf": 1_700_000_000,
        "scp": "orders.read profile",
        "roles": ["Orders.Admin"],
        "ver": "2.0",
        "aio": "opaque",
    },
)
V1 = Provider(
    issuer=f"https://sts.windows.net/{TENANT}/",
    jwks_uri=KEYS_OF_TENANT,
    header={"typ": "JWT", "x5t": "x" * 27},
    jwk={"x5t": "x" * 27},
    claims={
        **PERSON,
        "aud": f"api://{API}",
        "appid": CLIENT,
        "appidacr": "0",
        "nbf": 1_700_000_000,
        "scp": "orders.read",
        "unique_name": "casey@shop.example",
        "ver": "1.0",
    },
)
APP_ONLY: dict[str, Any] = {"scp": ..., "roles": ["Orders.Read.All"], "idtyp": "app", "sub": "service", "name": ...}
ID_TOKEN: dict[str, Any] = {
    "azp": ...,
    "azpacr": ...,
    "scp": ...,
    "aio": ...,
    "preferred_username": "casey@shop.example",
}


@pytest.fixture
def shop(online: Callable[[Provider], Internet]) -> Realms:
    online(V2)
    realms: Realms = snippets("entra-id")["shop"]
    return realms


@pytest.fixture
def old(online: Callable[[Provider], Internet]) -> Realms:
    online(V1)
    realms: Realms = snippets("entra-id")["old"]
    return realms


def test_an_access_token_opens_its_own_api(
    shop: Realms, whom: Callable[..., Principal], refused: Callable[..., bool]
) -> None:
    assert not refused(shop, V2.token())
    assert refused(shop, V2.token(), "backoffice")
    principal = whom(shop, V2.token())
    assert (principal.subject, principal.client_id) == ("pairwise-subject", CLIENT)
    assert principal.scopes == {"orders.read", "profile"}
    assert principal.roles == {"Orders.Admin"}


def test_one_of_version_1_opens_an_api_that_is_set_to_it(
    old: Realms, whom: Callable[..., Principal], refused: Callable[..., bool]
) -> None:
    assert not refused(old, V1.token())
    principal = whom(old, V1.token())
    assert principal.client_id == CLIENT
    assert principal.scopes == {"orders.read"}


def test_an_application_that_acts_for_itself_has_roles_and_no_scopes(
    shop: Realms, whom: Callable[..., Principal]
) -> None:
    principal = whom(shop, V2.token(**APP_ONLY))
    assert not principal.scopes
    assert principal.roles == {"Orders.Read.All"}


@pytest.mark.parametrize(
    "differs",
    [
        pytest.param({**ID_TOKEN, "aud": CLIENT, "nonce": "n"}, id="an ID token"),
        pytest.param({**ID_TOKEN, "nonce": "n"}, id="an ID token where client and API are one registration"),
        pytest.param(ID_TOKEN, id="one without a nonce"),
        pytest.param({"aud": GRAPH}, id="for Microsoft Graph"),
        pytest.param({"aud": f"api://{API}"}, id="for the API under its other name"),
        pytest.param({"azp": "dddddddd"}, id="of another client"),
        pytest.param({"iss": f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"}, id="of another tenant"),
        pytest.param({"iss": V1.issuer}, id="of version 1"),
        pytest.param({"iss": "https://login.microsoftonline.com/{tenantid}/v2.0"}, id="of no tenant"),
    ],
)
def test_any_other_token_is_refused(shop: Realms, refused: Callable[..., bool], differs: dict[str, Any]) -> None:
    assert refused(shop, V2.token(**differs))


@pytest.mark.parametrize(
    "differs",
    [
        pytest.param({"iss": V2.issuer, "aud": API}, id="of version 2"),
        pytest.param({"iss": f"https://sts.windows.net/{OTHER_TENANT}/"}, id="of another tenant"),
        pytest.param({"appid": "dddddddd"}, id="of another client"),
    ],
)
def test_any_other_token_is_refused_where_version_1_is_wanted(
    old: Realms, refused: Callable[..., bool], differs: dict[str, Any]
) -> None:
    assert refused(old, V1.token(**differs))
