"""Who the gate let in, as a FastAPI dependency that also draws the lock in the OpenAPI document.

Needs ``realmgate[fastapi]``. The gate in front decides about tokens; the dependency asks what it decided.
"""

try:
    from fastapi import HTTPException, WebSocketException
    from fastapi.openapi.models import HTTPBearer, OpenIdConnect
    from fastapi.security import SecurityScopes
    from fastapi.security.base import SecurityBase
except ImportError as error:
    raise ImportError("realmgate.fastapi needs FastAPI: pip install 'realmgate[fastapi]'") from error

from starlette.requests import HTTPConnection

from .challenge import Refusal
from .errors import NoGate, Refused, TokenRejected
from .gate import Gate
from .guarded import GuardedRealm
from .incoming_asgi import Incoming
from .keys.discovery import addresses
from .open_connection import close_code
from .principal import Principal
from .reasons import Reason
from .requirement import Demand, gate_in, principal_in


class RealmSecurity(SecurityBase):
    """A realm as FastAPI's dependencies and OpenAPI document know it.

    ``Depends(storefront)`` gives the `Principal`; ``Security(storefront, scopes=["orders:read"])`` one who holds all
    these scopes, and answers others with 403 and the exact challenge. Works in HTTP and WebSocket routes. Where a gate
    takes the tokens of several realms, those of the others are not good here. Behind no gate, or behind one that does
    not know this realm, it raises `NoGate`.
    """

    def __init__(
        self,
        realm: GuardedRealm,
        *,
        open_id_connect: bool = False,
        scheme_name: str | None = None,
        description: str | None = None,
    ) -> None:
        """Take a realm out of a `Realms`; `open_id_connect` points to the issuer instead of asking for a token."""
        if not isinstance(realm, GuardedRealm):
            raise TypeError(
                f'RealmSecurity takes a realm out of a Realms, shop["storefront"], not a {type(realm).__name__}'
            )
        self._realm = realm
        self.scheme_name = scheme_name or realm.name
        self.model = _scheme(realm, description, open_id_connect=open_id_connect)

    async def __call__(self, connection: HTTPConnection, wanted: SecurityScopes) -> Principal:
        """Give the principal, or refuse."""
        principal, gate = principal_in(connection.scope), self._own_gate(gate_in(connection.scope))
        try:
            if principal.is_authenticated and principal.realm != self._realm.name:
                raise TokenRejected(Reason.OTHER_REALM, scope=wanted.scope_str)
            Demand.of(wanted.scope_str).check(principal, gate.clock())
        except Refused as error:
            refusal = gate.forbid(error, Incoming(connection.scope))
            raise _exception(connection, refusal, error.description) from None
        return principal

    def _own_gate(self, found: Gate) -> Gate:
        """The gate of this realm among those that stand where the request came in."""
        for gate in found.beside:
            if gate.guarded is self._realm:
                return gate
        raise NoGate(
            f"this route asks for realm {self._realm.name!r}, but lies behind the gate of {found.realm.name!r}"
        )


def _scheme(realm: GuardedRealm, description: str | None, *, open_id_connect: bool) -> HTTPBearer | OpenIdConnect:
    if not open_id_connect:
        return HTTPBearer(description=description, bearerFormat="JWT")
    issuer = realm.expected.realm.issuer
    if issuer is None:
        raise TypeError(f"realm {realm.name!r} has no issuer to point to; leave out open_id_connect=")
    return OpenIdConnect(description=description, openIdConnectUrl=addresses(issuer)[0])


def _exception(connection: HTTPConnection, refusal: Refusal, detail: str) -> HTTPException | WebSocketException:
    """FastAPI words the body of an answer itself; status and headers are the gate's."""
    extensions = connection.scope.get("extensions") or {}
    if connection.scope["type"] == "websocket" and "websocket.http.response" not in extensions:
        return WebSocketException(close_code(refusal.status), detail)
    return HTTPException(refusal.status, detail, refusal.without_body)
