"""Tokens that no library would make: by hand, by the wrong key, under the wrong name."""

import base64
import hashlib
import hmac
import json
from typing import Any

from both_doors import AUDIENCE, ISSUER, KEYS, NOW, SigningKey
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

CLAIMS = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "x",
    "client_id": "x",
    "jti": "x",
    "iat": int(NOW),
    "exp": int(NOW) + 60,
}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def segment(value: Any) -> str:
    return b64(json.dumps(value).encode())


def by_hand(header: dict[str, Any], signature: bytes = b"x") -> str:
    """A token whose header is exactly this; nobody signs it."""
    return f"{segment(header)}.{segment(CLAIMS)}.{b64(signature)}"


def hmac_token(secret: bytes, alg: str = "HS256", **header: Any) -> str:
    """A token signed with a shared secret."""
    signed = f"{segment({'alg': alg, 'typ': 'at+jwt', **header})}.{segment(CLAIMS)}"
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[alg]
    return f"{signed}.{b64(hmac.new(secret, signed.encode(), digest).digest())}"


def sign(signed: str) -> str:
    """The RS256 signature of anything, for tokens that no library would make."""
    return b64(KEYS["RS256"].private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))


HEADER = '{"alg":"RS256","typ":"at+jwt","kid":"key-RS256"}'


def of_texts(header: str | bytes, payload: str | bytes) -> str:
    """A token, well signed, of exactly these texts."""
    parts = [b64(part.encode() if isinstance(part, str) else part) for part in (header, payload)]
    signed = ".".join(parts)
    return f"{signed}.{sign(signed)}"


ATTACKER = {
    "RS256": SigningKey(rsa.generate_private_key(65537, 2048), "RS256", "key-RS256"),
    "ES256": SigningKey(ec.generate_private_key(ec.SECP256R1()), "ES256", "key-ES256"),
}

PUBLIC = KEYS["RS256"].private.public_key()
PEM = PUBLIC.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
