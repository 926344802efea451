"""Carries out a walk through the provider's pages: over its socket, or straight into its app."""

import asyncio
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPSConnection
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlencode, urlsplit

from starlette.types import ASGIApp, Message

from .walk import Answer, Ask, FlowStopped, Walk

TIMEOUT: Final = 30.0  # seconds for one answer; a fault may delay it
FORM: Final = "application/x-www-form-urlencoded"
# The user agent of whoever walks through the pages for a test, by which its steps are known.
BY_ITSELF: Final = "mockidp"


def over_socket(walk: Walk, local_url: str, base: SplitResult, context: ssl.SSLContext | None = None) -> str:
    """Walk through the server that listens at `local_url`, which the world knows as `base`."""
    return _run(walk, lambda ask: _sent(ask, urlsplit(local_url), base, context))


def in_process(walk: Walk, app: ASGIApp, base: SplitResult) -> str:
    """Walk through the app. It runs in a thread, since this one may have an event loop that waits for us already."""
    with ThreadPoolExecutor(1, "mockidp-walk") as beside:
        return beside.submit(asyncio.run, in_loop(walk, app, base)).result()


async def in_loop(walk: Walk, app: ASGIApp, base: SplitResult) -> str:
    """Walk through the app from a running event loop, which is not held up."""
    try:
        ask = next(walk)
        while True:
            ask = walk.send(await _called(ask, app, base))
    except StopIteration as done:
        return str(done.value)


def _run(walk: Walk, answer: Callable[[Ask], Answer]) -> str:
    try:
        ask = next(walk)
        while True:
            ask = walk.send(answer(ask))
    except StopIteration as done:
        return str(done.value)


def _sent(ask: Ask, local: SplitResult, base: SplitResult, context: ssl.SSLContext | None) -> Answer:
    connection = _connection(local, context)
    try:
        connection.request(_method(ask), _inside(ask, base), _body(ask), _headers(ask, base))
        response = connection.getresponse()
        return _answer(response.status, response.headers, response.read())
    except (OSError, HTTPException) as error:
        raise FlowStopped(f"the provider did not answer ({type(error).__name__})") from error
    finally:
        connection.close()


def _connection(local: SplitResult, context: ssl.SSLContext | None) -> HTTPConnection:
    host = str(local.hostname)
    if local.scheme == "https":
        return HTTPSConnection(host, local.port, timeout=TIMEOUT, context=context)
    return HTTPConnection(host, local.port, timeout=TIMEOUT)


async def _called(ask: Ask, app: ASGIApp, base: SplitResult) -> Answer:
    target = urlsplit(_inside(ask, base))
    sent: list[Message] = []
    received = iter([{"type": "http.request", "body": (_body(ask) or "").encode(), "more_body": False}])

    async def receive() -> Message:
        return next(received, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        sent.append(message)

    try:
        await app(_scope(ask, target, base), receive, send)
    except ConnectionError as error:
        raise FlowStopped(f"the provider did not answer ({type(error).__name__})") from error
    if not sent:
        raise FlowStopped("the provider did not answer")
    headers = HTTPMessage()
    for name, value in sent[0].get("headers", []):
        headers.add_header(name.decode("latin-1"), value.decode("latin-1"))
    return _answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


def _scope(ask: Ask, target: SplitResult, base: SplitResult) -> dict[str, Any]:
    headers = _headers(ask, base)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": _method(ask),
        "scheme": base.scheme,
        "path": unquote(target.path),
        "raw_path": target.path.encode(),
        "root_path": "",
        "query_string": target.query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("127.0.0.1", 0),
        "server": (base.hostname, base.port),
    }


def _inside(ask: Ask, base: SplitResult) -> str:
    """What the server sees of the address: a proxy has taken the path of the base away."""
    return ask.target.removeprefix(base.path)


def _method(ask: Ask) -> str:
    return "GET" if ask.form is None else "POST"


def _body(ask: Ask) -> str | None:
    return None if ask.form is None else urlencode(ask.form)


def _headers(ask: Ask, base: SplitResult) -> dict[str, str]:
    said = {"Host": base.netloc, "Accept": "text/html", "User-Agent": BY_ITSELF, "Connection": "close"}
    if ask.cookie:
        said["Cookie"] = ask.cookie
    if ask.form is not None:
        said |= {"Content-Type": FORM, "Content-Length": str(len(_body(ask) or ""))}
    return said


def _answer(status: int, headers: HTTPMessage, body: bytes) -> Answer:
    return Answer(
        status=status,
        text=body.decode("utf-8", "replace"),
        location=headers.get("location", ""),
        cookies=tuple(headers.get_all("set-cookie", [])),
        content_type=headers.get("content-type", ""),
    )
