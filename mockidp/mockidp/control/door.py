"""Answers below `/_mockidp/`, before anything else sees the request: it is neither captured nor made to go wrong."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec
from anyio import to_thread
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .arguments import MOST, from_body, from_query
from .guard import Asking, Guard
from .openapi import DOCUMENT, document
from .operation import PREFIX, Operation
from .problems import MEDIA_TYPE, Refused, wrong_argument
from .table import OPERATIONS
from .waiting import Waiting

if TYPE_CHECKING:
    from ..provider import Provider

BY_PATH: Final[Mapping[str, Operation]] = {operation.path: operation for operation in OPERATIONS.values()}
JSON: Final = "application/json"
# Nothing of it is for other pages, for caches, or to be taken for anything but what it says it is.
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Door:
    """The control addresses in front of the provider's app, for those whom `guard` lets pass."""

    def __init__(self, app: ASGIApp, *, provider: "Provider", guard: Guard) -> None:
        self.app = app
        self._provider = provider
        self._guard = guard
        self.waiting: Final = Waiting(provider)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is ours, pass on what is not."""
        if scope["type"] != "http" or not f"{scope['path']}/".startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        try:
            response = await self._answer(scope, receive)
        except Refused as refused:
            response = _problem(refused)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        asking = _asking(scope)
        self._guard.check(asking)
        if scope["path"] == DOCUMENT:
            _expect_method("GET", scope)
            return _json(document())
        operation = BY_PATH.get(scope["path"])
        if operation is None:
            raise Refused(HTTPStatus.NOT_FOUND, f"there is nothing here; {DOCUMENT} says what there is")
        _expect_method(operation.method, scope)
        asked = await _asked(operation, asking, scope, receive)
        return _json(await self._carried_out(operation, asked, receive))

    async def _carried_out(self, operation: Operation, asked: Any, receive: Receive) -> Any:
        try:
            if operation.waits:
                return await self.waiting.carry_out(operation, asked, receive)
            given = await to_thread.run_sync(operation.act, self._provider, asked)
        except (ValueError, LookupError) as error:
            raise wrong_argument(error) from None
        if not operation.reads:
            self._provider.journal.happened()
        return given


async def _asked(operation: Operation, asking: Asking, scope: Scope, receive: Receive) -> Any:
    if operation.reads:
        return from_query(scope["query_string"], operation.takes)
    if scope["query_string"]:
        raise Refused(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "expected no query: the arguments are members of the JSON object in the body",
        )
    kinds = [kind.partition(";")[0].strip().lower() for kind in asking.all("content-type")]
    if kinds != [JSON]:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"expected {JSON}", "Content-Type")
    return from_body(await _body(receive), operation.takes)


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"expected at most {MOST} bytes")
        if not message.get("more_body", False):
            return bytes(body)


def _asking(scope: Scope) -> Asking:
    client = scope.get("client")
    return Asking(
        headers=tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]),
        scheme=scope.get("scheme", "http"),
        peer=client[0] if client else None,
        reads=scope["method"] == "GET",
    )


def _expect_method(method: str, scope: Scope) -> None:
    if scope["method"] != method:
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, f"expected {method}", headers={"Allow": method})


def _json(given: Any) -> Response:
    return Response(msgspec.json.encode(given), media_type=JSON, headers=HEADERS)


def _problem(refused: Refused) -> Response:
    body = msgspec.json.encode(refused.problem)
    return Response(body, refused.status, {**HEADERS, **refused.headers}, MEDIA_TYPE)
