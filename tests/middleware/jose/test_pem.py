import base64

import pytest
from both_doors import KEYS
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from realmgate.jose.keys import KeyRefused
from realmgate.jose.pem import keys_in

SPKI = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
PEM = {alg: key.private.public_key().public_bytes(*SPKI) for alg, key in KEYS.items()}
LABELS = ["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE", "EC PARAMETERS", "X"]


@pytest.mark.parametrize("alg", KEYS)
def test_a_key_is_the_one_that_was_written(alg: str) -> None:
    (key,) = keys_in(PEM[alg])
    expected = {name: value for name, value in KEYS[alg].jwk.items() if name in ("kty", "crv", "n", "e", "x", "y")}
    assert key.jwk == expected
    assert key.kid is None


def test_an_rsa_key_in_its_older_form_is_one_too() -> None:
    older = (
        KEYS["RS256"].private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1)
    )
    assert b"RSA PUBLIC KEY" in older
    assert keys_in(older)[0].jwk == keys_in(PEM["RS256"])[0].jwk


def test_what_stands_around_the_blocks_does_not_count() -> None:
    assert len(keys_in(b"Bag Attributes\n" + PEM["RS256"] + b"\r\n\r\nmore\n" + PEM["ES256"])) == 2


def test_one_block_that_is_no_use_spoils_the_text_as_somebody_meant_it_to_count() -> None:
    with pytest.raises(KeyRefused):
        keys_in(PEM["RS256"] + b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


def test_a_block_that_ends_as_something_else_is_none() -> None:
    with pytest.raises(KeyRefused, match="no PEM block"):
        keys_in(PEM["RS256"].replace(b"END PUBLIC KEY", b"END CERTIFICATE"))


@given(label=st.sampled_from(LABELS), content=st.binary(max_size=300), around=st.binary(max_size=20))
def test_whatever_a_block_holds_it_is_read_or_refused(label: str, content: bytes, around: bytes) -> None:
    block = f"-----BEGIN {label}-----\n{base64.b64encode(content).decode()}\n-----END {label}-----".encode()
    with pytest.raises(KeyRefused):
        keys_in(around + block + around)
