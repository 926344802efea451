"""Okta's custom authorization servers, as its API reference shows tokens: no ``typ``, ``scp`` as an array, ``cid``."""

from collections.abc import Callable
from typing import Any

import pytest
from internet import Internet
from provider import Provider, snippets

from realmgate import Principal, Realms

ISSUER = "https://shop.okta.com/oauth2/default"
OKTA = Provider(
    issuer=ISSUER,
    jwks_uri=f"{ISSUER}/v1/keys",
    discovery={"introspection_endpoint": f"{ISSUER}/v1/introspect"},
    header={},
    jwk={"alg": "RS256"},
    claims={
        "ver": 1,
        "jti": "AT.MNAoEQ_jbKqoinrQo1D0XKjMX28U5d7ZszBceot7-Ts",
        "aud": "api://default",
        "cid": "0oastorefront",
        "uid": "00ucasey",
        "scp": ["openid", "orders:read"],
        "auth_time": 1_700_000_000,
        "sub": "casey@shop.example",
        "groups": ["Everyone", "customers"],
    },
)


@pytest.fixture
def shop(online: Callable[[Provider], Internet]) -> Realms:
    online(OKTA)
    realms: Realms = snippets("okta")["shop"]
    return realms


def test_an_access_token_opens_its_own_api(
    shop: Realms, whom: Callable[..., Principal], refused: Callable[..., bool], world: Internet
) -> None:
    assert not refused(shop, OKTA.token())
    assert refused(shop, OKTA.token(), "backoffice")
    principal = whom(shop, OKTA.token())
    assert (principal.subject, principal.client_id) == ("casey@shop.example", "0oastorefront")
    assert principal.scopes == {"openid", "orders:read"}
    assert principal.roles == {"Everyone", "customers"}
    assert world.asked == [f"{ISSUER}/.well-known/openid-configuration", OKTA.jwks_uri]


def test_a_client_that_acts_for_itself_gets_in_too(shop: Realms, refused: Callable[..., bool]) -> None:
    assert not refused(shop, OKTA.token(sub="0oaservice", cid="0oaservice", uid=..., groups=...))


ORG = "https://shop.okta.com"
ID_TOKEN = {"aud": "0oastorefront", "cid": ..., "uid": ..., "scp": ..., "jti": "ID.radCQMOQUmyvcTBmmIL0J6BaS60apUEi"}


@pytest.mark.parametrize(
    "differs",
    [
        pytest.param({**ID_TOKEN, "at_hash": "x", "nonce": "n"}, id="an ID token"),
        pytest.param(ID_TOKEN, id="an ID token without marks"),
        pytest.param({"iss": ORG, "aud": ORG}, id="of the org authorization server"),
        pytest.param({"iss": ORG}, id="of the org authorization server, for the API"),
        pytest.param({"iss": "https://shop.okta.com/oauth2/ausbackoffice"}, id="of the other authorization server"),
        pytest.param({"iss": "https://other.okta.com/oauth2/default"}, id="of another tenant"),
        pytest.param({"aud": "https://shop.example/admin/api"}, id="for the other API"),
        pytest.param({"scp": [1]}, id="with scopes that are no strings"),
    ],
)
def test_any_other_token_is_refused(shop: Realms, refused: Callable[..., bool], differs: dict[str, Any]) -> None:
    assert refused(shop, OKTA.token(**differs))


def test_the_type_that_only_okta_reads_is_refused(shop: Realms, refused: Callable[..., bool]) -> None:
    assert refused(shop, OKTA.token({"typ": "application/okta-internal-at+jwt"}))
