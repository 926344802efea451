import hashlib
import hmac

import pytest

from realmgate.jose.compact import UnverifiedHeader, UnverifiedJws
from realmgate.jose.keys import KeyRefused
from realmgate.jose.secret import LEAST, secret_key

HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def signed(alg: str, secret: bytes, claimed: str | None = None) -> UnverifiedJws:
    header = UnverifiedHeader(alg=alg if claimed is None else claimed, kid=None, typ=None, members={})
    signature = hmac.digest(secret, b"header.payload", HASHES[alg])
    return UnverifiedJws(header=header, payload=b"", signing_input=b"header.payload", signature=signature)


@pytest.mark.parametrize(("alg", "least"), LEAST.items())
def test_it_must_be_as_long_as_the_hash(alg: str, least: int) -> None:
    assert HASHES[alg]().digest_size == least
    assert secret_key(b"s" * least, alg).verifies(signed(alg, b"s" * least))
    with pytest.raises(KeyRefused, match=str(least)):
        secret_key(b"s" * (least - 1), alg)


@pytest.mark.parametrize("claimed", ["HS384", "HS512", "RS256", "none", "hs256", ""])
def test_it_verifies_with_its_own_algorithm_only(claimed: str) -> None:
    assert not secret_key(b"s" * 64, "HS256").verifies(signed("HS256", b"s" * 64, claimed))


def test_a_signature_by_another_secret_or_cut_short_is_none() -> None:
    key = secret_key(b"s" * 32, "HS256")
    assert not key.verifies(signed("HS256", b"t" * 32))
    good = signed("HS256", b"s" * 32)
    for signature in (b"", good.signature[:-1], good.signature + b"\0"):
        cut = UnverifiedJws(header=good.header, payload=b"", signing_input=good.signing_input, signature=signature)
        assert not key.verifies(cut)


def test_it_does_not_show() -> None:
    assert "sss" not in repr(secret_key(b"s" * 32, "HS256"))
