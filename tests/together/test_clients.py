"""Flows and tokens in the hands of libraries that are not ours, from the discovery document to the gate."""

from collections.abc import Callable

import jwt
import pytest
from both_doors import Doors
from person import CALLBACKS, SCOPES, USERS, authlib_tokens, discover, log_in_and_approve
from requests_oauthlib import OAuth2Session

from mockidp import MockIdp
from realmgate import Realms

REALMS = ("storefront", "backoffice")

ShopOf = Callable[..., Realms]
GateAt = Callable[..., Doors]


@pytest.mark.parametrize("realm", REALMS)
def test_authlib_gets_in_where_it_belongs_and_nowhere_else(
    idp: MockIdp, shop_of: ShopOf, gate_at: GateAt, realm: str
) -> None:
    _, tokens = authlib_tokens(idp.issuer(realm), realm)
    shop = shop_of(idp)

    answers = {name: gate_at(shop, name, idp.clock).bearer(tokens["access_token"]) for name in REALMS}

    assert {name: answer.status for name, answer in answers.items()} == {
        name: 200 if name == realm else 401 for name in REALMS
    }
    assert answers[realm].json["subject"] == USERS[realm]
    assert answers[realm].json["client_id"] == f"{realm}-web"
    assert answers[realm].json["scopes"] == [SCOPES[realm]]


@pytest.mark.parametrize("realm", REALMS)
def test_requests_oauthlib_gets_in_where_it_belongs_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, idp: MockIdp, shop_of: ShopOf, gate_at: GateAt, realm: str
) -> None:
    # It refuses http even on loopback; nothing else in this process looks at the variable.
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    addresses, shop = discover(idp.issuer(realm)), shop_of(idp)
    client = OAuth2Session(f"{realm}-web", redirect_uri=CALLBACKS[realm], scope=SCOPES[realm], pkce="S256")
    address, _state = client.authorization_url(addresses["authorization_endpoint"])

    tokens = client.fetch_token(
        addresses["token_endpoint"],
        authorization_response=log_in_and_approve(address, USERS[realm]),
        client_secret=f"{realm}-web-secret",
    )

    for name in REALMS:
        answer = gate_at(shop, name, idp.clock).bearer(tokens["access_token"])
        assert answer.status == (200 if name == realm else 401)


@pytest.mark.parametrize("realm", REALMS)
def test_pyjwt_verifies_what_the_gate_lets_through(idp: MockIdp, realm: str) -> None:
    idp.clock.resume()
    _, tokens = authlib_tokens(idp.issuer(realm), realm)
    audience = {"storefront": "https://shop.example/api", "backoffice": "https://shop.example/admin/api"}[realm]
    key = jwt.PyJWKClient(discover(idp.issuer(realm))["jwks_uri"]).get_signing_key_from_jwt(tokens["access_token"])

    claims = jwt.decode(
        tokens["access_token"],
        key,
        algorithms=["RS256"],
        audience=audience,
        issuer=idp.issuer(realm),
        options={"require": ["iss", "aud", "sub", "client_id", "jti", "iat", "exp"]},
    )

    assert claims["sub"] == USERS[realm]
    assert jwt.get_unverified_header(tokens["access_token"])["typ"] == "at+jwt"


@pytest.mark.parametrize("realm", REALMS)
def test_a_rotation_is_survived_while_the_gate_runs(idp: MockIdp, shop_of: ShopOf, gate_at: GateAt, realm: str) -> None:
    doors = gate_at(shop_of(idp), realm, idp.clock)
    before = idp.token(realm, subject="somebody")
    assert doors.bearer(before).status == 200

    idp.keys[realm].rotate()

    assert doors.bearer(idp.token(realm, subject="somebody")).status == 200
