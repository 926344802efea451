"""The ASGI door where nothing runs under asyncio: a real hypercorn with its trio worker."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
import requests
import trio
from answering import answering
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, NOW, mint
from hypercorn.config import Config
from hypercorn.trio import serve
from proofs import ES256
from sockets import free_port
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from realmgate import DPoP, Introspection, JwksUri, MemoryDenyList, Realm, RealmGate, Realms, requires


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an app under trio on loopback, and give the address without its scheme."""
    port, config = free_port(), Config()
    config.bind, config.loglevel = [f"127.0.0.1:{port}"], "ERROR"
    stop, ready = threading.Event(), threading.Event()

    async def until_stopped() -> None:
        while not stop.is_set():  # noqa: ASYNC110 - it is set by another thread
            await trio.sleep(0.01)

    async def run() -> None:
        async with trio.open_nursery() as nursery:
            await nursery.start(partial(serve, app, config, shutdown_trigger=until_stopped))
            ready.set()

    thread = threading.Thread(target=trio.run, args=(run,))
    thread.start()
    try:
        assert ready.wait(30)
        yield f"127.0.0.1:{port}"
    finally:
        stop.set()
        thread.join()


async def me(request: Request) -> JSONResponse:
    return JSONResponse({"subject": request.user.subject})


@requires("orders:write")
async def write(request: Request) -> JSONResponse:
    return JSONResponse({"written by": request.user.subject})


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"{websocket.user.subject}: {text}")


def shop_app(**differs: Any) -> Starlette:
    shop = Realms(
        Realm("storefront", **{"issuer": ISSUER, "audience": AUDIENCE, "keys": JWKS, **differs}),
        Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, keys=JWKS),
    )
    routes = [Route("/me", me), Route("/write", write, methods=["POST"]), WebSocketRoute("/echo", echo)]
    gate = RealmGate(Starlette(routes=routes), realm=shop["storefront"], clock=lambda: NOW)
    return Starlette(routes=[Mount("/api", app=gate)])


def get(place: str, token: str = "", **headers: str) -> requests.Response:
    sent = {**({"Authorization": f"Bearer {token}"} if token else {}), **headers}
    return requests.get(f"http://{place}/api/me", headers=sent, timeout=30)


def test_decisions_are_those_of_every_other_server() -> None:
    with serving(shop_app()) as place:
        assert get(place, mint()).json() == {"subject": "customer@example.com"}
        refused = get(place, mint(aud=ADMIN_AUDIENCE))
        assert refused.status_code == 401
        assert 'error="invalid_token"' in refused.headers["www-authenticate"]
        assert get(place).headers["www-authenticate"] == 'Bearer realm="storefront"'
        forbidden = requests.post(
            f"http://{place}/api/write", headers={"Authorization": f"Bearer {mint()}"}, timeout=10
        )
        assert forbidden.status_code == 403
        assert 'scope="orders:write"' in forbidden.headers["www-authenticate"]


def test_keys_are_downloaded_and_an_outage_is_told() -> None:
    published: list[tuple[int, Any]] = [(503, {})]
    with answering(lambda _: published[0]) as issuer:
        keys = JwksUri(f"{issuer.address}/jwks", trust_mock=True, cooldown=0)
        with serving(shop_app(keys=keys, trust_mock=True)) as place:
            outage = get(place, mint())
            assert outage.status_code == 503
            assert int(outage.headers["retry-after"]) > 0
    with answering(lambda _: (200, JWKS)) as issuer:
        keys = JwksUri(f"{issuer.address}/jwks", trust_mock=True, cooldown=0)
        with serving(shop_app(keys=keys, trust_mock=True)) as place:
            assert [get(place, mint()).status_code for _ in range(3)] == [200] * 3
            assert len(issuer.asked) == 1


def test_a_key_server_that_hangs_holds_up_nobody_whose_key_is_known() -> None:
    hanging = threading.Event()

    def answer(_: Any) -> tuple[int, Any]:
        if len(issuer.asked) > 1:
            hanging.wait()
        return 200, JWKS

    with answering(answer) as issuer:
        keys = JwksUri(f"{issuer.address}/jwks", trust_mock=True, cooldown=0, timeout=60)
        with serving(shop_app(keys=keys, trust_mock=True)) as place:
            assert get(place, mint()).status_code == 200
            unknown = threading.Thread(target=get, args=(place, mint(header={"kid": "unknown"})))
            unknown.start()
            while len(issuer.asked) < 2:
                time.sleep(0.01)
            try:
                assert get(place, mint(jti="two")).status_code == 200
                assert unknown.is_alive()
            finally:
                hanging.set()
                unknown.join()


def test_tokens_are_asked_about_and_proofs_are_proven() -> None:
    said = {"active": True, "iss": ISSUER, "aud": AUDIENCE, "sub": "opaque@example.com", "client_id": "web"}
    with answering(lambda asked: (200, {**said, "exp": NOW + 60, "active": asked.form["token"] == "good"})) as issuer:
        asking = Introspection(issuer.address, client_id="shop", client_secret="s3cret")
        with serving(shop_app(introspection=asking, keys=None, trust_mock=True)) as place:
            assert get(place, "good").json() == {"subject": "opaque@example.com"}
            assert get(place, "bad").status_code == 401
    with serving(shop_app(dpop=DPoP(required=True))) as place:
        token = ES256.bound_token()
        shown = {
            "Authorization": f"DPoP {token}",
            "DPoP": ES256.proof(token, htu="https://shop.example/api/me"),
        }
        assert [get(place, **shown).status_code for _ in range(2)] == [200, 401]


def test_a_list_may_be_awaited_with_what_trio_has() -> None:
    async def remote(jti: str) -> bool:
        await trio.sleep(0.001)
        return jti == "stolen"

    with serving(shop_app(deny_list=remote)) as place:
        assert [get(place, mint(jti=jti)).status_code for jti in ("mine", "stolen")] == [200, 401]


def test_a_websocket_ends_with_its_token() -> None:
    denied = MemoryDenyList(clock=lambda: NOW)
    with serving(shop_app(deny_list=denied, recheck_every=0.1)) as place:
        address = f"ws://{place}/api/echo"
        with pytest.raises(InvalidStatus) as refused:
            connect(address, proxy=None)
        assert refused.value.response.status_code == 401
        headers = {"Authorization": f"Bearer {mint(jti='one')}"}
        with connect(address, additional_headers=headers, proxy=None) as connection:
            connection.send("hello")
            assert connection.recv() == "customer@example.com: hello"
            denied.deny("one", until=NOW + 3600)
            with pytest.raises(ConnectionClosed) as closed:
                connection.recv(timeout=30)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 3000


def test_keys_are_warmed_up_under_trio() -> None:
    with answering(lambda _: (200, JWKS)) as one, answering(lambda _: (200, JWKS)) as two:
        shop = Realms(
            *(
                Realm(
                    name,
                    issuer=ISSUER,
                    audience=name,
                    trust_mock=True,
                    keys=JwksUri(f"{server.address}/jwks", trust_mock=True),
                )
                for name, server in (("storefront", one), ("backoffice", two))
            )
        )
        assert trio.run(shop.warm_up_async)
        assert [len(server.asked) for server in (one, two)] == [1, 1]
        assert json.dumps(shop.snapshot())
