from typing import Any

import msgspec
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from httpx2 import USE_CLIENT_DEFAULT, BasicAuth, Response
from visitor import Visitor

from mockidp.server import MockIdp
from mockidp.settings.config import Config

WEB = ("storefront-web", "storefront-web-secret")
SPA = {"response_type": "code", "client_id": "storefront-spa"}
CHALLENGE = {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def give_back(
    visitor: Visitor, token: str, *, auth: tuple[str, str] | None = WEB, realm: str = "storefront", **more: str
) -> Response:
    fields = {"token": token, **more}
    return visitor.http.post(f"/{realm}/revoke", data=fields, auth=BasicAuth(*auth) if auth else USE_CLIENT_DEFAULT)


def is_active(visitor: Visitor, token: str) -> bool:
    active: bool = visitor.http.post("/storefront/introspect", data={"token": token}, auth=WEB).json()["active"]
    return active


def is_done(response: Response) -> bool:
    return (response.status_code, response.content, response.headers["cache-control"]) == (200, b"", "no-store")


# ---- what is not one's own ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize(
    ("auth", "more"),
    [(("storefront-service", "storefront-service-secret"), {}), (None, {"client_id": "storefront-spa"})],
)
def test_nobody_gives_back_the_token_of_another_or_learns_that_there_is_one(
    visitor: Visitor, kind: str, auth: tuple[str, str] | None, more: dict[str, str]
) -> None:
    tokens = visitor.tokens()
    ours, unknown = (give_back(visitor, token, auth=auth, **more) for token in (tokens[kind], "unknown"))
    assert is_done(ours)
    assert (ours.status_code, ours.content, ours.headers) == (unknown.status_code, unknown.content, unknown.headers)
    assert is_active(visitor, tokens["access_token"])
    assert visitor.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    ("auth", "more"),
    [
        (None, {}),
        (("storefront-web", "wrong"), {}),
        (None, {"client_id": "storefront-web"}),
        (None, {"client_id": "nobody"}),
        (("backoffice-web", "backoffice-web-secret"), {}),
        (None, {"client_id": "backoffice-cli"}),
    ],
)
def test_who_is_no_client_of_the_realm_is_refused(
    visitor: Visitor, auth: tuple[str, str] | None, more: dict[str, str]
) -> None:
    tokens = visitor.tokens()
    response = give_back(visitor, tokens["access_token"], auth=auth, **more)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert is_active(visitor, tokens["access_token"])


def test_a_token_of_the_other_realm_stays_good(visitor: Visitor) -> None:
    token = visitor.provider.token("backoffice", subject="admin", client="storefront-web", scope="openid")
    assert is_done(give_back(visitor, token))
    assert visitor.userinfo(token, "backoffice").status_code == 200


# ---- what is --------------------------------------------------------------------------------------------------------


def test_an_access_token_goes_alone(visitor: Visitor) -> None:
    first = visitor.tokens(scope="openid")
    second = visitor.refresh(first["refresh_token"]).json()
    assert is_done(give_back(visitor, first["access_token"]))
    assert visitor.userinfo(first["access_token"]).status_code == 401
    assert not is_active(visitor, first["access_token"])
    assert visitor.userinfo(second["access_token"]).status_code == 200
    assert visitor.refresh(second["refresh_token"]).status_code == 200


def test_a_refresh_token_takes_its_whole_family_with_it(visitor: Visitor) -> None:
    first = visitor.tokens(scope="openid")
    second = visitor.refresh(first["refresh_token"]).json()
    other = visitor.tokens(scope="openid")
    assert is_done(give_back(visitor, second["refresh_token"]))
    for tokens in (first, second):
        assert visitor.userinfo(tokens["access_token"]).status_code == 401
        assert not is_active(visitor, tokens["access_token"])
        assert visitor.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert visitor.userinfo(other["access_token"]).status_code == 200
    assert visitor.refresh(other["refresh_token"]).status_code == 200


def test_a_spent_refresh_token_still_leads_to_its_family(visitor: Visitor) -> None:
    first = visitor.tokens(scope="openid")
    second = visitor.refresh(first["refresh_token"]).json()
    assert is_done(give_back(visitor, first["refresh_token"]))
    assert visitor.userinfo(second["access_token"]).status_code == 401


def test_a_public_client_gives_back_what_is_its_own(visitor: Visitor) -> None:
    answer = visitor.answer("buyer@example.com", **SPA, **CHALLENGE)
    fields = {"client_id": "storefront-spa", "code": answer["code"], "code_verifier": VERIFIER}
    tokens = visitor.exchange(grant_type="authorization_code", **fields).json()
    assert is_done(give_back(visitor, tokens["refresh_token"], auth=None, client_id="storefront-spa"))
    assert not is_active(visitor, tokens["access_token"])


def test_a_client_gives_back_the_token_it_has_for_itself(visitor: Visitor) -> None:
    service = ("storefront-service", "storefront-service-secret")
    fields = {"client_id": service[0], "client_secret": service[1]}
    token = visitor.exchange(grant_type="client_credentials", **fields).json()["access_token"]
    assert is_done(give_back(visitor, token, auth=service))
    assert not is_active(visitor, token)


def test_giving_back_twice_is_no_error(visitor: Visitor) -> None:
    token = visitor.tokens()["refresh_token"]
    assert is_done(give_back(visitor, token))
    assert is_done(give_back(visitor, token))


@pytest.mark.parametrize("token", ["x", "a.b.c", "ü", "a" * 5000])
def test_what_is_no_token_is_given_back_already(visitor: Visitor, token: str) -> None:
    assert is_done(give_back(visitor, token))


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_hint_changes_nothing(visitor: Visitor, hint: str, kind: str) -> None:
    tokens = visitor.tokens()
    assert is_done(give_back(visitor, tokens[kind], token_type_hint=hint))
    assert not is_active(visitor, tokens["access_token"])


def test_a_reset_forgets_it_together_with_everything_else(visitor: Visitor) -> None:
    token = visitor.provider.token("storefront", subject="ann", scope="openid")
    give_back(visitor, token)
    assert visitor.userinfo(token).status_code == 401
    visitor.provider.store.clear()
    assert visitor.userinfo(token).status_code == 200


# ---- what cannot be taken back --------------------------------------------------------------------------------------


def test_ones_own_id_token_is_of_a_kind_that_cannot_be_taken_back(visitor: Visitor) -> None:
    id_token = visitor.tokens(scope="openid")["id_token"]
    response = give_back(visitor, id_token)
    assert (response.status_code, response.json()["error"]) == (400, "unsupported_token_type")
    assert is_done(give_back(visitor, id_token, auth=("storefront-service", "storefront-service-secret")))


def test_an_id_token_that_was_made_to_name_two_clients_is_nobodys(visitor: Visitor) -> None:
    visitor.provider.faults.next("other-audience-too")
    assert is_done(give_back(visitor, visitor.tokens(scope="openid")["id_token"]))


@pytest.mark.parametrize("fields", [{}, {"token": ""}, {"token": ["a", "b"]}])
def test_a_request_that_is_not_in_order_is_refused(visitor: Visitor, fields: Any) -> None:
    response = visitor.http.post("/storefront/revoke", data=fields, auth=WEB)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_json_is_refused(visitor: Visitor) -> None:
    response = visitor.http.post("/storefront/revoke", json={"token": "x"}, auth=WEB)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


# ---- an independent client ------------------------------------------------------------------------------------------


def test_authlibs_client_gives_back_by_discovery_alone() -> None:
    realms = tuple(msgspec.structs.replace(realm, algorithm="ES256") for realm in Config().realms)
    with MockIdp(Config(realms=realms)) as idp:
        about = requests.get(f"{idp.issuer('storefront')}/.well-known/openid-configuration", timeout=9).json()
        for method in ("client_secret_basic", "client_secret_post"):
            assert method in about["revocation_endpoint_auth_methods_supported"]
            service = ("storefront-service", "storefront-service-secret")
            client = OAuth2Session(*service, token_endpoint_auth_method=method)
            token = client.fetch_token(about["token_endpoint"], grant_type="client_credentials")["access_token"]
            assert client.revoke_token(about["revocation_endpoint"], token=token).status_code == 200
            answer = client.introspect_token(about["introspection_endpoint"], token=token)
            assert answer.json() == {"active": False}
