"""CORS preflights: refused like any request without a token, unless a realm says that they pass."""

from collections.abc import Callable
from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, JWKS, NOW, Doors, mint
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from realmgate import ConfigurationError, Realm, RealmGate, RealmMap, Realms, requires, wsgi
from realmgate.preflight import is_preflight

ORIGIN = ("origin", "https://spa.example")
WANTED = ("access-control-request-method", "PUT")
PREFLIGHT = (ORIGIN, WANTED, ("access-control-request-headers", "authorization"))

DoorTo = Callable[..., Doors]


def test_a_preflight_is_refused_unless_the_realm_says_otherwise(door_to: DoorTo) -> None:
    for doors in (door_to(), door_to(preflight="refuse")):
        answer = doors.ask(method="OPTIONS", headers=PREFLIGHT)
        assert answer.status == 401
        assert answer.header("www-authenticate") == 'Bearer realm="storefront"'


@pytest.mark.parametrize(
    ("method", "authorization", "headers"),
    [
        pytest.param("OPTIONS", (), (), id="a plain OPTIONS"),
        pytest.param("OPTIONS", (), (ORIGIN,), id="no method wanted"),
        pytest.param("OPTIONS", (), (WANTED,), id="no origin"),
        pytest.param("OPTIONS", (), (ORIGIN, ("access-control-request-method", "")), id="an empty method wanted"),
        pytest.param("OPTIONS", (), (("origin", ""), WANTED), id="an empty origin"),
        pytest.param("OPTIONS", (), (ORIGIN, ORIGIN, WANTED), id="two origins"),
        pytest.param("OPTIONS", (), (ORIGIN, WANTED, WANTED), id="two methods wanted"),
        pytest.param("OPTIONS", ("",), PREFLIGHT, id="an empty Authorization"),
        pytest.param("OPTIONS", ("Basic eDp5",), PREFLIGHT, id="credentials of another scheme"),
        pytest.param("OPTIONS", ("Bearer",), PREFLIGHT, id="a scheme without a token"),
        pytest.param("OPTIONS", (f"Bearer {mint(exp=int(NOW))}",), PREFLIGHT, id="an expired token"),
        *[
            pytest.param(method, (), PREFLIGHT, id=method)
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "options", "OPTIONSX", "TRACE", "CONNECT")
        ],
    ],
)
def test_nothing_passes_that_is_not_exactly_a_preflight(
    door_to: DoorTo, method: str, authorization: tuple[str, ...], headers: tuple[tuple[str, str], ...]
) -> None:
    assert door_to(preflight="pass").ask(*authorization, method=method, headers=headers).status == 401


def test_a_preflight_that_passes_is_nobody_in_particular(door_to: DoorTo) -> None:
    answer = door_to(preflight="pass").ask(method="OPTIONS", headers=PREFLIGHT)
    assert answer.status == 200
    assert answer.json["is_authenticated"] is False
    assert answer.json["realm"] == "storefront"
    assert answer.json["scopes"] == []


def test_a_preflight_with_a_good_token_is_who_the_token_says(door_to: DoorTo) -> None:
    for doors in (door_to(), door_to(preflight="pass")):
        assert doors.bearer(mint(), method="OPTIONS", headers=PREFLIGHT).json["is_authenticated"] is True


def test_a_realm_map_lets_pass_only_where_the_realm_says_so(shop: Realms) -> None:
    audience = "https://shop.example/spa"
    open_to_spas = Realms(
        Realm("spa", issuer=ISSUER, audience=audience, keys=JWKS, preflight="pass"),
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS),
    )
    table = {"/spa": open_to_spas["spa"], "/api": open_to_spas["storefront"]}
    doors = Doors(
        asgi=RealmMap(echo, table, elsewhere="refuse"), wsgi=wsgi.RealmMap(echo_wsgi, table, elsewhere="refuse")
    )
    assert doors.ask(path="/spa/x", method="OPTIONS", headers=PREFLIGHT).status == 200
    assert doors.ask(path="/api/x", method="OPTIONS", headers=PREFLIGHT).status == 401


async def echo(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"let in"})


def echo_wsgi(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"let in"]


def test_the_orocommerce_profile_lets_preflights_pass_unless_told_otherwise() -> None:
    def oro(**more: Any) -> Realm:
        return Realm("shop", profile="orocommerce", clients=frozenset({"web"}), keys=JWKS, **more)

    assert oro().passes_preflights
    assert not oro(preflight="refuse").passes_preflights


def test_what_preflight_means_is_one_of_two_words() -> None:
    for odd in ("PASS", "yes", True, ""):
        with pytest.raises(
            ConfigurationError, match='Realm\\(\'storefront\', preflight=…\\): must be "refuse" or "pass"'
        ):
            Realm("storefront", issuer=ISSUER, audience=AUDIENCE, preflight=odd)  # type: ignore[arg-type]


def test_the_marks_are_looked_for_in_headers_of_these_names_only() -> None:
    asked: list[str] = []

    def header(name: str) -> list[str]:
        asked.append(name)
        return [] if name == "authorization" else ["x"]

    assert is_preflight("OPTIONS", header)
    assert asked == ["authorization", "origin", "access-control-request-method"]


# The better way: CORSMiddleware outside the gate.


@requires("orders:read")
async def orders(request: Any) -> PlainTextResponse:
    return PlainTextResponse(request.user.subject)


@pytest.fixture
def client(shop: Realms) -> TestClient:
    gate = RealmGate(Starlette(routes=[Route("/orders", orders)]), realm=shop["storefront"], clock=lambda: NOW)
    cors = Middleware(
        CORSMiddleware,
        allow_origins=["https://spa.example"],
        allow_headers=["Authorization"],
        expose_headers=["WWW-Authenticate"],
    )
    return TestClient(Starlette(routes=[Mount("/api", app=gate)], middleware=[cors]))


def test_outside_the_gate_cors_middleware_answers_preflights_itself(client: TestClient) -> None:
    answer = client.options("/api/orders", headers=dict(PREFLIGHT) | {"access-control-request-method": "GET"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://spa.example"


def test_every_refusal_carries_the_headers_that_let_a_page_read_it(client: TestClient) -> None:
    cases = [({}, 401), ({"authorization": "Bearer x,y"}, 400), ({"authorization": f"Bearer {mint(scope='')}"}, 403)]
    for credentials, status in cases:
        answer = client.get("/api/orders", headers=dict([ORIGIN]) | credentials)
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == "https://spa.example"
        assert answer.headers["access-control-expose-headers"] == "WWW-Authenticate"
        assert answer.headers["www-authenticate"].startswith('Bearer realm="storefront"')


def test_a_websocket_is_never_a_preflight() -> None:
    realms = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, preflight="pass"))
    client = TestClient(RealmGate(Starlette(), realm=realms["storefront"]))
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/", headers=dict(PREFLIGHT)):
        pytest.fail("let in")
