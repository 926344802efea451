"""DPoP proofs and certificates, made with libraries that are not ours."""

import base64
import hashlib
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from both_doors import AUDIENCE, ISSUER, JWKS, NOW, Doors, asgi_app, mint, wsgi_app
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc import jwk as joserfc_jwk

from realmgate import Realm, Realms, asgi, wsgi
from realmgate.guarded import GuardedRealm

_count = itertools.count()


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def x5t(der: bytes) -> str:
    """What a token says that is bound to a certificate."""
    return b64url(hashlib.sha256(der).digest())


@dataclass(frozen=True)
class ProofKey:
    """A client's key, and the proofs it makes: good ones, or ones that differ exactly where told; `...` leaves out."""

    alg: str
    private: Any = field(repr=False)

    @property
    def jwk(self) -> dict[str, Any]:
        public: dict[str, Any] = json.loads(jwt.get_algorithm_by_name(self.alg).to_jwk(self.private.public_key()))
        public.pop("key_ops", None)
        return public

    @property
    def private_jwk(self) -> dict[str, Any]:
        members: dict[str, Any] = json.loads(jwt.get_algorithm_by_name(self.alg).to_jwk(self.private))
        members.pop("key_ops", None)
        return members

    @property
    def jkt(self) -> str:
        return joserfc_jwk.import_key(self.jwk).thumbprint()

    def bound_token(self, **differs: Any) -> str:
        return mint(**{"cnf": {"jkt": self.jkt}, **differs})

    def proof(self, token: str, *, header: Mapping[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
        head = {"typ": "dpop+jwt", "jwk": self.jwk, **(header or {})}
        body = {
            "jti": f"proof-{next(_count)}",
            "htm": "GET",
            "htu": "https://shop.example/api",
            "iat": int(NOW),
            "ath": b64url(hashlib.sha256(token.encode()).digest()),
            **claims,
        }
        return jwt.api_jws.encode(
            json.dumps({name: value for name, value in body.items() if value is not ...}).encode(),
            key or self.private,
            algorithm=self.alg,
            headers={name: value for name, value in head.items() if value is not ...},
        )


def bound_doors(*, clock: Any = None, remember: int = 10_000, **differs: Any) -> Doors:
    """A storefront gate at each door, each with a memory of its own, so that one proof can be shown to both."""
    settings = {"issuer": ISSUER, "audience": AUDIENCE, "keys": JWKS, **differs}
    options: dict[str, Any] = {"remember": remember, "clock": clock or (lambda: NOW)}

    def guarded() -> GuardedRealm:
        return Realms(Realm("storefront", **settings))["storefront"]

    return Doors(
        asgi=asgi.RealmGate(asgi_app, realm=guarded(), **options),
        wsgi=wsgi.RealmGate(wsgi_app, realm=guarded(), **options),
    )


ES256 = ProofKey("ES256", ec.generate_private_key(ec.SECP256R1()))
OTHER = ProofKey("ES256", ec.generate_private_key(ec.SECP256R1()))
PROOF_KEYS = {
    "ES256": ES256,
    "ES384": ProofKey("ES384", ec.generate_private_key(ec.SECP384R1())),
    "ES512": ProofKey("ES512", ec.generate_private_key(ec.SECP521R1())),
    "RS256": ProofKey("RS256", rsa.generate_private_key(65537, 2048)),
    "PS256": ProofKey("PS256", rsa.generate_private_key(65537, 2048)),
    "EdDSA": ProofKey("EdDSA", ed25519.Ed25519PrivateKey.generate()),
}
