"""`/healthz` and `/readyz`: is it alive, and may requests come? For whoever supervises it, from any machine.

They stand before everything else: no such request is kept in the inbox, and no fault touches it.
"""

from collections.abc import Callable
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

ALIVE: Final = "/healthz"
READY: Final = "/readyz"
PATHS: Final = frozenset({ALIVE, READY})


class Health:
    """Answers the two questions and passes on all else; `trouble` says why no request may come yet, or nothing."""

    def __init__(self, app: ASGIApp, *, trouble: Callable[[], str]) -> None:
        self._app = app
        self._trouble = trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        if scope["type"] != "http" or scope["path"] not in PATHS:
            await self._app(scope, receive, send)
            return
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> PlainTextResponse:
        headers = {"Cache-Control": "no-store"}
        if scope["method"] not in {"GET", "HEAD"}:
            return PlainTextResponse("GET or HEAD\n", 405, {**headers, "Allow": "GET, HEAD"})
        trouble = self._trouble() if scope["path"] == READY else ""
        if trouble:
            return PlainTextResponse(f"{trouble}\n", 503, {**headers, "Retry-After": "1"})
        return PlainTextResponse("ready\n" if scope["path"] == READY else "alive\n", headers=headers)
