import base64
import hashlib
import hmac
import json
import random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

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


PUBLIC: dict[str, Any] = {
    "RSA": rsa.generate_private_key(65537, 2048).public_key(),
    "EC": ec.generate_private_key(ec.SECP256R1()).public_key(),
    "Ed25519": ed25519.Ed25519PrivateKey.generate().public_key(),
}
JWK = json.dumps({"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36"})
ENCODINGS = {
    "PEM": (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "DER": (Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "SSH": (Encoding.OpenSSH, PublicFormat.OpenSSH),
}
FORMS = {
    **{f"{name} {how}": key.public_bytes(*as_) for name, key in PUBLIC.items() for how, as_ in ENCODINGS.items()},
    "JWK": JWK.encode(),
    "an array of JWKs": f"[{JWK}]".encode(),
    "a key set": f'{{"keys": [{JWK}]}}'.encode(),
    "a JWK in a string": json.dumps(JWK).encode(),
    "a JWK with something behind it": f"{JWK} and more".encode(),
    "SSH of two lines": b"---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3NzaC1lZDI1NTE5AAAAIA\n---- END SSH2 PUBLIC KEY ----",
    "SSH on a chip": b"sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA",
}
WRAPPINGS = {
    "as it is": lambda key: key,
    "after blanks": lambda key: b" \r\n\t" + key,
    "after a byte order mark": lambda key: b"\xef\xbb\xbf" + key,
    "in base64": base64.b64encode,
    "in base64 of several lines": base64.encodebytes,
}
TEXT_WRAPPINGS = {
    "after other text": lambda key: b"Bag Attributes\n    friendlyName: key\n" + key,
    "in UTF-16": lambda key: key.decode().encode("utf-16"),
    "in UTF-16, as some write it": lambda key: key.decode().encode("utf-16-be"),
    "in UTF-32": lambda key: key.decode().encode("utf-32"),
    "with other line ends": lambda key: key.replace(b"\n", b"\r\n"),
    "on one line": lambda key: key.replace(b"\n", b" "),
    "with its line ends spelled out": lambda key: key.replace(b"\n", rb"\n"),
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("form", FORMS)
def test_a_public_key_is_no_secret_however_it_is_wrapped(form: str, wrapping: str) -> None:
    with pytest.raises(KeyRefused, match="its bytes alone"):
        secret_key(WRAPPINGS[wrapping](FORMS[form]), "HS256")


@pytest.mark.parametrize("wrapping", TEXT_WRAPPINGS)
@pytest.mark.parametrize("form", [name for name, key in FORMS.items() if key.isascii() and "array" not in name])
def test_a_public_key_that_is_text_is_no_secret_in_any_text(form: str, wrapping: str) -> None:
    with pytest.raises(KeyRefused, match="its bytes alone"):
        secret_key(TEXT_WRAPPINGS[wrapping](FORMS[form]), "HS256")


def test_a_public_key_without_its_frame_is_no_secret() -> None:
    lines = FORMS["EC PEM"].splitlines()
    with pytest.raises(KeyRefused, match="its bytes alone"):
        secret_key(b"\n".join(lines[1:-1]), "HS256")


@pytest.mark.parametrize("last", [b"\n", b" ", b"\t", b"\r", b"\0", b"k"])
@pytest.mark.parametrize("before", [b"", b" \n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("behind", [b"", b" \n"])
def test_a_public_key_is_no_secret_although_its_last_byte_looks_like_a_blank(
    last: bytes, before: bytes, behind: bytes
) -> None:
    ed25519 = bytes.fromhex("302a300506032b6570032100") + b"k" * 31 + last  # RFC 8410 §4
    with pytest.raises(KeyRefused, match="its bytes alone"):
        secret_key(before + ed25519 + behind, "HS256")


def test_a_public_key_of_an_algorithm_that_nobody_knows_is_no_secret() -> None:
    unknown = bytes.fromhex("3006 06042a030405")  # an AlgorithmIdentifier: the object identifier 1.2.3.4.5 (RFC 5280)
    key = b"\x03\x26\x00" + b"k" * 37  # a BIT STRING
    with pytest.raises(KeyRefused, match="its bytes alone"):
        secret_key(b"\x30" + bytes([len(unknown + key)]) + unknown + key, "HS256")


def test_whatever_is_drawn_at_random_is_a_secret() -> None:
    drawn = random.Random(7)  # noqa: S311 - the same secrets every time
    for _ in range(300):
        some = drawn.randbytes(48)
        for secret in (
            some,
            b"{" + some,
            b"[" + some,
            b"\xef\xbb\xbf" + some,
            base64.b64encode(some),
            some.hex().encode(),
        ):
            assert secret_key(secret, "HS256").verifies(signed("HS256", secret))


@pytest.mark.parametrize(
    "secret",
    [
        b"correct horse battery staple, and ssh- too",
        b'"a phrase in quotation marks, and a long one"',
        b"0" * 40,
        b"\0" * 32,
    ],
)
def test_a_phrase_is_a_secret_although_it_is_a_poor_one(secret: bytes) -> None:
    assert secret_key(secret, "HS256").verifies(signed("HS256", secret))
