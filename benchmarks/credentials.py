"""Keys and tokens for everything that is measured here, made once per run."""

import base64
import json
import time
from typing import Any

from cryptography.hazmat.primitives import serialization
from joserfc import jws
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

ISSUER = "https://id.example/"
AUDIENCE = "https://shop.example/api"
OTHER_AUDIENCE = "https://shop.example/admin/api"
KEYS: dict[str, Any] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "key-rs256", "alg": "RS256", "use": "sig"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "key-es256", "alg": "ES256", "use": "sig"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "key-eddsa", "alg": "EdDSA", "use": "sig"}),
}
JWKS = KeySet(list(KEYS.values())).as_dict(private=False)


def mint(algorithm: str = "RS256", **claims: Any) -> str:
    """A token as a provider would make it, RFC 9068, good for a day."""
    now = int(time.time())
    body = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "customer@example.com",
        "client_id": "storefront-web",
        "scope": "orders:read products:read",
        "jti": "6fb2a1c0-2b0c-4c36-9d5e-0f6a5a7f3d11",
        "iat": now,
        "exp": now + 86400,
        **claims,
    }
    header = {"alg": algorithm, "typ": "at+jwt", "kid": KEYS[algorithm].kid}
    payload = json.dumps(body, separators=(",", ":")).encode()
    return jws.serialize_compact(header, payload, KEYS[algorithm], algorithms=[algorithm])


def segment(value: Any) -> str:
    """One part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forge(token: str) -> str:
    """The same token with another signature of the right shape."""
    signed, _, signature = token.rpartition(".")
    other = signature[:20] + ("A" if signature[20] != "A" else "B") + signature[21:]
    return f"{signed}.{other}"


def pem(algorithm: str) -> str:
    public = KEYS[algorithm].public_key
    encoded: bytes = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return encoded.decode()


def signed(token: str) -> tuple[str, str]:
    """What was signed, and the signature, both as hexadecimal text."""
    signing_input, _, signature = token.rpartition(".")
    return signing_input.encode().hex(), base64.urlsafe_b64decode(signature + "==").hex()


def setup(jwks_url: str) -> dict[str, Any]:
    """Everything that a contender in another process has to know."""
    tokens = {algorithm: mint(algorithm) for algorithm in KEYS}
    return {
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "other_audience": OTHER_AUDIENCE,
        "jwks": JWKS,
        "jwks_url": jwks_url,
        "tokens": tokens,
        "forged": {algorithm: forge(token) for algorithm, token in tokens.items()},
        "signed": {algorithm: signed(token) for algorithm, token in tokens.items()},
        "pems": {algorithm: pem(algorithm) for algorithm in KEYS},
    }
