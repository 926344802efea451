"""Clients that people use against OroCommerce, unchanged, over real sockets: the mock, and an API behind the gate."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from oro_rows import ALL
from starlette.requests import Request
from starlette.responses import JSONResponse

from mockidp import MockIdp
from mockidp.serving.listener import Listener
from realmgate import Realm, RealmMap, Realms

JSON_API = "application/vnd.api+json"


@dataclass
class Installation:
    """The addresses of one OroCommerce, as far as its clients can tell."""

    idp: MockIdp
    api: str

    @property
    def token_url(self) -> str:
        return f"{self.idp.base_url}/oauth2-token"


async def whoever(scope: Any, receive: Any, send: Any) -> None:
    request = Request(scope)
    body = {"data": {"type": "whoever", "id": request.user.subject or request.user.client_id}}
    await JSONResponse(body, media_type=JSON_API)(scope, receive, send)


@pytest.fixture(params=ALL)
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    with MockIdp(dialect="orocommerce", oro_version=request.param, access_token_lifetime="5m") as idp:
        shop = Realms(
            *(
                Realm(
                    realm.name,
                    profile="orocommerce",
                    oro_version=request.param,
                    clients={client.client_id for client in realm.clients},
                    keys=f"{idp.base_url}/mockidp/jwks",
                    deny_list=idp.revoked(realm.name),
                    trust_mock=True,
                )
                for realm in idp.config.realms
            )
        )
        apis = {"/api": shop["storefront"], "/admin/api": shop["backoffice"]}
        listener = Listener("127.0.0.1", 0)
        listener.start(RealmMap(whoever, apis, elsewhere="refuse", clock=idp.clock))
        yield Installation(idp=idp, api=f"http://127.0.0.1:{listener.port}")
        listener.stop()


def session(client: str) -> OAuth2Session:
    """As OroCommerce's own documentation makes one."""
    made = OAuth2Session(client, f"{client}-secret", token_endpoint_auth_method="client_secret_post")
    made.trust_env = False
    return made


def test_the_example_of_orocommerces_documentation_runs_unchanged(installation: Installation) -> None:
    client = session("backoffice-service")
    installation.idp.clock.freeze()

    token = client.fetch_token(installation.token_url, grant_type="client_credentials")
    answer = client.get(f"{installation.api}/admin/api/users", headers={"Accept": JSON_API})

    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == 300
    assert answer.status_code == 200
    assert answer.json()["data"]["id"] == "backoffice-service"
    assert client.get(f"{installation.api}/api/orders").status_code == 401


def test_a_session_refreshes_and_the_token_before_is_dead_at_once(installation: Installation) -> None:
    client = session("storefront-app")
    orders = f"{installation.api}/api/orders"
    user = {"username": "customer@example.com", "password": "customer"}
    first = client.fetch_token(installation.token_url, grant_type="password", **user)
    assert client.get(orders).json()["data"]["id"] == "customer@example.com"

    client.refresh_token(installation.token_url, refresh_token=first["refresh_token"])

    assert client.get(orders).status_code == 200
    client.token = first
    assert client.get(orders).status_code == 401


def test_a_client_that_waits_for_invalid_grant_waits_for_ever(installation: Installation) -> None:
    client = session("storefront-app")
    user = {"username": "customer@example.com", "password": "customer"}
    first = client.fetch_token(installation.token_url, grant_type="password", **user)
    client.refresh_token(installation.token_url, refresh_token=first["refresh_token"])

    with pytest.raises(OAuthError) as refused:
        client.refresh_token(installation.token_url, refresh_token=first["refresh_token"])

    assert refused.value.error == "invalid_request"
