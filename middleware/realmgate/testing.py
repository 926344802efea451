"""Unit tests of handlers without tokens: a principal is planted where a gate would have put one.

For tests only, and the production code never imports it. What `planted` gives works inside its ``with`` block and
nowhere else, so that it cannot be left standing around an app that serves. For real tokens, see `mockidp`.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from .asgi import with_principal
from .gate import Gate
from .guard import Guard
from .guarded import GuardedRealm
from .incoming_wsgi import Environ
from .plain_function import must_be_awaited
from .principal import Principal, anonymous, freeze
from .realm import Realm
from .realms import Realms
from .wsgi import StartResponse, call_with_principal

log = logging.getLogger("realmgate")

# RFC 6761 §6.4: this name never leads anywhere.
NOWHERE = "https://planted.invalid"

__all__ = ["anonymous", "planted", "principal_for"]


def principal_for(
    realm: str,
    *,
    subject: str,
    scopes: str | Iterable[str] = (),
    roles: Iterable[str] = (),
    client_id: str = "",
    claims: Mapping[str, Any] | None = None,
    expires_at: float | None = None,
) -> Principal:
    """A principal as a gate of the realm would make it; `scopes` is a string with spaces, or several strings.

    For nobody in particular, plant `anonymous`.
    """
    return Principal(
        subject=subject,
        realm=realm,
        client_id=client_id,
        scopes=frozenset(scopes.split(" ") if isinstance(scopes, str) else scopes) - {""},
        roles=frozenset(roles),
        claims=freeze({"sub": subject, **(claims or {})}),
        expires_at=time.time() + 3600 if expires_at is None else expires_at,
    )


@contextmanager
def planted(app: Any, principal: Principal, *, realm: GuardedRealm | None = None) -> Iterator[Any]:
    """Give the same ASGI or WSGI app with a principal in every request, as long as the ``with`` block lasts.

    Wrap the app *behind* the gate: a gate inside would ask for a token all the same. `realm` is only needed for
    handlers that compare it, as the dependency of `realmgate.fastapi` does.
    """
    if isinstance(app, Guard):
        raise TypeError("plant behind the gate, not before it: planted(gate.app, …)")
    if not isinstance(principal, Principal):
        raise TypeError("planted(app, principal): make one with principal_for(…)")
    if realm is not None and realm.name != principal.realm:
        raise ValueError(f"a principal of realm {principal.realm!r} never stands behind a gate of {realm.name!r}")
    log.warning("a principal of realm %s is planted without a token; this is for tests only", principal.realm)
    gate = Gate(realm or _realm_called(principal.realm or "nowhere"))
    kind = PlantedAsgi if must_be_awaited(app) else PlantedWsgi
    wrapper = kind(app, principal, gate)
    try:
        yield wrapper
    finally:
        wrapper.wither()


def _realm_called(name: str) -> GuardedRealm:
    """Only so that refusals can name it; it has no keys, and verifies nothing."""
    return Realms(Realm(name, issuer=NOWHERE, audience=NOWHERE, keys={"keys": []}))[name]


class Planted:
    """What stands around the app for a while; an audit cannot look into it, so it counts as no gate."""

    def __init__(self, app: Any, principal: Principal, gate: Gate) -> None:
        """Be good from now on."""
        self._app = app
        self._principal = principal
        self._gate = gate
        self._withered = False

    def wither(self) -> None:
        """Be good no longer."""
        self._withered = True

    def _check(self) -> None:
        if self._withered:
            raise RuntimeError("a planted principal is only there inside its with block")


class PlantedAsgi(Planted):
    """The ASGI app with a principal."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app as a gate would."""
        self._check()
        app: ASGIApp = self._app
        if scope["type"] in ("http", "websocket"):
            scope = with_principal(scope, self._principal, self._gate)
        await app(scope, receive, send)


class PlantedWsgi(Planted):
    """The WSGI app with a principal."""

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Call the app as a gate would."""
        self._check()
        return call_with_principal(self._app, environ, start_response, self._principal, self._gate)
