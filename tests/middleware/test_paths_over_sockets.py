"""Several hundred spellings of paths over raw sockets: none reaches a realm's app but with a token of that realm."""

import re
import socket
import time
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import quote, unquote

import pytest
from a2wsgi import WSGIMiddleware
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, mint
from flask import Flask
from sockets import serving
from starlette.applications import Starlette
from starlette.routing import Mount

from realmgate import Realm, RealmGate, RealmMap, Realms

NOW = int(time.time())
# Made when pytest collects and shown when it gets here, which may take it long.
TOMORROW = NOW + 86_400
SHOP = Realms(
    Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS),
    Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, keys=JWKS),
)
TOKENS = {
    "storefront": mint(iat=NOW, exp=TOMORROW),
    "backoffice": mint(aud=ADMIN_AUDIENCE, iat=NOW, exp=TOMORROW),
    "nobody": "",
}
PLACES = {"/api": "storefront", "/admin/api": "backoffice"}

# How somebody may write the way from one realm into the other, and how a prefix itself.
DOTS = ("..", "%2e%2e", ".%2E", "%252e%252e", "..;", "..;x=1", "..%00", "..%20", "%c0%ae%c0%ae")
SLASHES = ("/", "//", "/./", "%2f", "%2F", "%252f", "%5c", "\\", "%255c", ";/", "/;/", "%ef%bc%8f", "%c0%af")
MARKS = (
    *(
        "",
        "/",
        "//",
        "/.",
        "/..",
        "/./",
        "/x/..",
        ";",
        ";x=1",
        ";/",
        "/;",
        ".",
        "..",
        "%2e",
        "%20",
        "%09",
        "%0a",
        "%0d",
    ),
    *("%00", "%00.html", "%7f", "%3f", "%3fx=1", "?x=1", "%23", "%23x", "#", "\\", "%5c", "%2f", "%252f", "%25", "%"),
    *("%ff", "%c0%af", "%u002f", "%e2%80%8b", "~", ":", "@", ",", "*", "+", "!"),
)
ODD_STARTS = (
    "",
    "/",
    "//",
    "/.",
    "/./",
    "/x/..",
    "/%2e",
    "/%2e/",
    "/;",
    "/;x/",
    "/\\",
    "\\",
    "/%00",
    "/%0a",
    "/%20",
    "x",
    "%2f",
)


def in_capitals_each(prefix: str) -> list[str]:
    return [
        prefix.upper(),
        prefix.title(),
        *[prefix[:i] + prefix[i].upper() + prefix[i + 1 :] for i in range(len(prefix))],
    ]


def escaped_each(prefix: str) -> list[str]:
    """One character at a time, and all of them: once, twice, three times."""
    once = [f"%{ord(letter):02x}" for letter in prefix]
    twice = [f"%25{ord(letter):02X}" for letter in prefix]
    single = [prefix[:i] + codes[i] + prefix[i + 1 :] for codes in (once, twice) for i in range(len(prefix))]
    return [*single, "/" + "".join(once[1:]), "/" + "".join(twice[1:]), "/" + quote(quote("".join(once[1:])))]


def spellings(front: str = "") -> list[str]:
    """Everything that is asked for, behind what a mount or a server puts in front."""
    found: list[str] = []
    for here, there in (("/api", "/admin/api"), ("/admin/api", "/api")):
        found += [f"{here}{mark}{tail}" for mark in MARKS for tail in ("", "/orders")]
        found += [f"{before}{here}/orders" for before in ODD_STARTS]
        found += [f"{spelt}/orders" for spelt in (*in_capitals_each(here), *escaped_each(here))]
        up = here.count("/")
        for dots, slash in product(DOTS, SLASHES):
            found.append(f"{here}{slash}{slash.join([dots] * up)}{slash}{there[1:]}/orders")
        found += [here[1:], f"{here[1:]}/orders", f"{here}orders", f"{here}/orders%0a", f"{here}/orders%0d%0a"]
        found += [f"{here}/x/..{there}/orders", f"{here}{there}/orders", f"http://shop.example{here}/orders"]
    return [front + path for path in dict.fromkeys(found)] + ["*", "http://shop.example", f"{front}/elsewhere"]


def reached(realm: str) -> Any:
    """An app of one realm, which says so to whoever gets there."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, realm)

    return app


async def answer(send: Any, realm: str) -> None:
    headers = [(b"x-reached", realm.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def flask_of(realm: str) -> Any:
    """A WSGI app that merges slashes and decodes as Werkzeug does, and takes any path at all."""
    app = Flask(realm)

    @app.get("/")
    @app.get("/<path:rest>")
    def any_path(rest: str = "") -> Any:
        return "", {"x-reached": realm}

    wsgi: Any = app
    return WSGIMiddleware(wsgi)


def flask_of_both() -> Any:
    app = Flask("both")

    @app.get("/api/<rest>")
    def storefront(rest: str) -> Any:
        return "", {"x-reached": "storefront"}

    @app.get("/admin/api/<rest>")
    def backoffice(rest: str) -> Any:
        return "", {"x-reached": "backoffice"}

    wsgi: Any = app
    return WSGIMiddleware(wsgi)


async def careless(scope: Any, receive: Any, send: Any) -> None:
    """An app that makes of a path whatever can be made of it, and then looks for its prefixes."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    for _ in range(5):
        path = unquote(path.replace("\\", "/"))
    path = re.sub(r";[^/]*", "", re.sub(r"[\x00-\x1f\x7f]", "", path)).casefold()
    kept: list[str] = []
    for segment in filter(None, path.split("/")):
        kept = kept[:-1] if segment == ".." else [*kept, segment] if segment.strip(". ") else kept
    plain = "/" + "/".join(kept) + "/"
    await answer(send, next((realm for prefix, realm in PLACES.items() if plain.startswith(prefix + "/")), "elsewhere"))


def gated(realm: str, app: Any) -> Any:
    return RealmGate(app, realm=SHOP[realm])


def mounted(make: Any) -> Starlette:
    return Starlette(routes=[Mount(prefix, app=gated(realm, make(realm))) for prefix, realm in PLACES.items()])


TABLE = {prefix: SHOP[realm] for prefix, realm in PLACES.items()}
SERVERS: dict[str, tuple[Any, str, str]] = {
    # The app, what the server is told is in front of it, and what is asked for in front of every spelling.
    "mounts": (mounted(reached), "", ""),
    "mounts inside a mount": (Starlette(routes=[Mount("/shop", app=mounted(reached))]), "", "/shop"),
    "mounts of Flask apps": (mounted(flask_of), "", ""),
    "mounts behind a root path": (mounted(reached), "/shop", ""),
    "mounts behind a root path named again": (mounted(reached), "/shop", "/shop"),
    "mounts behind a root path like a realm": (mounted(reached), "/api", ""),
    "a map": (RealmMap(careless, TABLE, elsewhere="open"), "", ""),
    "a map that refuses": (RealmMap(careless, TABLE, elsewhere="refuse"), "", ""),
    "a map before Flask": (RealmMap(flask_of_both(), TABLE, elsewhere="open"), "", ""),
    "a map inside a mount": (
        Starlette(routes=[Mount("/shop", app=RealmMap(careless, TABLE, elsewhere="open"))]),
        "",
        "/shop",
    ),
    "a map before Flask inside a mount": (
        Starlette(routes=[Mount("/shop", app=RealmMap(flask_of_both(), TABLE, elsewhere="open"))]),
        "",
        "/shop",
    ),
    "a map before Flask behind a root path": (RealmMap(flask_of_both(), TABLE, elsewhere="open"), "/shop", ""),
    "a map behind a root path": (RealmMap(careless, TABLE, elsewhere="open"), "/shop", ""),
    "a map behind a root path named again": (RealmMap(careless, TABLE, elsewhere="open"), "/shop", "/shop"),
}


class Line:
    """A connection that is kept, and made anew where the server hangs up."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None
        self.buffer = b""
        self.hung_up = 0

    def ask(self, requests: list[bytes]) -> list[tuple[int, str]]:
        """Status and app reached for each request, as many as possible sent in one go."""
        answers: list[tuple[int, str]] = []
        while len(answers) < len(requests):
            got = self._exchange(requests[len(answers) :])
            # Where it hangs up after an answer, nothing is known of those behind.
            answers += got
            if not got:
                self.hung_up += 1
                assert self.hung_up < 3
            else:
                self.hung_up = 0
        return answers

    def _exchange(self, requests: list[bytes]) -> list[tuple[int, str]]:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
            self.buffer = b""
        answers: list[tuple[int, str]] = []
        try:
            self.socket.sendall(b"".join(requests))
            while len(answers) < len(requests):
                answers.append(self._read())
        except ConnectionError:
            self.close()
        return answers

    def _read(self) -> tuple[int, str]:
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        if "chunked" in headers.values():
            # Only the server's own refusals, after which it hangs up.
            self.close()
            return int(status.split()[1]), ""
        length = int(headers["content-length"])
        while len(self.buffer) < length:
            self._more()
        self.buffer = self.buffer[length:]
        return int(status.split()[1]), headers.get("x-reached", "")

    def _more(self) -> None:
        data = b"" if self.socket is None else self.socket.recv(65536)
        if not data:
            raise ConnectionResetError
        self.buffer += data

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
        self.socket = None


def request(target: str, token: str) -> bytes:
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {target} HTTP/1.1\r\nHost: shop.example\r\n{authorization}\r\n".encode()


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[tuple[Line, str]]:
    app, root_path, front = SERVERS[request.param]
    # A root path and a parser that takes targets without a slash make odd paths together; the other parser is faster.
    parser = "h11" if root_path else "httptools"
    with serving(app, root_path=root_path, log_level="critical", http=parser, access_log=False) as port:
        line = Line(port)
        yield line, front
        line.close()


def test_no_spelling_reaches_a_realm_without_its_token(server: tuple[Line, str]) -> None:
    line, front = server
    wrong: list[tuple[str, str, str]] = []
    asked = [(target, held) for target in spellings(front) for held in TOKENS]
    for some in (asked[start : start + 60] for start in range(0, len(asked), 60)):
        answers = line.ask([request(target, TOKENS[held]) for target, held in some])
        for (target, held), (status, realm) in zip(some, answers, strict=True):
            assert status < 500, (target, held)
            if realm in PLACES.values() and realm != held:
                wrong.append((target, held, realm))
    assert wrong == []


def test_there_are_hundreds_of_spellings() -> None:
    assert len(spellings()) > 500


@pytest.mark.parametrize(
    "name", ["mounts", "mounts inside a mount", "mounts of Flask apps", "a map", "a map before Flask"]
)
def test_plain_spellings_do_reach_their_realm_with_its_token_and_odd_ones_too(name: str) -> None:
    app, root_path, front = SERVERS[name]
    with serving(app, root_path=root_path, log_level="critical") as port:
        line = Line(port)
        for prefix, realm in PLACES.items():
            plain = request(f"{front}{prefix}/orders", TOKENS[realm])
            escaped = request(f"{front}/%61{prefix[2:]}/orders", TOKENS[realm])
            assert line.ask([plain, escaped, plain]) == [(200, realm)] * 3
            assert line.ask([request(f"{front}{prefix}/orders", "")])[0][0] == 401
        line.close()
