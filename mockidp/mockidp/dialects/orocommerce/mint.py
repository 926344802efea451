"""Makes access tokens as OroCommerce has them: no issuer, no `kid`, dates with microseconds, the client as audience."""

import base64
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from ...clock import Clock
from ...memory.store import AccessToken, Store
from ...signing.mint import Mint
from ...signing.token_draft import Seal, seal

JTI_BYTES: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """An access token, its name, and the seconds that it has left."""

    token: str = field(repr=False)
    jti: str
    expires_in: int


class OroMint(Mint):
    """Signs the access tokens of one application and notes each in the store: one that is not there is no good."""

    def __init__(self, *, clock: Clock, store: Store, **common: Any) -> None:
        super().__init__(clock=clock, **common)
        self._now = clock
        self._store = store

    def issue(
        self,
        *,
        subject: str,
        client_id: str,
        scope: str,
        lifetime: float,
        audience: str | list[str] | None = None,
        claims: Mapping[str, Any] | None = None,
    ) -> Issued:
        """An access token; the three dates are read off the clock one after the other, as OroCommerce does."""
        expires_at = self._now() + lifetime
        payload = {
            "aud": client_id if audience is None else audience,
            "jti": secrets.token_hex(JTI_BYTES),
            "iat": _date(self._now()),
            "nbf": _date(self._now()),
            "exp": _date(expires_at),
            "sub": subject,
            "scopes": scope.split(),
            **(claims or {}),
        }
        self._store.access_tokens.put(
            AccessToken(value=str(payload["jti"]), realm=self.realm, client_id=client_id, subject=subject)
        )
        return Issued(
            token=self._noted("access_token", self._sign(payload), client_id=client_id, subject=subject),
            jti=str(payload["jti"]),
            expires_in=math.floor(expires_at) - math.floor(self._now()),
        )

    def access_token(
        self,
        *,
        subject: str,
        client_id: str,
        scope: str,
        lifetime: float,
        approval_id: str = "",
        audience: str | list[str] | None = None,
        claims: Mapping[str, Any] | None = None,
        sealed: Seal = seal,
    ) -> str:
        """The same without anything beside the token."""
        del approval_id  # each token has a name of its own and is taken back by it
        del sealed  # the lies of the catalogue are about tokens of the standard dialect
        issued = self.issue(
            subject=subject, client_id=client_id, scope=scope, lifetime=lifetime, audience=audience, claims=claims
        )
        return issued.token

    def _sign(self, payload: Mapping[str, Any]) -> str:
        parts = (msgspec.json.encode({"typ": "JWT", "alg": "RS256"}), msgspec.json.encode(payload))
        signed = b".".join(map(_base64url, parts))
        return b".".join((signed, _base64url(self.keys.current.sign(signed)))).decode("ascii")


def _date(seconds: float) -> float:
    """Seconds with microseconds; a whole number only where there are none."""
    rounded = round(seconds, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
