"""An issuer that has answered once and hangs now, while made-up names come in without end; known keys go on meanwhile.

Over real sockets, and with servers that have room for few: in what made-up names hold, nobody else finds a place.
"""

import http.client
import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from answering import Answering, Asked, answering
from both_doors import AUDIENCE, ISSUER, JWKS, NOW, SigningKey, asgi_app, mint, wsgi_app
from cryptography.hazmat.primitives.asymmetric import ec
from sockets import serving

from realmgate import JwksUri, Realm, Realms, asgi, wsgi
from realmgate.guarded import GuardedRealm

NEW = SigningKey(ec.generate_private_key(ec.SECP256R1()), "ES256", "new")
THREADS = 4
CONNECTIONS = 10
FORGERS = 20
# Seconds: how long the issuer may hang, and so hold whoever waits for it, and how soon the others must have got in.
HANGS = 150.0
SOON = 40.0


@dataclass
class Issuer:
    """A key set behind a gate that the test shuts and opens."""

    jwks: Any = field(default_factory=lambda: JWKS)
    open: threading.Event = field(default_factory=threading.Event)
    wanted: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    server: Answering = field(init=False)

    def __call__(self, _: Asked) -> tuple[int, Any]:
        self.wanted.release()
        self.open.wait(HANGS)
        return 200, self.jwks


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    issuer.open.set()
    with answering(issuer) as issuer.server:
        yield issuer
        issuer.open.set()


@pytest.fixture
def guarded(issuer: Issuer, monkeypatch: pytest.MonkeyPatch, patience: float) -> GuardedRealm:
    """A realm that is as patient as it is for everybody else."""
    monkeypatch.setattr("realmgate.keys.keyring.PATIENCE", patience)
    keys = JwksUri(f"{issuer.server.address}/jwks", trust_mock=True, timeout=HANGS, cooldown=600)
    return Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=keys, trust_mock=True))["storefront"]


class FewThreads(ThreadingMixIn, WSGIServer):
    """A WSGI server whose requests share a few threads."""

    request_queue_size = 256

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.pool = ThreadPoolExecutor(THREADS)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.pool.submit(self.process_request_thread, request, client_address)

    def handle_error(self, *_: Any) -> None:
        """A client that cuts the line is part of this."""


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def with_few_threads(app: Any) -> Iterator[int]:
    with FewThreads(("127.0.0.1", 0), Quiet) as server:
        server.set_app(app)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
            server.pool.shutdown()


@pytest.fixture(params=["wsgi", "asgi"])
def port(request: pytest.FixtureRequest, issuer: Issuer, guarded: GuardedRealm) -> Iterator[int]:
    with ExitStack() as running:
        if request.param == "wsgi":
            gate: Any = wsgi.RealmGate(wsgi_app, realm=guarded, clock=lambda: NOW)
            yield running.enter_context(with_few_threads(gate))
        else:
            gate = asgi.RealmGate(asgi_app, realm=guarded, clock=lambda: NOW)
            yield running.enter_context(serving(gate, limit_concurrency=CONNECTIONS))
        # Or the server would wait for those whom the issuer holds.
        issuer.open.set()


@dataclass(frozen=True)
class Told:
    """An answer; nothing where none came in time, or the server had no place."""

    status: int
    retry_after: str | None
    by_the_gate: bool


def ask(port: int, token: str) -> Told:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SOON)
    try:
        connection.request("GET", "/", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        answer.read()
    except OSError:
        return Told(0, None, by_the_gate=False)
    finally:
        connection.close()
    by_the_gate = (answer.getheader("content-type") or "").startswith("application/")
    return Told(answer.status, answer.getheader("retry-after"), by_the_gate)


@contextmanager
def forging(port: int) -> Iterator[list[Told]]:
    """Send made-up names without end, and give what they are told."""
    told: list[Told] = []
    numbers = itertools.count()
    enough = threading.Event()

    def forge() -> None:
        while not enough.wait(0.3):
            told.append(ask(port, mint("ES256", header={"kid": f"made up {next(numbers)}"})))

    with ThreadPoolExecutor(FORGERS) as forgers:
        done = [forgers.submit(forge) for _ in range(FORGERS)]
        try:
            yield told
        finally:
            enough.set()
    for one in done:
        one.result()


def until(there: Callable[[], bool]) -> bool:
    """Whether something comes about soon."""
    deadline = time.monotonic() + SOON
    while not there():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_made_up_names_take_no_place_from_known_keys_while_the_issuer_hangs(issuer: Issuer, port: int) -> None:
    assert ask(port, mint()).status == 200
    issuer.wanted.acquire()
    issuer.open.clear()
    let_in: list[int] = []

    def another_gets_in() -> bool:
        if ask(port, mint(jti=f"known {len(let_in)}")).status == 200:
            let_in.append(1)
        return len(let_in) == 20

    with forging(port) as told:
        try:
            assert issuer.wanted.acquire(timeout=SOON)
            # From here on the issuer is asked and does not answer.
            assert until(another_gets_in), f"{len(let_in)} got in, {len(told)} made-up names were answered"
            assert until(lambda: any(each.by_the_gate for each in told))
            assert len(issuer.server.asked) == 2
            seen = {each for each in told if each.by_the_gate}
            assert seen == {Told(503, "1", by_the_gate=True)}, "nobody knows whether such a token is good"
        finally:
            issuer.open.set()


def test_a_new_key_gets_in_though_its_issuer_takes_longer_than_anybody_waits(issuer: Issuer, port: int) -> None:
    assert ask(port, mint()).status == 200
    issuer.open.clear()
    new = mint("ES256", key=NEW.private, header={"kid": "new"})
    issuer.jwks = {"keys": [*JWKS["keys"], NEW.jwk]}
    for _ in range(2):
        assert ask(port, new) == Told(503, "1", by_the_gate=True)
    issuer.open.set()
    assert until(lambda: ask(port, new).status == 200)
    assert len(issuer.server.asked) == 2, "whoever waited in vain has let nothing get lost"


def test_while_no_keys_are_known_everybody_waits_as_long_as_it_takes(
    issuer: Issuer, port: int, patience: float
) -> None:
    issuer.open.clear()
    with ThreadPoolExecutor(3) as people:
        waiting = [people.submit(ask, port, mint(jti=str(number))) for number in range(3)]
        issuer.wanted.acquire()
        time.sleep(patience + 0.3)
        issuer.open.set()
        assert [one.result().status for one in waiting] == [200] * 3
    assert len(issuer.server.asked) == 1


def test_a_look_that_nobody_waits_for_any_more_ends_by_itself(issuer: Issuer, guarded: GuardedRealm, port: int) -> None:
    assert ask(port, mint()).status == 200
    issuer.open.clear()
    new = mint("ES256", key=NEW.private, header={"kid": "new"})
    assert ask(port, new).status == 503
    issuer.jwks = {"keys": [NEW.jwk]}
    issuer.open.set()
    assert until(lambda: [key.kid for key in guarded.keyring.keys] == ["new"]), "though nobody asks for it again"
    assert ask(port, mint(jti="of a key that is gone")).status == 401
    assert ask(port, new).status == 200
    assert len(issuer.server.asked) == 2


def test_a_look_that_fails_when_nobody_waits_any_more_is_a_failure_all_the_same(
    issuer: Issuer, guarded: GuardedRealm, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "realmgate")
    assert ask(port, mint()).status == 200
    before = guarded.keyring.attempt
    issuer.open.clear()
    unknown = mint("ES256", header={"kid": "unknown"})
    assert ask(port, unknown) == Told(503, "1", by_the_gate=True)
    assert guarded.keyring.attempt == before, "still under way, and no failure"
    assert not caplog.records
    issuer.jwks = b"<html>"
    issuer.open.set()
    assert until(lambda: guarded.keyring.attempt > before)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert ask(port, unknown) == Told(503, "5", by_the_gate=True)
    assert ask(port, mint(jti="known")).status == 200
