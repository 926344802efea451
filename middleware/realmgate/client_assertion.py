"""Saying who we are with a JWT that we sign ourselves, so that no secret travels. RFC 7523 §2.2 and §3."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, ClassVar, Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwk import ECKey, OKPKey, RSAKey

from .errors import ConfigurationError
from .introspection_auth import Credentials, check_texts
from .jose.algorithms import KEY_OF, SIGNERS, algorithms_for

LIFETIME: Final = 60
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_IMPORTERS: Final[Mapping[str, Any]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


@dataclass(frozen=True, slots=True)
class PrivateKeyJwt:
    """A JWT that is signed anew for every question, good once and for a minute of this machine's time.

    * `key` is our private key: PEM text or bytes, a `Path` to such a file, or a JWK as a mapping.
    * `audience` is what the server is called: its issuer name, or where it wants that the address of the endpoint.
    * `algorithm` may be left out: RS256, EdDSA, or the one of the key's curve.
    * `kid` tells the server which of our keys it is.

    Raises `ConfigurationError`, which shows nothing of the key.
    """

    client_id: str
    key: str | bytes | Path | Mapping[str, Any] = field(repr=False, hash=False)
    _: KW_ONLY
    audience: str
    algorithm: str = ""
    kid: str = ""
    certificate: ClassVar[None] = None
    _signer: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Read the key, once."""
        check_texts(self, "client_id", "audience")
        signer = _read(self.key)
        fitting = _algorithms(signer)
        if (self.algorithm or fitting[0]) not in fitting:
            raise ConfigurationError(f"PrivateKeyJwt(algorithm=…): must be one of {', '.join(fitting)} with this key")
        object.__setattr__(self, "algorithm", self.algorithm or fitting[0])
        object.__setattr__(self, "_signer", signer)

    def credentials(self, now: float) -> Credentials:
        """An assertion with a name of its own, as servers take each but once; `now` in seconds since the epoch."""
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.audience,
            "jti": token_urlsafe(24),
            "iat": int(now),
            "exp": int(now) + LIFETIME,
        }
        header = {"alg": self.algorithm, "typ": "JWT", **({"kid": self.kid} if self.kid else {})}
        signed = f"{_segment(json.dumps(header).encode())}.{_segment(json.dumps(claims).encode())}"
        # The algorithm itself, as joserfc's own way of putting it together warns of the name EdDSA.
        signature = SIGNERS[self.algorithm].sign(signed.encode(), self._signer)
        assertion = f"{signed}.{_segment(signature)}"
        form = {"client_id": self.client_id, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        return Credentials(form=form)


def _segment(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _read(given: Any) -> Any:
    try:
        key = _IMPORTERS[given["kty"]].import_key(dict(given)) if isinstance(given, Mapping) else _from_pem(given)
        private = key.is_private
    except Exception as error:  # noqa: BLE001 - errors come from two parsers and in many types
        raise ConfigurationError(
            f"PrivateKeyJwt(key=…): cannot be read ({type(error).__name__}); give a private key in PEM form or as a JWK"
        ) from None
    if not private:
        raise ConfigurationError("PrivateKeyJwt(key=…): is only the public half; give the private key")
    return key


def _from_pem(given: str | bytes | Path) -> Any:
    """Whoever imports a key wants to be told its type, which the PEM says."""
    text = given.read_bytes() if isinstance(given, Path) else given.encode() if isinstance(given, str) else given
    native = load_pem_private_key(text, None)
    if isinstance(native, RSAPrivateKey):
        return RSAKey.import_key(text)
    return (ECKey if isinstance(native, EllipticCurvePrivateKey) else OKPKey).import_key(text)


def _algorithms(key: Any) -> list[str]:
    """What the key can sign with, the usual one first."""
    members = key.as_dict(private=False)
    fitting = algorithms_for(members["kty"], members.get("crv"))
    found = [name for name in KEY_OF if name in fitting]
    if not found:
        raise ConfigurationError("PrivateKeyJwt(key=…): fits no signature algorithm known here")
    return found
