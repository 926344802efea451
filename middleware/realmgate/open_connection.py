"""An open WebSocket ends when its token does: at its expiry, or when it has been revoked or allows less."""

import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import Enum
from random import uniform
from typing import Final, TypeAlias

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import KeysUnavailable, Refused, ScopeInsufficient

log = logging.getLogger("realmgate")

# https://www.iana.org/assignments/websocket: 3000 is "Unauthorized", 3003 "Forbidden", 1013 "Try Again Later".
CLOSE_UNAUTHORIZED: Final = 3000
CLOSE_FORBIDDEN: Final = 3003
CLOSE_TRY_AGAIN_LATER: Final = 1013
# So that a clock that was set, or a machine that slept, is noticed; in seconds.
LONGEST_NAP: Final = 30.0
# How long, in seconds, a client that reads nothing may hold up the closing, and a question about the token may take.
PATIENCE: Final = 5.0


def close_code(status: int) -> int:
    """How a handshake that is refused with an HTTP status is closed, where the server can do nothing but close it."""
    return CLOSE_FORBIDDEN if status == ScopeInsufficient.status else CLOSE_UNAUTHORIZED


class Ending(Enum):
    """Why a connection ends before either side wants it to: the code of the close frame, and its reason."""

    EXPIRED = (CLOSE_UNAUTHORIZED, "The access token has expired")
    REVOKED = (CLOSE_UNAUTHORIZED, "The access token has been revoked")
    NARROWED = (CLOSE_FORBIDDEN, "The access token allows less than it did")
    UNKNOWN = (CLOSE_TRY_AGAIN_LATER, "Nobody can tell whether the access token is still good")


def ending_of(error: Refused) -> Ending:
    """Why a token that was good would be refused now."""
    if isinstance(error, KeysUnavailable):
        return Ending.UNKNOWN
    return Ending.NARROWED if isinstance(error, ScopeInsufficient) else Ending.REVOKED


Question: TypeAlias = Callable[[], Awaitable[Ending | None]]


class ConnectionEnded(OSError):
    """Raised by `send` after the gate has closed the connection, as the ASGI specification wants."""


class OpenConnection:
    """Receive and send of one connection, until its token is good no more: then the app is told that nobody is there.

    It is good until `good_until`, in seconds of the `clock`. Where there is a `question`, it is asked again and again,
    at most `every` seconds apart, whether the token is still good. Twice in a row no answer is no yes.
    """

    def __init__(
        self,
        receive: Receive,
        send: Send,
        *,
        good_until: float,
        clock: Callable[[], float],
        question: Question | None = None,
        every: float = LONGEST_NAP,
    ) -> None:
        """Take the server's two ends of the connection."""
        self._receive = receive
        self._send = send
        self._good_until = good_until
        self._clock = clock
        self._question = question
        self._every = every
        self._waiting: set[anyio.CancelScope] = set()
        # Over, whoever ended it; if it was us, why.
        self._over = False
        self._ending: Ending | None = None
        self._closed = anyio.Event()

    async def call(self, app: ASGIApp, scope: Scope) -> None:
        """Call the app, and close the connection in time, whatever the app is doing then."""
        failure: Exception | None = None
        async with anyio.create_task_group() as group:
            group.start_soon(self._watch)
            try:
                await app(scope, self.receive, self.send)
            except Exception as error:  # noqa: BLE001 - raised below, where no group is put around it
                failure = error
            if self._ending is not None:
                # The close is under way, and shall come to its end.
                await self._closed.wait()
            group.cancel_scope.cancel()
        if failure is not None:
            raise failure

    async def _watch(self) -> None:
        silences, asks_at = 0, self._next_question()
        while not self._over and (left := self._good_until - self._clock()) > 0:
            await anyio.sleep(max(0.0, min(left, LONGEST_NAP, asks_at - anyio.current_time())))
            if self._question is None or anyio.current_time() < asks_at:
                continue
            ending = await self._ask(self._question)
            silences = silences + 1 if ending is Ending.UNKNOWN else 0
            # One silence may be a hiccup, for which a whole crowd would have to come back at once.
            if ending is not None and silences != 1:
                await self._end(ending)
                return
            asks_at = self._next_question()
        await self._end(Ending.EXPIRED)

    def _next_question(self) -> float:
        """Spread, so that connections that came together do not go on asking together."""
        return math.inf if self._question is None else anyio.current_time() + self._every * uniform(0.75, 1.0)  # noqa: S311

    async def _ask(self, question: Question) -> Ending | None:
        """The answer, if it comes in time: never beyond the end of the token."""
        with anyio.move_on_after(max(0.0, min(PATIENCE, self._good_until - self._clock()))):
            return await question()
        return Ending.UNKNOWN

    async def receive(self) -> Message:
        """What the client sends; after the end, that it is gone."""
        message: Message = {}
        if not await self._has_ended():
            async with self._interruptible():
                message = await self._receive()
            self._over = self._over or message.get("type") == "websocket.disconnect"
        ended = await self._has_ended()
        return message if ended is None else {"type": "websocket.disconnect", "code": ended.value[0], "reason": ""}

    async def send(self, message: Message) -> None:
        """Pass on what the app sends; after the end, closing is done already and all else comes too late."""
        if not await self._has_ended():
            # Whatever is neither of these ends the connection, or refuses it.
            self._over = self._over or message["type"] not in ("websocket.accept", "websocket.send")
            async with self._interruptible():
                await self._send(message)
                return
        if message["type"] != "websocket.close" and self._ending is not None:
            raise ConnectionEnded(f"{self._ending.value[1]}, so the connection was closed")

    async def _has_ended(self) -> Ending | None:
        if not self._over and self._clock() >= self._good_until:
            await self._end(Ending.EXPIRED)
        return self._ending

    async def _end(self, ending: Ending) -> None:
        if self._over:
            return
        self._over, self._ending = True, ending
        for waiting in self._waiting:
            waiting.cancel()
        code, reason = ending.value
        try:
            with anyio.move_on_after(PATIENCE):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except Exception as error:  # noqa: BLE001 - a client that is gone already, as each server says it in its own way
            log.debug("a connection was gone before it could be closed: %s", type(error).__name__)
        finally:
            self._closed.set()

    @asynccontextmanager
    async def _interruptible(self) -> AsyncIterator[None]:
        """Wait for the other side, but no longer than until the end."""
        with anyio.CancelScope() as waiting:
            self._waiting.add(waiting)
            try:
                yield
            finally:
                self._waiting.discard(waiting)
