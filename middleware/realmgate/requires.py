"""What a single handler asks of the principal, beyond its being one. RFC 6750 §3.1."""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from .asgi import Incoming
from .errors import NoGate, Refused, ScopeInsufficient, TokenMissing
from .gate import GATE_KEY, PRINCIPAL_KEY, Gate
from .principal import Principal
from .reasons import Reason
from .step_up import StepUp, check_step_up
from .websocket import CLOSE_UNAUTHORIZED

P = ParamSpec("P")
Answer = TypeVar("Answer")
# Takes who is there and what time it is, in seconds since the epoch; raises `Refused`.
Check: TypeAlias = Callable[[Principal, float], None]

# https://www.iana.org/assignments/websocket: 3003 is "Forbidden".
CLOSE_FORBIDDEN = 3003


def principal_of(request: HTTPConnection | Mapping[str, Any]) -> Principal:
    """Who a gate let through: of a Starlette request or WebSocket, an ASGI scope, or a WSGI environ.

    Reads only what a gate has written, never what other middleware calls the user. Raises `NoGate` where none stands.
    """
    principal = _scope(request).get(PRINCIPAL_KEY)
    if not isinstance(principal, Principal):
        raise NoGate("no gate stands before this handler; wrap the app in a RealmGate")
    return principal


def requires(
    scopes: str | list[str] = "",
    *,
    roles: str | list[str] = "",
    acr: str | list[str] | tuple[str, ...] = (),
    max_age: int | None = None,
) -> Callable[[Any], Any]:
    """Let only principals with certain scopes (and roles) reach a Starlette or FastAPI handler that takes a request.

    A string with spaces means all of them, a list any one of its strings: ``["admin", "orders:read orders:write"]``.
    `roles` work the same way. Others get 403 with the exact challenge; nobody at all gets 401. A
    handler behind no gate raises `NoGate`.

    `acr` names authentication classes of which one is enough, `max_age` says how many seconds ago the login may have
    been. Who comes with less gets 401 and is told what to log in with. RFC 9470.
    """
    scope_choices, role_choices = _choices(scopes), _choices(roles)
    step_up = StepUp((acr,) if isinstance(acr, str) else tuple(acr), max_age)

    def check(principal: Principal, now: float) -> None:
        if not principal.is_authenticated:
            raise TokenMissing(Reason.NOBODY)
        if not _any_choice(scope_choices, principal.scopes):
            raise ScopeInsufficient(Reason.SCOPE_INSUFFICIENT, scope=" ".join(scope_choices[0]))
        if not _any_choice(role_choices, principal.roles):
            raise ScopeInsufficient(Reason.ROLE_MISSING)
        check_step_up(principal.claims, step_up, now)

    return lambda handler: _decorate(handler, check)


def _decorate(handler: Callable[P, Any], check: Check) -> Callable[P, Any]:
    parameter = _request_parameter(handler)

    if inspect.iscoroutinefunction(handler):

        @wraps(handler)
        async def guarded_async(*args: P.args, **kwargs: P.kwargs) -> Any:
            connection = parameter(args, kwargs)
            refusal = _refusal(connection, check)
            if refusal is None:
                return await handler(*args, **kwargs)
            return await _refuse(connection, refusal)

        return guarded_async

    @wraps(handler)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        refusal = _refusal(parameter(args, kwargs), check)
        return handler(*args, **kwargs) if refusal is None else refusal

    return guarded


def _request_parameter(handler: Callable[..., Any]) -> Callable[[tuple[Any, ...], Mapping[str, Any]], HTTPConnection]:
    """How to find the request among a handler's arguments; raises `TypeError` where there is none."""
    for position, name in enumerate(inspect.signature(handler).parameters):
        if name in ("request", "websocket"):
            return lambda args, kwargs: kwargs[name] if name in kwargs else args[position]
    raise TypeError(f"@requires needs a handler with a parameter named request or websocket: {handler!r}")


def _refusal(connection: HTTPConnection, check: Check) -> Response | None:
    principal = principal_of(connection)
    gate: Gate | None = connection.scope[GATE_KEY]
    try:
        check(principal, 0.0 if gate is None else gate.clock())
    except Refused as error:
        if gate is None:
            raise NoGate("this handler lies in no realm; only a gate can ask for a token") from None
        refusal = gate.forbid(error, Incoming(connection.scope))
        response = Response(refusal.body, refusal.status)
        response.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in refusal.headers]
        return response
    return None


async def _refuse(connection: HTTPConnection, response: Response) -> Response | None:
    if isinstance(connection, Request):
        return response
    websocket = connection
    if not isinstance(websocket, WebSocket):
        raise TypeError(connection)
    if "websocket.http.response" in (websocket.scope.get("extensions") or {}):
        await websocket.send_denial_response(response)
    else:
        await websocket.close(CLOSE_UNAUTHORIZED if response.status_code == TokenMissing.status else CLOSE_FORBIDDEN)
    return None


def _choices(wanted: str | list[str]) -> tuple[tuple[str, ...], ...]:
    given = [wanted] if isinstance(wanted, str) else wanted
    if not given or not all(isinstance(one, str) for one in given):
        raise TypeError("@requires takes a string, or a list of strings of which one is enough")
    return tuple(tuple(one.split()) for one in given)


def _any_choice(choices: tuple[tuple[str, ...], ...], held: frozenset[str]) -> bool:
    return any(held.issuperset(choice) for choice in choices)


def _scope(request: HTTPConnection | Mapping[str, Any]) -> Mapping[str, Any]:
    return request.scope if isinstance(request, HTTPConnection) else request
