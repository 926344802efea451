"""An issuer that publishes a new key and withdraws the oldest, and knows what a gate must have heard of that."""

import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from both_doors import AUDIENCE, ISSUER
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from realmgate.keys.sources import JwksUri

GOOD, BAD = "good", "bad"


class News:
    """Something that a gate hears when it asks for the keys."""

    def __init__(self) -> None:
        self._asked = 0
        self._in_force_from: int | None = None

    def tell(self, number: int) -> bool:
        """The keys are asked for, as the event of this number; was that often enough?"""
        self._asked += 1
        if self._asked == 2:
            self._in_force_from = number
        return self._asked >= 2

    def is_old(self, earliest: int) -> bool:
        """Has it been in force since before the earliest request that is under way?"""
        return self._in_force_from is not None and self._in_force_from < earliest


@dataclass(eq=False)
class Key:
    """A key with its tokens, and what there was to hear about it."""

    kid: str
    jwk: dict[str, Any]
    tokens: tuple[tuple[str, str], ...]
    published: News | None = None
    withdrawn: News | None = None


class Issuer:
    """At any time a few keys, of which one is new; `events` numbers what happens here and at the gate."""

    def __init__(self, keys: int = 3) -> None:
        self._numbers = itertools.count()
        self.events = itertools.count()
        self._lock = threading.Lock()
        self._untold: list[News] = []
        self.kept: tuple[Key, ...] = ()
        self.withdrawn: tuple[Key, ...] = ()
        for _ in range(keys):
            self._publish()

    def jwks(self) -> dict[str, Any]:
        """What is published now."""
        with self._lock:
            number = next(self.events)
            self._untold = [news for news in self._untold if not news.tell(number)]
            return {"keys": [key.jwk for key in self.kept]}

    def rotate(self) -> None:
        """Publish a new key and withdraw the oldest."""
        self._publish()
        with self._lock:
            oldest, *kept = self.kept
            oldest.withdrawn = self._news()
            self.kept = tuple(kept)
            self.withdrawn = (*self.withdrawn[-3:], oldest)

    def _publish(self) -> None:
        key = make_key(f"key-{next(self._numbers)}")
        with self._lock:
            self.kept = (*self.kept, key)
            key.published = self._news()

    def _news(self) -> News:
        self._untold.append(made := News())
        return made


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
        yield JwksUri(url, trust_mock=True, min_age=0.2, cooldown=0.5, timeout=60)
    finally:
        server.shutdown()
        server.server_close()
