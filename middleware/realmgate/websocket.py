"""What is special about a WebSocket: where its token may travel, and that the connection ends when the token does.

A browser cannot set headers on a handshake, so it sends the pair ``bearer, <token>`` as subprotocols. The gate takes
the token out before the app sees the scope, and leaves the marker ``bearer``, which may be accepted as a protocol.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("realmgate")

MARKER: Final = "bearer"
# https://www.iana.org/assignments/websocket: 3000 is "Unauthorized".
CLOSE_UNAUTHORIZED: Final = 3000
# So that a clock that was set, or a machine that slept, is noticed; in seconds.
LONGEST_NAP: Final = 30.0
# How long, in seconds, a client that reads nothing may hold up the closing.
PATIENCE: Final = 5.0

CLOSE: Final = {"type": "websocket.close", "code": CLOSE_UNAUTHORIZED, "reason": "The access token has expired"}
DISCONNECT: Final = {"type": "websocket.disconnect", "code": CLOSE_UNAUTHORIZED, "reason": ""}


class ConnectionEnded(OSError):
    """Raised by `send` after the gate has closed the connection, as the ASGI specification wants."""


def for_the_gate(scope: Scope) -> Scope:
    """The handshake with tokens from subprotocols as Authorization headers, where two of them are one too many."""
    tokens = [(b"authorization", b"Bearer " + token.encode("latin-1", "replace")) for token in _tokens(scope)]
    return {**scope, "headers": [*scope["headers"], *tokens]}


def for_the_app(scope: Scope) -> Scope:
    """The handshake with the token taken out from among the subprotocols, and from the header that holds them."""
    marks, offered = _marks(scope), _offered(scope)
    if not marks:
        return scope
    left = [name for place, name in enumerate(offered) if place - 1 not in marks]
    headers = [(name, value) for name, value in scope["headers"] if name != b"sec-websocket-protocol"]
    return {
        **scope,
        "subprotocols": left,
        "headers": [*headers, (b"sec-websocket-protocol", ", ".join(left).encode("latin-1"))],
    }


def _offered(scope: Scope) -> list[str]:
    """The subprotocols as the server has read them, or from the header where it leaves that to us."""
    offered = scope.get("subprotocols")
    if offered is None:
        values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"sec-websocket-protocol"]
        offered = [name.strip() for name in ",".join(values).split(",") if name.strip()]
    return list(offered)


def _marks(scope: Scope) -> list[int]:
    """Where the marker stands; like the scheme of the same name it ignores case. RFC 9110 §11.1."""
    return [place for place, name in enumerate(_offered(scope)) if name.lower() == MARKER]


def _tokens(scope: Scope) -> list[str]:
    """What follows each marker; nothing at all after the last one is an empty token."""
    offered = [*_offered(scope), ""]
    return [offered[place + 1] for place in _marks(scope)]


def accepting_the_marker(scope: Scope, send: Send) -> Send:
    """A `send` that accepts the marker where the app accepts no protocol: some browsers insist on being given one."""
    marks = _marks(scope)
    if not marks:
        return send
    marker = _offered(scope)[marks[0]]

    async def send_with_protocol(message: Message) -> None:
        if message["type"] == "websocket.accept" and message.get("subprotocol") is None:
            message = {**message, "subprotocol": marker}
        await send(message)

    return send_with_protocol


class ExpiringConnection:
    """Receive and send of one connection, until its token expires: then the app is told that nobody is there."""

    def __init__(self, receive: Receive, send: Send, *, good_until: float, clock: Callable[[], float]) -> None:
        """Take the server's two ends of the connection, and until when it is good, in seconds of the clock."""
        self._receive = receive
        self._send = send
        self._good_until = good_until
        self._clock = clock
        self._waiting: set[asyncio.Timeout] = set()
        # Over, whoever ended it; expired, if it was the clock.
        self._over = False
        self._expired = False
        self._closed = asyncio.Event()

    async def call(self, app: ASGIApp, scope: Scope) -> None:
        """Call the app, and close the connection in time, whatever the app is doing then."""
        watch = asyncio.create_task(self._watch())
        try:
            await app(scope, self.receive, self.send)
        finally:
            if self._expired:
                # The close is under way, and shall come to its end.
                await self._closed.wait()
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def _watch(self) -> None:
        while (left := self._good_until - self._clock()) > 0:  # noqa: ASYNC110 - what comes is a time, not an event
            await asyncio.sleep(min(left, LONGEST_NAP))
        await self._expire()

    async def receive(self) -> Message:
        """What the client sends; after expiry, that it is gone."""
        message: Message = DISCONNECT
        if not await self._is_expired():
            async with self._interruptible():
                message = await self._receive()
            self._over = self._over or message["type"] == "websocket.disconnect"
        return dict(DISCONNECT) if await self._is_expired() else message

    async def send(self, message: Message) -> None:
        """Pass on what the app sends; after expiry, closing is done already and all else comes too late."""
        if not await self._is_expired():
            # Whatever is neither of these ends the connection, or refuses it.
            self._over = self._over or message["type"] not in ("websocket.accept", "websocket.send")
            async with self._interruptible():
                await self._send(message)
                return
        if message["type"] != "websocket.close":
            raise ConnectionEnded("the access token has expired, so the connection was closed")

    async def _is_expired(self) -> bool:
        if not self._over and self._clock() >= self._good_until:
            await self._expire()
        return self._expired

    async def _expire(self) -> None:
        if self._over:
            return
        self._over = self._expired = True
        for waiting in self._waiting:
            waiting.reschedule(asyncio.get_running_loop().time())
        try:
            async with asyncio.timeout(PATIENCE):
                await self._send(CLOSE)
        except Exception as error:  # noqa: BLE001 - a client that is gone already, as each server says it in its own way
            log.debug("a connection was gone before it could be closed: %s", type(error).__name__)
        finally:
            self._closed.set()

    @asynccontextmanager
    async def _interruptible(self) -> AsyncIterator[None]:
        """Wait for the other side, but no longer than until expiry."""
        try:
            async with asyncio.timeout(None) as waiting:
                self._waiting.add(waiting)
                try:
                    yield
                finally:
                    self._waiting.discard(waiting)
        except TimeoutError:
            if not self._expired:
                raise
