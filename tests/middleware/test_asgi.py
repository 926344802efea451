"""What is the ASGI door's own: kinds of connections, what the app behind is told, what is left alone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from both_doors import ADMIN_AUDIENCE, NOW, ask_asgi, mint
from fastapi import FastAPI, Request
from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, SimpleUser, requires
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from realmgate import NoGate, RealmGate, RealmMap, Realms, principal_of

Guarding = Callable[[Any, Realms], Any]


def one_realm(app: Any, shop: Realms) -> RealmGate:
    return RealmGate(app, realm=shop["storefront"], clock=lambda: NOW)


def by_prefix(app: Any, shop: Realms) -> RealmMap:
    return RealmMap(app, {"/api": shop["storefront"]}, elsewhere="open", clock=lambda: NOW)


@pytest.fixture(params=[one_realm, by_prefix])
def guarding(request: pytest.FixtureRequest) -> Guarding:
    found: Guarding = request.param
    return found


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def who(request: Request) -> JSONResponse:
    user = request.user
    return JSONResponse(
        {"user": user.display_name, "authenticated": user.is_authenticated, "scopes": sorted(request.auth.scopes)}
    )


def test_lifespan_passes(guarding: Guarding, shop: Realms) -> None:
    story: list[str] = []

    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        story.append("up")
        yield
        story.append("down")

    with TestClient(guarding(Starlette(lifespan=lifespan), shop)):
        assert story == ["up"]
    assert story == ["up", "down"]


@pytest.mark.parametrize("kind", ["rpc", "", "http2", "HTTP", "webtransport", None])
def test_a_kind_of_connection_that_nobody_knows_is_refused(guarding: Guarding, shop: Realms, kind: Any) -> None:
    called: list[Any] = []

    async def app(*args: Any) -> None:
        called.append(args)

    async def nothing(*_: Any) -> Any:
        called.append("nothing")

    with pytest.raises(ValueError, match="does not know how to guard"):
        asyncio.run(guarding(app, shop)({"type": kind, "path": "/api", "headers": []}, nothing, nothing))
    assert not called


@pytest.mark.parametrize(
    "seen_as", [tuple, iter, lambda headers: filter(None, headers)], ids=["tuple", "iterator", "filter"]
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_headers_may_be_anything_that_can_be_gone_through_even_once(
    guarding: Guarding, shop: Realms, kind: str, seen_as: Callable[[Any], Any]
) -> None:
    """The ASGI specification says no more of them, and middleware outside may well leave a `filter`."""
    told: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        told.append((principal_of(scope).subject, list(scope["headers"])))

    gate = guarding(app, shop)
    headers = [(b"host", b"shop.example"), (b"authorization", b"Bearer " + mint().encode())]
    for _ in range(2):
        scope = {"type": kind, "method": "GET", "path": "/api", "headers": seen_as(headers), "subprotocols": []}
        asyncio.run(gate(scope, None, None))
    assert told == [("customer@example.com", headers)] * 2


def test_three_lines_wrap_a_starlette_app(shop: Realms) -> None:
    app = Starlette(routes=[Route("/", who)])
    client = TestClient(RealmGate(app, realm=shop["storefront"], clock=lambda: NOW))
    assert client.get("/").status_code == 401
    assert client.get("/", headers=bearer(mint(name="Casey"))).json() == {
        "user": "Casey",
        "authenticated": True,
        "scopes": ["authenticated", "orders:read", "products:read"],
    }


def test_three_lines_wrap_a_fastapi_app(shop: Realms) -> None:
    app = FastAPI()
    app.add_api_route("/", who, response_model=None)
    app.add_middleware(RealmGate, realm=shop["storefront"], clock=lambda: NOW)
    client = TestClient(app)
    assert client.get("/").status_code == 401
    assert client.get("/", headers=bearer(mint())).json()["user"] == "customer@example.com"


def test_mounts_have_a_realm_each(shop: Realms) -> None:
    gates = {name: Middleware(RealmGate, realm=shop[name], clock=lambda: NOW) for name in shop}
    app = Starlette(
        routes=[
            Mount("/api", routes=[Route("/who", who)], middleware=[gates["storefront"]]),
            Mount("/admin/api", routes=[Route("/who", who)], middleware=[gates["backoffice"]]),
        ]
    )
    shop.audit(app)
    client = TestClient(app)
    tokens = {"/api/who": mint(), "/admin/api/who": mint(aud=ADMIN_AUDIENCE)}
    for path in tokens:
        for owner, token in tokens.items():
            assert client.get(path, headers=bearer(token)).status_code == (200 if path == owner else 401)


def test_starlette_s_own_requires_works_behind_a_gate(shop: Realms) -> None:
    async def orders(request: Request) -> JSONResponse:
        return JSONResponse([])

    routes = [Route("/may", requires("orders:read")(orders)), Route("/may-not", requires("orders:write")(orders))]
    routes.append(Route("/somebody", requires("authenticated")(orders)))
    client = TestClient(RealmGate(Starlette(routes=routes), realm=shop["storefront"], clock=lambda: NOW))
    statuses = [client.get(path, headers=bearer(mint())).status_code for path in ("/may", "/may-not", "/somebody")]
    assert statuses == [200, 403, 200]


class Pretender:
    """Middleware outside the gate that makes everybody an administrator."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope["user"] = SimpleUser("admin")
        scope["auth"] = AuthCredentials(["authenticated", "admin"])
        await self.app(scope, receive, send)


@pytest.mark.parametrize(
    ("path", "headers", "seen"),
    [
        pytest.param("/api/x", bearer(mint()), "customer@example.com", id="somebody else"),
        pytest.param("/x", bearer(mint()), "", id="nobody, outside the realms"),
        pytest.param("/x", {}, "", id="nobody without a token"),
    ],
)
def test_what_others_say_of_the_user_is_overwritten(
    shop: Realms, path: str, headers: dict[str, str], seen: str
) -> None:
    app = Pretender(by_prefix(Starlette(routes=[Route("/{rest:path}", who)]), shop))
    answer = TestClient(app).get(path, headers=headers).json()
    assert answer["user"] == seen
    assert "admin" not in answer["scopes"]
    assert ("authenticated" in answer["scopes"]) is answer["authenticated"] is bool(seen)


def test_where_no_gate_stands_nobody_is_asked_for(shop: Realms) -> None:
    async def handler(request: Request) -> JSONResponse:
        return JSONResponse({"subject": principal_of(request).subject})

    app = Starlette(routes=[Route("/", handler)])
    with pytest.raises(NoGate, match="wrap the app in a RealmGate"):
        TestClient(app).get("/")
    with pytest.raises(NoGate):
        TestClient(Pretender(app)).get("/")
    assert TestClient(one_realm(app, shop)).get("/", headers=bearer(mint())).json() == {
        "subject": "customer@example.com"
    }


def test_bodies_pass_both_ways_as_they_come(shop: Realms) -> None:
    async def echo(request: Request) -> StreamingResponse:
        pieces = [piece async for piece in request.stream()]
        return StreamingResponse(iter(pieces), headers={"x-own": "1", "content-type": "text/plain"})

    client = TestClient(one_realm(Starlette(routes=[Route("/", echo, methods=["POST"])]), shop))
    answer = client.post("/", content=iter([b"a", b"b" * 100_000]), headers=bearer(mint()))
    assert answer.content == b"a" + b"b" * 100_000
    assert answer.headers["x-own"] == "1"


def test_a_refusal_does_not_wait_for_the_body(shop: Realms) -> None:
    async def never(*_: Any) -> Any:
        raise AssertionError("nobody should be asked")

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message["type"])

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-length", b"1000000")]}
    asyncio.run(one_realm(never, shop)(scope, never, send))
    assert sent == ["http.response.start", "http.response.body"]


def test_what_the_app_raises_comes_out(shop: Realms) -> None:
    async def broken(*_: Any) -> None:
        raise LookupError("the app's own")

    with pytest.raises(LookupError, match="the app's own"):
        asyncio.run(ask_asgi(one_realm(broken, shop), [("authorization", f"Bearer {mint()}")]))
