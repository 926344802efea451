"""The shop's two doors, knocked at with real tokens: good ones, the other realm's, late ones and lies."""

import pytest

from .app import create_app, from_environment, realms


@pytest.fixture
def client(mock_idp):
    return create_app(realms(mock_idp.base_url, trust_mock=True), clock=mock_idp.clock).test_client()


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_customers_see_their_own_orders(client, storefront_token):
    token = storefront_token(subject="customer@example.com", scope="orders:read")
    answer = client.get("/api/orders", headers=bearer(token))
    assert answer.status_code == 200
    assert [order["id"] for order in answer.json] == [1001]


def test_staff_see_every_order(client, backoffice_token):
    answer = client.get("/admin/api/orders", headers=bearer(backoffice_token(scope="orders:read")))
    assert [order["id"] for order in answer.json] == [1001, 1002]


def test_a_token_of_the_other_realm_opens_neither_door(client, storefront_token, backoffice_token):
    for path, token in (
        ("/api/orders", backoffice_token(scope="orders:read")),
        ("/admin/api/orders", storefront_token(scope="orders:read")),
    ):
        answer = client.get(path, headers=bearer(token))
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_whoever_brings_no_token_is_asked_for_one(client):
    answer = client.get("/api/orders")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="storefront"'


def test_a_token_without_the_scope_is_told_which_it_lacks(client, storefront_token):
    answer = client.get("/api/orders", headers=bearer(storefront_token(scope="products:read")))
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
    assert 'scope="orders:read"' in answer.headers["WWW-Authenticate"]


def test_a_token_is_good_until_it_expires(client, mock_idp, storefront_token):
    headers = bearer(storefront_token(scope="orders:read", expires_in=300))
    mock_idp.clock.freeze()
    mock_idp.clock.advance(seconds=298)
    assert client.get("/api/orders", headers=headers).status_code == 200
    mock_idp.clock.advance(seconds=2)
    assert client.get("/api/orders", headers=headers).status_code == 401


@pytest.mark.parametrize("fault", ["wrong-signature", "alg-none", "wrong-audience", "missing-exp"])
def test_a_token_that_lies_is_refused(client, storefront_token, fault):
    answer = client.get("/api/orders", headers=bearer(storefront_token(scope="orders:read", fault=fault)))
    assert answer.status_code == 401


def test_an_outage_of_the_provider_is_not_the_customers_fault(client, mock_idp, storefront_token):
    mock_idp.faults.always("jwks-down", realm="storefront")
    answer = client.get("/api/orders", headers=bearer(storefront_token(scope="orders:read")))
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers


def test_the_app_that_is_deployed_trusts_no_mock(monkeypatch, mock_idp, storefront_token):
    monkeypatch.setenv("PROVIDER", "https://id.example")
    client = from_environment().test_client()
    assert client.get("/api/orders", headers=bearer(storefront_token(scope="orders:read"))).status_code == 401


def test_a_route_that_somebody_adds_elsewhere_is_not_open_to_everybody(mock_idp):
    app = create_app(realms(mock_idp.base_url, trust_mock=True))
    app.get("/debug")(lambda: "everything")
    assert app.test_client().get("/debug").status_code == 404
