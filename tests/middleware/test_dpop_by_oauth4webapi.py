"""DPoP and metadata as a client sees them that is not ours: oauth4webapi on node, over real sockets."""

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from both_doors import ISSUER, JWKS, asgi_app, mint, wsgi_app
from sockets import serving
from starlette.applications import Starlette
from starlette.routing import Mount

from realmgate import DPoP, Realm, Realms, asgi, wsgi

FOLDER = Path(__file__).parents[1] / "npm"
MISSING = "oauth4webapi is not installed here (with node and npm: make npm)"
NODE = shutil.which("node")


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def wsgi_serving(make: Callable[[str], Any]) -> Iterator[str]:
    # The app needs the address, which is known when the server is there.
    server = make_server("127.0.0.1", 0, lambda *_: [], handler_class=Quiet)
    address = f"http://127.0.0.1:{server.server_port}"
    server.set_app(make(address))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def asgi_serving(make: Callable[[str], Any]) -> Iterator[str]:
    made: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if not made:
            host, port = scope["server"]
            made.append(make(f"http://{host}:{port}"))
        await made[0](scope, receive, send)

    with serving(app) as port:
        yield f"http://127.0.0.1:{port}"


def realms(address: str) -> Realms:
    return Realms(
        Realm(
            "storefront",
            issuer=ISSUER,
            audience="storefront-api",
            keys=JWKS,
            resource=f"{address}/api",
            resource_name="Storefront API",
            dpop=DPoP(required=True, nonce=True),
            required_scopes=("orders:read",),
            trust_mock=True,
        )
    )


def asgi_shop(address: str) -> Any:
    shop = realms(address)
    gate = asgi.RealmGate(asgi_app, realm=shop["storefront"])
    return Starlette(routes=[*shop.metadata_routes(), Mount("/api", app=gate)])


def wsgi_shop(address: str) -> Any:
    shop = realms(address)
    gate = wsgi.RealmMap(wsgi_app, {"/api": shop["storefront"]}, elsewhere="refuse")
    return shop.metadata(gate)


@pytest.fixture(params=["asgi", "wsgi"])
def shop(request: pytest.FixtureRequest) -> Iterable[str]:
    serve, make = {"asgi": (asgi_serving, asgi_shop), "wsgi": (wsgi_serving, wsgi_shop)}[request.param]
    with serve(make) as address:
        yield address


@pytest.mark.parametrize("alg", ["ES256", "PS256", "Ed25519"])
def test_a_client_that_is_not_ours_finds_its_way_in_and_nobody_else_with_its_token(shop: str, alg: str) -> None:
    if NODE is None or not (FOLDER / "node_modules" / "oauth4webapi").is_dir():
        give_up = pytest.fail if os.environ.get("NPM_TESTS") == "required" else pytest.skip
        give_up(MISSING)
    now = int(time.time())
    command = [NODE, "client.js", alg]
    with subprocess.Popen(command, cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        jkt = json.loads(client.stdout.readline())["jkt"]
        token = mint(aud="storefront-api", iat=now, exp=now + 3600, cnf={"jkt": jkt})
        told, _ = client.communicate(json.dumps({"token": token, "resource": f"{shop}/api"}) + "\n", timeout=60)
    seen = json.loads(told)

    assert seen["metadata"]["authorization_servers"] == [ISSUER]
    assert seen["metadata"]["dpop_bound_access_tokens_required"] is True
    assert alg in seen["metadata"]["dpop_signing_alg_values_supported"]
    assert seen["metadata"]["scopes_supported"] == ["orders:read"]

    # The first request is told the nonce, and all that follow have it already.
    assert (seen["first"]["status"], seen["first"]["nonces"]) == (200, 1)
    assert json.loads(seen["first"]["body"])["subject"] == "customer@example.com"
    for name in ("second", "post", "odd"):
        assert (seen[name]["status"], seen[name]["nonces"]) == (200, 0)

    assert seen["stolen"]["status"] == seen["bearer"]["status"] == 401
    for challenge in (*seen["stolen"]["challenges"], *seen["bearer"]["challenges"]):
        assert challenge["scheme"] == "dpop"
        assert challenge["parameters"]["scope"] == "orders:read"
        assert challenge["parameters"]["resource_metadata"] == f"{shop}/.well-known/oauth-protected-resource/api"
    assert seen["stolen"]["challenges"][0]["parameters"]["error"] == "invalid_token"
    assert "error" not in seen["bearer"]["challenges"][0]["parameters"]
