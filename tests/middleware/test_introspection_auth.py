"""As whom a gate asks: what goes over the wire, what never does, and what cannot be right."""

import itertools
import json
import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from answering import Answering, answering
from both_doors import AUDIENCE, ISSUER, NOW, Doors
from certificates import certified
from proofs import ES256

from realmgate import (
    BearerToken,
    ClientCertificate,
    ClientSecretBasic,
    ClientSecretPost,
    ConfigurationError,
    Introspection,
    PrivateKeyJwt,
)
from realmgate.flow import FetchFailed

GOOD = {
    "active": True,
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "customer@example.com",
    "client_id": "storefront-web",
    "exp": int(NOW) + 3600,
}


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering(lambda _: (200, GOOD)) as server:
        yield server


@pytest.fixture
def asking(server: Answering, door_to: Callable[..., Doors]) -> Callable[..., Doors]:
    def asking(auth: Any, **differs: Any) -> Doors:
        introspection = Introspection(f"{server.address}/introspect", auth=auth, cache_for=0, **differs)
        return door_to(introspection=introspection, keys=None, trust_mock=True)

    return asking


def test_a_secret_in_the_form_is_nowhere_else(server: Answering, asking: Callable[..., Doors]) -> None:
    assert asking(ClientSecretPost("shop & sons", "s3:cr%et&é")).bearer("opaque").status == 200
    for asked in server.asked:
        assert asked.form == {
            "token": "opaque",
            "token_type_hint": "access_token",
            "client_id": "shop & sons",
            "client_secret": "s3:cr%et&é",
        }
        assert "authorization" not in asked.headers


def test_basic_by_name_is_what_id_and_secret_mean(server: Answering, asking: Callable[..., Doors]) -> None:
    assert Introspection(server.address, client_id="a", client_secret="b").auth == ClientSecretBasic("a", "b")
    assert asking(ClientSecretBasic("a", "b")).bearer("opaque").status == 200
    assert {asked.headers["authorization"] for asked in server.asked} == {"Basic YTpi"}


def test_every_question_has_an_assertion_of_its_own(server: Answering, asking: Callable[..., Doors]) -> None:
    doors = asking(PrivateKeyJwt("gate", ES256.private_jwk, audience="https://id.example"))
    for _ in range(3):
        assert doors.bearer("opaque").status == 200
    assert len({asked.form["client_assertion"] for asked in server.asked}) == 6
    assert all("client_secret" not in asked.form for asked in server.asked)


def test_equal_questions_share_an_answer_though_no_two_assertions_are_equal(
    server: Answering, asking: Callable[..., Doors], monkeypatch: pytest.MonkeyPatch
) -> None:
    met = threading.Event()

    def slow(_: Any) -> tuple[int, Any]:
        met.wait(30)
        return 200, GOOD

    server.answer = slow
    doors = asking(PrivateKeyJwt("gate", ES256.private_jwk, audience="https://id.example"), timeout=30)
    asker = doors.wsgi.gate.guarded.asker
    submit, came = asker._submit, threading.Semaphore(0)

    def submitting(question: Any) -> Any:
        under_way = submit(question)
        came.release()
        return under_way

    monkeypatch.setattr(asker, "_submit", submitting)
    people = [threading.Thread(target=doors.bearer, args=("opaque",)) for _ in range(10)]
    for person in people:
        person.start()
    for _ in people:
        assert came.acquire(timeout=30)
    assert len(asker._asked) == 1
    met.set()
    for person in people:
        person.join()
    assert len(server.asked) <= 11, "one for all at the first door, and at the second nobody has to wait"


def test_a_bearer_token_may_be_fetched_anew_and_with_blocking(server: Answering, asking: Callable[..., Doors]) -> None:
    count = itertools.count()
    threads: set[int] = set()

    def token() -> str:
        threads.add(threading.get_ident())
        return f"ours-{next(count)}"

    doors = asking(BearerToken(token))
    assert [doors.bearer("opaque").status for _ in range(2)] == [200, 200]
    assert [asked.headers["authorization"] for asked in server.asked] == [f"Bearer ours-{n}" for n in range(4)]
    assert threading.get_ident() not in threads, "no request waits in its own thread, nor an event loop"
    assert asking(BearerToken("ours")).bearer("opaque").status == 200
    assert server.asked[-1].headers["authorization"] == "Bearer ours"


@pytest.mark.parametrize("given", [None, 5, "", " ", "a\r\nX-Admin: yes", "é", b"ours", RuntimeError("s3cret-of-ours")])
def test_a_function_that_gives_no_token_is_an_outage_and_is_not_quoted(
    server: Answering, asking: Callable[..., Doors], caplog: pytest.LogCaptureFixture, given: Any
) -> None:
    def token() -> Any:
        if isinstance(given, Exception):
            raise given
        return given

    with caplog.at_level(logging.DEBUG):
        assert asking(BearerToken(token)).bearer("opaque").status == 503
    assert server.asked == []
    assert "the function that gives our bearer token" in caplog.text
    assert "s3cret-of-ours" not in caplog.text
    assert "X-Admin" not in caplog.text


@pytest.fixture
def choosy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """A server that talks only to whoever shows the certificate of the gate, and where that lies."""
    theirs, ours = certified("server").save(tmp_path, "server"), certified("gate").save(tmp_path, "gate")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = json.dumps({**GOOD, "sub": body.partition("client_id=")[2]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client without a certificate is part of the test."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*theirs)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(ours[0])
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", theirs[0])
    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}/introspect", tmp_path
        server.shutdown()
        thread.join()


def test_a_certificate_is_shown_in_tls_together_with_our_id(
    choosy: tuple[str, Path], door_to: Callable[..., Doors], tmp_path: Path
) -> None:
    url, folder = choosy

    def door(auth: Any) -> Doors:
        return door_to(introspection=Introspection(url, auth=auth, cache_for=0), keys=None)

    ours = ClientCertificate("gate", folder / "gate.crt", folder / "gate.key")
    assert door(ours).bearer("opaque").json["subject"] == "gate"
    other = ClientCertificate("gate", *certified("gate").save(tmp_path, "other"))
    assert door(other).bearer("opaque").status == 503
    assert door(ClientSecretBasic("gate", "s3cret")).bearer("opaque").status == 503


async def awaited() -> str:
    raise AssertionError


WRONG: dict[str, tuple[Callable[..., Any], tuple[Any, ...], str]] = {
    "no id": (ClientSecretBasic, ("", "s3cret"), "client_id="),
    "no secret": (ClientSecretBasic, ("shop", ""), "client_secret="),
    "nothing for a secret": (ClientSecretPost, ("shop", None), "client_secret="),
    "no token": (BearerToken, ("",), "token="),
    "a number for a token": (BearerToken, (5,), "token="),
    "a function that nobody awaits": (BearerToken, (awaited,), "token=…\\): must be a plain function"),
    "a certificate of nobody": (ClientCertificate, ("", "a", "b"), "client_id="),
    "no certificate": (ClientCertificate, ("shop", "/nowhere/a", "/nowhere/b"), "there is no file '/nowhere/a'"),
}


@pytest.mark.parametrize(("make", "given", "told"), WRONG.values(), ids=WRONG)
def test_who_we_are_is_said_completely(make: Callable[..., Any], given: tuple[Any, ...], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        make(*given)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param({}, "client_id=", id="nobody"),
        pytest.param({"client_id": "a", "auth": ClientSecretBasic("a", "b")}, "either", id="twice"),
        pytest.param({"auth": "basic"}, "ClientSecretPost, PrivateKeyJwt", id="a word"),
        pytest.param({"auth": BearerToken("x"), "signed": True}, "audience=", id="signed to nobody"),
    ],
)
def test_who_asks_is_said_once(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        Introspection("https://id.example", **given)


def test_nothing_secret_shows_in_a_repr() -> None:
    shown = repr([ClientSecretBasic("shop", "s3cret"), ClientSecretPost("shop", "s3cret"), BearerToken("s3cret")])
    assert "s3cret" not in shown


def test_a_token_that_is_no_text_is_found_out_before_anything_is_sent() -> None:
    with pytest.raises(FetchFailed, match="gave something else"):
        BearerToken(lambda: "two\nlines").credentials(NOW)
