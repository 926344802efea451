"""Which signature algorithms exist, and which kind of key each one belongs to. RFC 7518 §3.1, RFC 8037, RFC 9864."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from joserfc.jws import JWSRegistry

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

VERIFIERS: Final = MappingProxyType({name: JWSRegistry.algorithms[name] for name in KEY_OF})


def algorithms_for(kty: str, curve: str | None) -> frozenset[str]:
    """The algorithms a key of this type and curve can verify."""
    wanted = (kty, None if kty == "RSA" else curve)
    return frozenset(name for name, key in KEY_OF.items() if key == wanted)
