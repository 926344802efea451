"""Where faults of endpoints happen: between the server and the app."""

from functools import partial
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from .captured.captured_request import Captured
from .faults.catalogue import Chosen, choose
from .faults.exchange import Exchange
from .faults.order import Order
from .faults.plan import ASKED_FOR, Faults, note_carried_out, note_put_off
from .faults.row import TokenFault
from .places import Places
from .recording import CAPTURED
from .site import Sites

HEADER: Final = "x-mock-fault"
RAW_HEADER: Final = HEADER.encode()


class Interference:
    """Carries out the faults that are due, and those that a request asks for itself where `by_request` allows it."""

    def __init__(self, app: ASGIApp, *, faults: Faults, sites: Sites, by_request: bool) -> None:
        self._app = app
        self._faults = faults
        self._sites = sites
        self._by_request = by_request
        self._places = Places(sites)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless something is to go wrong with it."""
        captured: Captured | None = scope.get(CAPTURED)
        if captured is None or captured.method == "OPTIONS":  # browsers ask first, and mean the next request
            await self._app(scope, receive, send)
            return
        asked = _asked(captured) if self._by_request else None
        if asked is None and not self._faults.pending:  # which is nearly always
            await self._app(scope, receive, send)
            return
        try:
            chosen = choose(asked) if asked else None
        except ValueError as unknown:
            await PlainTextResponse(f"{HEADER}: {unknown}\n", 400)(scope, receive, send)
            return
        await self._act(chosen, captured, scope, receive, send)

    async def _act(self, asked: Chosen | None, captured: Captured, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint, realm = self._places.find(captured.path, captured.client_id)
        due = None if asked else self._faults.interfering(endpoint, realm=realm, client=captured.client_id)
        chosen = due.chosen if due else asked
        if chosen is None:
            await self._app(scope, receive, send)
        elif isinstance(chosen.fault, TokenFault):
            await self._asking(chosen.fault, scope, receive, send)
        elif chosen.fault.endpoint not in {None, endpoint}:
            await self._app(scope, receive, send)
        else:
            exchange = Exchange(
                app=self._app,
                scope=scope,
                receive=receive,
                send=send,
                value=chosen.value,
                keys=self._sites.named(realm).mint.keys if realm else None,
                postpone=partial(self._put_off, chosen.fault.name, due),
            )
            note_carried_out(chosen.fault.name)
            await chosen.fault.act(exchange)

    def _put_off(self, fault: str, due: Order | None) -> None:
        """It did not happen to this request; one that a request asked for itself is not put off to another."""
        note_put_off(fault)
        if due is not None:
            self._faults.postpone(due)

    async def _asking(self, fault: TokenFault, scope: Scope, receive: Receive, send: Send) -> None:
        before = ASKED_FOR.set(fault)
        try:
            await self._app(scope, receive, send)
        finally:
            ASKED_FOR.reset(before)


def _asked(captured: Captured) -> str | None:
    """The fault that the request asks for; looks at bytes, since most requests ask for none."""
    return next((value.decode("latin-1") for name, value in captured.raw_headers if name == RAW_HEADER), None)
