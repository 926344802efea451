"""The story of a token, told by those who would change it; every case through both doors."""

import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from both_doors import AUDIENCE, JWKS, KEYS, Doors, SigningKey, mint
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from forged import ATTACKER, CLAIMS, HEADER, PEM, PUBLIC, b64, by_hand, hmac_token, of_texts, segment, sign

from realmgate import CallableKeys, ConfigurationError
from realmgate.jose.keys import VerifyingKey

DoorTo = Callable[..., Doors]
ReasonOf = Callable[[Doors, str], str]


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "NoNe", "none ", " none", "", "null"])
@pytest.mark.parametrize("signature", [b"", b"x", b"\0" * 64])
def test_an_unsecured_token_is_refused_however_it_is_spelled(doors: Doors, alg: str, signature: bytes) -> None:
    assert doors.bearer(by_hand({"alg": alg, "typ": "at+jwt"}, signature)).status == 401
    assert doors.bearer(by_hand({"alg": alg, "typ": "at+jwt", "kid": "key-RS256"}, signature)).status == 401


SECRETS = [
    pytest.param(PEM, id="PEM"),
    pytest.param(PEM.strip(), id="PEM without the last newline"),
    pytest.param(b"\n " + PEM, id="PEM with blanks before"),
    pytest.param(PEM.replace(b"\n", b"\r\n"), id="PEM with other line ends"),
    pytest.param(
        PUBLIC.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1), id="PEM of the older kind"
    ),
    pytest.param(
        PUBLIC.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo), id="DER"
    ),
    pytest.param(PUBLIC.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH), id="OpenSSH"),
    pytest.param(json.dumps(KEYS["RS256"].jwk).encode(), id="JWK"),
    pytest.param(json.dumps(KEYS["RS256"].jwk, sort_keys=True, separators=(",", ":")).encode(), id="JWK, canonical"),
    pytest.param(json.dumps(JWKS).encode(), id="JWKS"),
    pytest.param(KEYS["RS256"].jwk["n"].encode(), id="modulus"),
    pytest.param(b"", id="nothing"),
    pytest.param(b"None", id="the word None"),
    pytest.param(b"secret", id="a word"),
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_a_public_key_is_no_shared_secret(doors: Doors, reason_of: ReasonOf, secret: bytes, alg: str) -> None:
    assert reason_of(doors, hmac_token(secret, alg, kid="key-RS256")) == "algorithm not allowed"


def test_a_shared_secret_in_a_key_set_is_no_key(door_to: DoorTo) -> None:
    oct_key = {"kty": "oct", "k": b64(b"x" * 32), "kid": "secret", "alg": "HS256", "use": "sig"}
    doors = door_to(keys={"keys": [*JWKS["keys"], oct_key]})
    assert doors.bearer(hmac_token(b"x" * 32, kid="secret")).status == 401
    assert doors.bearer(mint()).status == 200


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
@pytest.mark.parametrize(
    "header",
    [
        pytest.param({}, id="nothing more"),
        pytest.param({"jwk": ...}, id="its own jwk"),
        pytest.param({"jwk": ..., "kid": ...}, id="its own jwk and no kid"),
        pytest.param({"jku": "https://evil.example/jwks"}, id="a jku"),
        pytest.param({"jku": "file:///etc/passwd"}, id="a jku to a file"),
        pytest.param({"x5u": "https://evil.example/cert"}, id="an x5u"),
        pytest.param({"x5c": ["MIIB"]}, id="an x5c"),
        pytest.param({"kid": "../../../dev/null"}, id="a kid that is a path"),
        pytest.param({"kid": "x' UNION SELECT 'key"}, id="a kid that is a query"),
        pytest.param({"kid": "https://evil.example/jwks"}, id="a kid that is an address"),
        pytest.param({"kid": ""}, id="an empty kid"),
    ],
)
def test_no_header_of_a_token_brings_its_own_key(doors: Doors, alg: str, header: dict[str, Any]) -> None:
    key = ATTACKER[alg]
    head = {name: (key.jwk if name == "jwk" else value) for name, value in header.items()}
    if header.get("kid", "") is ...:
        head["kid"] = ...
    assert doors.bearer(mint(alg, key=key.private, header=head)).status == 401


def test_harmless_headers_do_no_harm(doors: Doors) -> None:
    assert (
        doors.bearer(mint(header={"jwk": ATTACKER["RS256"].jwk, "jku": "https://evil.example", "x5t": "x"})).status
        == 200
    )


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({"crit": ["exp"]}, id="a claim"),
        pytest.param({"crit": ["b64"], "b64": True}, id="b64"),
        pytest.param({"crit": ["b64"], "b64": False}, id="b64 false"),
        pytest.param({"crit": []}, id="nothing"),
        pytest.param({"crit": ["urn:example:policy"], "urn:example:policy": 1}, id="something unheard of"),
        pytest.param({"crit": "exp"}, id="text"),
    ],
)
def test_what_must_be_understood_is_not(doors: Doors, reason_of: ReasonOf, header: dict[str, Any]) -> None:
    key = KEYS["RS256"]
    signed = f"{segment({'alg': 'RS256', 'typ': 'at+jwt', 'kid': key.kid, **header})}.{segment(CLAIMS)}"
    assert reason_of(doors, f"{signed}.{sign(signed)}") == "malformed token"


GOOD = json.dumps(CLAIMS)


def test_a_token_of_these_texts_is_good(doors: Doors) -> None:
    assert doors.bearer(of_texts(HEADER, GOOD)).status == 200


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        pytest.param(HEADER, GOOD[:-1] + f', "aud": "{AUDIENCE}"}}', id="aud twice"),
        pytest.param(HEADER, GOOD[:-1] + ', "\\u0061ud": "x"}', id="aud twice, once escaped"),
        pytest.param(HEADER, GOOD[:-1] + ', "exp": 9999999999}', id="exp twice"),
        pytest.param(HEADER, GOOD[:-1] + ', "more": {"a": 1, "a": 2}}', id="a name twice further down"),
        pytest.param(HEADER[:-1] + ',"alg":"none"}', GOOD, id="alg twice"),
        pytest.param('{"alg":"none",' + HEADER[1:], GOOD, id="alg twice, the other first"),
        pytest.param(HEADER[:-1] + ',"\\u006bid":"x"}', GOOD, id="kid twice, once escaped"),
        pytest.param(HEADER, b"\xef\xbb\xbf" + GOOD.encode(), id="a byte order mark before the payload"),
        pytest.param(b"\xef\xbb\xbf" + HEADER.encode(), GOOD, id="a byte order mark before the header"),
        pytest.param(HEADER, GOOD.encode("utf-16"), id="a payload in UTF-16"),
        pytest.param(HEADER, GOOD[:-1].encode() + b', "a": "\xff"}', id="invalid UTF-8"),
        pytest.param(HEADER, GOOD[:-1] + ', "a": "\\ud800"}', id="a lone surrogate"),
        pytest.param(HEADER, GOOD[:-1] + ', "\\udfff": 1}', id="a lone surrogate in a name"),
        pytest.param(HEADER, GOOD[:-1] + ', "a": ' + "[" * 32 + "]" * 32 + "}", id="deep"),
        pytest.param(HEADER, GOOD[:-1] + ', "a": ' + "[" * 5000 + "]" * 5000 + "}", id="very deep"),
        pytest.param(HEADER, f"[{GOOD}]", id="a list"),
        pytest.param(HEADER, json.dumps(GOOD), id="text"),
        pytest.param(HEADER, "", id="an empty payload"),
        pytest.param(HEADER, "null", id="null"),
        pytest.param(HEADER, GOOD + GOOD, id="two payloads"),
        pytest.param(HEADER, GOOD[:-1] + ', "a": NaN}', id="NaN"),
        pytest.param(HEADER, GOOD[:-1] + ', "a": "' + "x" * 13_000 + '"}', id="too long"),
        pytest.param(HEADER[:-1] + f',"a":"{"x" * 2000}"}}', GOOD, id="too long a header"),
    ],
)
def test_a_good_signature_does_not_make_strange_texts_good(
    doors: Doors, reason_of: ReasonOf, header: str | bytes, payload: str | bytes
) -> None:
    assert reason_of(doors, of_texts(header, payload)) == "malformed token"


@pytest.mark.parametrize("parts", [1, 2, 4, 5, 6])
def test_a_token_has_three_parts(doors: Doors, reason_of: ReasonOf, parts: int) -> None:
    pieces = [*mint().split("."), "e30", "e30", "e30"]
    assert reason_of(doors, ".".join(pieces[:parts])) == "malformed token"


def test_a_token_has_one_spelling(doors: Doors, reason_of: ReasonOf) -> None:
    head, payload, signature = mint("ES256").split(".")
    assert doors.bearer(f"{head}.{payload}.{signature}").status == 200
    # 64 bytes leave four bits of the last letter unused, so sixteen letters would decode alike.
    others = [
        letter
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        if letter != signature[-1]
    ]
    assert [
        letter for letter in others if doors.bearer(f"{head}.{payload}.{signature[:-1]}{letter}").status == 200
    ] == []
    for spelled in (f"{head}.{payload}.{signature}==", f"{head}.{payload}.{signature}="):
        assert reason_of(doors, spelled) == "malformed token"
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in signature[:4])
    assert doors.bearer(f"{head}.{payload}.{escaped}{signature[4:]}").status == 400


def test_an_encrypted_token_is_refused_before_anything_is_decrypted(doors: Doors, reason_of: ReasonOf) -> None:
    head = segment({"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2_000_000_000, "p2s": "x", "zip": "DEF"})
    assert reason_of(doors, f"{head}.e30.e30.e30.e30") == "malformed token"
    assert reason_of(doors, f"{head}.e30.e30") == "algorithm not allowed"


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "at+JWT", "application/at+jwt", "Application/AT+JWT"])
def test_an_access_token_says_that_it_is_one(doors: Doors, typ: str) -> None:
    assert doors.bearer(mint(header={"typ": typ})).status == 200


@pytest.mark.parametrize(
    "typ",
    [
        *(..., "JWT", "jwt", "", "at", "at+jwt ", " at+jwt", "at+jwt;v=1", "text/at+jwt", "application/jwt", "id+jwt"),
        *("dpop+jwt", "logout+jwt", "secevent+jwt", "oauth-authz-req+jwt", "token-introspection+jwt", "entity+jwt"),
    ],
)
def test_a_token_of_any_other_kind_is_refused(doors: Doors, reason_of: ReasonOf, typ: Any) -> None:
    assert reason_of(doors, mint(header={"typ": typ})).startswith("wrong type of token")


@pytest.mark.parametrize("typ", [None, 1, ["at+jwt"], {"at+jwt": 1}])
def test_a_type_that_is_no_text_is_malformed(doors: Doors, typ: Any) -> None:
    assert doors.bearer(of_texts(json.dumps({"alg": "RS256", "kid": "key-RS256", "typ": typ}), GOOD)).status == 401


MARKED = {"nonce": "n", "at_hash": "h"}


@pytest.mark.parametrize("profile", ["rfc9068", "jwt"])
def test_nobody_is_told_to_take_id_tokens(door_to: DoorTo, reason_of: ReasonOf, profile: str) -> None:
    header = {"typ": "JWT" if profile == "rfc9068" else "at+jwt"}
    told = reason_of(door_to(profile=profile), mint(header=header, **MARKED))
    assert told == "wrong type of token; it looks like an ID token; have the client send its access token"


def test_only_algorithms_of_the_realm_are_looked_at(door_to: DoorTo, reason_of: ReasonOf) -> None:
    doors = door_to(algorithms=("ES256",))
    assert doors.bearer(mint("ES256")).status == 200
    assert reason_of(doors, mint("RS256")) == "algorithm not allowed"
    for alg in ("es256", "ES256 ", "RS512", "ES256K", "HS256", "PS256", "RSA-OAEP"):
        assert reason_of(doors, by_hand({"alg": alg, "typ": "at+jwt"})) == "algorithm not allowed"


def test_a_key_that_is_for_another_algorithm_signs_nothing_here(doors: Doors, reason_of: ReasonOf) -> None:
    # The key set says RS256 of this key, and the realm would take PS256.
    assert reason_of(doors, mint("RS256", header={"alg": "PS256"})) == "unknown key"


def test_es256k_is_taken_where_the_realm_says_so(door_to: DoorTo, reason_of: ReasonOf) -> None:
    key = SigningKey(ec.generate_private_key(ec.SECP256K1()), "ES256K", "k")
    token = jwt.encode(CLAIMS, key.private, "ES256K", {"typ": "at+jwt", "kid": "k"})
    assert door_to(keys={"keys": [key.jwk]}, algorithms=("ES256K",)).bearer(token).status == 200
    assert reason_of(door_to(keys={"keys": [key.jwk]}), token) == "algorithm not allowed"


def test_a_token_of_somebody_else_s_signature_is_refused(doors: Doors, reason_of: ReasonOf) -> None:
    one, other = mint(), mint(sub="admin")
    assert reason_of(doors, f"{other.rsplit('.', 1)[0]}.{one.rsplit('.', 1)[1]}") == "wrong signature"
    assert reason_of(doors, f"{one.rsplit('.', 1)[0]}.{b64(bytes(256))}") == "wrong signature"
    assert reason_of(doors, f"{mint('ES256').rsplit('.', 1)[0]}.{b64(bytes(64))}") == "wrong signature"
    assert reason_of(doors, f"{mint('EdDSA').rsplit('.', 1)[0]}.{b64(bytes(64))}") == "wrong signature"


def test_a_forged_signature_costs_one_verification_for_each_key(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, reason_of: ReasonOf
) -> None:
    assert doors.bearer(mint()).status == 200
    tried: list[str | None] = []
    verifies = VerifyingKey.verifies

    def counted(self: VerifyingKey, jws: Any) -> bool:
        tried.append(self.kid)
        return verifies(self, jws)

    monkeypatch.setattr(VerifyingKey, "verifies", counted)
    assert reason_of(doors, mint(key=ATTACKER["RS256"].private)) == "wrong signature"
    assert tried == ["key-RS256"] * 2  # one at each door


def test_a_token_without_a_kid_is_tried_with_every_key_of_its_algorithm(doors: Doors, reason_of: ReasonOf) -> None:
    for alg in KEYS:
        assert doors.bearer(mint(alg, header={"kid": ...})).status == 200
    assert reason_of(doors, mint("RS256", key=ATTACKER["RS256"].private, header={"kid": ...})) == "wrong signature"


def test_a_token_with_an_unknown_kid_is_refused_although_a_key_would_fit(doors: Doors, reason_of: ReasonOf) -> None:
    assert reason_of(doors, mint(header={"kid": "unknown"})) == "unknown key"


def test_keys_without_a_name_are_tried_for_any_kid(door_to: DoorTo) -> None:
    nameless = {name: value for name, value in KEYS["RS256"].jwk.items() if name != "kid"}
    assert door_to(keys={"keys": [nameless]}).bearer(mint(header={"kid": "unknown"})).status == 200


def test_two_keys_of_one_name_are_both_tried(door_to: DoorTo) -> None:
    twins = [ATTACKER["RS256"].jwk, KEYS["RS256"].jwk]
    for keys in (twins, twins[::-1]):
        assert door_to(keys={"keys": keys}).bearer(mint()).status == 200


ODD: list[Any] = [
    {},
    {"kty": "AKP", "alg": "ML-DSA-65", "pub": "AAAA", "kid": "key-RS256"},
    {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "key-RS256"},
    {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA", "kid": "key-RS256"},
    {**KEYS["RS256"].jwk, "use": "enc", "alg": "RSA-OAEP-256"},
    {**KEYS["RS256"].jwk, "kid": 5},
    "no object",
    None,
    [],
]


def test_odd_keys_beside_good_ones_spoil_nothing(door_to: DoorTo) -> None:
    doors = door_to(keys={"keys": [*ODD, *JWKS["keys"], *ODD], "more": "members"})
    assert all(doors.bearer(mint(alg)).status == 200 for alg in KEYS)


def test_a_key_set_of_odd_keys_only_is_no_key_set(door_to: DoorTo) -> None:
    assert door_to(keys=lambda: {"keys": ODD}).bearer(mint()).status == 503
    with pytest.raises(ConfigurationError, match="no key that is of use"):
        door_to(keys={"keys": ODD})


def test_a_token_that_is_not_meant_for_the_realm_asks_for_no_keys(door_to: DoorTo) -> None:
    asked: list[int] = []

    def keys() -> dict[str, Any]:
        asked.append(1)
        return JWKS

    doors = door_to(keys=CallableKeys(keys))
    for token in ("a.b.c", mint(iss="x"), mint(aud="x"), mint(header={"typ": "JWT"}), by_hand({"alg": "none"})):
        assert doors.bearer(token).status == 401
    assert not asked
    assert doors.bearer(mint()).status == 200
    assert asked
