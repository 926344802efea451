"""Which signature algorithms exist, and which kind of key each one belongs to. RFC 7518 §3.1, RFC 8037, RFC 9864."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc.jws import JWSRegistry

# Takes a signature and what it should be of, and raises something where it is not.
Verifier: TypeAlias = Callable[[bytes, bytes], object]

# What a realm takes unless it says otherwise, and what it has to name to get.
ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512"),
    *("PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
    *("EdDSA", "Ed25519"),
)
OPT_IN_ALGORITHMS: Final = ("ES256K",)

_RSA: Final = ("RSA", None)

# Never looked up by a token alone: a key says which of these are its own, and `none` and HMAC are nobody's.
KEY_OF: Final[Mapping[str, tuple[str, str | None]]] = MappingProxyType(
    {
        "RS256": _RSA,
        "RS384": _RSA,
        "RS512": _RSA,
        "PS256": _RSA,
        "PS384": _RSA,
        "PS512": _RSA,
        "ES256": ("EC", "P-256"),
        "ES384": ("EC", "P-384"),
        "ES512": ("EC", "P-521"),
        "ES256K": ("EC", "secp256k1"),
        "EdDSA": ("OKP", "Ed25519"),
        "Ed25519": ("OKP", "Ed25519"),
    }
)

# Of joserfc, for what we sign ourselves; verifying goes the shorter way below.
SIGNERS: Final = MappingProxyType({name: JWSRegistry.algorithms[name] for name in KEY_OF})

_HASHES: Final = MappingProxyType({"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()})


def algorithms_for(kty: str, curve: str | None) -> frozenset[str]:
    """The algorithms a key of this type and curve can verify."""
    wanted = (kty, None if kty == "RSA" else curve)
    return frozenset(name for name, key in KEY_OF.items() if key == wanted)


def verifier(name: str, public: Any) -> Verifier:
    """What verifies with one algorithm and one public key of its kind; all that does not change is made beforehand."""
    if name.startswith("RS"):
        return _rsa(public, padding.PKCS1v15(), _hash_of(name))
    if name.startswith("PS"):
        return _rsa(public, _pss(_hash_of(name)), _hash_of(name))
    if name.startswith("ES"):
        return _ecdsa(public, _hash_of(name))
    verify: Verifier = public.verify
    return verify


def _hash_of(name: str) -> Any:
    return _HASHES[name[2:5]]


def _pss(digest: Any) -> padding.PSS:
    """RFC 7518 §3.5: the same hash for the mask, and a salt as long as it is."""
    return padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)


def _rsa(public: Any, scheme: Any, digest: Any) -> Verifier:
    # Neither a method looked up each time nor a `partial` with names, which makes a dict each time.
    public_verify = public.verify

    def verify(signature: bytes, signed: bytes) -> None:
        public_verify(signature, signed, scheme, digest)

    return verify


def _ecdsa(public: Any, digest: Any) -> Verifier:
    """RFC 7518 §3.4: two numbers of exactly the curve's length, one behind the other."""
    length, scheme = (public.curve.key_size + 7) // 8, ECDSA(digest)

    def verify(signature: bytes, signed: bytes) -> None:
        if len(signature) != 2 * length:
            raise InvalidSignature
        r, s = int.from_bytes(signature[:length], "big"), int.from_bytes(signature[length:], "big")
        public.verify(encode_dss_signature(r, s), signed, scheme)

    return verify
