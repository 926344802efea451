"""The ASGI door: scopes in, principals or refusals out."""

import logging
from collections.abc import Awaitable, MutableMapping
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from .challenge import Refusal, bad_path, not_found
from .errors import Refused
from .flow import Flow, run_async
from .gate import GATE_KEY, PRINCIPAL_KEY, Gate
from .guard import PrefixedRealms, SingleRealm
from .incoming_asgi import Incoming
from .open_connection import Ending, OpenConnection, Question, close_code, ending_of
from .oro_body import through_asgi
from .paths import AmbiguousPath, readings
from .principal import Principal, anonymous
from .request_auth import GrantedScopes
from .websocket import accepting_the_marker, for_the_app, for_the_gate

log = logging.getLogger("realmgate")

ANSWER_STARTS = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})


class RealmGate(SingleRealm):
    """ASGI middleware that lets requests through to `app` with a token of one realm only, or of one of several.

    `realm` is taken out of a `Realms`, ``shop["storefront"]``; of several, as a list, a token must be good in one.
    `clock` gives seconds since the epoch. `remember` bounds how many verified tokens are kept, so that they need not be
    verified again. `on_decision` is told a `Decision` each time. HTTP and WebSocket are guarded, lifespan passes, and
    any other kind of connection is refused.
    """

    takes = 3

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard one connection."""
        if scope["type"] == "http":
            gate = self.gate
            if self.choice is not None:
                scope = _repeatable(scope)
                gate = self.choice.gate_for(Incoming(scope))
            await _guard(gate, self.app, scope, receive, send)
        elif _is_lifespan(scope):
            await self.app(scope, receive, send)
        else:
            scope = _repeatable(scope)
            gate = self.gate if self.choice is None else self.choice.gate_for(Incoming(for_the_gate(scope)))
            await _guard_websocket(gate, self.app, scope, receive, send)


class RealmMap(PrefixedRealms):
    """ASGI middleware for an app that cannot be mounted anew: realms by path prefix, the longest one wins.

    Where a path could be read in two ways that belong to different realms, the answer is 400 and nobody is called.
    `elsewhere` says what happens to all other paths: ``"refuse"`` answers 404, ``"open"`` lets them through as nobody.
    Prefer `RealmGate` on a mount, where the router itself decides.
    """

    takes = 3

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find the realm of one connection and guard it."""
        if _is_lifespan(scope):
            await self.app(scope, receive, send)
            return
        scope = _repeatable(scope)
        path: str = scope["path"]
        try:
            found = readings(path, scope.get("root_path", ""))
            for mount in self.own_mounts:
                found |= readings(path, mount)
            place = self.place_of(found)
        except AmbiguousPath:
            await _send_refusal(bad_path(**_form(scope)), scope, receive, send)
            return
        if place is not None:
            http = scope["type"] == "http"
            seen = scope if http else for_the_gate(scope)
            gate = place if isinstance(place, Gate) else place.gate_for(Incoming(seen))
            guard = _guard if http else _guard_websocket
            await guard(gate, self.app, scope, receive, send)
        elif self.elsewhere == "open":
            await self.app(with_principal(scope, anonymous(), None), receive, send)
        else:
            await _send_refusal(not_found(**_form(scope)), scope, receive, send)


def _repeatable(scope: Scope) -> Scope:
    """With headers that the app can look through, too, after us: the ASGI specification promises but one look."""
    return scope if type(scope["headers"]) is list else {**scope, "headers": list(scope["headers"])}


def _form(scope: Scope) -> dict[str, str]:
    """What decides on the form of a refusal."""
    return {"method": scope.get("method", "GET"), "accept": ",".join(Incoming(scope).header("accept"))}


def _is_lifespan(scope: Scope) -> bool:
    if scope["type"] == "lifespan":
        return True
    if scope["type"] not in ("http", "websocket"):
        raise ValueError(f"a gate does not know how to guard a {scope['type']!r} connection")
    return False


def _guard(gate: Gate, app: Any, scope: Scope, receive: Receive, send: Send) -> Awaitable[Any]:
    """Let in whoever is remembered, decide on everybody else, and give what is to be awaited.

    That is the app behind itself, where nothing comes between. Most requests end here, so nothing is called that need
    not be.
    """
    headers = scope["headers"]
    if type(headers) is not list:
        return _guard(gate, app, _repeatable(scope), receive, send)
    shown = None
    for name, value in headers:
        if name == b"authorization":
            # Of several none is remembered, and that is what nothing says.
            shown = value if shown is None else b""
    found = None if shown is None else gate.recall(shown)
    if found is None:
        return _decide(gate, app, scope, receive, send)
    answer: Awaitable[Any] = app(with_principal(scope, found.principal, gate), receive, send)
    return answer


def _decide(
    gate: Gate, app: Any, scope: Scope, receive: Receive, send: Send, *, incoming: Any = None
) -> Awaitable[Any]:
    """`incoming` is the request as the gate is to see it, where that is more than its scope."""
    if incoming is None:
        if gate.reads_bodies:
            return _guard_when_read(gate, app, scope, receive, send)
        incoming = Incoming(scope)
    try:
        found = gate.admit(incoming)
    except Refused as error:
        return _send_refusal(gate.refuse(error, incoming), scope, receive, send)
    if not isinstance(found, Principal):
        return _guard_when_answered(found, gate, app, incoming=incoming, scope=scope, receive=receive, send=send)
    if gate.hands_out_nonces:
        send = _with_headers(gate.parting_headers(incoming), send)
    answer: Awaitable[Any] = app(with_principal(scope, found, gate), receive, send)
    return answer


async def _guard_when_read(gate: Gate, app: Any, scope: Scope, receive: Receive, send: Send) -> None:
    try:
        seen, app = await through_asgi(app, scope, receive)
    except Refused as error:
        await _send_refusal(gate.refuse(error, Incoming(scope)), scope, receive, send)
    else:
        await _decide(gate, app, scope, receive, send, incoming=Incoming(seen))


async def _guard_when_answered(
    flow: Flow[Principal],
    gate: Gate,
    app: Any,
    *,
    incoming: Incoming,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    try:
        principal = await run_async(flow, gate.answers.give_async)
    except Refused as error:
        await _send_refusal(gate.refuse(error, incoming), scope, receive, send)
    else:
        if gate.hands_out_nonces:
            send = _with_headers(gate.parting_headers(incoming), send)
        await app(with_principal(scope, principal, gate), receive, send)


def _with_headers(headers: tuple[tuple[str, str], ...], send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if headers and message["type"] in ANSWER_STARTS:
            more = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            message = {**message, "headers": [*message.get("headers", ()), *more]}
        await send(message)

    return send_with_headers


async def _guard_websocket(gate: Gate, app: Any, scope: Scope, receive: Receive, send: Send) -> None:
    """The same for a handshake; what it opens lasts no longer than the token."""

    async def let_in(seen: Scope, receive: Receive, send: Send) -> None:
        principal: Principal = seen[PRINCIPAL_KEY]
        handshake = for_the_app(with_principal(scope, principal, gate))
        send = accepting_the_marker(scope, send)
        if principal.expires_at is None:
            await app(handshake, receive, send)
        else:
            connection = OpenConnection(
                receive,
                send,
                good_until=principal.expires_at + gate.realm.leeway,
                clock=gate.clock,
                question=_asking_again(gate, principal, Incoming(seen)) if gate.realm.may_revoke else None,
                every=gate.realm.recheck_every,
            )
            await connection.call(app, handshake)

    await _guard(gate, let_in, for_the_gate(scope), receive, send)


def _asking_again(gate: Gate, principal: Principal, incoming: Incoming) -> Question:
    """Whether the token of an open connection is still good, as far as others can say so."""

    async def ask() -> Ending | None:
        try:
            await run_async(gate.ask_again(principal, incoming), gate.answers.give_async)
        except Refused as error:
            log.info("closing a connection of realm %s: %s", gate.realm.name, error)
            return ending_of(error)
        return None

    return ask


def with_principal(scope: Scope, principal: Principal, gate: Gate | None) -> MutableMapping[str, Any]:
    """A scope of its own for the app behind, so that nothing a handler does reaches another request."""
    seen = {**scope}
    seen["user"] = seen[PRINCIPAL_KEY] = principal
    seen["auth"] = auth = GrantedScopes()
    auth.principal = principal
    seen[GATE_KEY] = gate
    return seen


async def _send_refusal(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    kind = "http.response"
    if scope["type"] == "websocket":
        await receive()
        if "websocket.http.response" not in (scope.get("extensions") or {}):
            await send({"type": "websocket.close", "code": close_code(refusal.status), "reason": ""})
            return
        kind = "websocket.http.response"
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in refusal.headers]
    await send({"type": f"{kind}.start", "status": refusal.status, "headers": headers})
    await send({"type": f"{kind}.body", "body": refusal.body})
