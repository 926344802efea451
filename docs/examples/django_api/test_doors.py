"""The whole project behind its gates, on a real socket, with real tokens."""

import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import requests
from django.core.wsgi import get_wsgi_application

from . import wsgi
from .doors import guarded, realms


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        """Say nothing about each request."""


@pytest.fixture
def serve():
    """Serves a WSGI application until the end of the test, and gives its address."""
    servers = []

    def start(application):
        server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def shop(serve, mock_idp):
    trusting = realms(mock_idp.base_url, trust_mock=True)
    return serve(guarded(get_wsgi_application(), trusting, clock=mock_idp.clock))


def get(address, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.get(address, headers=headers, timeout=30)


def test_each_token_opens_its_own_door(shop, storefront_token, backoffice_token):
    customer = storefront_token(subject="customer@example.com", scope="orders:read")
    staff = backoffice_token(scope="orders:read")
    assert [order["id"] for order in get(f"{shop}/api/orders", customer).json()] == [1001]
    assert [order["id"] for order in get(f"{shop}/admin/api/orders", staff).json()] == [1001, 1002]
    assert get(f"{shop}/api/orders", staff).status_code == 401
    assert get(f"{shop}/admin/api/orders", customer).status_code == 401


def test_whoever_brings_no_token_is_asked_for_one(shop):
    answer = get(f"{shop}/api/orders")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="storefront"'


def test_a_token_without_the_scope_is_told_which_it_lacks(shop, storefront_token):
    answer = get(f"{shop}/api/orders", storefront_token(scope="products:read"))
    assert answer.status_code == 403
    assert 'scope="orders:read"' in answer.headers["WWW-Authenticate"]


def test_a_token_is_good_until_it_expires(shop, mock_idp, storefront_token):
    token = storefront_token(scope="orders:read", expires_in=300)
    assert get(f"{shop}/api/orders", token).status_code == 200
    mock_idp.clock.advance(seconds=300)
    assert get(f"{shop}/api/orders", token).status_code == 401


@pytest.mark.parametrize("fault", ["wrong-signature", "alg-none", "wrong-audience", "missing-exp"])
def test_a_token_that_lies_is_refused(shop, storefront_token, fault):
    assert get(f"{shop}/api/orders", storefront_token(scope="orders:read", fault=fault)).status_code == 401


def test_what_is_deployed_trusts_no_mock(serve, storefront_token):
    assert get(f"{serve(wsgi.application)}/api/orders", storefront_token(scope="orders:read")).status_code == 401
