"""Who is there, and whether they may, as handlers of any framework ask it."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from types import FunctionType, MethodType
from typing import Any, ParamSpec

from starlette.exceptions import HTTPException, WebSocketException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketState

from . import incoming_asgi, incoming_wsgi
from .challenge import Refusal
from .open_connection import close_code
from .principal import Principal
from .requirement import Demand, principal_in, refusal_in

P = ParamSpec("P")


def principal_of(request: Any) -> Principal:
    """Who a gate let through.

    `request` is an ASGI scope, a WSGI environ, or any framework's request that keeps one of them as `scope` or
    `environ`: Starlette, FastAPI, Litestar, Quart, Flask and Django do.

    Reads only what a gate has written, never what other middleware calls the user. Raises `NoGate` where none stands.
    """
    return principal_in(_scope_or_environ(request))


def refusal_for(
    request: Any,
    scopes: str | list[str] = "",
    *,
    roles: str | list[str] = "",
    acr: str | Sequence[str] | None = None,
    max_age: int | None = None,
) -> Refusal | None:
    """The whole answer to a caller who may not do this, None for one who may; the arguments are those of `requires`.

    For frameworks where `requires` cannot know how to answer. Takes the requests that `principal_of` takes.
    """
    found = _scope_or_environ(request)
    incoming = incoming_asgi.Incoming(found) if "type" in found else incoming_wsgi.Incoming(found)
    return refusal_in(found, incoming, Demand.of(scopes, roles, acr, max_age))


def _scope_or_environ(request: Any) -> Any:
    if isinstance(request, Mapping) and not isinstance(request, HTTPConnection):
        return request
    for name in ("scope", "environ"):
        found = getattr(request, name, None)
        if isinstance(found, Mapping):
            return found
    raise TypeError(f"neither an ASGI scope nor a WSGI environ, nor a request that holds one: {type(request).__name__}")


def requires(
    scopes: str | list[str] = "",
    *,
    roles: str | list[str] = "",
    acr: str | Sequence[str] | None = None,
    max_age: int | None = None,
) -> Callable[[Any], Any]:
    """Let only principals with certain scopes (and roles) reach a Starlette or FastAPI handler that takes a request.

    A string with spaces means all of them, a list any one of its strings: ``["admin", "orders:read orders:write"]``.
    `roles` work the same way. Others get 403 with the exact challenge; nobody at all gets 401. A
    handler behind no gate raises `NoGate`.

    `acr` names authentication classes of which one is enough, `max_age` says how many seconds ago the login may have
    been. Who comes with less gets 401 and is told what to log in with. RFC 9470.

    What is not the route's own handler (a dependency, a function that a handler calls) or yields its answer bit by bit
    cannot return a refusal, so there it is raised as Starlette's `HTTPException`, with the same status and headers, or
    `WebSocketException`; the app then words the body.

    What cannot be asked for raises `TypeError` here, not when somebody comes.
    """
    demand = Demand.of(scopes, roles, acr, max_age)
    return lambda handler: _decorate(handler, demand)


def _decorate(handler: Callable[P, Any], demand: Demand) -> Callable[P, Any]:
    parameter = _request_parameter(handler)

    if inspect.iscoroutinefunction(handler):

        @wraps(handler)
        async def guarded_async(*args: P.args, **kwargs: P.kwargs) -> Any:
            connection = parameter(args, kwargs)
            refusal = _refusal(connection, demand, guarded_async)
            if refusal is None:
                return await handler(*args, **kwargs)
            return await _refuse(connection, refusal)

        return guarded_async

    @wraps(handler)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        refusal = _refusal(parameter(args, kwargs), demand, guarded)
        return handler(*args, **kwargs) if refusal is None else refusal

    return guarded


def _request_parameter(handler: Callable[..., Any]) -> Callable[[tuple[Any, ...], Mapping[str, Any]], HTTPConnection]:
    """How to find the request among a handler's arguments; raises `TypeError` where there is none."""
    for position, name in enumerate(inspect.signature(handler).parameters):
        if name in ("request", "websocket"):
            return lambda args, kwargs: kwargs[name] if name in kwargs else args[position]
    raise TypeError(
        f"@requires needs a handler with a parameter named request or websocket: {handler!r}; in a view of Flask or "
        "Django ask refusal_for(request, …), around a WSGI callable use realmgate.wsgi.requires (docs/howto/wsgi.md)"
    )


def _refusal(connection: HTTPConnection, demand: Demand, guarded: Callable[..., Any]) -> Response | None:
    """What to answer with; where nobody would send what `guarded` returns, it is raised."""
    if not isinstance(connection, HTTPConnection):
        raise TypeError("@requires is for Starlette and FastAPI handlers; elsewhere, ask refusal_for(request, …)")
    refusal = refusal_in(connection.scope, incoming_asgi.Incoming(connection.scope), demand)
    if refusal is not None and not _answers(guarded, connection.scope):
        raise _exception(connection, refusal)
    return None if refusal is None else response_of(refusal)


def _answers(guarded: Callable[..., Any], scope: Mapping[str, Any]) -> bool:
    """Whether what `guarded` returns is the answer to the request.

    FastAPI hands what a dependency returns to the handler, which would then run, and reads a generator when the answer
    has begun.
    """
    handler, endpoint = inspect.unwrap(guarded), scope.get("endpoint")
    if inspect.isgeneratorfunction(handler) or inspect.isasyncgenfunction(handler):
        return False
    if not isinstance(endpoint, FunctionType | MethodType | partial):
        # A class, of which this is a method; an app that is mounted, or none; but FastAPI's handler may be any object.
        return not hasattr(scope.get("route"), "dependant")
    while isinstance(endpoint, FunctionType | MethodType | partial) and endpoint is not guarded:
        # A method shows what its function wraps, so its function comes first.
        inside = (name for name in ("func", "__func__", "__wrapped__") if hasattr(endpoint, name))
        endpoint = getattr(endpoint, next(inside, ""), None)
    return endpoint is guarded


def _exception(connection: HTTPConnection, refusal: Refusal) -> HTTPException | WebSocketException:
    if isinstance(connection, WebSocket) and not _may_be_denied(connection):
        return WebSocketException(close_code(refusal.status))
    return HTTPException(refusal.status, headers=refusal.without_body)


def _may_be_denied(websocket: WebSocket) -> bool:
    """Whether there may still be an answer: not once it is open, nor where the server has no such extension."""
    extensions = websocket.scope.get("extensions") or {}
    return websocket.application_state is WebSocketState.CONNECTING and "websocket.http.response" in extensions


def response_of(refusal: Refusal) -> Response:
    """A refusal as Starlette sends it."""
    response = Response(refusal.body, refusal.status)
    response.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in refusal.headers]
    return response


async def _refuse(connection: HTTPConnection, response: Response) -> Response | None:
    if isinstance(connection, Request):
        return response
    websocket = connection
    if not isinstance(websocket, WebSocket):
        raise TypeError(connection)
    if _may_be_denied(websocket):
        await websocket.send_denial_response(response)
    else:
        await websocket.close(close_code(response.status_code))
    return None
