"""One signing key: a pair, the algorithm it is for, and its name, published as testing only (RFC 7517, RFC 7638)."""

from typing import Any, Final, get_args

from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from ..settings.realm import Algorithm

MARK: Final = {"mockidp": "testing only"}  # by this member a careful verifier knows a mock's key and drops it

PrivateKey = RSAKey | ECKey | OKPKey


class SigningKey:
    """One key pair with the algorithm it is for; another `kid` than its thumbprint is for showing what that breaks."""

    def __init__(self, algorithm: Algorithm, *, kid: str | None = None, key: PrivateKey | None = None) -> None:
        if algorithm not in get_args(Algorithm):
            raise ValueError(f"expected RS256, ES256 or EdDSA, not {algorithm!r}")
        self.algorithm: Final = algorithm
        self._key = key or _generate(algorithm)
        self._jws = JWSRegistry.algorithms[algorithm]
        self.kid: Final[str] = kid or self._key.thumbprint()

    def __repr__(self) -> str:
        return f"SigningKey({self.algorithm}, kid={self.kid!r})"

    def sign(self, data: bytes) -> bytes:
        """The signature over the data (RFC 7515 §5.1)."""
        return self._jws.sign(data, self._key)

    def verifies(self, data: bytes, signature: bytes) -> bool:
        """Did this key make the signature?"""
        return self._jws.verify(data, signature, self._key)

    def private(self) -> dict[str, Any]:
        """The whole key as a JWK (RFC 7517 §4), for a file that nobody else reads."""
        return {**self._key.as_dict(private=True), "kid": self.kid, "use": "sig", "alg": self.algorithm}

    def public_pem(self) -> bytes:
        """The public key as OpenSSL writes it."""
        return self._key.as_pem(private=False)

    def public(self) -> dict[str, Any]:
        """The JWK that others verify with (RFC 7517 §4)."""
        return {**self._key.as_dict(private=False), "kid": self.kid, "use": "sig", "alg": self.algorithm, **MARK}


def _generate(algorithm: Algorithm) -> PrivateKey:
    match algorithm:
        case "RS256":
            return RSAKey.generate_key(2048)
        case "ES256":
            return ECKey.generate_key("P-256")
        case "EdDSA":
            return OKPKey.generate_key("Ed25519")
