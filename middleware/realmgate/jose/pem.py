"""Public keys out of PEM text: bare, or in certificates. RFC 7468."""

import re
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc.jwk import ECKey, OKPKey, RSAKey

from .keys import MIN_RSA_BITS, KeyRefused, VerifyingKey, import_jwk

_CURVES: Final = ("secp256r1", "secp384r1", "secp521r1", "secp256k1")
_BLOCK: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)


def keys_in(text: bytes) -> tuple[VerifyingKey, ...]:
    """Every key of a text, none of which bears a name; raises `KeyRefused` if one is no use.

    Of a certificate only the key counts: its dates, its names and who signed it are not checked.
    """
    keys = tuple(_key(found[1], found[0]) for found in _BLOCK.finditer(text))
    if not keys:
        raise KeyRefused("holds no PEM block (a file is given as pathlib.Path)")
    return keys


def _key(label: bytes, block: bytes) -> VerifyingKey:
    if b"PRIVATE KEY" in label:
        raise KeyRefused("holds a private key: give the public half of it")
    try:
        native = _load(label, block)
    except Exception as error:  # noqa: BLE001 - errors come from two parsers and in many types
        raise KeyRefused(f"holds a block that cannot be read ({type(error).__name__})") from None
    if isinstance(native, RSAPublicKey) and native.key_size < MIN_RSA_BITS:
        raise KeyRefused(f"holds an RSA key of less than {MIN_RSA_BITS} bits")
    return import_jwk(_as_jwk(native, _importer_of(native)))


def _importer_of(native: Any) -> Any:
    if isinstance(native, RSAPublicKey):
        return RSAKey
    if isinstance(native, EllipticCurvePublicKey) and native.curve.name in _CURVES:
        return ECKey
    if isinstance(native, Ed25519PublicKey):
        return OKPKey
    raise KeyRefused(f"holds a {_kind(native)} key, which fits no signature algorithm known here")


def _kind(native: Any) -> str:
    return str(native.curve.name) if hasattr(native, "curve") else type(native).__name__


def _load(label: bytes, block: bytes) -> Any:
    if label == b"CERTIFICATE":
        return x509.load_pem_x509_certificate(block).public_key()
    return serialization.load_pem_public_key(block)


def _as_jwk(native: Any, importer: Any) -> dict[str, Any]:
    spki = native.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    members = importer.import_key(spki).as_dict(private=False)
    return {name: members[name] for name in ("kty", "crv", "n", "e", "x", "y") if name in members}
