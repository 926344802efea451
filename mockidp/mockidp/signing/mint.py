"""Makes a realm's tokens, and knows its own again."""

import base64
import hashlib
import math
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec
from msgspec import Struct

from ..captured.journal import IssuedToken
from ..clock import Clock
from .keys import RealmKeys
from .token_draft import Draft, Seal, base64url, seal

if TYPE_CHECKING:
    from .signing_key import SigningKey

ACCESS_TOKEN: Final = "at+jwt"  # noqa: S105  # a media type (RFC 9068 §2.1)
ID_TOKEN: Final = "JWT"  # noqa: S105  # a media type (OIDC Core §2)


Note: TypeAlias = Callable[[IssuedToken], None]


class _Header(Struct):
    typ: str
    kid: str


class Claims(Struct, frozen=True):
    """What a token of ours says, as far as we need to know it ourselves."""

    iss: str
    sub: str
    exp: float
    aud: str | list[str] = ""
    client_id: str = ""
    iat: float = 0
    nbf: float = 0
    scope: str = ""
    jti: str = ""

    @property
    def approval_id(self) -> str:
        """The approval that it came from."""
        return self.jti.partition(".")[0]


class Mint:
    """Signs the tokens of one issuer. Lifetimes are in seconds; `iat` is the whole second that has begun."""

    def __init__(
        self, *, realm: str = "", issuer: str, audience: str, keys: RealmKeys, clock: Clock, note: Note = lambda _: None
    ) -> None:
        """`note` is told of every token that is made."""
        self.realm: Final = realm
        self._note = note
        self.issuer: Final = issuer
        self.audience: Final = audience
        self.keys: Final = keys
        self._clock = clock

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
        """An access token (RFC 9068 §2.2); its `jti` begins with the approval it came from, which can be taken back."""
        now = math.floor(self._clock())
        payload = {
            "iss": self.issuer,
            "aud": self.audience if audience is None else audience,
            "sub": subject,
            "client_id": client_id,
            "jti": f"{approval_id or secrets.token_urlsafe(12)}.{secrets.token_urlsafe(9)}",
            "iat": now,
            "exp": now + lifetime,
        }
        if scope:
            payload["scope"] = scope
        token = sealed(self._draft(ACCESS_TOKEN, {**payload, **(claims or {})}, self.keys.current))
        return self._noted("access_token", token, client_id=client_id, subject=subject)

    def id_token(
        self,
        *,
        subject: str,
        client_id: str,
        lifetime: int,
        access_token: str,
        claims: Mapping[str, Any],
        sealed: Seal = seal,
    ) -> str:
        """An ID token (OIDC Core §2) that belongs to this access token (§3.1.3.6)."""
        now, key = math.floor(self._clock()), self.keys.current
        payload = {
            "iss": self.issuer,
            "aud": client_id,
            "sub": subject,
            "iat": now,
            "exp": now + lifetime,
            "at_hash": _at_hash(access_token, key),
        }
        token = sealed(self._draft(ID_TOKEN, {**claims, **payload}, key))
        return self._noted("id_token", token, client_id=client_id, subject=subject)

    def claims_of(self, token: str) -> Claims | None:
        """The claims of an access token that this mint made and that has not expired; None for anything else."""
        claims = self._opened(ACCESS_TOKEN, token)
        return claims if claims and claims.nbf <= self._clock() < claims.exp else None

    def id_token_claims(self, token: str, *, audience: str | None = None) -> Claims | None:
        """The claims of an ID token that this mint made (for this audience), expired or not; None for anything else.

        Ours is for one client. One that names several was made to lie, and its client should have noticed.
        """
        claims = self._opened(ID_TOKEN, token)
        fits = claims is not None and isinstance(claims.aud, str) and audience in {None, claims.aud}
        return claims if fits else None

    def _opened(self, typ: str, token: str) -> Claims | None:
        """The claims of a token of this type that this mint made, whatever the time is."""
        try:
            header, payload, signature = token.encode("ascii").split(b".")
            named = msgspec.json.decode(_from_base64url(header), type=_Header)
            key = self.keys.find(named.kid)
            if key is None or not key.verifies(b".".join((header, payload)), _from_base64url(signature)):
                return None
            claims = msgspec.json.decode(_from_base64url(payload), type=Claims)
        except (ValueError, RecursionError):
            return None
        return claims if named.typ == typ and claims.iss == self.issuer else None

    def _noted(self, kind: str, token: str, *, client_id: str, subject: str) -> str:
        noted = IssuedToken(
            kind=kind, realm=self.realm, client=client_id, subject=subject, token=token, at=self._clock()
        )
        self._note(noted)
        return token

    def _draft(self, typ: str, payload: Mapping[str, Any], key: "SigningKey") -> Draft:
        return Draft(header={"typ": typ, "alg": key.algorithm, "kid": key.kid}, claims=payload, key=key)


def _at_hash(access_token: str, key: "SigningKey") -> str:
    # Ed25519 hashes with SHA-512 itself, and so do those who check this (there is no number in the name to go by).
    digest = hashlib.sha512 if key.algorithm == "EdDSA" else hashlib.sha256
    hashed = digest(access_token.encode("ascii")).digest()
    return base64url(hashed[: len(hashed) // 2]).decode("ascii")


def _from_base64url(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
