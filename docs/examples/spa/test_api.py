"""The APIs as scripts meet them: who may ask, from which page, and what of a refusal they may read."""

import pytest
from starlette.testclient import TestClient

from .api import create_api, realms

PAGE = "https://shop.example"


@pytest.fixture
def client(mock_idp):
    return TestClient(create_api(realms(mock_idp.base_url, trust_mock=True), page=PAGE, clock=mock_idp.clock))


def test_the_page_may_ask_and_sees_what_it_asked_for(client, storefront_token):
    token = storefront_token(subject="customer@example.com", scope="orders:read")
    answer = client.get("/api/orders", headers={"Origin": PAGE, "Authorization": f"Bearer {token}"})
    assert [order["id"] for order in answer.json()] == [1001, 1003]
    assert answer.headers["access-control-allow-origin"] == PAGE


def test_a_refusal_can_be_read_by_the_page(client, backoffice_token):
    headers = {"Origin": PAGE, "Authorization": f"Bearer {backoffice_token(scope='orders:read')}"}
    answer = client.get("/api/orders", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert answer.headers["access-control-expose-headers"] == "WWW-Authenticate"


def test_a_page_of_another_origin_gets_nothing(client):
    asks = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    assert client.options("/api/orders", headers={"Origin": PAGE, **asks}).status_code == 200
    refused = client.options("/api/orders", headers={"Origin": "https://evil.example", **asks})
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in refused.headers
