from typing import Any

import jwt
import pytest
from both_doors import JWKS, KEYS, SigningKey
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa, utils, x25519
from msgspec.structs import replace

from realmgate.jose.compact import parse
from realmgate.jose.keys import KeyRefused, VerifyingKey, candidates, import_jwk, marked_as_mock

PRIVATE = {
    "RSA": KEYS["RS256"].private,
    "P-256": KEYS["ES256"].private,
    "P-384": ec.generate_private_key(ec.SECP384R1()),
    "P-521": ec.generate_private_key(ec.SECP521R1()),
    "secp256k1": ec.generate_private_key(ec.SECP256K1()),
    "Ed25519": KEYS["EdDSA"].private,
}
SIGNS = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    "ES256": "P-256",
    "ES384": "P-384",
    "ES512": "P-521",
    "ES256K": "secp256k1",
    "EdDSA": "Ed25519",
}


def public(alg: str, /, **differs: Any) -> dict[str, Any]:
    """The public JWK of the key that signs with an algorithm; `...` leaves a member out."""
    jwk = {**SigningKey(PRIVATE[SIGNS[alg]], alg, "one").jwk, **differs}
    return {name: value for name, value in jwk.items() if value is not ...}


def signed(alg: str) -> Any:
    return parse(jwt.encode({"sub": "x"}, PRIVATE[SIGNS[alg]], algorithm=alg))


@pytest.mark.parametrize("alg", SIGNS)
def test_a_key_verifies_what_it_signed(alg: str) -> None:
    assert import_jwk(public(alg)).verifies(signed(alg))


@pytest.mark.parametrize("alg", SIGNS)
def test_a_key_without_alg_verifies_every_algorithm_of_its_type_and_no_other(alg: str) -> None:
    key = import_jwk(public(alg, alg=...))
    able = {other for other in SIGNS if SIGNS[other] == SIGNS[alg]}
    assert {other for other in SIGNS if key.verifies(signed(other))} == able


@pytest.mark.parametrize("alg", [alg for alg in SIGNS if SIGNS[alg] == "RSA"])
def test_a_key_with_alg_verifies_that_one_only(alg: str) -> None:
    key = import_jwk(public(alg))
    assert {other for other in SIGNS if key.verifies(signed(other))} == {alg}


def test_a_signature_that_was_touched_is_none() -> None:
    key, jws = import_jwk(public("ES256")), signed("ES256")
    touched = [
        replace(jws, signature=bytes([jws.signature[0] ^ 1]) + jws.signature[1:]),
        replace(jws, signature=jws.signature + b"\0"),
        replace(jws, signature=b"\0" + jws.signature),
        replace(jws, signature=b"\0".join(halves(jws.signature))),
        replace(jws, signature=jws.signature[:-1]),
        replace(jws, signature=bytes(64)),
        replace(jws, signature=b"\0"),
        replace(jws, signature=utils.encode_dss_signature(*(int.from_bytes(half) for half in halves(jws.signature)))),
        replace(jws, signing_input=jws.signing_input + b"A"),
        replace(jws, signing_input=jws.signing_input.swapcase()),
    ]
    assert key.verifies(jws)
    assert not any(map(key.verifies, touched))


def halves(signature: bytes) -> tuple[bytes, bytes]:
    middle = len(signature) // 2
    return signature[:middle], signature[middle:]


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "HS256", "hs256", "rs256", "RS1", "", "ES256K", "dir"])
def test_an_algorithm_that_is_not_the_key_s_own_verifies_nothing(alg: str) -> None:
    jws = signed("RS256")
    lying = replace(jws, header=replace(jws.header, alg=alg))
    assert not import_jwk(public("RS256", alg=...)).verifies(lying)


@pytest.mark.parametrize(
    "jwk",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"kty": "oct", "k": "c2VjcmV0"}, id="a secret"),
        pytest.param({"kty": "oct"}, id="a secret without its value"),
        pytest.param({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA"}, id="a type of the future"),
        pytest.param({"kty": ["RSA"]}, id="a type that is a list"),
        pytest.param({"kty": None}, id="a type that is null"),
        pytest.param(public("RS256", kty="rsa"), id="a type in small letters"),
        pytest.param(public("RS256", d="AQAB"), id="RSA with a private exponent"),
        pytest.param(public("RS256", p="AQAB"), id="RSA with a prime"),
        pytest.param(public("ES256", d="AQAB"), id="EC with a private value"),
        pytest.param(public("EdDSA", d=""), id="OKP with an empty private value"),
        pytest.param(public("RS256", use="enc"), id="for encryption"),
        pytest.param(public("RS256", use=None), id="for nothing"),
        pytest.param(public("RS256", use=["sig"]), id="use as a list"),
        pytest.param(public("RS256", key_ops=["sign"]), id="for signing"),
        pytest.param(public("RS256", key_ops=[]), id="for no operation"),
        pytest.param(public("RS256", key_ops="verify"), id="operations as a string"),
        pytest.param(public("RS256", key_ops=None), id="operations null"),
        pytest.param(public("RS256", kid=1), id="a kid that is a number"),
        pytest.param(public("RS256", kid=["one"]), id="a kid that is a list"),
        pytest.param(public("RS256", alg="HS256"), id="RSA for HMAC"),
        pytest.param(public("RS256", alg="none"), id="RSA for none"),
        pytest.param(public("RS256", alg="RSA-OAEP"), id="RSA for encryption by algorithm"),
        pytest.param(public("RS256", alg="ES256"), id="RSA for an elliptic algorithm"),
        pytest.param(public("RS256", alg=["RS256"]), id="alg as a list"),
        pytest.param(public("RS256", alg=None), id="alg null"),
        pytest.param(public("ES256", alg="ES384"), id="P-256 for ES384"),
        pytest.param(public("ES256", crv="P-384", alg=...), id="P-256 that says P-384"),
        pytest.param(public("ES256", crv="secp256k1", alg=...), id="P-256 that says secp256k1"),
        pytest.param(public("ES256", crv="P-192", alg=...), id="an unknown curve"),
        pytest.param(public("ES256", crv=["P-256"], alg=...), id="a curve that is a list"),
        pytest.param(public("ES256", x="AAAA"), id="a point off the curve"),
        pytest.param(public("ES256", y=...), id="half a point"),
        pytest.param(public("ES256", x=1), id="a coordinate that is a number"),
        pytest.param(public("RS256", n=...), id="RSA without modulus"),
        pytest.param(public("RS256", n="AQAB"), id="RSA with a tiny modulus"),
        pytest.param(public("RS256", e="AQ"), id="RSA with exponent one"),
        pytest.param(public("RS256", e="Ag"), id="RSA with an even exponent"),
        pytest.param(public("RS256", e=65537), id="an exponent that is a number"),
        pytest.param(public("EdDSA", x="AAAA"), id="Ed25519 that is too short"),
        pytest.param(public("EdDSA", crv="X25519", alg=...), id="a curve for key agreement"),
    ],
)
def test_an_odd_key_is_refused(jwk: dict[str, Any]) -> None:
    with pytest.raises(KeyRefused):
        import_jwk(jwk)


def as_jwk(alg: str, key: Any) -> dict[str, Any]:
    return SigningKey(key, alg, "odd").jwk


@pytest.mark.filterwarnings("ignore:Key size should be")
def test_keys_of_a_size_that_protects_nobody_are_refused() -> None:
    with pytest.raises(KeyRefused, match="2048"):
        import_jwk(as_jwk("RS256", rsa.generate_private_key(65537, 1024)))  # noqa: S505 - that is the point
    huge = as_jwk("RS256", KEYS["RS256"].private)
    huge["n"] = "_" * 4000
    with pytest.raises(KeyRefused):
        import_jwk(huge)


def test_other_edwards_and_montgomery_curves_are_refused() -> None:
    for private in (ed448.Ed448PrivateKey.generate(), x25519.X25519PrivateKey.generate()):
        curve = "Ed448" if isinstance(private, ed448.Ed448PrivateKey) else "X25519"
        raw = jwt.utils.base64url_encode(private.public_key().public_bytes_raw()).decode()
        with pytest.raises(KeyRefused):
            import_jwk({"kty": "OKP", "crv": curve, "x": raw})


def test_members_that_say_nothing_here_are_no_matter() -> None:
    jwk = public("RS256", x5c=["garbage"], x5t="garbage", key_ops=["verify", "encrypt"], use=..., more={"a": [1]})
    assert import_jwk(jwk).verifies(signed("RS256"))


def test_a_key_compares_by_identity_and_keeps_itself_out_of_logs() -> None:
    one, other = import_jwk(public("RS256")), import_jwk(public("RS256"))
    assert one != other
    assert public("RS256")["n"] not in repr(one)


def keys(*jwks: dict[str, Any]) -> tuple[VerifyingKey, ...]:
    return tuple(map(import_jwk, jwks))


def found(given: tuple[VerifyingKey, ...], kid: str | None, alg: str) -> list[int]:
    return [given.index(key) for key in candidates(given, kid, alg)]


def test_a_kid_names_the_keys_to_try() -> None:
    given = keys(*JWKS["keys"], public("RS256", kid=...), public("RS256", kid="two"), public("RS256", kid="two"))
    assert found(given, "key-RS256", "RS256") == [0]
    assert found(given, "two", "RS256") == [4, 5]
    assert found(given, None, "RS256") == [0, 3, 4, 5]


def test_an_unknown_kid_leaves_the_keys_without_a_name() -> None:
    given = keys(*JWKS["keys"], public("RS256", kid=...))
    assert found(given, "unknown", "RS256") == [3]
    assert found(given[:3], "unknown", "RS256") == []


def test_a_kid_of_a_key_of_another_algorithm_is_unknown() -> None:
    given = keys(*JWKS["keys"], public("ES256", kid=...))
    assert found(given, "key-RS256", "ES256") == [3]
    assert found(given, "key-RS256", "none") == []


def test_names_are_compared_whole_and_with_their_case() -> None:
    given = keys(public("RS256", kid="one"))
    for kid in ("One", "one ", "on", "", "one\x00"):
        assert found(given, kid, "RS256") == []


def test_the_mark_of_a_mock_is_exactly_its_words() -> None:
    assert marked_as_mock({"mockidp": "testing only"})
    assert not any(marked_as_mock(jwk) for jwk in ({}, {"mockidp": True}, {"mockidp": "production"}))


def test_a_key_with_which_the_library_below_cannot_cope_verifies_nothing() -> None:
    def broken(_signature: bytes, _signed: bytes) -> None:
        raise ValueError

    key = VerifyingKey(kid=None, algorithms=frozenset({"RS256"}), jwk={}, _verifiers={"RS256": broken})
    assert not key.verifies(signed("RS256"))
