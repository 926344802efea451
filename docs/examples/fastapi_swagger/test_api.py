"""Both APIs, and what the OpenAPI document says about them."""

import pytest
from fastapi.testclient import TestClient

from .app import create_app, realms


@pytest.fixture
def client(mock_idp):
    return TestClient(create_app(realms(mock_idp.base_url, trust_mock=True), clock=mock_idp.clock))


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_each_token_opens_its_own_door(client, storefront_token, backoffice_token):
    customer = bearer(storefront_token(subject="customer@example.com", scope="orders:read"))
    staff = bearer(backoffice_token(scope="orders:read"))
    assert [order["id"] for order in client.get("/api/orders", headers=customer).json()] == [1001]
    assert [order["id"] for order in client.get("/admin/api/orders", headers=staff).json()] == [1001, 1002]
    assert client.get("/api/orders", headers=staff).status_code == 401
    assert client.get("/admin/api/orders", headers=customer).status_code == 401


@pytest.mark.parametrize(("path", "realm"), [("/api/orders", "storefront"), ("/admin/api/orders", "backoffice")])
def test_a_scope_is_needed(client, mock_idp, path, realm):
    answer = client.get(path, headers=bearer(mock_idp.token(realm, subject="somebody", scope="openid")))
    assert answer.status_code == 403
    assert 'scope="orders:read"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("fault", ["expired", "wrong-signature", "alg-none", "wrong-audience"])
def test_a_token_that_lies_is_refused(client, storefront_token, fault):
    answer = client.get("/api/orders", headers=bearer(storefront_token(scope="orders:read", fault=fault)))
    assert answer.status_code == 401


def test_the_document_says_which_realm_opens_which_door(client, mock_idp):
    document = client.get("/openapi.json").json()
    assert document["paths"]["/api/orders"]["get"]["security"] == [{"storefront": ["orders:read"]}]
    assert document["paths"]["/admin/api/orders"]["get"]["security"] == [{"backoffice": ["orders:read"]}]
    scheme = document["components"]["securitySchemes"]["storefront"]
    assert scheme["openIdConnectUrl"] == f"{mock_idp.issuer('storefront')}/.well-known/openid-configuration"
