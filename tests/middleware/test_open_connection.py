"""A connection that is open is not let in for ever: it ends with its token, or when somebody takes that back."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from answering import Answering, answering
from both_doors import AUDIENCE, ISSUER, JWKS, NOW, mint
from proofs import ES256
from sockets import serving
from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from realmgate import ConfigurationError, DPoP, Introspection, MemoryDenyList, Realm, RealmGate, Realms, requires
from realmgate.open_connection import (
    CLOSE_FORBIDDEN,
    CLOSE_TRY_AGAIN_LATER,
    CLOSE_UNAUTHORIZED,
    ConnectionEnded,
    Ending,
    OpenConnection,
)

pytestmark = pytest.mark.anyio

SOON = 0.1
LIMIT = 30  # seconds after which nothing will come any more, however busy the machine is


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


class Line:
    """The server's side of a connection whose client says nothing, until it is told to."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.says, self._hears = anyio.create_memory_object_stream[Any](100)

    async def receive(self) -> Any:
        return await self._hears.receive()

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    def close(self) -> None:
        self.says.close()
        self._hears.close()

    @property
    def closes(self) -> list[Any]:
        return [message for message in self.sent if message["type"] == "websocket.close"]


@asynccontextmanager
async def line() -> AsyncIterator[Line]:
    made = Line()
    with anyio.fail_after(LIMIT):
        yield made
    made.close()


async def listening(_scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


def knock(gate: RealmGate, wire: Line, *headers: tuple[str, str], token: str = "", scheme: str = "Bearer") -> Any:
    sent = [("authorization", f"{scheme} {token or mint(jti='one')}"), *headers]
    scope = {
        "type": "websocket",
        "path": "/api",
        "headers": [(name.encode(), value.encode()) for name, value in sent],
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }
    return gate(scope, wire.receive, wire.send)


def gate_with(app: Any = listening, **differs: Any) -> RealmGate:
    settings = {"issuer": ISSUER, "audience": AUDIENCE, "keys": JWKS, "recheck_every": SOON, **differs}
    return RealmGate(app, realm=Realms(Realm("storefront", **settings))["storefront"], clock=lambda: NOW)


async def revoke(denied: MemoryDenyList) -> None:
    await anyio.sleep(2 * SOON)
    denied.deny("one", until=NOW + 3600)


# A token that is taken back.


async def test_a_token_that_is_revoked_ends_its_connection() -> None:
    denied = MemoryDenyList(clock=lambda: NOW)
    heard: list[Any] = []

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        heard.append(await receive())
        with pytest.raises(ConnectionEnded, match="revoked"):
            await send({"type": "websocket.send", "text": "too late"})

    async with line() as wire, anyio.create_task_group() as group:
        group.start_soon(revoke, denied)
        await knock(gate_with(app, deny_list=denied), wire)
        assert [(close["code"], close["reason"]) for close in wire.closes] == [
            (CLOSE_UNAUTHORIZED, "The access token has been revoked")
        ]
    assert heard == [{"type": "websocket.disconnect", "code": CLOSE_UNAUTHORIZED, "reason": ""}]


async def test_other_tokens_stay() -> None:
    denied = MemoryDenyList(clock=lambda: NOW)
    async with line() as wire, line() as other, anyio.create_task_group() as group:
        gate = gate_with(deny_list=denied)
        group.start_soon(revoke, denied)
        group.start_soon(lambda: knock(gate, other, token=mint(jti="two")))
        await knock(gate, wire)
        await anyio.sleep(3 * SOON)
        assert wire.closes
        assert not other.closes
        other.says.send_nowait({"type": "websocket.disconnect", "code": 1000})


async def test_a_list_may_be_async() -> None:
    answers = iter([False, False, True])

    async def remote(_: str) -> bool:
        await anyio.lowlevel.checkpoint()
        return next(answers)

    async with line() as wire:
        await knock(gate_with(deny_list=remote), wire)
        assert wire.closes[0]["code"] == CLOSE_UNAUTHORIZED


async def test_a_token_that_its_issuer_takes_back_ends_its_connection() -> None:
    said = {
        "active": True,
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "customer@example.com",
        "client_id": "storefront-web",
        "exp": int(NOW) + 3600,
    }
    answers = [said, said, said, {"active": False}]
    with answering(lambda _: (200, answers.pop(0) if len(answers) > 1 else answers[0])) as server:
        asking = Introspection(server.address, client_id="shop", client_secret="s3cret")
        gate = gate_with(introspection=asking, keys=None, trust_mock=True)
        async with line() as wire:
            await knock(gate, wire, token="opaque")
            assert wire.closes[0]["reason"] == "The access token has been revoked"
        assert len(server.asked) == 4


async def test_a_proof_of_possession_is_of_the_handshake_and_not_asked_for_again() -> None:
    denied = MemoryDenyList(clock=lambda: NOW)
    token = ES256.bound_token(jti="one")
    gate = gate_with(deny_list=denied, dpop=DPoP())
    async with line() as wire, anyio.create_task_group() as group:
        group.start_soon(revoke, denied)
        await knock(gate, wire, ("dpop", ES256.proof(token)), token=token, scheme="DPoP")
        assert [message["type"] for message in wire.sent] == ["websocket.accept", "websocket.close"]
        assert wire.closes[0]["code"] == CLOSE_UNAUTHORIZED


# Who does not answer.


async def test_a_list_that_fails_once_ends_nothing_and_twice_in_a_row_everything() -> None:
    answers: list[Any] = [False, OSError(), False, OSError(), False, OSError(), OSError()]

    def fragile(_: str) -> bool:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return bool(answer)

    async with line() as wire:
        await knock(gate_with(deny_list=fragile), wire)
        assert [close["code"] for close in wire.closes] == [CLOSE_TRY_AGAIN_LATER]
    assert answers == []


async def test_a_list_that_hangs_does_not_keep_a_connection_beyond_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realmgate.open_connection.PATIENCE", 10 * LIMIT)

    async def hangs() -> Ending | None:
        await anyio.sleep_forever()
        return None

    async with line() as wire:
        connection = OpenConnection(
            wire.receive,
            wire.send,
            good_until=time.monotonic() + 3 * SOON,
            clock=time.monotonic,
            question=hangs,
            every=0.01,
        )
        await connection.call(listening, {})
        assert wire.closes[0]["reason"] == "The access token has expired"


async def test_a_list_that_hangs_is_no_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realmgate.open_connection.PATIENCE", 0.05)

    async def hangs() -> Ending | None:
        await anyio.sleep_forever()
        return None

    async with line() as wire:
        connection = OpenConnection(
            wire.receive, wire.send, good_until=NOW, clock=lambda: 0.0, question=hangs, every=0.01
        )
        await connection.call(listening, {})
        assert wire.closes[0]["code"] == CLOSE_TRY_AGAIN_LATER


# What it costs.


async def test_nobody_is_asked_more_often_than_said_nor_after_the_end() -> None:
    asked: list[str] = []
    enough = anyio.Event()

    def deny_list(jti: str) -> bool:
        asked.append(jti)
        if len(asked) == 5:
            enough.set()
        return False

    async with line() as wire:
        started = time.monotonic()
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: knock(gate_with(deny_list=deny_list), wire))
            await enough.wait()
            wire.says.send_nowait({"type": "websocket.disconnect", "code": 1000})
        told, took = len(asked), time.monotonic() - started
        await anyio.sleep(3 * SOON)
        assert len(asked) == told
        assert told <= 1 + took / (0.75 * SOON)


async def test_nobody_is_asked_about_a_client_that_is_gone_however_long_the_app_lingers() -> None:
    asked: list[str] = []

    async def lingers(scope: Any, receive: Any, send: Any) -> None:
        await listening(scope, receive, send)
        asked.clear()
        await anyio.sleep(4 * SOON)

    def deny_list(jti: str) -> bool:
        asked.append(jti)
        return False

    async with line() as wire:
        wire.says.send_nowait({"type": "websocket.disconnect", "code": 1000})
        await knock(gate_with(lingers, deny_list=deny_list), wire)
        assert len(asked) <= 1, "one question may have been due"
        assert not wire.closes


async def test_in_the_manners_of_orocommerce_it_is_asked_about_as_well() -> None:
    denied = MemoryDenyList(clock=lambda: NOW)
    realm = Realm(
        "storefront",
        profile="orocommerce",
        oro_version="6.1",
        clients={"storefront-web"},
        keys=JWKS,
        deny_list=denied,
        recheck_every=SOON,
    )
    gate = RealmGate(listening, realm=Realms(realm)["storefront"], clock=lambda: NOW)
    token = mint(iss=..., aud="storefront-web", jti="one", nbf=int(NOW), header={"typ": "JWT"})
    async with line() as wire, anyio.create_task_group() as group:
        group.start_soon(revoke, denied)
        # Only this dialect reads a tab there.
        await knock(gate, wire, token=token, scheme="\tBearer\t")
        assert [close["code"] for close in wire.closes] == [CLOSE_UNAUTHORIZED]


async def test_without_a_list_nothing_is_asked() -> None:
    async with line() as wire, anyio.create_task_group() as group:
        gate = gate_with()
        assert not gate.gate.realm.may_revoke
        group.start_soon(lambda: knock(gate, wire))
        await anyio.sleep(3 * SOON)
        assert not wire.closes
        wire.says.send_nowait({"type": "websocket.disconnect", "code": 1000})


async def test_many_connections_that_come_and_go_leave_nothing_behind() -> None:
    async with line() as wire:
        before = running()
        gate = gate_with(deny_list=lambda _: False)
        async with anyio.create_task_group() as group:
            for _ in range(300):
                group.start_soon(lambda: knock(gate, wire))
            for _ in range(100):
                wire.says.send_nowait({"type": "websocket.disconnect", "code": 1000})
            await anyio.sleep(2 * SOON)
            group.cancel_scope.cancel()
        assert running() == before


def running() -> int:
    return len(anyio.get_running_tasks())


async def test_an_app_that_fails_fails_as_it_would_without_us() -> None:
    async def fails(_scope: Any, _receive: Any, _send: Any) -> None:
        await anyio.sleep(2 * SOON)
        raise KeyError("its own")

    async with line() as wire:
        with pytest.raises(KeyError, match="its own"):
            await knock(gate_with(fails, deny_list=lambda _: False), wire)
        assert wire.sent == []


@pytest.mark.parametrize("every", [0, -1, 0.01, True, "30", None, float("inf"), float("nan")])
def test_how_often_is_a_number_of_seconds(every: Any) -> None:
    with pytest.raises(ConfigurationError, match="recheck_every=…"):
        gate_with(recheck_every=every)


# Real sockets, a real client.


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


@pytest.fixture(params=["websockets-sansio", "wsproto"])
def over_sockets(request: pytest.FixtureRequest) -> Iterator[Callable[[], tuple[int, MemoryDenyList]]]:
    denied = MemoryDenyList(clock=lambda: NOW)
    app = Starlette(routes=[Mount("/api", app=Starlette(routes=[WebSocketRoute("/echo", echo)]))])
    with serving(gate_with(app, deny_list=denied), ws=request.param) as port:
        yield lambda: (port, denied)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_over_sockets_a_revoked_token_ends_its_connection_and_no_other(over_sockets: Any) -> None:
    port, denied = over_sockets()

    def connected(jti: str) -> Any:
        headers = {"Authorization": f"Bearer {mint(jti=jti)}"}
        return connect(f"ws://127.0.0.1:{port}/api/echo", additional_headers=headers, proxy=None)

    async with connected("one") as mine, connected("two") as other:
        for connection in (mine, other):
            await connection.send("hello")
            assert await connection.recv() == "hello"
        denied.deny("one", until=NOW + 3600)
        with anyio.fail_after(LIMIT), pytest.raises(ConnectionClosed) as closed:
            await mine.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (3000, "The access token has been revoked")
        await other.send("still here")
        assert await other.recv() == "still here"


SAID = {
    "active": True,
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "customer@example.com",
    "client_id": "storefront-web",
    "exp": int(NOW) + 3600,
    "scope": "news:read news:write",
    "roles": ["clerk"],
}
REVOKED = (CLOSE_UNAUTHORIZED, "The access token has been revoked")
NO_LONGER = (CLOSE_FORBIDDEN, "The access token allows less than it did")


@asynccontextmanager
async def talking(said: dict[str, Any], *required: str) -> AsyncIterator[tuple[Any, Answering]]:
    """A connection to a handler that asks for a scope and a role, and the issuer that is asked about its token."""
    with answering(lambda _: (200, said)) as issuer:
        asking = Introspection(issuer.address, client_id="shop", client_secret="s3cret")
        app = Starlette(routes=[WebSocketRoute("/echo", requires("news:write", roles="clerk")(echo))])
        gate = gate_with(app, introspection=asking, keys=None, trust_mock=True, required_scopes=required)
        with serving(gate, ws="websockets-sansio") as port, anyio.fail_after(LIMIT):
            headers = {"Authorization": "Bearer opaque"}
            async with connect(f"ws://127.0.0.1:{port}/echo", additional_headers=headers, proxy=None) as mine:
                await mine.send("hello")
                assert await mine.recv() == "hello"
                yield mine, issuer


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    ("says_now", "ends"),
    [
        pytest.param({"scope": "news:write"}, NO_LONGER, id="lacks what the realm requires"),
        pytest.param({"scope": "news:read"}, NO_LONGER, id="lacks what the handler asked for"),
        pytest.param({"scope": ""}, NO_LONGER, id="has no scope left"),
        pytest.param({"roles": []}, NO_LONGER, id="has lost its role"),
        pytest.param({"aud": "https://elsewhere.example"}, REVOKED, id="is for somebody else"),
    ],
)
async def test_over_sockets_a_token_that_allows_less_ends_its_connection(
    says_now: dict[str, Any], ends: tuple[int, str]
) -> None:
    said = dict(SAID)
    async with talking(said, "news:read") as (mine, _):
        said |= says_now
        with pytest.raises(ConnectionClosed) as closed:
            await mine.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == ends


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_over_sockets_a_token_that_allows_more_keeps_its_connection() -> None:
    said = dict(SAID)
    async with talking(said, "news:read") as (mine, issuer):
        said |= {"scope": "more news:write news:read", "roles": ["clerk", "admin"]}
        asked = len(issuer.asked)
        while len(issuer.asked) < asked + 3:  # noqa: ASYNC110 - by another thread; and one answer has been judged, then
            await anyio.sleep(0.01)
        await mine.send("still here")
        assert await mine.recv() == "still here"
