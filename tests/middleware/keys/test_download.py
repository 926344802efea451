"""One exchange over real sockets with servers that do everything but answer properly."""

import gzip
import json
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from answering import answering
from certificates import certified, trust

from realmgate.flow import Fetch, Fetched, FetchFailed
from realmgate.keys.authorities import CA_VARIABLES
from realmgate.keys.download import Deadline, Line, download

Script = Callable[[socket.socket, threading.Event], None]

# Long enough for a loopback exchange on a busy machine, short enough to wait for.
SOON = 0.4


@contextmanager
def speaking(script: Script) -> Iterator[str]:
    """A server on loopback that takes each connection and does with it what the script says."""
    over = threading.Event()

    def serve(door: socket.socket) -> None:
        while True:
            try:
                connection, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    def talk(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            script(connection, over)

    with socket.create_server(("127.0.0.1", 0)) as door:
        listener = threading.Thread(target=serve, args=(door,))
        listener.start()
        try:
            yield f"127.0.0.1:{door.getsockname()[1]}"
        finally:
            over.set()
            door.shutdown(socket.SHUT_RDWR)
            listener.join()


def says(answer: bytes) -> Script:
    def script(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    return script


def drips(beginning: bytes, drop: bytes, *, first: bool = False) -> Script:
    """Say something, and then one drop after another for as long as anybody listens."""

    def script(connection: socket.socket, over: threading.Event) -> None:
        if not first:
            connection.recv(65536)
        connection.sendall(beginning)
        while not over.wait(0.02):
            connection.sendall(drop)

    return script


def fetch(url: str, **how: object) -> Fetched:
    return download(Fetch(url=url, **{"timeout": 30.0, **how}))  # type: ignore[arg-type]


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("scheme", "script"),
    [
        pytest.param("http", drips(b"", b""), id="nothing at all"),
        pytest.param("http", drips(OK, b"X-Drop: 1\r\n"), id="headers"),
        pytest.param("http", drips(b"", b"H"), id="a status line that does not end"),
        pytest.param("http", drips(OK + b"Content-Length: 100000\r\n\r\n", b"x"), id="a body of known length"),
        pytest.param("http", drips(OK + b"\r\n", b"x"), id="a body of unknown length"),
        pytest.param("http", drips(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), id="chunks"),
        pytest.param(
            "http", drips(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"), id="interim answers"
        ),
        pytest.param("https", drips(b"", b"", first=True), id="no handshake"),
        pytest.param("https", drips(b"\x16\x03\x03\x40\x00", b"\x02", first=True), id="a handshake"),
    ],
)
def test_a_server_that_drips_does_not_outlive_the_deadline(scheme: str, script: Script) -> None:
    with speaking(script) as place, pytest.raises(FetchFailed, match="no answer in time"):
        fetch(f"{scheme}://{place}/jwks", timeout=SOON)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        pytest.param(says(b""), "the connection failed", id="nothing"),
        pytest.param(says(b"SSH-2.0-OpenSSH\r\n"), "the connection failed", id="another protocol"),
        pytest.param(says(OK + b"Content-Length: 100\r\n\r\n{}"), "the connection failed", id="half a body"),
        pytest.param(
            says(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"), "the connection failed", id="half a chunk"
        ),
        pytest.param(says(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), "the connection failed", id="no chunk"),
        pytest.param(says(OK + b"A: " + b"x" * 100_000 + b"\r\n\r\n"), "the connection failed", id="a long header"),
        pytest.param(says(OK + b"A: x\r\n" * 1000 + b"\r\n"), "the connection failed", id="many headers"),
        pytest.param(says(OK + b"\r\n" + b"x" * 2000), "the answer is too large", id="more than was asked for"),
        pytest.param(
            says(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}")), "compressed", id="compressed"
        ),
        pytest.param(says(OK + b"Content-Encoding: br\r\n\r\nx"), "compressed", id="compressed in another way"),
    ],
)
def test_what_cannot_be_read_to_its_end_is_a_failure(
    script: Script, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    with speaking(script) as place, pytest.raises(FetchFailed, match=reason):
        fetch(f"http://{place}/jwks", limit=1000)
    assert not [record for record in caplog.records if record.name.startswith("realmgate")]


def test_an_answer_is_given_as_it_came() -> None:
    answer = OK + b"Cache-Control: max-age=60\r\nX-Two: a\r\nX-Two: b\r\nContent-Length: 4\r\n\r\n\xff\x00{}"
    with speaking(says(answer)) as place:
        fetched = fetch(f"http://{place}/jwks")
    assert (fetched.status, fetched.body) == (200, b"\xff\x00{}")
    assert fetched.header("cache-control") == "max-age=60"
    assert fetched.header("x-two") == "a, b"
    assert fetched.header("missing") == ""


def test_exactly_as_much_as_was_asked_for_is_not_too_much() -> None:
    with speaking(says(OK + b"\r\n" + b"x" * 1000)) as place:
        assert len(fetch(f"http://{place}/", limit=1000).body) == 1000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_not_followed(status: int) -> None:
    with answering(lambda _: (status, b"")) as server:
        server.headers["Location"] = f"{server.address}/elsewhere"
        assert fetch(f"{server.address}/jwks").status == status
        assert [asked.path for asked in server.asked] == ["/jwks"]


def test_a_request_says_what_it_wants_and_carries_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Each of these would send the request elsewhere, or secrets along with it.
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password secret")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with answering(lambda _: (200, {})) as server:
        server.headers["Set-Cookie"] = "a=b"
        with Line() as line:
            for _ in range(2):
                line.exchange(Fetch(url=f"{server.address}/jwks"))
    for asked in server.asked:
        assert asked.method == "GET"
        assert asked.body == b""
        assert asked.headers["accept"] == "application/json"
        assert asked.headers["accept-encoding"] == "identity"
        assert not {"authorization", "cookie", "proxy-authorization"} & asked.headers.keys()


def test_a_question_is_sent_as_it_is() -> None:
    with answering(lambda _: (200, {})) as server:
        headers = (("Authorization", "Basic eDp5"), ("Content-Type", "text/plain"))
        fetch(f"{server.address}/", method="POST", body=b"token=x", headers=headers)
    (asked,) = server.asked
    assert (asked.method, asked.body, asked.headers["authorization"]) == ("POST", b"token=x", "Basic eDp5")


def test_connections_are_kept_between_the_exchanges_of_a_line() -> None:
    with answering(lambda _: (200, {})) as server, Line() as line:
        for _ in range(3):
            assert line.exchange(Fetch(url=f"{server.address}/")).status == 200
        assert len(server.connections) == 1


def test_a_kept_connection_that_was_closed_meanwhile_is_tried_anew() -> None:
    seen: list[str] = []

    def script(connection: socket.socket, over: threading.Event) -> None:
        seen.append("connection")
        connection.recv(65536)
        connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")

    with speaking(script) as place, Line() as line:
        for _ in range(3):
            assert line.exchange(Fetch(url=f"http://{place}/")).body == b"{}"
    assert len(seen) == 3


def test_a_kept_connection_is_cut_at_the_deadline_too() -> None:
    def script(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")
        connection.recv(65536)
        connection.sendall(OK + b"Content-Length: 1000000\r\n\r\n")
        while not over.wait(0.02):
            connection.sendall(b"x")

    with speaking(script) as place, Line() as line:
        assert line.exchange(Fetch(url=f"http://{place}/", timeout=30)).status == 200
        with pytest.raises(FetchFailed, match="no answer in time"):
            line.exchange(Fetch(url=f"http://{place}/", timeout=SOON))


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("file:///etc/hostname", id="a file"),
        pytest.param("ftp://127.0.0.1/jwks", id="FTP"),
        pytest.param("data:application/json,{}", id="itself"),
        pytest.param("http://", id="no host"),
        pytest.param("nonsense", id="no URL"),
        pytest.param("http://127.0.0.1:9/", id="nobody there"),
    ],
)
def test_whatever_is_no_answer_is_a_failure(url: str) -> None:
    with pytest.raises(FetchFailed, match="the connection failed"):
        fetch(url)


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A server with a certificate that nobody has signed but itself, and where the certificate lies."""
    certificate, key = certified("127.0.0.1").save(tmp_path, "server")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"keys": []}).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(HTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that does not trust the certificate is part of the test."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}/jwks", certificate
        server.shutdown()
        thread.join()


@pytest.fixture
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CA_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: tuple[str, str], no_variables: None) -> None:
    with pytest.raises(FetchFailed, match="SSLError"):
        fetch(secure[0])


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_variable_may_name_who_vouches(
    secure: tuple[str, str], no_variables: None, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    url, certificate = secure
    monkeypatch.setenv(variable, certificate)
    assert fetch(url).body == b'{"keys": []}'
    with pytest.raises(FetchFailed, match="SSLError"):
        fetch(url.replace("127.0.0.1", "localhost"))


def directories(secure: tuple[str, str], folder: Path) -> str:
    """Two of them, and the one that matters is the second."""
    full, empty = folder / "full", folder / "empty"
    full.mkdir()
    empty.mkdir()
    trust(secure[1], full)
    return os.pathsep.join(["/nowhere/at/all", str(empty), str(full)])


def test_a_variable_may_name_directories_as_openssl_has_them(
    secure: tuple[str, str], no_variables: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", directories(secure, tmp_path))
    assert fetch(secure[0]).body == b'{"keys": []}'
    with pytest.raises(FetchFailed, match="SSLError"):
        fetch(secure[0].replace("127.0.0.1", "localhost"))


def test_a_file_and_directories_count_together(
    secure: tuple[str, str], no_variables: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = certified("other").save(tmp_path, "other")[0]
    monkeypatch.setenv("SSL_CERT_FILE", other)
    with pytest.raises(FetchFailed, match="SSLError"):
        fetch(secure[0])
    monkeypatch.setenv("SSL_CERT_DIR", directories(secure, tmp_path))
    assert fetch(secure[0]).status == 200


@pytest.mark.parametrize("named", ["/nowhere/at/all", "empty"])
def test_a_directory_without_certificates_trusts_nobody(
    secure: tuple[str, str], no_variables: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / named))
    with pytest.raises(FetchFailed, match="the connection failed"):
        fetch(secure[0])


def test_a_variable_that_names_no_file_trusts_nobody(
    secure: tuple[str, str], no_variables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with pytest.raises(FetchFailed, match="the connection failed"):
        fetch(secure[0])


def test_a_kept_connection_that_falls_silent_is_cut_and_not_tried_again() -> None:
    seen: list[str] = []

    def script(connection: socket.socket, over: threading.Event) -> None:
        seen.append("connection")
        connection.recv(65536)
        connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")
        over.wait(60)

    with speaking(script) as place, Line() as line:
        assert line.exchange(Fetch(url=f"http://{place}/")).status == 200
        with pytest.raises(FetchFailed, match="no answer in time"):
            line.exchange(Fetch(url=f"http://{place}/", timeout=SOON))
    assert len(seen) == 1


def test_a_kept_connection_that_closes_at_the_next_question_is_tried_anew_once() -> None:
    questions: list[bytes] = []

    def script(connection: socket.socket, over: threading.Event) -> None:
        questions.append(connection.recv(65536))
        if len(questions) in (1, 3):
            connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")
            questions.append(connection.recv(65536))

    with speaking(script) as place, Line() as line:
        for _ in range(2):
            assert line.exchange(Fetch(url=f"http://{place}/")).body == b"{}"
        with pytest.raises(FetchFailed, match="the connection failed"):
            line.exchange(Fetch(url=f"http://{place}/"))
    assert len(questions) == 5


def test_a_connection_that_comes_when_time_is_up_is_cut_at_once() -> None:
    here, there = socket.socketpair()
    with here, there, Deadline(60) as deadline:
        deadline._cut()
        deadline.watch(here)
        assert there.recv(1) == b""
