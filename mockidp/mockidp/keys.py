"""The signing keys of a realm: made when first needed, named by thumbprint (RFC 7638), published as testing only."""

import threading
from typing import Any, Final

from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from .realm import Algorithm

MARK: Final = {"mockidp": "testing only"}  # by this member a careful verifier knows a mock's key and drops it

PrivateKey = RSAKey | ECKey | OKPKey


class SigningKey:
    """One key pair with the algorithm it is for."""

    def __init__(self, algorithm: Algorithm) -> None:
        self.algorithm: Final = algorithm
        self._key = _generate(algorithm)
        self._jws = JWSRegistry.algorithms[algorithm]
        self.kid: Final = self._key.thumbprint()

    def __repr__(self) -> str:
        return f"SigningKey({self.algorithm}, kid={self.kid!r})"

    def sign(self, data: bytes) -> bytes:
        """The signature over the data (RFC 7515 §5.1)."""
        return self._jws.sign(data, self._key)

    def verifies(self, data: bytes, signature: bytes) -> bool:
        """Did this key make the signature?"""
        return self._jws.verify(data, signature, self._key)

    def public_pem(self) -> bytes:
        """The public key as OpenSSL writes it."""
        return self._key.as_pem(private=False)

    def public(self) -> dict[str, Any]:
        """The JWK that others verify with (RFC 7517 §4)."""
        return {**self._key.as_dict(private=False), "kid": self.kid, "use": "sig", "alg": self.algorithm, **MARK}


class RealmKeys:
    """The key a realm signs with now and those it signed with before. Safe to share between threads."""

    def __init__(self, algorithm: Algorithm) -> None:
        self.algorithm: Final = algorithm
        self._lock = threading.Lock()
        self._newest_first: tuple[SigningKey, ...] = ()

    @property
    def current(self) -> SigningKey:
        """The key to sign with; the first look makes it, since an RSA key takes tens of milliseconds."""
        return self._known()[0]

    def rotate(self) -> SigningKey:
        """Sign with a new key from now on; the earlier ones stay published."""
        key = SigningKey(self.algorithm)
        with self._lock:
            self._newest_first = (key, *self._newest_first)
        return key

    def find(self, kid: str) -> SigningKey | None:
        """The published key of this name."""
        return next((key for key in self._known() if key.kid == kid), None)

    def jwks(self) -> dict[str, Any]:
        """The JWK Set to publish (RFC 7517 §5)."""
        return {"keys": [key.public() for key in self._known()]}

    def _known(self) -> tuple[SigningKey, ...]:
        with self._lock:
            if not self._newest_first:
                self._newest_first = (SigningKey(self.algorithm),)
            return self._newest_first


def _generate(algorithm: Algorithm) -> PrivateKey:
    match algorithm:
        case "RS256":
            return RSAKey.generate_key(2048)
        case "ES256":
            return ECKey.generate_key("P-256")
        case "EdDSA":
            return OKPKey.generate_key("Ed25519")
