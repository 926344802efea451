"""Reads the parameters of a request strictly: each at most once, UTF-8, no control characters, not too much of it.

An empty parameter counts as left out (RFC 6749 §3.1). No refusal quotes what the caller sent.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from ..errors import RequestRefused

Parameters = dict[str, str]

BODY_LIMIT: Final = 64 * 1024  # bytes; a request of this protocol is a few hundred
QUERY_LIMIT: Final = 16 * 1024
COUNT_LIMIT: Final = 64

FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"

_NO_TEXT: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")  # JSON may spell half a surrogate pair


def query_pairs(request: Request) -> list[tuple[str, str]]:
    """The query's parameters in their order, doubled ones still doubled."""
    query: bytes = request.scope["query_string"]
    if len(query) > QUERY_LIMIT:
        raise RequestRefused("The query is too long.", status=414)
    return _urlencoded(query)


async def form_pairs(request: Request) -> list[tuple[str, str]]:
    """The parameters of a form body."""
    if media_type(request) != FORM:
        raise RequestRefused("The body must be a form (application/x-www-form-urlencoded).")
    return _urlencoded(await read_body(request))


async def body_pairs(request: Request) -> list[tuple[str, str]]:
    """The parameters of a body that may be a form or a JSON object of strings."""
    match media_type(request):
        case "application/x-www-form-urlencoded":
            return _urlencoded(await read_body(request))
        case "application/json":
            return _json(await read_body(request))
        case _:
            raise RequestRefused(f"The Content-Type must be {FORM} or {JSON}.")


def once(pairs: Iterable[tuple[str, str]]) -> Parameters:
    """The parameters by name; refuses a doubled one."""
    parameters: Parameters = {}
    doubled = False
    for name, value in pairs:
        doubled |= name in parameters
        parameters[name] = value
    if doubled:
        raise RequestRefused("A parameter is given more than once.")
    return {name: value for name, value in parameters.items() if value}


def _urlencoded(raw: bytes) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=COUNT_LIMIT)
    except ValueError:
        raise RequestRefused("The parameters are not form-urlencoded UTF-8, or too many.") from None
    return _clean(pairs)


def _json(raw: bytes) -> list[tuple[str, str]]:
    try:
        members = json.loads(raw.decode("utf-8"), object_pairs_hook=_Members)
    except (ValueError, RecursionError):
        raise RequestRefused("The body is not JSON.") from None
    if not isinstance(members, _Members) or not all(isinstance(value, str) for _, value in members):
        raise RequestRefused("The body must be a JSON object whose members are strings.")
    return _clean(members)


class _Members(list[tuple[str, Any]]):
    """The members of a JSON object in their order, doubled ones still doubled."""


def _clean(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if len(pairs) > COUNT_LIMIT or any(_NO_TEXT.search(part) for pair in pairs for part in pair):
        raise RequestRefused("The parameters hold characters that none may have, or are too many.")
    return pairs


def media_type(request: Request) -> str:
    """The type of the body, in lower case and without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(request: Request) -> bytes:
    """The whole body, if it is not too large and comes to its end."""
    try:
        return await _read(request)
    except ClientDisconnect:
        raise RequestRefused("The body has no end.") from None


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise RequestRefused("The body is too large.", status=413)
    return bytes(body)
