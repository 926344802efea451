"""WebSockets: where the token travels, what a refused handshake shows, and the end that comes with the token's."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, NOW, mint
from sockets import serving
from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from realmgate import Realm, RealmGate, RealmMap, Realms, principal_of, requires
from realmgate.open_connection import CLOSE_UNAUTHORIZED, OpenConnection

TOKEN = mint()


class Fuse:
    """A clock that stands still, so many seconds before the usual token's end, until it is lit; then it runs."""

    def __init__(self, seconds: float) -> None:
        self.now = NOW + 3600 - seconds
        self.lit_at: float | None = None

    def __call__(self) -> float:
        return self.now if self.lit_at is None else self.now + time.monotonic() - self.lit_at

    def light(self) -> None:
        self.lit_at = time.monotonic()

    def put_out(self) -> None:
        self.lit_at = None


class Wire:
    """The server's side of one connection, played by hand: what the app behind saw, and what went out."""

    def __init__(self, app: Any, *, extensions: Any = None, headers: Any = (), subprotocols: Any = ()) -> None:
        offered = [("sec-websocket-protocol", ", ".join(subprotocols))] if subprotocols else []
        self.scope: dict[str, Any] = {
            "type": "websocket",
            "path": "/",
            "headers": [(name.encode(), value.encode()) for name, value in (*headers, *offered)],
            "subprotocols": list(subprotocols),
            "extensions": {"websocket.http.response": {}} if extensions is None else extensions,
        }
        self.app = app
        self.incoming: asyncio.Queue[Any] = asyncio.Queue()
        self.incoming.put_nowait({"type": "websocket.connect"})
        self.sent: list[Any] = []
        self.answered = asyncio.Event()

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        self.answered.set()

    async def run(self) -> list[Any]:
        await asyncio.wait_for(self.app(self.scope, self.incoming.get, self.send), 30)
        return self.sent


class Behind:
    """An app that notes the scope it gets, accepts, and listens until the client is gone."""

    def __init__(self, **accept: Any) -> None:
        self.scopes: list[Any] = []
        self.received: list[Any] = []
        self.accept = accept

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        await receive()
        await send({"type": "websocket.accept", **self.accept})
        while True:
            message = await receive()
            self.received.append(message)
            if message["type"] == "websocket.disconnect":
                return


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
def wire(shop: Realms, behind: Behind, clock: Clock) -> Callable[..., Wire]:
    gate = RealmGate(behind, realm=shop["storefront"], clock=clock)

    def wire(**how: Any) -> Wire:
        made = Wire(gate, **how)
        made.incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
        return made

    return wire


def bearer(token: str) -> tuple[str, str]:
    return ("authorization", f"Bearer {token}")


# Attacks first.


@pytest.mark.parametrize(
    ("how", "status"),
    [
        pytest.param({}, 401, id="nothing at all"),
        pytest.param({"headers": [bearer(mint(aud=ADMIN_AUDIENCE))]}, 401, id="a sibling's token in the header"),
        pytest.param({"subprotocols": ["bearer", mint(aud=ADMIN_AUDIENCE)]}, 401, id="a sibling's token as protocol"),
        pytest.param({"subprotocols": ["bearer", mint(exp=int(NOW))]}, 401, id="an expired token"),
        pytest.param({"subprotocols": [TOKEN]}, 401, id="a token without the marker"),
        pytest.param({"subprotocols": [TOKEN, "bearer"]}, 401, id="a token before the marker"),
        pytest.param({"subprotocols": ["bearer"]}, 401, id="the marker alone"),
        pytest.param({"subprotocols": ["bearer", "chat", TOKEN]}, 401, id="another protocol in the token's place"),
        pytest.param({"subprotocols": ["bearer", TOKEN], "headers": [bearer(TOKEN)]}, 400, id="both places"),
        pytest.param({"subprotocols": ["bearer", TOKEN, "bearer", TOKEN]}, 400, id="two pairs"),
        pytest.param({"subprotocols": ["bearer", "bearer", TOKEN]}, 400, id="two markers"),
        pytest.param({"subprotocols": ["bearer", TOKEN, "Bearer", TOKEN]}, 400, id="two pairs, one in capitals"),
        pytest.param(
            {"subprotocols": ["bearer", TOKEN], "headers": [("authorization", "")]}, 400, id="an empty header"
        ),
        pytest.param({"subprotocols": ["bearer", "söüñ"], "headers": []}, 400, id="letters beyond ASCII"),
        pytest.param({"headers": [bearer(TOKEN), bearer(TOKEN)]}, 400, id="two headers"),
    ],
)
@pytest.mark.anyio
async def test_a_refused_handshake_never_reaches_the_app(
    wire: Callable[..., Wire], behind: Behind, how: Any, status: int
) -> None:
    made = wire(**how)
    start, body = await made.run()
    assert made.incoming.qsize() == 1, "the connection was taken note of, and nothing else"
    assert (start["type"], start["status"]) == ("websocket.http.response.start", status)
    assert body["type"] == "websocket.http.response.body"
    assert dict(start["headers"])[b"www-authenticate"].startswith(b'Bearer realm="storefront"')
    assert behind.scopes == []


@pytest.mark.anyio
async def test_without_the_denial_extension_a_refused_handshake_is_closed_as_unauthorized(
    wire: Callable[..., Wire], behind: Behind
) -> None:
    assert await wire(extensions={}).run() == [{"type": "websocket.close", "code": CLOSE_UNAUTHORIZED, "reason": ""}]
    assert behind.scopes == []


@pytest.mark.parametrize("marker", ["bearer", "Bearer"])
@pytest.mark.parametrize(
    ("before", "after"), [([], []), (["chat.v2"], []), ([], ["chat.v2", "chat.v1"]), (["a"], ["b"])]
)
@pytest.mark.anyio
async def test_the_app_sees_the_marker_and_other_protocols_but_no_token(
    wire: Callable[..., Wire], behind: Behind, marker: str, before: list[str], after: list[str]
) -> None:
    await wire(subprotocols=[*before, marker, TOKEN, *after]).run()
    (scope,) = behind.scopes
    assert scope["subprotocols"] == [*before, marker, *after]
    assert principal_of(scope).subject == "customer@example.com"
    assert TOKEN not in repr(scope)


@pytest.mark.anyio
async def test_a_server_that_does_not_read_the_protocols_itself_shows_the_app_no_token_either(
    wire: Callable[..., Wire], behind: Behind
) -> None:
    made = wire(subprotocols=["chat", "bearer", TOKEN])
    del made.scope["subprotocols"]
    await made.run()
    (scope,) = behind.scopes
    assert scope["subprotocols"] == ["chat", "bearer"]
    assert TOKEN not in repr(scope)


@pytest.mark.anyio
async def test_a_marker_among_protocols_is_accepted_where_the_app_accepts_none(wire: Callable[..., Wire]) -> None:
    (accepted,) = await wire(subprotocols=["chat", "bearer", TOKEN]).run()
    assert accepted == {"type": "websocket.accept", "subprotocol": "bearer"}


@pytest.mark.anyio
async def test_what_the_app_accepts_stands(shop: Realms) -> None:
    gate = RealmGate(Behind(subprotocol="chat"), realm=shop["storefront"], clock=lambda: NOW)
    wire = Wire(gate, subprotocols=["chat", "bearer", TOKEN])
    wire.incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
    assert await wire.run() == [{"type": "websocket.accept", "subprotocol": "chat"}]


@pytest.mark.anyio
async def test_with_the_header_nothing_is_accepted_in_the_apps_name(wire: Callable[..., Wire]) -> None:
    assert await wire(headers=[bearer(TOKEN)], subprotocols=["chat"]).run() == [{"type": "websocket.accept"}]


# The end.


@pytest.mark.anyio
async def test_at_expiry_a_listening_app_is_told_that_the_client_is_gone(behind: Behind) -> None:
    before = asyncio.all_tasks()
    wire = Wire(until(0.05, behind), headers=[bearer(TOKEN)])
    accept, close = await wire.run()
    assert accept["type"] == "websocket.accept"
    assert (close["type"], close["code"]) == ("websocket.close", CLOSE_UNAUTHORIZED)
    assert behind.received == [{"type": "websocket.disconnect", "code": CLOSE_UNAUTHORIZED, "reason": ""}]
    assert asyncio.all_tasks() == before


def until(seconds: float, app: Any, *, lit_by: str = "websocket.accept", leeway: float = 0) -> RealmGate:
    """A gate whose clock runs so many seconds from a message of the app to the end of the token."""
    fuse = Fuse(seconds - leeway)

    async def lighting(scope: Any, receive: Any, send: Any) -> None:
        async def send_and_light(message: Any) -> None:
            await send(message)
            if message["type"] == lit_by:
                fuse.light()

        await app(scope, receive, send_and_light)

    realms = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, leeway=leeway))
    return RealmGate(lighting, realm=realms["storefront"], clock=fuse)


@pytest.mark.anyio
async def test_at_expiry_also_an_app_that_never_listens_loses_its_client() -> None:
    failures: list[Exception] = []
    ended = asyncio.Event()

    async def push(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await ended.wait()
        try:
            await send({"type": "websocket.send", "text": "too late"})
        except OSError as error:
            failures.append(error)
        await send({"type": "websocket.close", "code": 1000})

    wire = Wire(until(0.05, push), headers=[bearer(TOKEN)])

    async def send(message: Any) -> None:
        wire.sent.append(message)
        if message["type"] == "websocket.close":
            ended.set()

    wire.send = send  # type: ignore[method-assign]
    sent = await wire.run()
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
    assert "expired" in str(failures[0])


@pytest.mark.anyio
async def test_at_expiry_a_client_that_reads_nothing_cannot_hold_the_app(behind: Behind) -> None:
    failures: list[Exception] = []

    async def push(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        try:
            await send({"type": "websocket.send", "text": "never read"})
        except OSError as error:
            failures.append(error)

    wire = Wire(until(0.05, push), headers=[bearer(TOKEN)])

    async def send(message: Any) -> None:
        wire.sent.append(message)
        if message["type"] == "websocket.send":
            await asyncio.Event().wait()

    wire.send = send  # type: ignore[method-assign]
    await wire.run()
    assert len(failures) == 1
    assert wire.sent[-1]["type"] == "websocket.close"


@pytest.mark.anyio
async def test_a_clock_that_jumps_is_noticed_with_the_next_message(behind: Behind, shop: Realms, clock: Clock) -> None:
    wire = Wire(RealmGate(behind, realm=shop["storefront"], clock=clock), headers=[bearer(TOKEN)])
    running = asyncio.create_task(wire.run())
    await wire.answered.wait()
    clock.now += 3600
    wire.incoming.put_nowait({"type": "websocket.receive", "text": "still there?"})
    await running
    assert [message["type"] for message in behind.received] == ["websocket.disconnect"]
    assert wire.sent[-1]["code"] == CLOSE_UNAUTHORIZED


@pytest.mark.anyio
async def test_leeway_lengthens_a_connection_as_it_does_a_token(behind: Behind) -> None:
    wire = Wire(until(0.05, behind, leeway=60), headers=[bearer(TOKEN)])
    assert (await wire.run())[-1]["code"] == CLOSE_UNAUTHORIZED


@pytest.mark.anyio
async def test_nobody_in_particular_has_no_end(behind: Behind, clock: Clock) -> None:
    realms = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, anonymous=True))
    wire = Wire(RealmGate(behind, realm=realms["storefront"], clock=clock))
    running = asyncio.create_task(wire.run())
    await wire.answered.wait()
    clock.now += 1e9
    wire.incoming.put_nowait({"type": "websocket.receive", "text": "hello"})
    wire.incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
    assert await running == [{"type": "websocket.accept"}]
    assert [message["type"] for message in behind.received] == ["websocket.receive", "websocket.disconnect"]
    assert not principal_of(behind.scopes[0]).is_authenticated


@pytest.mark.anyio
async def test_an_invalid_token_is_refused_also_where_none_is_needed(behind: Behind) -> None:
    realms = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, anonymous=True))
    gate = RealmGate(behind, realm=realms["storefront"], clock=lambda: NOW)
    start, _ = await Wire(gate, subprotocols=["bearer", mint(exp=int(NOW))]).run()
    assert start["status"] == 401
    assert behind.scopes == []


@pytest.mark.anyio
async def test_a_connection_that_ended_before_its_token_is_left_alone(wire: Callable[..., Wire]) -> None:
    before = asyncio.all_tasks()
    sent = await wire(headers=[bearer(TOKEN)]).run()
    assert [message["type"] for message in sent] == ["websocket.accept"]
    assert asyncio.all_tasks() == before


@pytest.mark.anyio
async def test_an_app_that_is_cancelled_or_fails_leaves_no_task_behind(shop: Realms, clock: Clock) -> None:
    before = asyncio.all_tasks()

    async def fail(scope: Any, receive: Any, send: Any) -> None:
        raise KeyError

    gate = RealmGate(fail, realm=shop["storefront"], clock=clock)
    with pytest.raises(KeyError):
        await Wire(gate, headers=[bearer(TOKEN)]).run()
    gate = RealmGate(Behind(), realm=shop["storefront"], clock=clock)
    running = asyncio.create_task(Wire(gate, headers=[bearer(TOKEN)]).run())
    for _ in range(5):
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert asyncio.all_tasks() == before


@pytest.mark.anyio
async def test_a_receive_that_the_app_gives_up_loses_no_message() -> None:
    incoming: asyncio.Queue[Any] = asyncio.Queue()

    async def send(message: Any) -> None:
        raise AssertionError(message)

    connection = OpenConnection(incoming.get, send, good_until=NOW + 1, clock=lambda: NOW)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(connection.receive(), 0.001)
    incoming.put_nowait({"type": "websocket.receive", "text": "one"})
    assert (await connection.receive())["text"] == "one"


@pytest.mark.anyio
async def test_a_server_that_runs_into_a_timeout_of_its_own_is_not_taken_for_expiry() -> None:
    async def stuck(*_: Any) -> Any:
        raise TimeoutError("the server's own")

    connection = OpenConnection(stuck, stuck, good_until=NOW + 1, clock=lambda: NOW)
    with pytest.raises(TimeoutError, match="own"):
        await connection.receive()
    with pytest.raises(TimeoutError, match="own"):
        await connection.send({"type": "websocket.send", "text": "x"})


@pytest.mark.anyio
async def test_a_client_that_is_gone_already_needs_no_closing(behind: Behind) -> None:
    wire = Wire(until(0.02, behind), headers=[bearer(TOKEN)])

    async def send(message: Any) -> None:
        if message["type"] == "websocket.close":
            raise RuntimeError("after sending 'websocket.close'")

    wire.send = send  # type: ignore[method-assign]
    await wire.run()
    assert behind.received[-1]["type"] == "websocket.disconnect"


@pytest.mark.anyio
async def test_whoever_asks_again_after_expiry_is_told_again() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError

    connection = OpenConnection(receive, send, good_until=NOW, clock=lambda: NOW)
    for _ in range(3):
        assert (await connection.receive())["type"] == "websocket.disconnect"
        await connection.send({"type": "websocket.close", "code": 1000})
    assert [message["code"] for message in sent] == [CLOSE_UNAUTHORIZED]


@pytest.mark.anyio
async def test_what_the_app_has_closed_is_not_closed_again() -> None:
    expired = asyncio.Event()

    async def close_and_linger(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 1000})
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(expired.wait(), 0.1)

    sent = await Wire(until(0.02, close_and_linger, lit_by="websocket.close"), headers=[bearer(TOKEN)]).run()
    assert [(message["type"], message.get("code")) for message in sent] == [
        ("websocket.accept", None),
        ("websocket.close", 1000),
    ]


# Starlette's own client and decorators.


@requires("orders:write")
async def write_orders(websocket: WebSocket) -> None:
    await websocket.accept()


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"{websocket.user.subject}: {text}")


def shop_app(shop: Realms, **options: Any) -> Starlette:
    return Starlette(
        routes=[
            Mount(
                "/api",
                app=RealmGate(
                    Starlette(routes=[WebSocketRoute("/echo", echo), WebSocketRoute("/write", write_orders)]),
                    realm=shop["storefront"],
                    **options,
                ),
            )
        ]
    )


def test_a_realm_map_guards_websockets_by_path(shop: Realms) -> None:
    inner = Starlette(routes=[WebSocketRoute("/api/echo", echo), WebSocketRoute("/admin/api/echo", echo)])
    table = {"/api": shop["storefront"], "/admin/api": shop["backoffice"]}
    client = TestClient(RealmMap(inner, table, elsewhere="refuse", clock=lambda: NOW))
    with client.websocket_connect("/api/echo", subprotocols=["bearer", TOKEN]) as session:
        assert session.accepted_subprotocol == "bearer"
        session.send_text("hello")
        assert session.receive_text() == "customer@example.com: hello"
    for path, status in (("/admin/api/echo", 401), ("/elsewhere", 404), ("/api/%252e%252e/admin/api/echo", 400)):
        with (
            pytest.raises(WebSocketDenialResponse) as denied,
            client.websocket_connect(path, subprotocols=["bearer", TOKEN]),
        ):
            pytest.fail("let in")
        assert denied.value.status_code == status


# Real sockets, a real client.


FUSE = Fuse(0.2)


@pytest.fixture
def port(server: int) -> int:
    FUSE.put_out()
    return server


@pytest.fixture(scope="module", params=["websockets-sansio", "wsproto"])
def server(request: pytest.FixtureRequest) -> Iterator[int]:
    shop = Realms(
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS),
        Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, keys=JWKS),
    )
    with serving(shop_app(shop, clock=FUSE), ws=request.param) as port:
        yield port


@asynccontextmanager
async def connected(port: int, path: str = "/api/echo", token: str = "", **how: Any) -> AsyncIterator[Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    address = f"ws://127.0.0.1:{port}{path}"
    async with connect(address, additional_headers=headers, proxy=None, **how) as connection:
        yield connection


@pytest.mark.anyio
async def test_over_sockets_a_refused_handshake_shows_status_challenge_and_problem(port: int) -> None:
    cases = [
        ("/api/echo", {}, 401, 'Bearer realm="storefront"'),
        ("/api/echo", {"token": mint(aud=ADMIN_AUDIENCE)}, 401, 'error="invalid_token"'),
        ("/api/echo", {"token": TOKEN, "subprotocols": ["bearer", TOKEN]}, 400, 'error="invalid_request"'),
        ("/api/write", {"subprotocols": ["bearer", TOKEN]}, 403, 'scope="orders:write"'),
    ]
    for path, how, status, challenge in cases:
        with pytest.raises(InvalidStatus) as refused:
            async with connected(port, path, **how):  # type: ignore[arg-type]
                pytest.fail("let in")
        response = refused.value.response
        assert response.status_code == status
        assert challenge in response.headers["www-authenticate"]
        assert response.headers["content-type"] == "application/problem+json"
        assert f'"status":{status}'.encode() in (response.body or b"")


@pytest.mark.anyio
async def test_over_sockets_the_token_is_not_echoed(port: int) -> None:
    async with connected(port, subprotocols=["bearer", TOKEN]) as connection:
        assert connection.subprotocol == "bearer"
        assert TOKEN not in str(connection.response.headers)
        await connection.send("hello")
        assert await connection.recv() == "customer@example.com: hello"


@pytest.mark.anyio
async def test_over_sockets_the_connection_closes_with_the_token(port: int) -> None:
    places: list[dict[str, Any]] = [{"token": TOKEN}, {"subprotocols": ["bearer", TOKEN]}]
    for place in places:
        FUSE.put_out()
        async with connected(port, **place) as connection:
            await connection.send("hello")
            assert await connection.recv() == "customer@example.com: hello"
            FUSE.light()
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(connection.recv(), 30)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == CLOSE_UNAUTHORIZED


def test_with_starlettes_client_the_connection_closes_with_the_token(shop: Realms) -> None:
    fuse = Fuse(0.05)
    client = TestClient(shop_app(shop, clock=fuse))
    headers = {"authorization": f"Bearer {TOKEN}"}
    with client.websocket_connect("/api/echo", headers=headers) as session:
        session.send_text("hello")
        assert session.receive_text() == "customer@example.com: hello"
        fuse.light()
        with pytest.raises(WebSocketDisconnect) as closed:
            session.receive_text()
    assert closed.value.code == CLOSE_UNAUTHORIZED
