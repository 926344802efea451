"""One line for each request, for the person at the terminal: never a query, a header or a body, which hold secrets."""

import time
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..control.operation import PREFIX
from ..serving.health import PATHS

LONGEST_PATH: Final = 200


class RequestLines:
    """Tells `write` about every answered request: when, how and where it asked, the status, and how long it took."""

    def __init__(self, app: ASGIApp, write: Callable[[str], None]) -> None:
        self._app = app
        self._write = write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and look only at the status that comes back."""
        if scope["type"] != "http" or not is_of_a_client(scope["path"]):
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def seen(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, seen)
        finally:
            milliseconds = (time.perf_counter() - began) * 1000
            self._write(f"{time.strftime('%H:%M:%S')}  {_asked(scope)}  {status or '---'}  {milliseconds:.1f} ms")


def is_of_a_client(path: str) -> bool:
    """Is it neither control, which the live page asks for all the time, nor about health?"""
    return path not in PATHS and not f"{path}/".startswith(PREFIX)


def _asked(scope: Scope) -> str:
    return f"{scope['method']:<4}  {shown_path(scope)}"


def shown_path(scope: Scope) -> str:
    """The path as it was sent: percent-encoded, so that nobody can write line breaks or colours to the terminal."""
    path: str = scope["raw_path"].decode("ascii", "backslashreplace")
    return path if len(path) <= LONGEST_PATH else path[:LONGEST_PATH] + "..."
