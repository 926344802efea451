from typing import Any

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from httpx2 import Response
from visitor import NOON, Visitor, new_provider

from mockidp.memory.store import REGISTERED_CLIENTS
from mockidp.server import MockIdp
from mockidp.settings.config import Config

CALLBACK = "https://a.example/cb"


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(new_provider(Config(registration=True)))


def register(visitor: Visitor, realm: str = "storefront", **metadata: Any) -> Response:
    usual = {"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "client_secret_post"}
    return visitor.http.post(f"/{realm}/register", json={**usual, **metadata})


def registered(visitor: Visitor, **metadata: Any) -> Any:
    response = register(visitor, **metadata)
    assert response.status_code == 201, response.text
    assert response.headers["cache-control"] == "no-store"
    return response.json()


def of(client: Any) -> dict[str, str]:
    return {"client_id": client["client_id"], "client_secret": client["client_secret"]}


def test_it_is_there_only_where_the_configuration_says_so(visitor: Visitor) -> None:
    closed = Visitor()
    assert register(closed).status_code == 404
    for each, there in ((closed, False), (visitor, True)):
        about = each.http.get("/storefront/.well-known/openid-configuration").json()
        assert ("registration_endpoint" in about) == there


@pytest.mark.parametrize("metadata", [{"redirect_uris": ["/x"]}, {"redirect_uris": []}])
def test_an_address_that_is_none_is_refused(visitor: Visitor, metadata: dict[str, Any]) -> None:
    response = register(visitor, **metadata)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_redirect_uri")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"redirect_uris=x", "application/x-www-form-urlencoded"),
        (b"{}", "text/plain"),
        (b"[]", "application/json"),
        (b"{", "application/json"),
    ],
)
def test_what_is_no_json_object_is_refused(visitor: Visitor, body: bytes, kind: str) -> None:
    response = visitor.http.post("/storefront/register", content=body, headers={"Content-Type": kind})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_client_metadata")


def test_too_much_of_it_is_refused(visitor: Visitor) -> None:
    assert register(visitor, nonsense="x" * 70_000).status_code == 413


def test_the_answer_says_everything_that_counts(visitor: Visitor) -> None:
    client = registered(visitor, client_name="App", scope="openid", post_logout_redirect_uris=["https://a.example/"])
    assert client.pop("client_id")
    assert client.pop("client_secret")
    assert client == {
        "client_id_issued_at": NOON,
        "client_secret_expires_at": 0,
        "client_name": "App",
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": ["https://a.example/"],
        "token_endpoint_auth_method": "client_secret_post",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "scope": "openid",
        "id_token_signed_response_alg": "ES256",
        "subject_type": "public",
        "require_pushed_authorization_requests": False,
    }


def test_a_public_client_gets_no_secret(visitor: Visitor) -> None:
    client = registered(visitor, token_endpoint_auth_method="none")
    assert not client.keys() & {"client_secret", "client_secret_expires_at"}
    asked = {"response_type": "code", "client_id": client["client_id"]}
    assert "code_challenge" in visitor.ask(**asked).headers["location"], "it must use PKCE"


def test_a_client_that_must_push_must(visitor: Visitor) -> None:
    client = registered(visitor, require_pushed_authorization_requests=True)
    assert "must+push" in visitor.ask(response_type="code", client_id=client["client_id"]).headers["location"]
    asked = {"response_type": "code", **of(client)}
    assert visitor.http.post("/storefront/par", data=asked).status_code == 201


def test_it_is_a_client_of_that_realm_and_a_stranger_at_the_other(visitor: Visitor) -> None:
    client = registered(visitor)
    asked = {"response_type": "code", "client_id": client["client_id"]}
    answer = visitor.answer("buyer@example.com", **asked)
    tokens = visitor.exchange(grant_type="authorization_code", code=answer["code"], **of(client)).json()
    assert visitor.http.post("/storefront/introspect", data={**of(client), "token": tokens["access_token"]}).json()[
        "active"
    ]
    assert Visitor(visitor.provider, prefix="/admin").ask(**asked).status_code == 404
    assert visitor.http.post("/backoffice/introspect", data={**of(client), "token": "x"}).status_code == 401


def test_it_gets_only_what_it_registered_for(visitor: Visitor) -> None:
    client = registered(visitor, scope="openid")
    answer = visitor.ask(response_type="code", client_id=client["client_id"], scope="openid orders:read")
    assert "invalid_scope" in answer.headers["location"]
    refused = visitor.exchange(grant_type="client_credentials", **of(client))
    assert refused.json()["error"] == "unauthorized_client"
    service = registered(visitor, redirect_uris=[], grant_types=["client_credentials"], scope="orders:read")
    assert visitor.exchange(grant_type="client_credentials", **of(service)).json()["access_token"]


@pytest.mark.parametrize("method", [None, "client_secret_basic", "client_secret_post"])
def test_its_secret_comes_in_the_way_that_it_registered_for_and_in_no_other(
    visitor: Visitor, method: str | None
) -> None:
    body = {"redirect_uris": [CALLBACK], **({"token_endpoint_auth_method": method} if method else {})}
    client = visitor.http.post("/storefront/register", json=body).json()
    proof, token = of(client), {"token": "x"}
    for path in ("/storefront/introspect", "/storefront/revoke"):
        works = {
            "client_secret_basic": visitor.http.post(
                path, data=token, auth=(proof["client_id"], proof["client_secret"])
            ).is_success,
            "client_secret_post": visitor.http.post(path, data={**token, **proof}).is_success,
        }
        assert [way for way, does in works.items() if does] == [method or "client_secret_basic"]
        assert client["token_endpoint_auth_method"] == (method or "client_secret_basic")


def test_it_stands_on_the_start_page_as_text_and_is_forgotten_by_a_reset(visitor: Visitor) -> None:
    client = registered(visitor, client_name="<b>App</b>")
    page = visitor.http.get("/").text
    assert client["client_id"] in page
    assert "&lt;b&gt;App&lt;/b&gt;" in page
    visitor.provider.reset()
    assert client["client_id"] not in visitor.http.get("/").text
    assert visitor.ask(response_type="code", client_id=client["client_id"]).status_code == 404
    assert visitor.exchange(grant_type="authorization_code", code="x", **of(client)).status_code == 401


def test_only_so_many_are_remembered_and_the_configured_ones_always(visitor: Visitor) -> None:
    first = registered(visitor)
    second = registered(visitor)
    for _ in range(REGISTERED_CLIENTS - 1):
        registered(visitor)
    asked = [visitor.ask(response_type="code", client_id=client["client_id"]) for client in (first, second)]
    assert [response.status_code for response in asked] == [404, 302]
    assert visitor.tokens()["access_token"]


def test_everything_that_is_then_advertised_can_be_registered(visitor: Visitor) -> None:
    about = visitor.http.get("/storefront/.well-known/openid-configuration").json()
    for grant in about["grant_types_supported"]:
        assert registered(visitor, grant_types=[grant])["grant_types"] == [grant]
    for method in about["token_endpoint_auth_methods_supported"]:
        assert registered(visitor, token_endpoint_auth_method=method)["token_endpoint_auth_method"] == method
    for scope in about["scopes_supported"]:
        assert registered(visitor, scope=scope)["scope"] == scope


def test_authlibs_client_registers_and_gets_a_token_by_discovery_alone() -> None:
    with MockIdp(registration=True) as idp:
        about = requests.get(f"{idp.issuer('backoffice')}/.well-known/openid-configuration", timeout=9).json()
        wanted = {"client_name": "Job", "grant_types": ["client_credentials"], "scope": "users:read"}
        client = requests.post(about["registration_endpoint"], json=wanted, timeout=9).json()
        session = OAuth2Session(
            client["client_id"],
            client["client_secret"],
            scope=client["scope"],
            token_endpoint_auth_method=client["token_endpoint_auth_method"],
        )
        assert session.fetch_token(about["token_endpoint"], grant_type="client_credentials")["scope"] == "users:read"
