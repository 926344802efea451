"""Secrets that both sides know, for HMAC: configured, long enough, and never out of a key set. RFC 7518 §3.2."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cryptography.exceptions import InvalidSignature
from joserfc.jwk import OctKey
from joserfc.jws import JWSRegistry

from .algorithms import Verifier
from .keys import KeyRefused, VerifyingKey

# "A key of the same size as the hash output or larger MUST be used", in bytes.
LEAST: Final[Mapping[str, int]] = MappingProxyType({"HS256": 32, "HS384": 48, "HS512": 64})

# What everybody knows is no secret, whoever put it here by mistake (CVE-2022-29217, CVE-2024-33663).
_PUBLIC: Final = (b"-----BEGIN", b"ssh-", b"ecdsa-sha2-", b"{")


class SecretKey(VerifyingKey):
    """The only kind of key that knows HMAC, and knows nothing else."""

    __slots__ = ()


def secret_key(value: bytes, algorithm: str) -> SecretKey:
    """A key that verifies with one algorithm only; raises `KeyRefused`."""
    least = LEAST[algorithm]
    if len(value) < least:
        raise KeyRefused(f"is too short for {algorithm}, which needs {least} bytes or more (RFC 7518 §3.2)")
    if value.lstrip().startswith(_PUBLIC):
        raise KeyRefused("is a key in PEM, SSH or JSON form, not a secret")
    try:
        native = OctKey.import_key(value)
    except ValueError:
        raise KeyRefused("is a public key, not a secret") from None
    return SecretKey(
        kid=None, algorithms=frozenset({algorithm}), jwk={}, _verifiers={algorithm: _hmac(algorithm, native)}
    )


def _hmac(algorithm: str, native: OctKey) -> Verifier:
    registered = JWSRegistry.algorithms[algorithm]

    def verify(signature: bytes, signed: bytes) -> None:
        if not registered.verify(signed, signature, native):
            raise InvalidSignature

    return verify
