import jwt
import pytest
from visitor import BASE, Visitor

SERVICE = {"grant_type": "client_credentials", "client_id": "storefront-service"}
SECRET = {"client_secret": "storefront-service-secret"}


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def test_a_client_gets_a_token_for_itself_and_nothing_to_refresh_it_with(visitor: Visitor) -> None:
    response = visitor.exchange(**SERVICE, **SECRET)
    assert (response.status_code, list(response.json())) == (200, ["token_type", "expires_in", "access_token"])
    claims = jwt.decode(response.json()["access_token"], options={"verify_signature": False})
    assert claims["sub"] == claims["client_id"] == "storefront-service"
    assert (claims["iss"], claims["aud"]) == (f"{BASE}/storefront", "https://shop.example/api")
    assert claims["scope"] == "products:read orders:read"


def test_it_may_ask_for_less(visitor: Visitor) -> None:
    answer = visitor.exchange(**SERVICE, **SECRET, scope="orders:read").json()
    assert answer["scope"] == "orders:read"
    assert jwt.decode(answer["access_token"], options={"verify_signature": False})["scope"] == "orders:read"


@pytest.mark.parametrize("scope", ["users:read", "orders:read users:read", "openid", "ü"])
def test_it_never_gets_more_and_nothing_about_a_person(visitor: Visitor, scope: str) -> None:
    response = visitor.exchange(**SERVICE, **SECRET, scope=scope)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_scope")


def test_each_realm_answers_with_its_own_issuer_and_audience(visitor: Visitor) -> None:
    answer = visitor.exchange(
        grant_type="client_credentials", client_id="backoffice-service", client_secret="backoffice-service-secret"
    ).json()
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert (claims["iss"], claims["aud"]) == (f"{BASE}/backoffice", "https://shop.example/admin/api")


def test_a_public_client_cannot_act_for_itself(visitor: Visitor) -> None:
    response = visitor.exchange(grant_type="client_credentials", client_id="storefront-spa")
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def test_a_client_without_this_grant_is_told_so(visitor: Visitor) -> None:
    response = visitor.exchange(grant_type="client_credentials")
    assert (response.status_code, response.json()["error"]) == (400, "unauthorized_client")
