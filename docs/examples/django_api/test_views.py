"""The views alone, with Django's test client. It does not go through wsgi.py, so a test says who is asking."""

from contextlib import contextmanager

from django.test import Client

from realmgate.testing import planted, principal_for


@contextmanager
def client_of(realm, **who):
    """Django's client, whose requests look as if the gate had let this principal in."""
    client = Client()
    handler = client.handler
    with planted(lambda environ, _: handler(environ), principal_for(realm, **who)) as behind_the_gate:
        client.handler = lambda environ: behind_the_gate(environ, None)
        yield client


def test_customers_see_their_own_orders():
    with client_of("storefront", subject="customer@example.com", scopes="orders:read") as client:
        assert [order["id"] for order in client.get("/api/orders").json()] == [1001]


def test_a_scope_is_needed():
    with client_of("storefront", subject="customer@example.com", scopes="products:read") as client:
        answer = client.get("/api/orders")
    assert answer.status_code == 403
    assert 'scope="orders:read"' in answer["WWW-Authenticate"]


def test_orders_are_only_read():
    with client_of("backoffice", subject="admin", scopes="orders:read") as client:
        assert client.get("/admin/api/orders").status_code == 200
        assert client.post("/admin/api/orders").status_code == 405
