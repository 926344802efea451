"""Real servers with several worker processes, and threads and event loops side by side in one."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from answering import Answering, answering
from both_doors import AUDIENCE, ISSUER, JWKS, KEYS, asgi_app, ask_asgi, ask_wsgi, mint, wsgi_app
from sockets import free_port

from realmgate import JwksUri, Realm, Realms, asgi, wsgi

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")

HERE = Path(__file__).parent
WORKERS = 2
GUNICORN = ["gunicorn", "--workers", str(WORKERS), "--threads", "4", "guarded_flask:app", "--bind"]
UVICORN = ["uvicorn", "--workers", str(WORKERS), "guarded_starlette:app", "--log-level", "warning", "--port"]

SERVERS = [
    pytest.param(GUNICORN, {}, id="gunicorn"),
    pytest.param([*GUNICORN[:-1], "--preload", "--bind"], {}, id="gunicorn, loaded before the fork"),
    pytest.param([*GUNICORN[:-1], "--preload", "--bind"], {"WARM": "1"}, id="gunicorn, warmed up before the fork"),
    pytest.param(UVICORN, {}, id="uvicorn"),
]


@pytest.fixture
def keys() -> Iterator[Answering]:
    with answering(lambda _: (200, JWKS)) as server:
        yield server


def fresh(alg: str = "RS256", **differs: Any) -> str:
    """A token by the real clock, which is the one that a server's workers go by."""
    now = int(time.time())
    return mint(alg, iat=now, exp=now + 3600, **differs)


@pytest.fixture
def start(keys: Answering) -> Iterator[Callable[..., str]]:
    """Start a server with its workers and wait until it answers; stop it at the end."""
    with ExitStack() as running:

        def start(command: list[str], settings: dict[str, str]) -> str:
            port = free_port()
            where = str(port) if command[0] == "uvicorn" else f"127.0.0.1:{port}"
            environment = {**os.environ, **settings, "JWKS": f"{keys.address}/jwks"}
            process = subprocess.Popen(
                [sys.executable, "-m", *command, where], cwd=HERE, env=environment, stderr=subprocess.PIPE, text=True
            )
            running.callback(stop, process)
            wait_for(port, process)
            return f"http://127.0.0.1:{port}/"

        yield start


def stop(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    _, told = process.communicate(timeout=60)
    assert "Traceback" not in told, told


def wait_for(port: int, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[1]
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the server did not come up")


def ask(address: str, token: str | None = None) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.get(address, headers=headers, timeout=30)


def ask_every_worker(address: str, token: str) -> set[int]:
    """Ask many at a time until each worker has answered; whoever it is lets the token in."""
    seen: set[int] = set()
    with ThreadPoolExecutor(8) as people:
        for _ in range(60):
            answers = list(people.map(lambda _: ask(address, token), range(8)))
            assert {answer.status_code for answer in answers} == {200}
            seen |= {answer.json()["process"] for answer in answers}
            if len(seen) == WORKERS:
                break
    return seen


@pytest.mark.parametrize(("command", "settings"), SERVERS)
def test_every_worker_lets_in_and_keeps_out(
    start: Callable[..., str], keys: Answering, command: list[str], settings: dict[str, str]
) -> None:
    address = start(command, settings)
    assert ask(address).status_code == 401
    assert ask(address, fresh(aud="https://other.example")).status_code == 401
    assert ask(address, fresh()[:-8] + "AAAAAAAA").status_code == 401
    assert len(ask_every_worker(address, fresh())) == WORKERS
    # Each process has its own keys, so each sees a rotation by itself.
    keys.answer = lambda _: (200, {"keys": [{**KEYS["ES256"].jwk, "kid": "rotated"}]})
    assert len(ask_every_worker(address, fresh("ES256", header={"kid": "rotated"}))) == WORKERS


def test_threads_and_event_loops_share_one_set_of_keys(keys: Answering) -> None:
    source = JwksUri(f"{keys.address}/jwks", trust_mock=True)
    shop = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=source, trust_mock=True))
    through_wsgi = wsgi.RealmGate(wsgi_app, realm=shop["storefront"])
    through_asgi = asgi.RealmGate(asgi_app, realm=shop["storefront"])
    together = threading.Barrier(12)
    sent = [("authorization", f"Bearer {fresh()}")]

    async def many() -> set[int]:
        answers = await asyncio.gather(*(ask_asgi(through_asgi, sent) for _ in range(50)))
        return {answer.status for answer in answers}

    def in_a_loop() -> set[int]:
        together.wait()
        return asyncio.run(many())

    def in_a_thread() -> set[int]:
        together.wait()
        return {ask_wsgi(through_wsgi, sent).status for _ in range(50)}

    with ThreadPoolExecutor(12) as people:
        working = [people.submit(work) for work in [in_a_loop] * 4 + [in_a_thread] * 8]
        assert set().union(*(work.result() for work in working)) == {200}
    assert len(keys.asked) == 1
