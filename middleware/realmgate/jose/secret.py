"""Secrets that both sides know, for HMAC: configured, long enough, and never out of a key set. RFC 7518 §3.2."""

import binascii
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509 import load_der_x509_certificate
from joserfc.jwk import OctKey
from joserfc.jws import JWSRegistry

from .algorithms import Verifier
from .keys import KeyRefused, VerifyingKey

# "A key of the same size as the hash output or larger MUST be used", in bytes.
LEAST: Final[Mapping[str, int]] = MappingProxyType({"HS256": 32, "HS384": 48, "HS512": 64})

# What everybody knows is no secret, whoever put it here by mistake: PEM, the two texts of SSH, its bytes, and a JWK.
_PUBLIC: Final = re.compile(
    rb"-----\s*BEGIN|----\s*BEGIN SSH2|(?:ssh|ecdsa)-[\w.@-]+\s+AAAA"
    rb"|^\0\0\0[\x07-\x40](?:sk-)?(?:ssh|ecdsa)-"
    rb'|\\?"kty\\?"\s*:'
)
# The shortest is an Ed25519 key of 32 bytes, which nobody can tell from a secret.
_SHORTEST: Final = 33
# A byte order mark, and what UTF-16 and UTF-32 put between the letters.
_MARKS: Final = b"\xef\xbb\xbf\xff\xfe"
_NOT_BETWEEN: Final = b"\0"
# In DER, what is beyond this says how many bytes the length itself takes (X.690 §8.1.3.5).
_LONG: Final = 0x80


class SecretKey(VerifyingKey):
    """The only kind of key that knows HMAC, and knows nothing else."""

    __slots__ = ()


def secret_key(value: bytes, algorithm: str) -> SecretKey:
    """A key that verifies with one algorithm only; raises `KeyRefused`."""
    least = LEAST[algorithm]
    if len(value) < least:
        raise KeyRefused(f"is too short for {algorithm}, which needs {least} bytes or more (RFC 7518 §3.2)")
    if any(map(_is_public, _readings(value))):
        raise KeyRefused(
            "is a key in PEM, DER, SSH or JSON form, not a secret: "
            "give a public key as keys=Pem(…) or as a JWK, and of a secret its bytes alone"
        )
    return SecretKey(
        kid=None,
        algorithms=frozenset({algorithm}),
        jwk={},
        _verifiers={algorithm: _hmac(algorithm, OctKey.import_key(value))},
    )


def _readings(value: bytes) -> Iterator[bytes]:
    """What somebody may have wrapped into it: nothing, another encoding of text, or base64."""
    bare = value.lstrip(_MARKS).lstrip()
    text = bare.strip().translate(None, _NOT_BETWEEN).strip()
    yield from (value, bare, bare.strip(), text)
    with suppress(binascii.Error):
        yield binascii.a2b_base64(b"".join(text.split()), strict_mode=True)


def _is_public(value: bytes) -> bool:
    """Whether it has one of the forms in which public keys are kept."""
    if len(value) < _SHORTEST:
        return False
    if _PUBLIC.search(value) or _is_json(value) or _is_der(value):
        return True
    try:
        OctKey.import_key(value)
    except ValueError:
        return True
    return False


def _is_json(value: bytes) -> bool:
    """Whether it is an object or an array; a number or a word in quotes may be anything."""
    try:
        return isinstance(msgspec.json.decode(value), dict | list)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _is_der(value: bytes) -> bool:
    """Whether it is a public key or a certificate in DER form."""
    for load in (load_der_public_key, load_der_x509_certificate):
        try:
            load(value[: _der_length(value)])
        except UnsupportedAlgorithm:
            # A key, of an algorithm that is not known here; before cryptography 47 that was no other error than noise.
            return True
        except ValueError:
            continue
        return True
    return False


def _der_length(value: bytes) -> int:
    """How long it says that it is: what stands behind may be blanks, and its own last byte may look like one."""
    short = value[1]
    more = short - _LONG if short > _LONG else 0
    return 2 + more + (int.from_bytes(value[2 : 2 + more], "big") if more else short)


def _hmac(algorithm: str, native: OctKey) -> Verifier:
    registered = JWSRegistry.algorithms[algorithm]

    def verify(signature: bytes, signed: bytes) -> None:
        if not registered.verify(signed, signature, native):
            raise InvalidSignature

    return verify
