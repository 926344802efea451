import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sockets import free_port

from mockidp import MockIdp
from mockidp.cli.asking import ask
from mockidp.cli.words import Failed


@pytest.fixture(scope="module")
def idp() -> Iterator[MockIdp]:
    with MockIdp() as running:
        yield running


@pytest.fixture(scope="module")
def another() -> Iterator[str]:
    """The address of some other server, which leads elsewhere if it is asked to."""

    class Another(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302 if "away" in self.path else 200)
            self.send_header("Location", "http://attacker.example/")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"hi")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Another)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_it_gives_what_the_server_answers(idp: MockIdp) -> None:
    assert ask("POST", "/_mockidp/clock/freeze", {"at": 5}, at=f"{idp.base_url}/") == {"now": 5, "frozen": True}
    assert ask("GET", "/_mockidp/clock", {}, at=idp.base_url)["now"] == 5


def test_where_nothing_answers_it_says_how_to_start_it() -> None:
    at = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Failed, match="start it with `mockidp serve`, or say where it is with --at URL") as failed:
        ask("GET", "/_mockidp/clock", {}, at=at)
    assert failed.value.status == 3


@pytest.mark.parametrize("at", ["nowhere", "127.0.0.1:8800", "ftp://127.0.0.1", "http://", "http://[::1"])
def test_what_is_no_address_is_named(at: str) -> None:
    with pytest.raises(Failed, match="--at: expected an address such as"):
        ask("GET", "/_mockidp/clock", {}, at=at)


@pytest.mark.parametrize("path", ["/_mockidp/clock", "/away"])
def test_another_server_is_not_taken_for_one_and_leads_nowhere(another: str, path: str) -> None:
    with pytest.raises(Failed, match="is no mockidp"):
        ask("GET", path, {}, at=another)


def test_a_refusal_names_the_place(idp: MockIdp) -> None:
    with pytest.raises(Failed, match="now: expected seconds since the epoch, or a date") as failed:
        ask("POST", "/_mockidp/clock/set", {"now": "soon"}, at=idp.base_url)
    assert failed.value.status == 2


def test_neither_proxy_nor_netrc_has_anything_to_do_with_it(
    idp: MockIdp, another: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", another)
    monkeypatch.setenv("no_proxy", "")
    assert ask("GET", "/_mockidp/clock", {}, at=idp.base_url)


def test_a_server_that_speaks_https_only_is_not_taken_for_none() -> None:
    with MockIdp(tls=True) as idp:
        plain = idp.local_url.replace("https:", "http:")
        with pytest.raises(Failed) as failed:
            ask("GET", "/_mockidp/clock", {}, at=plain)
    assert str(failed.value) == f"something answers at {plain}, but not http: is it https?"
    assert failed.value.status == 3
