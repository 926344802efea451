"""What became an advisory in the verifiers of tokens, and what this gate does in the same place, at both doors."""

import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from answering import answering
from both_doors import ISSUER, JWKS, KEYS, Answer, Doors, mint
from forged import ATTACKER, CLAIMS, PEM, b64, by_hand, hmac_token, of_texts, segment, sign
from refused import refuses

from realmgate import JwksUri
from realmgate.jose.compact import MAX_TOKEN

DoorTo = Callable[..., Doors]


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "noNE"])
def test_cve_2015_9235_and_cve_2026_28802_an_unsecured_token_is_refused_in_every_spelling(
    doors: Doors, alg: str
) -> None:
    assert refuses(doors, by_hand({"alg": alg, "typ": "at+jwt"}, b""), by_hand({"alg": alg, "typ": "at+jwt"}))


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_cve_2020_28042_a_token_without_its_signature_is_refused(doors: Doors, alg: str) -> None:
    signed = mint(alg).rsplit(".", 1)[0]
    assert refuses(doors, f"{signed}.", signed, f"{signed}.{b64(bytes(1))}", f"{signed}.{segment(None)}")


def test_cve_2022_21449_a_signature_of_zeros_is_refused(doors: Doors) -> None:
    signed = mint("ES256").rsplit(".", 1)[0]
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    halves = [number.to_bytes(32, "big") for number in (0, 1, order, order - 1)]
    assert refuses(doors, *(f"{signed}.{b64(r + s)}" for r in halves for s in halves))


@pytest.mark.parametrize("kid", ["key-RS256", "attacker", None])
def test_cve_2018_0114_and_cve_2026_27962_a_key_in_the_token_is_no_key(doors: Doors, kid: str | None) -> None:
    jwk = ATTACKER["RS256"].jwk
    head = {"jwk": {**jwk, "kid": kid}, "kid": ... if kid is None else kid}
    assert refuses(doors, mint(key=ATTACKER["RS256"].private, header=head))


def test_cve_2026_32871_no_address_in_a_token_is_ever_asked(door_to: DoorTo) -> None:
    with (
        answering(lambda _: (200, {"keys": [ATTACKER["RS256"].jwk]})) as evil,
        answering(lambda _: (200, JWKS)) as good,
    ):
        doors = door_to(keys=JwksUri(f"{good.address}/jwks", trust_mock=True, cooldown=0), trust_mock=True)
        for name in ("jku", "x5u", "iss", "kid"):
            address = f"{evil.address}/jwks"
            claims = {"iss": address} if name == "iss" else {}
            header = {} if name == "iss" else {name: address}
            assert refuses(doors, mint(key=ATTACKER["RS256"].private, header=header, **claims))
        assert evil.asked == []


def test_ghsa_jc38_x7x8_2xc8_a_header_outside_the_signature_is_not_read(doors: Doors) -> None:
    head, payload, signature = mint().split(".")
    serialized = {"payload": payload, "protected": head, "header": {"alg": "none"}, "signature": signature}
    assert doors.bearer(json.dumps(serialized)).status == 400
    assert refuses(doors, b64(json.dumps(serialized).encode()))


def test_ghsa_jq35_7prp_9v3f_and_cve_2026_48523_an_algorithm_must_suit_key_realm_and_token(
    door_to: DoorTo,
) -> None:
    signed = f"{segment({'alg': 'RS512', 'typ': 'at+jwt', 'kid': 'key-RS256'})}.{segment(CLAIMS)}"
    assert refuses(door_to(), f"{signed}.{sign(signed)}")
    assert refuses(door_to(algorithms=("RS512",)), f"{signed}.{sign(signed)}", mint())
    no_alg = {name: value for name, value in KEYS["RS256"].jwk.items() if name != "alg"}
    doors = door_to(keys={"keys": [no_alg]}, algorithms=("RS512",))
    assert refuses(doors, f"{signed}.{sign(signed)}", mint())
    assert doors.bearer(jwt.encode(CLAIMS, KEYS["RS256"].private, "RS512", {"typ": "at+jwt"})).status == 200


@pytest.mark.parametrize("crit", [["x-unknown"], ["exp"], [], "exp", None, ["b64"]])
def test_cve_2025_59420_and_cve_2026_32597_and_ghsa_752w_5fwx_jx9f_what_must_be_understood_is_refused(
    doors: Doors, crit: Any
) -> None:
    header = json.dumps({"alg": "RS256", "typ": "at+jwt", "kid": "key-RS256", "crit": crit, "x-unknown": 1})
    assert refuses(doors, of_texts(header, json.dumps(CLAIMS)))


def test_cve_2026_48525_and_ghsa_w7vc_732c_9m39_and_ghsa_wphv_vfrh_23q5_an_unencoded_payload_is_refused(
    doors: Doors,
) -> None:
    header = json.dumps({"alg": "RS256", "typ": "at+jwt", "kid": "key-RS256", "b64": False, "crit": ["b64"]})
    head, _, signature = mint().split(".")
    assert refuses(
        doors,
        of_texts(header, json.dumps(CLAIMS)),
        of_texts(header.replace(', "crit": ["b64"]', ""), json.dumps(CLAIMS)),
        f"{b64(header.encode())}.{'A' * 12_000}.{signature}",
        f"{head}..{signature}",
    )


@pytest.mark.parametrize(
    "issuer", [ISSUER[:-1], ISSUER[8:], "https://id.example", "", ISSUER + "/", "s", ISSUER + "\0"]
)
def test_cve_2024_53861_issuer_is_compared_whole(doors: Doors, issuer: str) -> None:
    assert refuses(doors, mint(iss=issuer))


@pytest.mark.parametrize("issuer", [[ISSUER], [ISSUER, "https://evil.example"], {"0": ISSUER}, [[ISSUER]]])
def test_cve_2025_30144_and_cve_2026_75509_an_issuer_is_one_text(doors: Doors, issuer: Any) -> None:
    assert refuses(doors, mint(iss=issuer))


@pytest.mark.parametrize(
    ("profile", "typ", "claims"),
    [("rfc9068", "at+jwt", ("sub", "jti", "client_id", "scope")), ("jwt", "JWT", ("sub", "jti"))],
)
def test_cve_2026_75509_a_subject_and_an_identifier_are_one_text(
    door_to: DoorTo, profile: str, typ: str, claims: tuple[str, ...]
) -> None:
    doors = door_to(profile=profile)
    assert doors.bearer(mint(header={"typ": typ})).status == 200
    for claim in claims:
        bad: list[Any] = [["x"], ["x", "y"], {"0": "x"}, 7]
        assert refuses(doors, *(mint(header={"typ": typ}, **{claim: value}) for value in bad))


def test_cve_2025_61920_and_cve_2025_30204_a_token_is_measured_before_it_is_taken_apart(doors: Doors) -> None:
    too_long = "A" * (MAX_TOKEN + 1)
    assert refuses(
        doors, too_long, f"{too_long}.e30.AAAA", f"e30.{too_long}.AAAA", f"e30.e30.{too_long}", "." * MAX_TOKEN
    )


def test_cve_2025_65015_no_answer_says_how_large_a_token_was(doors: Doors) -> None:
    assert doors.bearer("A" * (MAX_TOKEN + 1)) == doors.bearer("A" * 50_000) == doors.bearer("x")


def test_cve_2024_33664_and_cve_2024_21319_and_cve_2025_62706_and_cve_2026_28490_no_token_is_decrypted(
    doors: Doors,
) -> None:
    bomb = {"alg": "PBES2-HS512+A256KW", "enc": "A256GCM", "zip": "DEF", "p2c": 2**31, "p2s": "AAAA"}
    assert refuses(
        doors, *(f"{segment({**bomb, 'alg': alg})}.AAAA.AAAA.AAAA.AAAA" for alg in (bomb["alg"], "RSA1_5", "dir"))
    )


def test_cve_2023_51774_and_cve_2022_39227_a_token_is_of_one_kind(doors: Doors) -> None:
    head, payload, signature = mint().split(".")
    other = segment({**CLAIMS, "sub": "admin"})
    assert refuses(
        doors,
        f"{head}.{payload}.{signature}.{other}.{signature}",
        f"{head}.{other}.{signature}",
        f"{head}.{payload}.{signature}.{other}",
    )
    mixed = json.dumps({"protected": head, "payload": payload, "signature": signature, f"{head}.{other}.": ""})
    assert doors.bearer(mixed).status == 400


def test_cve_2026_96760_and_cve_2026_102946_a_token_in_json_is_no_token_however_many_signatures_it_has(
    doors: Doors,
) -> None:
    head, payload, signature = mint().split(".")
    signed = {"protected": head, "signature": signature}
    several: list[Any] = [[], [signed], [{}], None]
    for signatures in several:
        general = json.dumps({"payload": payload, "signatures": signatures})
        assert doors.bearer(general).status == 400
        assert refuses(doors, b64(general.encode()))
    assert doors.bearer(json.dumps({"payload": payload})).status == 400


@pytest.mark.parametrize("alg", ["RS256", "EdDSA"])
def test_cve_2026_62995_and_cve_2026_102269_a_token_has_one_spelling(door_to: DoorTo, alg: str) -> None:
    revoked: set[str] = set()
    doors = door_to(deny_list=revoked.__contains__)
    good = mint(alg)
    head, payload, signature = good.split(".")
    last = chr(ord(signature[-1]) + 1)
    others = [f"{good}=", f"{good}==", f"{good}A", f"{good}.", f"{good[:-1]}{last}", f"{good[:-1]}+", f"{good[:-1]}/"]
    no_token = [f"{good}{more}" for more in ("!", "%", "%3D", "\u00e9", "=A", " x", "\tA")]
    no_token += [f"{head}=.{payload}.{signature}", f"{head}.{payload}==.{signature}"]
    assert doors.bearer(good).status == 200
    assert refuses(doors, *others)
    assert {doors.bearer(token).status for token in no_token} == {400}
    revoked.add("token-1")
    assert refuses(doors, good, *others)


@pytest.mark.parametrize("depth", [33, 1_000, 5_000])
def test_cve_2026_101918_and_cve_2026_102265_and_ghsa_8wjv_2p76_3863_however_deep_it_goes_it_is_a_bad_token(
    doors: Doors, depth: int
) -> None:
    for opened, closed in (("[", "]"), ('{"a":', "}")):
        deep = opened * depth + "1" * (opened != "[") + closed * depth
        header = json.dumps({"alg": "RS256", "typ": "at+jwt", "kid": "key-RS256"})
        nested = f'{{"deep": {deep}, '
        for token in (
            of_texts(header.replace("{", nested, 1), json.dumps(CLAIMS)),
            of_texts(header, json.dumps(CLAIMS).replace("{", nested, 1)),
            of_texts(deep, deep),
        ):
            assert refuses(doors, token)


def test_every_answer_to_a_bad_token_is_the_same(doors: Doors) -> None:
    bad = [mint(exp=1), mint(aud="x"), by_hand({"alg": "none"}), hmac_token(PEM), "x", "A" * 50_000, mint(cnf={})]
    answers: set[Answer] = {doors.bearer(token) for token in bad}
    assert len(answers) == 1
