"""One line for each request, for the person at the terminal: never what a client sent, which holds secrets."""

import time
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..control.operation import PREFIX
from ..serving.health import PATHS
from .answer_heard import AnswerHeard

LONGEST_PATH: Final = 200


class RequestLines:
    """Tells `write` about every answered request: when, how and where it asked, how it ended, and how long it took."""

    def __init__(self, app: ASGIApp, write: Callable[[str], None]) -> None:
        self._app = app
        self._write = write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and look only at the status that comes back, and at the error if it is one."""
        if scope["type"] != "http" or not is_of_a_client(scope["path"]):
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        answer = AnswerHeard()

        async def seen(message: Message) -> None:
            answer.hear(message)
            await send(message)

        try:
            await self._app(scope, receive, seen)
        finally:
            milliseconds = (time.perf_counter() - began) * 1000
            told = f"{time.strftime('%H:%M:%S')}  {_asked(scope)}  {answer.status or '---'}  {milliseconds:.1f} ms"
            self._write(f"{told}  {answer}".rstrip())


def is_of_a_client(path: str) -> bool:
    """Is it neither control, which the live page asks for all the time, nor about health?"""
    return path not in PATHS and not f"{path}/".startswith(PREFIX)


def _asked(scope: Scope) -> str:
    return f"{scope['method']:<4}  {shown_path(scope)}"


def shown_path(scope: Scope) -> str:
    """The path as it was sent: percent-encoded, so that nobody can write line breaks or colours to the terminal."""
    path: str = scope["raw_path"].decode("ascii", "backslashreplace")
    return path if len(path) <= LONGEST_PATH else path[:LONGEST_PATH] + "..."
