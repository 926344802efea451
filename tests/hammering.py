"""Many threads and tasks at one realm's gates while its keys rotate, and what must be decided each time.

An `Issuer` publishes a new key and withdraws the oldest. A token of a key that has been published for a while must get
in; one of a key that was withdrawn a while ago must not, nor one that is wrong in any other way. What "a while" is
depends on where the keys come from. In between either answer is right, and any third never.
"""

import asyncio
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from both_doors import AUDIENCE, ISSUER, asgi_app, wsgi_app
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hostile_gates import ask_wsgi

from realmgate import Realm, RealmGate, Realms, wsgi
from realmgate.keys.sources import JwksUri

NEVER = float("inf")
GOOD, BAD = "good", "bad"


@dataclass(eq=False)
class Key:
    """A key with its tokens, when it was published, and when it was withdrawn; seconds of a monotonic clock."""

    kid: str
    jwk: dict[str, Any]
    tokens: tuple[tuple[str, str], ...]
    published_at: float = NEVER
    withdrawn_at: float = NEVER


class Issuer:
    """At any time a few keys, of which one is new."""

    def __init__(self, keys: int = 3) -> None:
        self._numbers = itertools.count()
        self.kept: tuple[Key, ...] = ()
        self.withdrawn: tuple[Key, ...] = ()
        for _ in range(keys):
            self._publish()

    def jwks(self) -> dict[str, Any]:
        """What is published now."""
        return {"keys": [key.jwk for key in self.kept]}

    def rotate(self) -> None:
        """Publish a new key and withdraw the oldest."""
        self._publish()
        oldest = self.kept[0]
        oldest.withdrawn_at = time.monotonic()
        self.kept = self.kept[1:]
        self.withdrawn = (*self.withdrawn[-3:], oldest)

    def _publish(self) -> None:
        key = make_key(f"key-{next(self._numbers)}")
        self.kept = (*self.kept, key)
        key.published_at = time.monotonic()


def make_key(kid: str) -> Key:
    private, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    jwk = {**json.loads(jwt.get_algorithm_by_name("EdDSA").to_jwk(private.public_key())), "kid": kid}
    jwk.pop("key_ops", None)
    good = [(GOOD, sign(private, kid, jti=f"{kid}-{number}")) for number in range(20)]
    bad = [
        sign(other, kid),
        sign(private, kid, aud="https://shop.example/admin/api"),
        sign(private, kid, exp=int(time.time()) - 1),
        sign(private, f"{kid}-unheard-of"),
        good[0][1][:-8] + "AAAAAAAA",
    ]
    return Key(kid, jwk, (*good, *((BAD, token) for token in bad)))


def sign(private: Any, kid: str, **differs: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "customer@example.com",
        "client_id": "storefront-web",
        "scope": "orders:read",
        "jti": "one",
        "iat": now,
        "exp": now + 3600,
        **differs,
    }
    return jwt.encode(claims, private, algorithm="EdDSA", headers={"kid": kid, "typ": "at+jwt"})


@dataclass
class Tally:
    """What happened: how many answers of which kind, and every wrong one."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    rotations: int = 0
    stuck: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.answers.values())


class Hammer:
    """Threads at the WSGI door and tasks at the ASGI door of one realm; news may take `margin` seconds."""

    def __init__(self, issuer: Issuer, keys: Any, *, margin: float, remember: int = 200) -> None:
        realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=keys, trust_mock=True)
        self.guarded = Realms(realm)["storefront"]
        self.wsgi = wsgi.RealmGate(wsgi_app, realm=self.guarded, remember=remember)
        self.asgi = RealmGate(asgi_app, realm=self.guarded, remember=remember)
        self._issuer = issuer
        self._margin = margin
        self._turns = itertools.count()
        self._stop = threading.Event()
        self.tally = Tally()

    def run(self, seconds: float, *, threads: int, tasks: int, rotate_every: float) -> Tally:
        """Hammer for so long; what does not come to an end by itself soon after is counted as stuck."""
        workers = [threading.Thread(target=self._block, name=f"thread {n}", daemon=True) for n in range(threads)]
        workers.append(threading.Thread(target=lambda: asyncio.run(self._tasks(tasks)), name="tasks", daemon=True))
        for worker in workers:
            worker.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._stop.wait(rotate_every)
            self._issuer.rotate()
            self.tally.rotations += 1
        self._stop.set()
        for worker in workers:
            worker.join(30)
        self.tally.stuck = [worker.name for worker in workers if worker.is_alive()]
        return self.tally

    def _block(self) -> None:
        while not self._stop.is_set():
            self._judge(
                *self._next(), lambda token: ask_wsgi(self.wsgi, (f"Bearer {token}",), path="/", mount="").status
            )

    async def _tasks(self, number: int) -> None:
        await asyncio.gather(*(self._task() for _ in range(number)))

    async def _task(self) -> None:
        while not self._stop.is_set():
            key, kind, token = self._next()
            before = time.monotonic()
            status = await status_of(self.asgi, token)
            self._count(key, kind, before, status)
            await asyncio.sleep(0)

    def _judge(self, key: Key, kind: str, token: str, ask: Callable[[str], int]) -> None:
        before = time.monotonic()
        self._count(key, kind, before, ask(token))

    def _next(self) -> tuple[Key, str, str]:
        turn = next(self._turns)
        keys = (*self._issuer.kept, *self._issuer.withdrawn)
        key = keys[turn % len(keys)]
        kind, token = key.tokens[turn // len(keys) % len(key.tokens)]
        return key, kind, token

    def _count(self, key: Key, kind: str, before: float, status: int) -> None:
        after = time.monotonic()
        must_get_in = kind == GOOD and key.published_at + self._margin <= before and after < key.withdrawn_at
        must_not = kind == BAD or key.withdrawn_at + self._margin <= before
        right = (200,) if must_get_in else (401,) if must_not else (200, 401)
        self.tally.answers[kind, status] += 1
        if status not in right:
            ages = (
                f"published {before - key.published_at:.3f}, withdrawn {before - key.withdrawn_at:.3f} seconds before"
            )
            self.tally.wrong.append(f"a {kind} token of {key.kid} was answered {status}: {ages}")


async def status_of(app: Any, token: str) -> int:
    statuses: list[int] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        statuses.append(message.get("status", 0))

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"authorization", f"Bearer {token}".encode())]}
    await app(scope, receive, send)
    return statuses[0]


@contextmanager
def served(issuer: Issuer) -> Iterator[JwksUri]:
    """The issuer's keys at an address on loopback, to be looked at again and again."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(issuer.jwks()).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.send_header("cache-control", "max-age=0")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/"
        yield JwksUri(url, trust_mock=True, min_age=0.2, cooldown=0.5)
    finally:
        server.shutdown()
        server.server_close()
