import asyncio
from typing import Any

from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from mockidp.captured.captured_request import LONGEST_BODY
from mockidp.captured.request_inbox import Inbox
from mockidp.recording import CAPTURED, Recording


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def asked(chunks: list[bytes], **differs: Any) -> tuple[Inbox, bytes]:
    """Send these chunks of a body through a recorded app; what was recorded and what the app read."""
    inbox, sent = Inbox(), iter(chunks)
    left = len(chunks)
    answered: list[bytes] = []

    async def receive() -> Message:
        nonlocal left
        left -= 1
        return {"type": "http.request", "body": next(sent), "more_body": left > 0}

    async def send(message: Message) -> None:
        answered.append(message.get("body", b""))

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/a b",
        "raw_path": b"/a%20b",
        "query_string": b"x=1&x=2",
        "headers": [(b"x-a", b"1"), (b"x-a", b"2")],
        **differs,
    }
    asyncio.run(Recording(echo, inbox=inbox)(scope, receive, send))
    return inbox, b"".join(answered)


def test_a_request_is_kept_to_the_byte_and_the_app_reads_all_of_it() -> None:
    inbox, read = asked([b"on", b"", b"e"])
    request = inbox.take(timeout=0)
    assert read == request.body == b"one"
    assert (request.method, request.raw_path, request.query) == ("POST", b"/a%20b", (("x", "1"), ("x", "2")))
    assert request.headers == (("x-a", "1"), ("x-a", "2"))
    assert not request.cut


def test_a_large_body_is_kept_in_part_and_read_as_a_whole() -> None:
    chunk = b"x" * (LONGEST_BODY // 2 + 1)
    inbox, read = asked([chunk, chunk, chunk])
    request = inbox.take(timeout=0)
    assert request.cut
    assert len(request.body) == LONGEST_BODY
    assert read == chunk * 3


def test_a_request_is_there_before_it_is_answered() -> None:
    inbox, seen = Inbox(), []

    async def look(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope[CAPTURED] is inbox.take(timeout=0))
        await echo(scope, receive, send)

    TestClient(Recording(look, inbox=inbox)).post("/")
    assert seen == [True]


def test_what_is_no_request_is_passed_on() -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    async def nothing() -> Message:
        raise AssertionError

    async def nobody(_message: Message) -> None:
        raise AssertionError

    inbox = Inbox()
    asyncio.run(Recording(app, inbox=inbox)({"type": "lifespan"}, nothing, nobody))
    assert seen == ["lifespan"]
    assert len(inbox) == 0
