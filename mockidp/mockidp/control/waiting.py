"""Waits on the event loop for what an operation waits for, as long as its client does."""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from anyio import to_thread
from starlette.types import Receive

from .operation import NothingYet, Operation
from .problems import Refused

if TYPE_CHECKING:
    from ..provider import Provider

TICK: Final = 0.5  # seconds until we look by ourselves: a test in this process may change things without a word


class Waiting:
    """Carries out operations that wait; `let_go` ends all waiting, for a server that is about to stop."""

    def __init__(self, provider: "Provider") -> None:
        self._provider = provider
        self._stopping = False

    def begin(self) -> None:
        """Wait again."""
        self._stopping = False

    def let_go(self) -> None:
        """Have everybody who waits go with what there is."""
        self._stopping = True
        self._provider.journal.happened()

    async def carry_out(self, operation: Operation, asked: Any, receive: Receive) -> Any:
        """What the operation gives, as soon as it has it; Refused when the time is over, or the client has gone."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        until = loop.time() + (operation.waits(asked) if operation.waits else 0)
        gone = asyncio.ensure_future(_gone(receive))
        gone.add_done_callback(lambda _: woken.set())
        try:
            with self._provider.journal.listening(partial(_from_outside, loop, woken)):
                return await self._attempts(partial(operation.act, self._provider, asked), woken, gone, until)
        finally:
            gone.cancel()

    async def _attempts(
        self, act: Callable[[], Any], woken: asyncio.Event, gone: "asyncio.Future[None]", until: float
    ) -> Any:
        time = asyncio.get_running_loop().time
        while not gone.done():
            woken.clear()
            try:
                return await to_thread.run_sync(act)
            except NothingYet as nothing:
                if self._stopping or time() >= until:
                    return _given_up(nothing)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), min(TICK, max(0, until - time())))
        raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "the client has gone")


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _from_outside(loop: asyncio.AbstractEventLoop, woken: asyncio.Event) -> None:
    loop.call_soon_threadsafe(woken.set)


def _given_up(nothing: NothingYet) -> Any:
    if nothing.instead is None:
        raise Refused(HTTPStatus.NOT_FOUND, str(nothing))
    return nothing.instead
