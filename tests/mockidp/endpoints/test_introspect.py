from typing import Any

import jwt
import msgspec
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from httpx2 import USE_CLIENT_DEFAULT, BasicAuth, Response
from visitor import BASE, NOON, Visitor, new_provider

from mockidp.server import MockIdp
from mockidp.settings.config import Client, Config, Realm

SERVICE = ("storefront-service", "storefront-service-secret")
WEB = ("storefront-web", "storefront-web-secret")
INACTIVE = {"active": False}


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def ask(
    visitor: Visitor, token: str, *, auth: tuple[str, str] = WEB, realm: str = "storefront", **more: str
) -> Response:
    return visitor.http.post(f"/{realm}/introspect", data={"token": token, **more}, auth=auth)


def learnt(visitor: Visitor, token: str, **more: Any) -> Any:
    response = ask(visitor, token, **more)
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    return response.json()


# ---- who may ask ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "auth"),
    [
        ({}, None),
        ({"client_id": "storefront-web"}, None),
        ({"client_id": "storefront-spa"}, None),
        ({"client_id": "storefront-web", "client_secret": "wrong"}, None),
        ({}, ("storefront-web", "wrong")),
        ({}, ("storefront-spa", "")),
        ({}, ("nobody", "")),
        pytest.param({}, ("backoffice-web", "backoffice-web-secret"), id="a client of the other realm"),
    ],
)
def test_strangers_learn_nothing(visitor: Visitor, fields: dict[str, str], auth: tuple[str, str] | None) -> None:
    token = visitor.provider.token("storefront", subject="ann")
    who = BasicAuth(*auth) if auth else USE_CLIENT_DEFAULT
    response = visitor.http.post("/storefront/introspect", data={"token": token, **fields}, auth=who)
    assert response.status_code == 401
    assert response.json() == {"error": "invalid_client", "error_description": "Client authentication failed."}
    assert response.headers["www-authenticate"].startswith("Basic realm=")


def test_a_token_is_no_way_of_authenticating(visitor: Visitor) -> None:
    token = visitor.provider.token("storefront", subject="ann")
    headers = {"Authorization": f"Bearer {token}"}
    response = visitor.http.post("/storefront/introspect", data={"token": token}, headers=headers)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def test_the_client_can_be_authenticated_in_the_body_too(visitor: Visitor) -> None:
    fields = {"client_id": WEB[0], "client_secret": WEB[1], "token": visitor.provider.token("storefront", subject="a")}
    assert visitor.http.post("/storefront/introspect", data=fields).json()["active"] is True


def test_it_answers_to_a_post_only(visitor: Visitor) -> None:
    token = visitor.provider.token("storefront", subject="ann")
    assert visitor.http.get("/storefront/introspect", params={"token": token}, auth=WEB).status_code == 405


# ---- what is not good -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "ü", "a" * 5000, '{"active": true}'])
def test_what_is_no_token_is_inactive(visitor: Visitor, token: str) -> None:
    assert learnt(visitor, token) == INACTIVE


def test_a_token_of_the_other_realm_is_inactive_and_so_it_is_with_shared_keys() -> None:
    for config in (Config(), Config(shared_keys=True)):
        visitor = Visitor(new_provider(config))
        token = visitor.provider.token("backoffice", subject="admin")
        assert learnt(visitor, token) == INACTIVE
        office = ("backoffice-web", "backoffice-web-secret")
        assert learnt(visitor, token, realm="backoffice", auth=office)["active"] is True


def test_a_damaged_token_is_inactive(visitor: Visitor) -> None:
    header, payload, signature = visitor.provider.token("storefront", subject="ann").split(".")
    for bad in (f"{header}.{payload}.", f"{header}.{payload}.{signature[:-4]}AAAA", f"{header}.{header}.{signature}"):
        assert learnt(visitor, bad) == INACTIVE


def test_an_access_token_is_active_until_the_clock_says_otherwise(visitor: Visitor) -> None:
    token = visitor.provider.token("storefront", subject="ann", expires_in=60)
    visitor.provider.clock.advance(seconds=59)
    assert learnt(visitor, token)["active"] is True
    visitor.provider.clock.advance(seconds=1)
    assert learnt(visitor, token) == INACTIVE


def test_a_token_that_is_not_good_yet_is_inactive(visitor: Visitor) -> None:
    assert learnt(visitor, visitor.provider.token("storefront", subject="ann", not_before=NOON + 1)) == INACTIVE


def test_a_code_and_an_id_token_are_inactive(visitor: Visitor) -> None:
    code = visitor.answer("buyer@example.com", response_type="code", client_id="storefront-web", scope="openid")["code"]
    assert learnt(visitor, code) == INACTIVE
    assert learnt(visitor, visitor.redeem(code).json()["id_token"]) == INACTIVE


def test_a_refresh_token_is_inactive_once_it_is_spent_and_its_successor_active(visitor: Visitor) -> None:
    first = visitor.tokens()["refresh_token"]
    second = visitor.refresh(first).json()["refresh_token"]
    assert learnt(visitor, first) == INACTIVE
    assert learnt(visitor, second)["active"] is True


def test_asking_about_a_spent_refresh_token_takes_nothing_back(visitor: Visitor) -> None:
    first = visitor.tokens()["refresh_token"]
    second = visitor.refresh(first).json()
    learnt(visitor, first)
    assert visitor.refresh(second["refresh_token"]).status_code == 200


def test_a_refresh_token_expires_by_the_clock(visitor: Visitor) -> None:
    token = visitor.tokens()["refresh_token"]
    visitor.provider.clock.advance(days=29, hours=23)
    assert learnt(visitor, token)["active"] is True
    visitor.provider.clock.advance(hours=1)
    assert learnt(visitor, token) == INACTIVE


def test_what_a_reused_refresh_token_takes_back_is_inactive(visitor: Visitor) -> None:
    first = visitor.tokens()
    second = visitor.refresh(first["refresh_token"]).json()
    visitor.refresh(first["refresh_token"])
    for token in (first["access_token"], second["access_token"], second["refresh_token"]):
        assert learnt(visitor, token) == INACTIVE


def test_a_refresh_token_is_active_only_for_the_client_that_holds_it(visitor: Visitor) -> None:
    assert learnt(visitor, visitor.tokens()["refresh_token"], auth=SERVICE) == INACTIVE


def test_everything_is_inactive_after_a_reset(visitor: Visitor) -> None:
    token = visitor.tokens()["refresh_token"]
    visitor.provider.reset()
    assert learnt(visitor, token) == INACTIVE


# ---- what is good ---------------------------------------------------------------------------------------------------


def test_an_access_token_is_told_to_every_confidential_client_of_the_realm(visitor: Visitor) -> None:
    token = visitor.tokens(scope="openid orders:read")["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    for auth in (WEB, SERVICE):
        assert learnt(visitor, token, auth=auth) == {
            "active": True,
            "token_type": "Bearer",
            "username": "customer@example.com",
            **claims,
        }
    assert claims.keys() == {"iss", "aud", "sub", "client_id", "scope", "jti", "iat", "exp"}


def test_a_token_of_a_client_for_itself_has_no_username(visitor: Visitor) -> None:
    fields = {"client_id": SERVICE[0], "client_secret": SERVICE[1]}
    token = visitor.exchange(grant_type="client_credentials", **fields).json()["access_token"]
    about = learnt(visitor, token)
    assert about["sub"] == about["client_id"] == "storefront-service"
    assert "username" not in about


def test_a_token_without_ceremony_is_told_with_all_its_audiences(visitor: Visitor) -> None:
    token = visitor.provider.token("storefront", subject="ann", audience=["a", "b"], not_before=NOON - 5)
    about = learnt(visitor, token)
    assert (about["aud"], about["nbf"], about["sub"]) == (["a", "b"], NOON - 5, "ann")


def test_a_refresh_token_is_told_as_one_that_no_api_takes(visitor: Visitor) -> None:
    assert learnt(visitor, visitor.tokens(scope="openid orders:read")["refresh_token"]) == {
        "active": True,
        "iss": f"{BASE}/storefront",
        "aud": f"{BASE}/storefront",
        "sub": "customer@example.com",
        "username": "customer@example.com",
        "client_id": "storefront-web",
        "scope": "openid orders:read",
        "iat": NOON,
        "exp": NOON + 30 * 86400,
    }


def test_dates_are_whole_numbers_as_many_clients_can_read_no_others(visitor: Visitor) -> None:
    tokens = visitor.tokens(scope="openid orders:read")
    early = visitor.provider.token("storefront", subject="ann", not_before=NOON - 5.5, expires_in=0.5)
    for token in (tokens["access_token"], tokens["refresh_token"], early):
        about = learnt(visitor, token)
        dates = [about[name] for name in ("iat", "nbf", "exp") if name in about]
        assert {type(date) for date in dates} == {int}, dates
    assert (about["nbf"], about["exp"]) == (NOON - 6, NOON)


def test_when_a_refresh_token_was_issued_stays_as_it_was_when_others_live_shorter(visitor: Visitor) -> None:
    token = visitor.tokens()["refresh_token"]
    visitor.provider.lifetimes.set("refresh_token", "1s")
    assert learnt(visitor, token)["iat"] == NOON


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "id_token", "nonsense", "ü"])
def test_a_hint_changes_nothing(visitor: Visitor, hint: str) -> None:
    tokens = visitor.tokens()
    for kind in ("access_token", "refresh_token"):
        assert learnt(visitor, tokens[kind], token_type_hint=hint)["active"] is True


# ---- what cannot be read --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"token=", "application/x-www-form-urlencoded"),
        (b"token=a&token=b", "application/x-www-form-urlencoded"),
        (b"token=%ff", "application/x-www-form-urlencoded"),
        (b'{"token": "x"}', "application/json"),
        (b"token=x", "text/plain"),
    ],
)
def test_a_request_that_is_not_in_order_is_refused(visitor: Visitor, body: bytes, kind: str) -> None:
    response = visitor.http.post("/storefront/introspect", content=body, headers={"Content-Type": kind}, auth=WEB)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_too_much_of_it_is_refused(visitor: Visitor) -> None:
    assert ask(visitor, "x" * 70_000).status_code == 413


def test_where_no_client_can_keep_a_secret_nobody_is_told_of_it() -> None:
    for secret, told in ((None, False), ("x", True)):
        realm = Realm(name="shop", clients=(Client(client_id="app", client_secret=secret),))
        http = Visitor(new_provider(Config(realms=(realm,)))).http
        about = http.get("/shop/.well-known/openid-configuration").json()
        assert ("introspection_endpoint" in about) == told
        assert ("introspection_endpoint_auth_methods_supported" in about) == told


# ---- an independent client ------------------------------------------------------------------------------------------


def test_authlibs_client_asks_by_discovery_alone() -> None:
    realms = tuple(msgspec.structs.replace(realm, algorithm="ES256") for realm in Config().realms)
    with MockIdp(Config(realms=realms)) as idp:
        about = requests.get(f"{idp.issuer('storefront')}/.well-known/openid-configuration", timeout=9).json()
        for method in about["introspection_endpoint_auth_methods_supported"]:
            client = OAuth2Session(*SERVICE, token_endpoint_auth_method=method)
            token = client.fetch_token(about["token_endpoint"], grant_type="client_credentials")["access_token"]
            answer = client.introspect_token(about["introspection_endpoint"], token=token).json()
            assert (answer["active"], answer["iss"]) == (True, about["issuer"])
            assert client.introspect_token(about["introspection_endpoint"], token="x").json() == INACTIVE
