"""Keeps every request that comes in an inbox, whole, before anything is done with it, and notes how it ended."""

import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .captured.captured_request import LONGEST_BODY, Captured
from .captured.journal import Journal
from .captured.request_inbox import Inbox
from .endpoints.start import PAGE

CAPTURED: Final = "mockidp.captured_request"  # where the request is found in the scope


class Recording:
    """Reads the body, as far as it is kept at all, and hands it on as if it had just come."""

    def __init__(self, app: ASGIApp, *, inbox: Inbox, journal: Journal | None = None) -> None:
        self._app = app
        self._inbox = inbox
        self._journal = journal or Journal()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Keep the request, then pass it on."""
        if scope["type"] != "http" or scope["path"].startswith(PAGE):  # no client ever sends those
            await self._app(scope, receive, send)
            return
        read, cut = await _read(receive)
        captured = Captured(
            method=scope["method"],
            raw_path=scope.get("raw_path") or scope["path"].encode(),
            query_string=scope["query_string"],
            raw_headers=tuple(scope["headers"]),
            body=b"".join(message.get("body", b"") for message in read)[:LONGEST_BODY],
            cut=cut,
            at=time.time(),
        )
        self._inbox.put(captured)
        scope[CAPTURED] = captured
        await self._answer(captured, scope, _again(read, receive), send)

    async def _answer(self, captured: Captured, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, and note how it ended."""
        status, began = 0, time.perf_counter()

        async def seen(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, seen)
        finally:
            self._journal.note_answer(captured, status, time.perf_counter() - began)


async def _read(receive: Receive) -> tuple[list[Message], bool]:
    """The messages of the body, and whether there is more of it than we keep."""
    read: list[Message] = []
    size = 0
    while True:
        read.append(await receive())
        size += len(read[-1].get("body", b""))
        if size > LONGEST_BODY:
            return read, True
        if not read[-1].get("more_body", False):
            return read, False


def _again(read: list[Message], receive: Receive) -> Receive:
    left = iter(read)

    async def again() -> Message:
        return next(left, None) or await receive()

    return again
