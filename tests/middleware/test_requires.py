"""What a handler asks of who is there: through both doors, and in frameworks that know neither of us."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial, wraps
from typing import Annotated, Any

import pytest
from both_doors import NOW, Answer, Doors, asgi_app, mint, wsgi_app
from fastapi import Depends, FastAPI
from starlette.applications import Starlette
from starlette.authentication import requires as starlettes_requires
from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from realmgate import NoGate, RealmGate, RealmMap, Realms, principal_of, refusal_for, requires, wsgi

TOKEN = mint(scope="orders:read products:read", roles=["clerk"])


def doors_behind(shop: Realms, *scopes: Any, **more: Any) -> Doors:
    """The same demand made of a Starlette handler and of a WSGI callable."""

    @requires(*scopes, **more)
    async def handler(request: Request) -> PlainTextResponse:
        return PlainTextResponse("let in", headers={"x-seen": request.user.subject})

    @wsgi.requires(*scopes, **more)
    def app(environ: Any, start_response: Any) -> list[bytes]:
        seen = principal_of(environ).subject
        headers = [("x-seen", seen), ("content-length", "6"), ("content-type", "text/plain; charset=utf-8")]
        start_response("200 OK", headers)
        return [b"let in"]

    async def routed(scope: Any, receive: Any, send: Any) -> None:
        await (await handler(Request(scope, receive)))(scope, receive, send)

    return Doors(
        asgi=RealmGate(routed, realm=shop["storefront"], clock=lambda: NOW),
        wsgi=wsgi.RealmGate(app, realm=shop["storefront"], clock=lambda: NOW),
    )


@pytest.mark.parametrize(
    ("scopes", "more", "named"),
    [
        ("orders:write", {}, 'scope="orders:write"'),
        ("orders:read orders:write", {}, 'scope="orders:read orders:write"'),
        (["admin", "orders:write"], {}, 'scope="admin"'),
        ("ORDERS:READ", {}, 'scope="ORDERS:READ"'),
        ("orders:rea", {}, 'scope="orders:rea"'),
        ("orders:read", {"roles": "admin"}, 'error="insufficient_scope"'),
        ("", {"roles": ["admin", "clerk admin"]}, 'error="insufficient_scope"'),
    ],
)
def test_who_holds_too_little_is_told_what_would_do(shop: Realms, scopes: Any, more: Any, named: str) -> None:
    answer: Answer = doors_behind(shop, scopes, **more).bearer(TOKEN)
    assert answer.status == 403
    challenge = answer.header("www-authenticate") or ""
    assert challenge.startswith('Bearer realm="storefront", error="insufficient_scope", error_description="')
    assert named in challenge
    assert ("scope=" in challenge) is named.startswith("scope=")


@pytest.mark.parametrize(
    ("scopes", "more"),
    [
        ("", {}),
        ("orders:read", {}),
        ("orders:read products:read", {}),
        (["admin", "products:read"], {}),
        ("orders:read", {"roles": "clerk"}),
        ("", {"roles": ["admin", "clerk"]}),
    ],
)
def test_who_holds_enough_gets_through(shop: Realms, scopes: Any, more: Any) -> None:
    assert doors_behind(shop, scopes, **more).bearer(TOKEN).status == 200


async def no_gate_asgi(request: Request) -> None:
    pytest.fail("let in")


def test_where_no_gate_stands_nobody_gets_through(shop: Realms) -> None:
    handler, app = requires("x")(no_gate_asgi), wsgi.requires("x")(wsgi_app)
    for request in ({"type": "http", "user": object()}, {"type": "http", "realmgate.principal": "admin"}):
        with pytest.raises(NoGate):
            principal_of(request)
        with pytest.raises(NoGate):
            handler(Request(request)).send(None)
    for environ in ({"REMOTE_USER": "admin"}, {"HTTP_REALMGATE.PRINCIPAL": "admin"}):
        with pytest.raises(NoGate):
            app(environ, None)


def test_outside_all_realms_nobody_can_be_asked_for_a_token(shop: Realms) -> None:
    seen: list[Any] = []

    async def note(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)
        await asgi_app(scope, receive, send)

    client = TestClient(RealmMap(note, {"/api": shop["storefront"]}, elsewhere="open"))
    assert client.get("/elsewhere").json()["is_authenticated"] is False
    with pytest.raises(NoGate, match="no realm"):
        refusal_for(seen[0], "orders:read")


def test_a_blocking_handler_is_guarded_in_the_same_way(shop: Realms) -> None:
    @requires("orders:write")
    def write(request: Request) -> PlainTextResponse:
        raise AssertionError

    @requires("orders:read")
    def read(*, request: Request) -> PlainTextResponse:
        return PlainTextResponse("let in")

    async def reads(request: Request) -> PlainTextResponse:
        answer: PlainTextResponse = read(request=request)
        return answer

    app = Starlette(routes=[Route("/write", write), Route("/read", reads)])
    client = TestClient(RealmGate(app, realm=shop["storefront"], clock=lambda: NOW))
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert client.get("/write", headers=headers).status_code == 403
    assert client.get("/read", headers=headers).text == "let in"


def test_a_connection_that_is_neither_request_nor_websocket_cannot_be_answered(shop: Realms) -> None:
    @requires("orders:write")
    async def handler(request: HTTPConnection) -> None:
        raise AssertionError

    scope, _ = scope_and_environ(shop, TOKEN)
    with pytest.raises(TypeError):
        asyncio.run(handler(HTTPConnection(scope)))


def test_a_guarded_wsgi_app_keeps_its_name_and_takes_on_nothing_else() -> None:
    class App:
        """An app that is an object."""

        gate = "its own business"

        def __init__(self) -> None:
            self.app = "also its own"

        def __call__(self, environ: Any, start_response: Any) -> Any:
            raise AssertionError

    guarded = wsgi.requires("orders:read")(App())
    assert guarded.__doc__ == "An app that is an object."
    assert not hasattr(guarded, "app")
    assert not hasattr(guarded, "gate")


class Foreign:
    """A request of a framework that we know nothing of."""

    def __init__(self, **held: Any) -> None:
        self.__dict__.update(held)


def scope_and_environ(shop: Realms, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the doors hand to the app behind."""
    seen: list[dict[str, Any]] = []

    async def note(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)
        await asgi_app(scope, receive, send)

    def note_wsgi(environ: Any, start_response: Any) -> Any:
        seen.append(environ)
        return wsgi_app(environ, start_response)

    Doors(
        asgi=RealmGate(note, realm=shop["storefront"], clock=lambda: NOW),
        wsgi=wsgi.RealmGate(note_wsgi, realm=shop["storefront"], clock=lambda: NOW),
    ).bearer(token)
    return seen[0], seen[1]


def test_any_request_that_holds_a_scope_or_an_environ_can_be_asked(shop: Realms) -> None:
    scope, environ = scope_and_environ(shop, TOKEN)
    requests = (scope, environ, HTTPConnection(scope), Foreign(scope=scope), Foreign(environ=environ, scope=None))
    answers = []
    for request in requests:
        assert principal_of(request).subject == "customer@example.com"
        assert refusal_for(request, "orders:read") is None
        refusal = refusal_for(request, "orders:write")
        assert refusal is not None
        answers.append(refusal)
    assert answers[0].status == 403
    assert set(answers) == {answers[0]}


@pytest.mark.parametrize("odd", [None, "request", 1, Foreign(), Foreign(scope="x", environ=None)])
def test_anything_else_is_no_request(odd: Any) -> None:
    for ask in (principal_of, refusal_for):
        with pytest.raises(TypeError, match="neither"):
            ask(odd)


def test_a_view_of_another_framework_is_told_where_to_go(shop: Realms) -> None:
    _, environ = scope_and_environ(shop, TOKEN)

    @requires("orders:read")
    def view(request: Any) -> str:
        return "let in"

    with pytest.raises(TypeError, match="refusal_for"):
        view(Foreign(environ=environ))


ODD = [
    *({name: odd} for name in ("scopes", "roles") for odd in ([], [1], 1, None, {"a"}, b"a", [""], ["a", " "])),
    *({"scopes": odd} for odd in ('a"b', "a\\", "orders:lösen", ["a", "заказы"])),
    *({"acr": odd} for odd in (1, {"a"}, b"a", [], (), [1], ["a", None], "", "a b", 'a"b', "é")),
    *({"max_age": odd} for odd in ("5", -1, True, 5.0, [5], float("nan"))),
]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_what_cannot_be_asked_for_is_refused_where_it_is_written_by_the_name_of_the_argument(
    shop: Realms, odd: dict[str, Any]
) -> None:
    (argument,) = odd
    scope, environ = scope_and_environ(shop, TOKEN)
    for ask in (requires, wsgi.requires, partial(refusal_for, scope), partial(refusal_for, environ)):
        with pytest.raises(TypeError, match=f"^{argument}= takes "):
            ask(**odd)


def test_a_handler_without_a_request_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="request or websocket"):
        requires("x")(lambda nothing: nothing)


# What Starlette brings along.


@starlettes_requires("orders:read")
async def reads(request: Request) -> JSONResponse:
    return JSONResponse([request.user.display_name, sorted(request.auth.scopes)])


@starlettes_requires(["authenticated", "orders:write"])
async def writes(request: Request) -> JSONResponse:
    raise AssertionError


@starlettes_requires("authenticated")
def blocking(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.user.identity)


def test_starlettes_own_decorator_and_user_work(shop: Realms) -> None:
    routes = [Route("/reads", reads), Route("/writes", writes), Route("/blocking", blocking)]
    client = TestClient(RealmGate(Starlette(routes=routes), realm=shop["storefront"], clock=lambda: NOW))
    headers = {"authorization": f"Bearer {TOKEN}"}
    answer = client.get("/reads", headers=headers).json()
    assert answer == ["customer@example.com", ["authenticated", "orders:read", "products:read"]]
    assert client.get("/writes", headers=headers).status_code == 403
    assert client.get("/blocking", headers=headers).text == "customer@example.com"


async def listen(websocket: WebSocket) -> None:
    await websocket.accept()


@pytest.mark.parametrize(("token", "code"), [(mint(), 3003)])
def test_a_websocket_without_the_denial_extension_is_closed_as_forbidden(shop: Realms, token: str, code: int) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await requires("orders:write")(listen)(WebSocket(scope, receive, send))

    headers = [(b"authorization", b"Bearer " + token.encode())]
    scope = {"type": "websocket", "path": "/", "headers": headers, "subprotocols": []}
    gate = RealmGate(app, realm=shop["storefront"], clock=lambda: NOW)
    asyncio.run(gate(scope, receive, send))
    assert [(message["type"], message.get("code")) for message in sent] == [("websocket.close", code)]


def test_a_view_that_takes_no_request_is_told_what_to_use_instead() -> None:
    with pytest.raises(TypeError, match=r"refusal_for\(request, …\).*realmgate\.wsgi\.requires.*howto/wsgi\.md"):

        @requires("orders:read")
        def orders() -> str:
            return "orders"


# What is not the route's own handler: what it returns is no answer, so a refusal must not be returned.


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def client_of(shop: Realms, app: Any, *, deniable: bool = True) -> TestClient:
    """A client of the app behind the storefront's gate, where the server can, or cannot, deny a WebSocket."""
    gate = RealmGate(app, realm=shop["storefront"], clock=lambda: NOW)

    async def served(scope: Any, receive: Any, send: Any) -> None:
        await gate(scope if deniable else {**scope, "extensions": {}}, receive, send)

    return TestClient(served)


@requires("orders:write")
async def awaited(request: Request) -> str:
    return str(request.user.subject)


@requires("orders:write")
def held_up(request: Request) -> str:
    return str(request.user.subject)


@requires("orders:write")
async def awaited_and_tidied_up(request: Request) -> AsyncIterator[str]:
    yield request.user.subject


@requires("orders:write")
def tidied_up(request: Request) -> Iterator[str]:
    yield request.user.subject


@requires("orders:write")
async def listening(websocket: WebSocket) -> str:
    return str(websocket.user.subject)


@requires("orders:write")
def listening_blocking(websocket: WebSocket) -> str:
    return str(websocket.user.subject)


@pytest.mark.parametrize("dependency", [awaited, held_up, awaited_and_tidied_up, tidied_up])
def test_a_route_never_runs_whose_dependency_refuses(shop: Realms, dependency: Any) -> None:
    app, seen = FastAPI(), []

    @app.get("/orders")
    def orders(who: Annotated[Any, Depends(dependency)]) -> str:
        seen.append(who)
        return "ran"

    @app.get("/news", dependencies=[Depends(dependency)])
    def news() -> str:
        seen.append("news")
        return "ran"

    client = client_of(shop, app)
    for path in ("/orders", "/news"):
        refused = client.get(path, headers=bearer(TOKEN))
        assert refused.status_code == 403
        assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
        assert 'scope="orders:write"' in refused.headers["www-authenticate"]
        assert refused.headers["cache-control"] == "no-store"
    assert seen == []
    assert client.get("/orders", headers=bearer(mint(scope="orders:write"))).json() == "ran"
    assert seen == ["customer@example.com"]


@pytest.mark.parametrize("dependency", [listening, listening_blocking])
def test_a_websocket_route_never_runs_whose_dependency_refuses(shop: Realms, dependency: Any) -> None:
    app, seen = FastAPI(), []

    @app.websocket("/listen")
    async def listen(websocket: WebSocket, who: Annotated[Any, Depends(dependency)]) -> None:
        seen.append(who)
        await websocket.accept()
        await websocket.close()

    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        client_of(shop, app).websocket_connect("/listen", headers=bearer(TOKEN)),
    ):
        pytest.fail("let in")
    assert denied.value.status_code == 403
    assert 'scope="orders:write"' in denied.value.headers["www-authenticate"]
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        client_of(shop, app, deniable=False).websocket_connect("/listen", headers=bearer(TOKEN)),
    ):
        pytest.fail("let in")
    assert closed.value.code == 3003
    assert seen == []
    with client_of(shop, app).websocket_connect("/listen", headers=bearer(mint(scope="orders:write"))):
        assert seen == ["customer@example.com"]


def test_an_answer_that_is_yielded_bit_by_bit_is_refused_before_it_begins(shop: Realms) -> None:
    app = FastAPI()

    @app.get("/awaited")
    @requires("orders:write")
    async def awaited(request: Request) -> AsyncIterator[dict[str, str]]:
        yield {"subject": request.user.subject}

    @app.get("/blocking")
    @requires("orders:write")
    def blocking(request: Request) -> Iterator[dict[str, str]]:
        yield {"subject": request.user.subject}

    client = client_of(shop, app)
    for path in ("/awaited", "/blocking"):
        refused = client.get(path, headers=bearer(TOKEN))
        assert refused.status_code == 403
        assert 'scope="orders:write"' in refused.headers["www-authenticate"]
        answer = client.get(path, headers=bearer(mint(scope="orders:write")))
        assert (answer.status_code, answer.json()) == (200, {"subject": "customer@example.com"})


def test_a_function_that_a_handler_calls_does_not_return_a_refusal_as_if_it_were_a_result(shop: Realms) -> None:
    async def orders(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"orders of {await awaited(request)}")

    client = client_of(shop, Starlette(routes=[Route("/", orders)]))
    refused = client.get("/", headers=bearer(TOKEN))
    assert refused.status_code == 403
    assert 'scope="orders:write"' in refused.headers["www-authenticate"]
    assert client.get("/", headers=bearer(mint(scope="orders:write"))).text == "orders of customer@example.com"


@requires("orders:write")
async def write(request: Request, *_: Any) -> Response:
    raise AssertionError(request)


def noted(handler: Callable[..., Any]) -> Callable[..., Any]:
    """What any decorator does that keeps the name."""

    @wraps(handler)
    async def noting(*args: Any, **named: Any) -> Any:
        return await handler(*args, **named)

    return noting


class Orders(HTTPEndpoint):
    """A class of handlers, and one whose methods are routes of their own."""

    @requires("orders:write")
    async def get(self, request: Request) -> Response:
        raise AssertionError(request)

    @classmethod
    @requires("orders:write")
    async def listed(cls, request: Request) -> Response:
        raise AssertionError(request)


@pytest.mark.parametrize(
    "endpoint",
    [write, partial(write), noted(write), partial(noted(noted(write))), Orders, Orders.listed],
    ids=["function", "partial", "decorated", "all of it", "class", "method"],
)
def test_the_routes_own_handler_answers_in_the_words_of_the_gate(shop: Realms, endpoint: Any) -> None:
    answer = client_of(shop, Starlette(routes=[Route("/", endpoint)])).get("/", headers=bearer(TOKEN))
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "The access token does not allow this"


class OnlyWriters(BaseHTTPMiddleware):
    """Middleware of one's own."""

    @requires("orders:write")
    async def dispatch(self, request: Request, call_next: Any) -> Response:
        raise AssertionError(request, call_next)


@pytest.mark.parametrize("prefix", ["", "/shop"])
def test_middleware_answers_in_the_words_of_the_gate_wherever_its_app_is_mounted(shop: Realms, prefix: str) -> None:
    app = Starlette(routes=[Route("/", write)], middleware=[Middleware(OnlyWriters)])
    client = client_of(shop, Starlette(routes=[Mount(prefix, app)]) if prefix else app)
    answer = client.get(f"{prefix}/", headers=bearer(TOKEN))
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_handler_that_is_an_object_never_runs_whose_dependency_refuses(shop: Realms) -> None:
    class Answering:
        def __call__(self, who: Annotated[Any, Depends(awaited)]) -> str:
            raise AssertionError(who)

    app = FastAPI()
    app.get("/")(Answering())
    assert client_of(shop, app).get("/", headers=bearer(TOKEN)).status_code == 403


def test_a_websocket_that_is_open_already_is_closed_as_forbidden(shop: Realms) -> None:
    class Listen(WebSocketEndpoint):
        encoding = "text"

        @requires("orders:write")
        async def on_receive(self, websocket: WebSocket, data: str) -> None:
            raise AssertionError(data)

    with client_of(shop, Starlette(routes=[WebSocketRoute("/", Listen)])).websocket_connect(
        "/", headers=bearer(TOKEN)
    ) as websocket:
        websocket.send_text("a bit of an order")
        assert websocket.receive() == {"type": "websocket.close", "code": 3003, "reason": ""}
