"""An access token in a JSON:API document: taken out before the app behind sees it, the same at both doors."""

import io
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

import msgspec

from .body_room import ROOM
from .challenge import JSON_API
from .errors import BodyTooLarge
from .reasons import Reason

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]

MEMBER: Final = "access_token"
LIMIT: Final = 8 * 1024 * 1024  # bytes
CHUNK: Final = 64 * 1024
NEVER_GOOD: Final = ","  # what no token can be, so that a member which is not text is refused, not overlooked

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_text = msgspec.json.Decoder(str).decode


class _Document(msgspec.Struct):
    """Nothing of a document but the one member, as whoever sends it is not known yet."""

    access_token: msgspec.Raw = msgspec.Raw()


_document = msgspec.json.Decoder(_Document).decode


def token_in(body: bytes) -> str | None:
    """The token in a document, if there is one."""
    try:
        found = bytes(_document(body).access_token)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if not found:
        return None
    try:
        return _text(found) or NEVER_GOOD
    except (msgspec.MsgspecError, ValueError):
        return NEVER_GOOD


def without_token(body: bytes) -> bytes:
    """The document without it; all other members stay as they are.

    Nothing, where a name among them is no text, or they lie deeper than what is left of the stack.
    """
    try:
        members = _members(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return b""
    members.pop(MEMBER, None)
    return msgspec.json.encode(members)


async def through_asgi(app: Any, scope: Scope, receive: Receive) -> tuple[Scope, Any]:
    """The request as the gate is to see it, and the app to call for whom it lets in. Raises `BodyTooLarge`.

    A document is put together anew for those alone, since many small members take much more room than the bytes.
    """
    if scope["type"] != "http" or _only(b"content-type", scope) != JSON_API.encode():
        return scope, app
    body = await _read(receive, _length(_only(b"content-length", scope)))
    token = None if body is None else token_in(body)

    async def behind(scope: Scope, receive: Receive, send: Any) -> None:
        if body is None:
            await app(scope, _replay({"type": "http.disconnect"}, receive), send)
            return
        left = body if token is None else without_token(body)
        again = _replay({"type": "http.request", "body": left, "more_body": False}, receive)
        await app(scope if token is None else _as_if_never_sent(scope, len(left)), again, send)

    if token is None:
        return scope, behind
    return _with_header(scope, b"authorization", b"Bearer " + token.encode("utf-8", "replace")), behind


def _as_if_never_sent(scope: Scope, length: int) -> Scope:
    """Without the header that has lost, too, so that nothing behind takes it for the caller's."""
    behind = _without_header(scope, b"authorization")
    if _only(b"content-length", scope):
        behind = _with_header(behind, b"content-length", str(length).encode())
    return behind


def through_wsgi(app: Any, environ: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """The request as the gate is to see it, and the app to call for whom it lets in. Raises `BodyTooLarge`."""
    if environ.get("CONTENT_TYPE") != JSON_API:
        return environ, app
    body = _read_blocking(environ)
    token = token_in(body)

    def behind(environ: dict[str, Any], start_response: Any) -> Any:
        left = body if token is None else without_token(body)
        seen = {**environ, "wsgi.input": io.BytesIO(left), "CONTENT_LENGTH": str(len(left))}
        if token is not None:
            seen.pop("HTTP_AUTHORIZATION", None)
        return app(seen, start_response)

    if token is None:
        return environ, behind
    return {**environ, "HTTP_AUTHORIZATION": "Bearer " + token.encode("utf-8", "replace").decode("latin-1")}, behind


async def _read(receive: Receive, length: int | None) -> bytes | None:
    """The whole body; None where the client went away before its end."""
    _check_length(length)
    body = bytearray()
    with ROOM.entered() as share:
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return None
            more = message.get("body", b"")
            share.grow(len(more))
            body += more
            _check_length(len(body))
            if not message.get("more_body", False):
                return bytes(body)


def _read_blocking(environ: dict[str, Any]) -> bytes:
    """The whole body, as far as the server says where it ends."""
    length = _length((environ.get("CONTENT_LENGTH") or "").encode("latin-1"))
    _check_length(length)
    if length is None:
        length = LIMIT + 1 if environ.get("wsgi.input_terminated") else 0
    body, source = bytearray(), environ["wsgi.input"]
    with ROOM.entered() as share:
        while more := source.read(min(length - len(body), CHUNK)):
            share.grow(len(more))
            body += more
    _check_length(len(body))
    return bytes(body)


def _length(given: bytes | None) -> int | None:
    """A stated length, if it is one."""
    return int(given) if given and given.isdigit() and len(given) <= 18 else None  # noqa: PLR2004  # digits


def _check_length(length: int | None) -> None:
    if length is not None and length > LIMIT:
        raise BodyTooLarge(Reason.BODY_TOO_LARGE)


def _replay(first: MutableMapping[str, Any], receive: Receive) -> Receive:
    """Say once more what was read, then go on as before."""
    said = False

    async def again() -> MutableMapping[str, Any]:
        nonlocal said
        if said:
            return await receive()
        said = True
        return first

    return again


def _only(name: bytes, scope: Scope) -> bytes | None:
    values = [value for key, value in scope["headers"] if key == name]
    return values[0] if len(values) == 1 else None


def _without_header(scope: Scope, name: bytes) -> Scope:
    return {**scope, "headers": [(key, value) for key, value in scope["headers"] if key != name]}


def _with_header(scope: Scope, name: bytes, value: bytes) -> Scope:
    return {**scope, "headers": [*_without_header(scope, name)["headers"], (name, value)]}
