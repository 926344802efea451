import base64
import hashlib
import json
import threading

import jwt
import pytest

from mockidp.config import Algorithm
from mockidp.keys import RealmKeys, SigningKey

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


def test_no_key_is_made_before_somebody_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockidp.keys.SigningKey", lambda algorithm: pytest.fail("made a key"))
    keys = RealmKeys("RS256")
    monkeypatch.undo()
    assert keys.current is keys.current


def test_a_rotated_key_signs_and_the_earlier_ones_stay_published() -> None:
    keys = RealmKeys("ES256")
    first = keys.current
    second = keys.rotate()
    assert keys.current is second
    assert [key["kid"] for key in keys.jwks()["keys"]] == [second.kid, first.kid]
    assert keys.find(first.kid) is first
    assert keys.find("other") is None


def test_threads_that_need_the_first_key_at_once_get_the_same() -> None:
    keys = RealmKeys("RS256")
    together = threading.Barrier(8)
    seen: list[str] = []

    def look() -> None:
        together.wait(10)
        seen.append(keys.current.kid)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1


def test_no_private_part_shows_in_a_representation() -> None:
    key = SigningKey("ES256")
    assert repr(key) == f"SigningKey(ES256, kid={key.kid!r})"
