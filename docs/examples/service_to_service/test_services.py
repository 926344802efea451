"""Both services and the provider, each on a socket of its own: who may ask whom, with whose token, for how long."""

import pytest
import requests

from mockidp import MockIdp

from .backoffice import create_backoffice
from .backoffice_client import BackofficeClient
from .realms import realms
from .storefront import create_storefront

SERVICE = {"client_id": "backoffice-service", "client_secret": "backoffice-service-secret"}
STRANGER = {"client_id": "storefront-service", "client_secret": "storefront-service-secret"}


@pytest.fixture
def backoffice(serve, mock_idp):
    return serve(create_backoffice(realms(mock_idp.base_url, trust_mock=True), clock=mock_idp.clock))


@pytest.fixture
def storefront(serve, mock_idp, backoffice):
    client = BackofficeClient(backoffice, issuer=mock_idp.issuer("backoffice"), **SERVICE)
    return serve(create_storefront(realms(mock_idp.base_url, trust_mock=True), client, clock=mock_idp.clock))


def get(address, token):
    return requests.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def token_requests(idp):
    return [seen for seen in idp.requests if seen.path == "/oauth2-token"]


def test_customers_see_their_own_orders_which_another_service_keeps(storefront, storefront_token):
    answer = get(f"{storefront}/api/orders", storefront_token(subject="customer@example.com", scope="orders:read"))
    assert [order["id"] for order in answer.json()] == [1001]


def test_a_customers_token_is_of_no_use_at_the_back_office(backoffice, storefront_token):
    assert get(f"{backoffice}/admin/api/orders", storefront_token(scope="orders:read")).status_code == 401


def test_one_token_serves_many_requests(mock_idp, storefront, storefront_token):
    for _ in range(3):
        assert get(f"{storefront}/api/orders", storefront_token(scope="orders:read")).status_code == 200
    [asked] = token_requests(mock_idp)
    assert asked.client_id == "backoffice-service"
    assert ("grant_type", "client_credentials") in asked.form


def test_a_token_that_has_ended_is_replaced(mock_idp, storefront, storefront_token):
    assert get(f"{storefront}/api/orders", storefront_token(scope="orders:read")).status_code == 200
    mock_idp.clock.advance(hours=2)
    assert get(f"{storefront}/api/orders", storefront_token(scope="orders:read")).status_code == 200
    assert len(token_requests(mock_idp)) == 2


def test_a_token_that_ends_soon_is_replaced_before_it_does(serve):
    with MockIdp(access_token_lifetime="30s") as idp:
        backoffice = serve(create_backoffice(realms(idp.base_url, trust_mock=True)))
        client = BackofficeClient(backoffice, issuer=idp.issuer("backoffice"), **SERVICE)
        assert len(client.orders()) == len(client.orders()) == 2
        assert len(token_requests(idp)) >= 2


def test_a_service_of_the_other_realm_gets_nothing(mock_idp, backoffice):
    client = BackofficeClient(backoffice, issuer=mock_idp.issuer("storefront"), **STRANGER)
    with pytest.raises(requests.HTTPError, match="401"):
        client.orders()


def test_a_wrong_secret_is_no_fault_of_the_customer(serve, mock_idp, backoffice, storefront_token):
    wrong = {**SERVICE, "client_secret": "guessed"}
    client = BackofficeClient(backoffice, issuer=mock_idp.issuer("backoffice"), **wrong)
    storefront = serve(create_storefront(realms(mock_idp.base_url, trust_mock=True), client))
    assert get(f"{storefront}/api/orders", storefront_token(scope="orders:read")).status_code == 502


@pytest.mark.parametrize("fault", ["status=503", "drop"])
def test_a_provider_that_fails_is_no_fault_of_the_customer(mock_idp, storefront, storefront_token, fault):
    token = storefront_token(scope="orders:read")
    mock_idp.faults.always(fault, endpoint="token")
    assert get(f"{storefront}/api/orders", token).status_code == 502
