"""Public keys, each bound to the algorithms it may verify. RFC 7517."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from joserfc.jwk import ECKey, OKPKey, RSAKey

from .algorithms import Verifier, algorithms_for, verifier
from .compact import UnverifiedJws

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 16384
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
MOCK_MARK = ("mockidp", "testing only")

# What one flawed library made is a power of 65537 modulo each of these primes; of other moduli one in 200 million is.
_ROCA: Mapping[int, frozenset[int]] = {
    prime: frozenset(pow(65537, exponent, prime) for exponent in range(prime))
    for prime in (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)
}


_TYPES: Mapping[Any, Any] = {kind.key_type: kind for kind in (RSAKey, ECKey, OKPKey)}


class KeyRefused(ValueError):
    """A JWK that is no use here; the text is a constant of ours."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VerifyingKey:
    """One public key and the algorithms that are its own; compared by identity."""

    kid: str | None
    algorithms: frozenset[str]
    jwk: Mapping[str, Any] = field(repr=False)
    _verifiers: Mapping[str, Verifier] = field(repr=False)

    def verifies(self, jws: UnverifiedJws) -> bool:
        """Whether this key made the signature, under an algorithm of its own."""
        verify = self._verifiers.get(jws.header.alg)
        if verify is None:
            return False
        try:
            verify(jws.signature, jws.signing_input)
        except (InvalidSignature, ValueError, TypeError, OverflowError):
            return False
        return True


def import_jwk(jwk: Mapping[str, Any]) -> VerifyingKey:
    """Read one entry of a key set; raises `KeyRefused`.

    A private or symmetric key that somebody published is everybody's, so it verifies nothing.
    """
    if PRIVATE_MEMBERS & jwk.keys():
        raise KeyRefused("holds private members")
    operations = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        raise KeyRefused("is not for verifying signatures")
    kid = jwk.get("kid")
    if not isinstance(kid, str | None):
        raise KeyRefused("has a kid that is not a string")
    algorithms = _algorithms(jwk)
    native = _import(jwk)
    verifiers = {name: verifier(name, native) for name in algorithms}
    return VerifyingKey(kid=kid, algorithms=algorithms, jwk=jwk, _verifiers=verifiers)


def _algorithms(jwk: Mapping[str, Any]) -> frozenset[str]:
    algorithms = algorithms_for(str(jwk.get("kty")), str(jwk.get("crv")))
    if "alg" in jwk:
        algorithms &= {jwk["alg"]} if isinstance(jwk["alg"], str) else set()
    if not algorithms:
        raise KeyRefused("fits no signature algorithm known here")
    return algorithms


def _import(jwk: Mapping[str, Any]) -> Any:
    needed = {name: jwk.get(name) for name in ("kty", "crv", "x", "y", "n", "e") if name in jwk}
    try:
        native = _TYPES[jwk["kty"]].import_key(needed).public_key
    except Exception as error:
        # Import errors come from three libraries and in many types; one odd key must never spoil the set.
        raise KeyRefused("cannot be imported") from error
    if jwk["kty"] == "RSA":
        _check_rsa(native)
    return native


def _check_rsa(native: Any) -> None:
    if not MIN_RSA_BITS <= native.key_size <= MAX_RSA_BITS:
        raise KeyRefused(f"is an RSA key outside {MIN_RSA_BITS} to {MAX_RSA_BITS} bits")
    modulus = native.public_numbers().n
    if all(modulus % prime in residues for prime, residues in _ROCA.items()):
        raise KeyRefused("is an RSA key of a kind whose private half can be computed (CVE-2017-15361)")


def marked_as_mock(jwk: Mapping[str, Any]) -> bool:
    """Whether a mock identity provider made this key, and says so."""
    name, mark = MOCK_MARK
    return jwk.get(name) == mark


def candidates(keys: Iterable[VerifyingKey], kid: str | None, alg: str) -> tuple[VerifyingKey, ...]:
    """The keys that may have signed: those the kid names, else those that bear no name. RFC 7515 §4.1.4."""
    able = [key for key in keys if alg in key.algorithms]
    if kid is None:
        return tuple(able)
    return tuple(key for key in able if key.kid == kid) or tuple(key for key in able if key.kid is None)
