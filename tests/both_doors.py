"""One gate, one app, two doors: what the tests of the gate stand on, with tokens made by a library that is not ours."""

import asyncio
import io
import json
import sys
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from realmgate.requires import principal_of

NOW = 1_800_000_000.0
ISSUER = "https://id.example/storefront"
AUDIENCE = "https://shop.example/api"
ADMIN_AUDIENCE = "https://shop.example/admin/api"


@dataclass(frozen=True)
class SigningKey:
    """A private key, the algorithm it is used with, and its public JWK."""

    private: Any
    alg: str
    kid: str

    @property
    def jwk(self) -> dict[str, Any]:
        algorithm = jwt.get_algorithm_by_name(self.alg)
        public: dict[str, Any] = json.loads(algorithm.to_jwk(self.private.public_key()))
        public.pop("key_ops", None)
        return {**public, "kid": self.kid, "use": "sig", "alg": self.alg}


KEYS = {
    "RS256": SigningKey(rsa.generate_private_key(65537, 2048), "RS256", "key-RS256"),
    "ES256": SigningKey(ec.generate_private_key(ec.SECP256R1()), "ES256", "key-ES256"),
    "EdDSA": SigningKey(ed25519.Ed25519PrivateKey.generate(), "EdDSA", "key-EdDSA"),
}
JWKS = {"keys": [key.jwk for key in KEYS.values()]}


def mint(alg: str = "RS256", *, key: Any = None, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
    """Make a good token, or one that differs from a good one exactly where told; `...` leaves a member out."""
    body = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "customer@example.com",
        "client_id": "storefront-web",
        "scope": "orders:read products:read",
        "jti": "token-1",
        "iat": int(NOW),
        "exp": int(NOW) + 3600,
        **claims,
    }
    head = {"typ": "at+jwt", "kid": KEYS[alg].kid, **(header or {})}
    return jwt.api_jws.encode(
        json.dumps({name: value for name, value in body.items() if value is not ...}).encode(),
        key or KEYS[alg].private,
        algorithm=alg,
        headers={name: value for name, value in head.items() if value is not ...},
    )


@dataclass(frozen=True)
class Answer:
    """What came back through both doors alike."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def seen(principal: Any) -> bytes:
    """What the app behind a gate answers: who it was told is there."""
    return json.dumps(
        {
            "subject": principal.subject,
            "realm": principal.realm,
            "client_id": principal.client_id,
            "scopes": sorted(principal.scopes),
            "is_authenticated": principal.is_authenticated,
        }
    ).encode()


async def asgi_app(scope: Any, receive: Any, send: Any) -> None:
    body = seen(principal_of(scope))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def wsgi_app(environ: Any, start_response: Any) -> Iterable[bytes]:
    body = seen(principal_of(environ))
    start_response("200 OK", [("content-type", "application/json"), ("content-length", str(len(body)))])
    return [body]


@dataclass
class Doors:
    """One gate behind an ASGI and a WSGI door; `ask` insists that both say the same, byte for byte."""

    asgi: Any
    wsgi: Any

    def ask(
        self,
        *authorization: str,
        path: str = "/",
        method: str = "GET",
        mount: str = "",
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> Answer:
        length = [("content-length", str(len(body)))] if body else []
        sent = [*(("authorization", value) for value in authorization), *headers, *length]
        through_asgi = asyncio.run(ask_asgi(self.asgi, sent, path=path, method=method, mount=mount, body=body))
        through_wsgi = ask_wsgi(self.wsgi, sent, path=path, method=method, mount=mount, body=body)
        assert _but_for_seconds(through_asgi) == _but_for_seconds(through_wsgi)
        return through_asgi

    def bearer(self, token: str, **how: Any) -> Answer:
        return self.ask(f"Bearer {token}", **how)


def _but_for_seconds(answer: Answer) -> Answer:
    """The same, whenever that was: who asks later has less time to wait."""
    headers = ((name, "soon" if name == "retry-after" and int(value) > 0 else value) for name, value in answer.headers)
    return replace(answer, headers=tuple(headers))


async def ask_asgi(
    app: Any,
    sent: Iterable[tuple[str, str]],
    *,
    path: str = "/",
    method: str = "GET",
    mount: str = "",
    body: bytes = b"",
) -> Answer:
    headers = [(b"host", b"shop.example"), *((name.encode(), value.encode("latin-1")) for name, value in sent)]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        # Bytes that are no text come as lone surrogates here, and as a server decodes them there.
        "path": _bytes(mount + path).decode("utf-8", "replace"),
        "raw_path": urllib.parse.quote(_bytes(mount + path)).encode(),
        "root_path": mount,
        "query_string": b"",
        "headers": headers,
    }
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    await app(scope, receive, send)
    start, *bodies = messages
    given = tuple((name.decode(), value.decode()) for name, value in start["headers"])
    return Answer(start["status"], given, b"".join(message.get("body", b"") for message in bodies))


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def ask_wsgi(
    app: Any,
    sent: Iterable[tuple[str, str]],
    *,
    path: str = "/",
    method: str = "GET",
    mount: str = "",
    body: bytes = b"",
) -> Answer:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": mount.encode().decode("latin-1"),
        "PATH_INFO": _bytes(path).decode("latin-1"),
        "SERVER_NAME": "shop.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "QUERY_STRING": "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in sent:
        variable = name.upper().replace("-", "_")
        variable = variable if variable in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{variable}"
        # What every WSGI server does with a header that comes twice.
        environ[variable] = f"{environ[variable]},{value}" if variable in environ else value
    started: list[tuple[int, tuple[tuple[str, str], ...]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        started.append((int(status.split(maxsplit=1)[0]), tuple(headers)))
        return lambda _: None

    answer = app(environ, start_response)
    try:
        said = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    status, given = started[0]
    return Answer(status, given, said)
