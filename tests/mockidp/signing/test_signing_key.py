import base64
import hashlib
import json

import jwt
import pytest

from mockidp.settings.config import Algorithm
from mockidp.signing.signing_key import SigningKey

ALGORITHMS = ["RS256", "ES256", "EdDSA"]
REQUIRED = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}  # RFC 7638 §3.2


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_is_published_with_what_a_verifier_needs_and_nothing_private(algorithm: Algorithm) -> None:
    public = SigningKey(algorithm).public()
    assert (public["use"], public["alg"]) == ("sig", algorithm)
    assert public["mockidp"] == "testing only"
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & public.keys()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_is_named_by_its_thumbprint(algorithm: Algorithm) -> None:
    public = SigningKey(algorithm).public()
    members = {name: public[name] for name in REQUIRED[public["kty"]]}
    digest = hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
    assert public["kid"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_another_library_verifies_with_the_published_key_what_was_signed(algorithm: Algorithm) -> None:
    key = SigningKey(algorithm)
    public = jwt.PyJWK(key.public())
    signature = key.sign(b"data")
    assert public.Algorithm.verify(b"data", public.key, signature)
    assert not public.Algorithm.verify(b"date", public.key, signature)
    assert key.verifies(b"data", signature)
    assert not key.verifies(b"data", SigningKey(algorithm).sign(b"data"))
    assert not key.verifies(b"data", b"")


def test_no_private_part_shows_in_a_representation() -> None:
    key = SigningKey("ES256")
    assert repr(key) == f"SigningKey(ES256, kid={key.kid!r})"
