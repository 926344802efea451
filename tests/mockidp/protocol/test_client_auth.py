import base64
from collections.abc import Sequence
from urllib.parse import quote_plus

import pytest
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from starlette.datastructures import Headers

from mockidp.protocol.client_auth import ClientRefused, authenticate
from mockidp.provider import Provider
from mockidp.settings.config import Client, Config, Realm

ALL = ("client_secret_basic", "client_secret_post", "none")
SITES = Provider(
    Config(
        realms=(
            Realm(
                name="shop",
                clients=(
                    Client(client_id="web", client_secret="web secret:+%ü"),
                    Client(client_id="a:b%c", client_secret="x"),
                    Client(client_id="app"),
                    Client(client_id="head", client_secret="h", token_endpoint_auth_method="client_secret_basic"),
                    Client(client_id="body", client_secret="b", token_endpoint_auth_method="client_secret_post"),
                ),
            ),
        )
    ),
    base_url="https://id.example",
).sites


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def encoded(client_id: str, secret: str) -> dict[str, str]:
    return basic(quote_plus(client_id), quote_plus(secret))


def found(headers: dict[str, str] | None = None, methods: Sequence[str] = ALL, **parameters: str) -> tuple[str, str]:
    registration, method = authenticate(SITES, Headers(headers or {}), parameters, methods)
    return registration.get_client_id(), method


SECRET = "web secret:+%ü"


def test_a_client_proves_itself_in_the_header_in_the_body_or_is_public() -> None:
    assert found(encoded("web", SECRET)) == ("web", "client_secret_basic")
    assert found(encoded("web", SECRET), client_id="web") == ("web", "client_secret_basic")
    assert found(client_id="web", client_secret=SECRET) == ("web", "client_secret_post")
    assert found(client_id="app") == ("app", "none")


def test_id_and_secret_in_the_header_are_form_urlencoded_each() -> None:
    assert found(encoded("a:b%c", "x")) == ("a:b%c", "client_secret_basic")
    with pytest.raises(ClientRefused):
        found(basic("a:b%c", "x"))
    with pytest.raises(ClientRefused):
        found(basic("web", SECRET))


def test_the_scheme_has_no_case() -> None:
    header = encoded("web", SECRET)["Authorization"]
    assert found({"Authorization": header.replace("Basic", "bAsIc")}) == ("web", "client_secret_basic")


@pytest.mark.parametrize(
    ("headers", "parameters"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({}, {"client_id": "nobody"}, id="unknown"),
        pytest.param({}, {"client_id": "nobody", "client_secret": "x"}, id="unknown with a secret"),
        pytest.param({}, {"client_id": "web"}, id="no secret"),
        pytest.param({}, {"client_id": "web", "client_secret": "wrong"}, id="wrong secret"),
        pytest.param({}, {"client_secret": SECRET}, id="secret alone"),
        pytest.param({}, {"client_id": "app", "client_secret": "x"}, id="a public client with a secret"),
        pytest.param(basic("app", ""), {}, id="a public client with Basic"),
        pytest.param(basic("app", "x"), {}, id="a public client with Basic and a secret"),
        pytest.param(basic("nobody", "x"), {}, id="unknown with Basic"),
        pytest.param(basic("web", ""), {}, id="Basic without a secret"),
        pytest.param(basic("web", "wrong"), {}, id="Basic with a wrong secret"),
        pytest.param(basic("web", "%zz"), {}, id="broken percent sign"),
        pytest.param(basic("web", "%ff"), {}, id="not UTF-8 inside"),
        pytest.param({"Authorization": "Basic"}, {}, id="Basic alone"),
        pytest.param({"Authorization": "Basic !!!"}, {}, id="not base64"),
        pytest.param({"Authorization": "Basic ü"}, {}, id="not ASCII"),
        pytest.param({"Authorization": "Basic " + base64.b64encode(b"\xff:\xff").decode()}, {}, id="not UTF-8"),
        pytest.param({"Authorization": "Basic " + base64.b64encode(b"web").decode()}, {}, id="no colon"),
        pytest.param({"Authorization": "Bearer x"}, {}, id="another scheme"),
        pytest.param({"Authorization": ""}, {"client_id": "app"}, id="empty header"),
    ],
)
def test_whatever_fails_the_answer_is_the_same(headers: dict[str, str] | None, parameters: dict[str, str]) -> None:
    with pytest.raises(ClientRefused) as caught:
        found(headers, **parameters)
    assert (caught.value.status_code, caught.value.description) == (401, "Client authentication failed.")
    assert dict(caught.value.get_headers())["WWW-Authenticate"].startswith('Basic realm="')


def test_two_ways_at_once_are_refused() -> None:
    with pytest.raises(InvalidRequestError, match="one way only"):
        found(encoded("web", SECRET), client_secret=SECRET)
    with pytest.raises(InvalidRequestError, match="one way only"):
        found(encoded("web", SECRET), client_id="web", client_secret=SECRET)
    with pytest.raises(InvalidRequestError, match="different clients"):
        found(encoded("web", SECRET), client_id="app")
    twice = Headers(raw=[(b"authorization", encoded("web", SECRET)["Authorization"].encode())] * 2)
    with pytest.raises(InvalidRequestError, match="one way only"):
        authenticate(SITES, twice, {}, ALL)


@pytest.mark.parametrize("method", ALL)
def test_a_method_that_the_grant_does_not_take_is_refused(method: str) -> None:
    ways = {
        "client_secret_basic": (encoded("web", SECRET), {}),
        "client_secret_post": ({}, {"client_id": "web", "client_secret": SECRET}),
        "none": ({}, {"client_id": "app"}),
    }
    headers, parameters = ways[method]
    with pytest.raises(ClientRefused):
        found(headers, methods=[other for other in ALL if other != method], **parameters)


def test_a_client_that_is_to_show_its_secret_in_one_way_may_not_in_the_other() -> None:
    assert found(encoded("head", "h")) == ("head", "client_secret_basic")
    assert found(client_id="body", client_secret="b") == ("body", "client_secret_post")
    with pytest.raises(ClientRefused, match="has to be authenticated by client_secret_basic"):
        found(client_id="head", client_secret="h")
    with pytest.raises(ClientRefused, match="has to be authenticated by client_secret_post"):
        found(encoded("body", "b"))
    with pytest.raises(ClientRefused, match="Client authentication failed"):
        found(client_id="head", client_secret="guessed")
