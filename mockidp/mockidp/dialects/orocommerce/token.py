"""`POST /oauth2-token`, the one token endpoint of both applications: rows B1 to B5 and B39 to B44."""

from collections.abc import Iterator
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ...errors import PageError
from ...web.parameters import FORM, JSON, media_type, read_body
from .clients import Ask, basic_credentials
from .cors import preflight, share
from .grants import GRANTS
from .php import Values, json_decode, json_encode, parse_str
from .refusals import Refusal, no_keys, unsupported
from .shop import Shop

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_ANSWERED: Final = {
    "Content-Type": "application/json; charset=UTF-8",
    "Pragma": "no-cache",
    "Cache-Control": "no-store, private",
}


async def token(request: Request, shop: Shop) -> Response:
    """Answer with tokens or a refusal; any script of an allowed origin may read either."""
    if request.method == "OPTIONS":
        return preflight(request, shop)
    if request.method != "POST":
        raise HTTPException(405, headers={"Allow": "POST, OPTIONS"})
    authorization = request.headers.get("authorization")
    ask = Ask(shop=shop, parameters=await _parameters(request), basic=basic_credentials(authorization or ""))
    try:
        response = Response(json_encode(respond(ask)), headers=_ANSWERED)
        _survive_basic(ask)
    except Refusal as refusal:
        response = refusal.response(authorization)
    share(request, response, shop)
    return response


def respond(ask: Ask) -> dict[str, object]:
    """The grant's answer; raises Refusal."""
    if not ask.shop.settings.keys:
        raise no_keys()
    grant = ask.get("grant_type")
    if not isinstance(grant, str) or grant not in set(enabled(ask.shop)):
        raise unsupported()
    return GRANTS[grant](ask)


def enabled(shop: Shop) -> Iterator[str]:
    """The grants that are switched on."""
    off = {
        "refresh_token": not shop.settings.refresh_token,
        "authorization_code": not shop.settings.authorization_code,
    }
    yield from (grant for grant in GRANTS if not off.get(grant))


def _survive_basic(ask: Ask) -> None:
    """Version 5.0 looks for the client in the body once more, after the tokens are issued (row B2)."""
    if not ask.shop.facts.basic_auth and ask.get("client_id") is None:
        raise PageError(500, "Internal Server Error", "This version fails when the client is not named in the body.")


async def _parameters(request: Request) -> Values:
    """A form or JSON; a body of any other type is not looked at (row B42)."""
    body = await read_body(request)
    match media_type(request):
        case form if form == FORM:
            return parse_str(body)
        case json if json == JSON:
            return _json(body)
        case _:
            return {}


def _json(body: bytes) -> Values:
    if not body:
        return {}
    try:
        return json_decode(body)
    except (ValueError, RecursionError):
        raise PageError(400, "Bad Request", "Invalid json message received") from None
