import asyncio
import socket
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
import requests
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mockidp.serving import listener
from mockidp.serving.listener import CannotListen, Listener

Serve = Callable[..., Listener]


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("hello")(scope, receive, send)


async def slurp(scope: Scope, receive: Receive, send: Send) -> None:
    await Request(scope, receive).body()
    await PlainTextResponse("read it all")(scope, receive, send)


@pytest.fixture
def serve() -> Iterator[Serve]:
    started: list[Listener] = []

    def start(app: ASGIApp, port: int = 0) -> Listener:
        started.append(Listener("127.0.0.1", port))
        started[-1].start(app)
        return started[-1]

    yield start
    for one in started:
        one.stop()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def test_it_answers_over_http(serve: Serve) -> None:
    answer = requests.get(f"http://127.0.0.1:{serve(hello).port}/", timeout=10)
    assert answer.text == "hello"
    assert "Date" in answer.headers, "RFC 9110 §6.6.1"
    assert "Server" not in answer.headers


def test_its_address_is_its_own_from_construction_on_but_refuses_until_it_is_started() -> None:
    waiting = Listener("127.0.0.1", 0)
    with pytest.raises(ConnectionRefusedError):
        connect(waiting.port)
    with pytest.raises(CannotListen):
        Listener("127.0.0.1", waiting.port).start(hello)
    waiting.stop()


def test_two_stand_side_by_side(serve: Serve) -> None:
    assert serve(hello).port != serve(hello).port


@pytest.mark.parametrize("port", [-1, 65536, 99999])
def test_a_port_that_does_not_exist_is_no_other_port(port: int) -> None:
    with pytest.raises(CannotListen, match=f"there is no port {port}"):
        listener.Listener("127.0.0.1", port)


def test_a_taken_port_is_named_with_what_to_do(serve: Serve) -> None:
    port = serve(hello).port
    with pytest.raises(CannotListen, match=rf"cannot listen on 127\.0\.0\.1 port {port} .* choose another port"):
        Listener("127.0.0.1", port)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows gives a port to one of them already when it is bound")
def test_of_two_that_hold_one_port_the_second_to_start_is_refused(serve: Serve) -> None:
    first = serve(hello)
    first.stop()
    waiting = Listener("127.0.0.1", first.port)
    serve(hello, first.port)
    with pytest.raises(CannotListen, match=f"port {first.port} "):
        waiting.start(hello)
    waiting.stop()


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(CannotListen, match=r"^no-such-host\.invalid is not an address of this machine"):
        Listener("no-such-host.invalid", 0)


def test_stopping_closes_idle_connections_and_frees_the_port_at_once(serve: Serve) -> None:
    first = serve(hello)
    with requests.Session() as session, connect(first.port) as silent:
        session.get(f"http://127.0.0.1:{first.port}/", timeout=10)
        first.stop()
        assert silent.recv(1) == b""
        second = serve(hello, first.port)
        assert session.get(f"http://127.0.0.1:{second.port}/", timeout=10).text == "hello"


def test_stopping_twice_or_without_a_start_does_no_harm(serve: Serve) -> None:
    serve(hello).stop()
    waiting = Listener("127.0.0.1", 0)
    waiting.stop()
    waiting.stop()
    assert waiting.closed


def test_a_request_under_way_is_answered_before_it_stops(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "GRACE", 60.0)
    arrived = threading.Event()

    async def wait_for_the_body(scope: Scope, receive: Receive, send: Send) -> None:
        arrived.set()
        await slurp(scope, receive, send)

    server = serve(wait_for_the_body)
    with connect(server.port) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1")
        assert arrived.wait(60)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        client.sendall(b"2")
        answer = b"".join(iter(lambda: client.recv(4096), b""))
        stopping.join()
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"read it all")


def test_a_request_that_never_ends_does_not_keep_it_from_stopping(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "GRACE", 0.05)
    server = serve(slurp)
    with connect(server.port) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 100")
        server.stop()
        assert client.recv(1) == b""


@pytest.mark.parametrize("began", [False, True])
def test_a_request_that_is_given_up_leaves_nothing_in_the_log(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, began: bool
) -> None:
    monkeypatch.setattr(listener, "GRACE", 0.05)
    given_up = threading.Event()

    async def sleep(_scope: Scope, _receive: Receive, send: Send) -> None:
        if began:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"first", "more_body": True})
        arrived.set()
        try:
            await asyncio.sleep(60)
        finally:
            given_up.set()

    arrived = threading.Event()
    server = serve(sleep)
    with connect(server.port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert arrived.wait(60)
        server.stop()
        assert given_up.is_set()
    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []


def test_forwarded_headers_change_nothing(serve: Serve) -> None:
    async def tell(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(f"{scope['scheme']} {scope['client'][0]}")(scope, receive, send)

    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    answer = requests.get(f"http://127.0.0.1:{serve(tell).port}/", headers=forwarded, timeout=10)
    assert answer.text == "http 127.0.0.1"


def test_queries_reach_no_log(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    requests.get(f"http://127.0.0.1:{serve(hello).port}/?code=secret", timeout=10)
    assert not [record for record in caplog.records if record.name.startswith("uvicorn") and "secret" in str(record)]


def test_what_goes_wrong_in_its_thread_at_the_start_is_raised_by_start() -> None:
    broken = Listener("127.0.0.1", 0)
    with pytest.raises(ModuleNotFoundError):
        broken.start("no.such.module:app")  # type: ignore[arg-type]
    broken.stop()
