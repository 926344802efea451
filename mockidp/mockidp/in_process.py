"""Lets `requests` talk to a provider in the same process: `session.mount(idp.base_url, InProcess(idp.app))`."""

import asyncio
import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPMessage
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as Disconnected
from requests.exceptions import ReadTimeout
from starlette.types import ASGIApp, Message
from urllib3 import HTTPHeaderDict, HTTPResponse


class InProcess(HTTPAdapter):
    """A transport adapter of `requests` that asks an ASGI app and opens no socket.

    The app runs in a thread, since the caller's may have an event loop already. Bodies are read whole. `timeout` is
    honoured, with the whole answer in it; `verify`, `cert` and `proxies` mean nothing here.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self._app = app

    def send(  # noqa: PLR0917
        self,
        request: PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002  # as `requests` calls it, by position or by name
        timeout: Any = None,
        verify: bool | str = True,  # noqa: ARG002, FBT001, FBT002
        cert: Any = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> Response:
        """The app's answer; ConnectionError where it hangs up, ReadTimeout where it takes too long."""
        with ThreadPoolExecutor(1, "mockidp-in-process") as beside:
            asking = asyncio.wait_for(_asked(self._app, request), _seconds(timeout))
            try:
                messages = beside.submit(asyncio.run, asking).result()
            except TimeoutError as late:
                raise ReadTimeout(f"no answer within {_seconds(timeout):g} s", request=request) from late
            except ConnectionError as lost:
                raise Disconnected(str(lost), request=request) from lost
        return self.build_response(request, _answer(messages))


def _seconds(timeout: Any) -> float | None:
    """`requests` takes one number, or one for connecting and one for reading."""
    seconds: float | None = timeout[1] if isinstance(timeout, tuple) else timeout
    return seconds


async def _asked(app: ASGIApp, request: PreparedRequest) -> list[Message]:
    received = iter([{"type": "http.request", "body": _whole(request.body)}])
    sent: list[Message] = []
    ended = asyncio.Event()

    async def receive() -> Message:
        """The body, then nothing until the answer has ended: whoever listens for our leaving would stop answering."""
        if (message := next(received, None)) is not None:
            return message
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            ended.set()

    await app(_scope(request), receive, send)
    return sent


def _whole(body: Any) -> bytes:
    """What `requests` was given to send: a text, bytes, a file, or piece by piece."""
    if body is None or isinstance(body, str | bytes | bytearray):
        return body.encode() if isinstance(body, str) else bytes(body or b"")
    pieces = (body.read(),) if hasattr(body, "read") else body
    return b"".join(map(_whole, pieces))


def _scope(request: PreparedRequest) -> dict[str, Any]:
    url = urlsplit(str(request.url))
    headers = {"host": url.netloc, **{name.lower(): value for name, value in request.headers.items()}}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": unquote(url.path),
        "raw_path": url.path.encode(),
        "root_path": "",
        "query_string": url.query.encode(),
        "headers": [(_bytes(name), _bytes(value)) for name, value in headers.items()],
        "client": ("127.0.0.1", 0),
        "server": (url.hostname, url.port),
    }


def _bytes(text: str | bytes) -> bytes:
    return text.encode("latin-1") if isinstance(text, str) else text


def _answer(messages: list[Message]) -> HTTPResponse:
    headers, message = HTTPHeaderDict(), HTTPMessage()
    for name, value in messages[0].get("headers", []):
        headers.add(name.decode("latin-1"), value.decode("latin-1"))
        message.add_header(name.decode("latin-1"), value.decode("latin-1"))
    body = io.BytesIO(b"".join(part.get("body", b"") for part in messages[1:]))
    # From this `requests` takes the cookies.
    original: Any = SimpleNamespace(msg=message, isclosed=lambda: True, close=lambda: None)
    return HTTPResponse(
        body=body, headers=headers, status=messages[0]["status"], preload_content=False, original_response=original
    )
