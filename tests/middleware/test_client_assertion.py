"""What we sign to say who we are, as read by a library that is not ours."""

import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from both_doors import KEYS, NOW
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from proofs import ES256

from realmgate import ConfigurationError, PrivateKeyJwt
from realmgate.client_assertion import ASSERTION_TYPE, LIFETIME

AUDIENCE = "https://id.example"
PRIVATE: dict[str, Any] = {
    "RS256": rsa.generate_private_key(65537, 2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}


def pem(key: Any, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    text: bytes = key.private_bytes(Encoding.PEM, form, NoEncryption())
    return text


def read(asked: PrivateKeyJwt, key: Any, algorithm: str, now: float | None = None) -> dict[str, Any]:
    form = asked.credentials(time.time() if now is None else now).form
    assert form["client_id"] == "gate"
    assert form["client_assertion_type"] == ASSERTION_TYPE
    options: Any = {
        "require": ["iss", "sub", "aud", "exp", "iat", "jti"],
        "verify_exp": now is None,
        "verify_iat": now is None,
    }
    claims: dict[str, Any] = jwt.decode(
        form["client_assertion"], key, algorithms=[algorithm], audience=AUDIENCE, issuer="gate", options=options
    )
    return claims


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_a_key_says_how_it_signs(algorithm: str) -> None:
    key = PRIVATE[algorithm]
    asked = PrivateKeyJwt("gate", pem(key), audience=AUDIENCE)
    assert asked.algorithm == algorithm
    assert read(asked, key.public_key(), algorithm)["sub"] == "gate"


def test_an_algorithm_may_be_chosen_where_the_key_has_several() -> None:
    asked = PrivateKeyJwt("gate", pem(PRIVATE["RS256"]).decode(), audience=AUDIENCE, algorithm="PS256", kid="one")
    assert read(asked, PRIVATE["RS256"].public_key(), "PS256")["iss"] == "gate"
    header = jwt.get_unverified_header(asked.credentials(NOW).form["client_assertion"])
    assert header == {"alg": "PS256", "typ": "JWT", "kid": "one"}


def test_a_key_may_lie_in_a_file_or_be_a_jwk(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(pem(PRIVATE["ES256"], PrivateFormat.TraditionalOpenSSL))
    asked = PrivateKeyJwt("gate", file, audience=AUDIENCE)
    assert read(asked, PRIVATE["ES256"].public_key(), "ES256")["sub"] == "gate"
    asked = PrivateKeyJwt("gate", ES256.private_jwk, audience=AUDIENCE)
    assert read(asked, ES256.private.public_key(), "ES256")["sub"] == "gate"


def test_an_assertion_is_good_once_and_for_a_minute() -> None:
    asked = PrivateKeyJwt("gate", pem(PRIVATE["ES256"]), audience=AUDIENCE)
    claims = [read(asked, PRIVATE["ES256"].public_key(), "ES256", NOW) for _ in range(100)]
    assert {(one["iat"], one["exp"]) for one in claims} == {(int(NOW), int(NOW) + LIFETIME)}
    assert len({one["jti"] for one in claims}) == 100


@pytest.mark.parametrize(
    ("differs", "told"),
    [
        pytest.param({"client_id": ""}, "client_id=", id="nobody"),
        pytest.param({"audience": ""}, "audience=", id="to nobody"),
        pytest.param({"key": b"no key"}, "private key in PEM form", id="no key"),
        pytest.param({"key": Path("/nowhere/key.pem")}, "FileNotFoundError", id="no file"),
        pytest.param({"key": ES256.jwk}, "public half", id="a public JWK"),
        pytest.param({"key": {"kty": "oct", "k": "c2VjcmV0"}}, "cannot be read", id="a secret"),
        pytest.param({"key": {}}, "cannot be read", id="an empty JWK"),
        pytest.param(
            {"key": KEYS["RS256"].private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)},
            "cannot be read",
            id="a public key",
        ),
        pytest.param({"key": pem(x25519.X25519PrivateKey.generate())}, "no signature algorithm", id="not for signing"),
        pytest.param({"algorithm": "RS256"}, "must be one of ES256", id="an algorithm of another key"),
        pytest.param({"algorithm": "HS256"}, "must be one of ES256", id="HMAC"),
        pytest.param({"algorithm": "none"}, "must be one of ES256", id="none"),
    ],
)
def test_what_cannot_be_signed_with_is_refused(differs: dict[str, Any], told: str) -> None:
    settings = {"client_id": "gate", "key": pem(PRIVATE["ES256"]), "audience": AUDIENCE, **differs}
    with pytest.raises(ConfigurationError, match=told) as refused:
        PrivateKeyJwt(**settings)
    assert "PRIVATE KEY" not in str(refused.value)


def test_the_key_is_not_shown() -> None:
    asked = PrivateKeyJwt("gate", ES256.private_jwk, audience=AUDIENCE)
    assert ES256.private_jwk["d"] not in repr(asked)
    assert "_signer" not in repr(asked)
    assert hash(asked) == hash(PrivateKeyJwt("gate", ES256.private_jwk, audience=AUDIENCE))
