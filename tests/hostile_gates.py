"""Gates at both doors for any bytes whatever, and what they may answer. All else that comes out is a finding."""

import base64
import io
import json
import sys
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from realmgate import Realm, RealmMap, Realms, asgi, wsgi
from realmgate.jose.keys import VerifyingKey

NOW = 1_800_000_000.0
ISSUER = "https://id.example/storefront"
AUDIENCE = "https://shop.example/api"
ADMIN_AUDIENCE = "https://shop.example/admin/api"
CLIENT = "storefront-web"
GOOD_CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "customer@example.com",
    "client_id": CLIENT,
    "scope": "orders:read products:read",
    "jti": "token-1",
    "iat": int(NOW),
    "exp": int(NOW) + 3600,
}
ORO_CLAIMS: dict[str, Any] = {
    "aud": CLIENT,
    "sub": "customer@example.com",
    "scopes": ["all"],
    "jti": "token-1",
    "iat": NOW,
    "nbf": NOW,
    "exp": NOW + 3600.5,
}
# RFC 8037, appendix A; the key of a signature that no fuzzer will guess.
PRIVATE = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
JWK = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "one"}


class Believed(VerifyingKey):
    """A key that finds every signature good, so that the fuzzer gets past it to the claims."""

    def verifies(self, jws: Any) -> bool:
        del jws
        return True


class Answer:
    """What came back from a door: the status and everything that a caller gets to see."""

    def __init__(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.seen = (status, tuple(headers), body)


async def asgi_app(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-app", b"here")]})
    await send({"type": "http.response.body", "body": b"in"})


def wsgi_app(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("x-app", "here")])
    return [b"in"]


def gates(*, believing: bool = False, profile: str = "rfc9068", **differs: Any) -> tuple[Any, Any]:
    """One realm, guarded at both doors; with `believing`, whatever the signature."""
    settings: dict[str, Any] = {"issuer": ISSUER, "audience": AUDIENCE, "profile": profile}
    if profile == "orocommerce":
        settings = {"clients": {CLIENT}, "profile": profile}
    realms = Realms(Realm("storefront", **settings, keys={"keys": [JWK]}, **differs))
    guarded = realms["storefront"]
    if believing:
        # The one place that makes keys.
        guarded.keyring._import_one = _believe  # type: ignore[method-assign,assignment]
    options: dict[str, Any] = {"realm": guarded, "clock": lambda: NOW, "remember": 8}
    return asgi.RealmGate(asgi_app, **options), wsgi.RealmGate(wsgi_app, **options)


def _believe(_entry: Any) -> VerifyingKey:
    every = frozenset({"RS256", "ES256", "EdDSA"})
    return Believed(kid="one", algorithms=every, jwk=JWK, _verifiers={})


def signed(header: str, claims: dict[str, Any]) -> str:
    """A token by the one key that these gates know, which an RFC shows with both of its halves."""
    secret = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(f"{PRIVATE}="))
    text = f"{header}.{segment(claims)}"
    return f"{text}.{base64url(secret.sign(text.encode()))}"


def maps(elsewhere: str) -> tuple[Any, Any]:
    """Two realms by path prefix, guarded at both doors."""
    realms = Realms(
        Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys={"keys": [JWK]}),
        Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, keys={"keys": [JWK]}),
    )
    table = {"/api": realms["storefront"], "/admin/api": realms["backoffice"]}
    options: dict[str, Any] = {"elsewhere": elsewhere, "clock": lambda: NOW}
    return RealmMap(asgi_app, table, **options), wsgi.RealmMap(wsgi_app, table, **options)


def ask(doors: tuple[Any, Any], *authorization: str, path: str = "/", mount: str = "") -> Answer:
    """Ask both doors the same, and insist that they answer alike."""
    through_asgi = ask_asgi(doors[0], authorization, path=path, mount=mount)
    through_wsgi = ask_wsgi(doors[1], authorization, path=path, mount=mount)
    if through_asgi.seen != through_wsgi.seen:
        raise AssertionError(f"the doors differ: {through_asgi.seen} and {through_wsgi.seen}")
    return through_asgi


def ask_asgi(app: Any, authorization: Iterable[str], *, path: str, mount: str) -> Answer:
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": mount + path,
        "root_path": mount,
        "query_string": b"",
        "headers": [(b"authorization", value.encode("latin-1")) for value in authorization],
    }
    try:
        # Nothing here ever waits, so no event loop is needed.
        app(scope, receive, send).send(None)
    except StopIteration:
        start, body = messages
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
        return Answer(start["status"], headers, body["body"])
    raise AssertionError("the gate waits for something")


def ask_wsgi(app: Any, authorization: Iterable[str], *, path: str, mount: str) -> Answer:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": mount.encode("utf-8", "replace").decode("latin-1"),
        "PATH_INFO": path.encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": "",
        "SERVER_NAME": "shop.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    if authorization:
        environ["HTTP_AUTHORIZATION"] = ",".join(authorization)
    started: list[Any] = []

    def start_response(status: str, headers: Any, _exc_info: Any = None) -> Any:
        started.extend((int(status.split(maxsplit=1)[0]), headers))

    body = b"".join(app(environ, start_response))
    return Answer(started[0], started[1], body)


def refusals(doors: tuple[Any, Any], *also: Answer) -> frozenset[Any]:
    """Every refusal there is, whole: an answer that is one of these holds no byte of a token."""
    missing, unreadable, invalid = ask(doors), ask(doors, "Bearer a b"), ask(doors, "Bearer a.b.c")
    if [each.status for each in (missing, unreadable, invalid)] != [401, 400, 401]:
        raise AssertionError("the refusals are not what they should be")
    return frozenset(each.seen for each in (missing, unreadable, invalid, *also))


def segment(value: Any) -> str:
    """One part of a token."""
    return base64url(json.dumps(value).encode())


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
