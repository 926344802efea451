"""What became an advisory in keeping keys, secrets and verified tokens, and what this gate does, at both doors."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from answering import answering
from both_doors import AUDIENCE, ISSUER, JWKS, KEYS, NOW, Doors, asgi_app, mint, wsgi_app
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from forged import ATTACKER, PEM, PUBLIC, hmac_token
from refused import refuses

from realmgate import ConfigurationError, Discovery, JwksUri, Realm, Realms, Secret, asgi, wsgi

DoorTo = Callable[..., Doors]


def no_secret(doors: Doors, *values: bytes) -> bool:
    """Whether nobody can sign with what everybody knows, nor be configured to believe it."""
    for value in values:
        with pytest.raises(ConfigurationError, match="not a secret"):
            Secret(value)
    return refuses(doors, *(hmac_token(value, **kid) for value in values for kid in ({}, {"kid": "key-RS256"})))


def test_cve_2016_10555_and_cve_2022_29217_a_public_key_is_no_secret(doors: Doors) -> None:
    assert no_secret(doors, PEM)


def test_cve_2022_29217_and_cve_2024_33663_a_public_key_in_ssh_form_is_no_secret(doors: Doors) -> None:
    ssh = PUBLIC.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    assert no_secret(doors, ssh, b"  " + ssh, b"\xef\xbb\xbf" + ssh)


def test_cve_2024_37568_and_cve_2026_102271_a_public_key_in_der_form_is_no_secret(doors: Doors) -> None:
    for form in (SPKI, PublicFormat.PKCS1):
        der = PUBLIC.public_bytes(Encoding.DER, form)
        assert no_secret(doors, der, der + b"\n", b"\n" + der)


def test_cve_2023_48223_a_public_key_in_the_older_pem_is_no_secret(doors: Doors) -> None:
    assert no_secret(doors, PUBLIC.public_bytes(Encoding.PEM, PublicFormat.PKCS1))


def test_cve_2026_34950_and_cve_2026_102268_blanks_and_line_ends_hide_no_public_key(doors: Doors) -> None:
    one_line = PEM.replace(b"\n", b"")
    bare = b"".join(PEM.splitlines()[1:-1])
    spaced = PEM.replace(b"-----BEGIN", b"----- BEGIN")
    assert no_secret(
        doors,
        b"  \n" + PEM,
        b"\x0b\x0c" + PEM,
        PEM.replace(b"\n", b"\r"),
        PEM.replace(b"\n", b"\r\n"),
        one_line,
        bare,
        spaced,
    )


JWK = json.dumps(KEYS["RS256"].jwk).encode()
SPKI = PublicFormat.SubjectPublicKeyInfo


def test_cve_2026_48526_and_ghsa_xgmm_8j9v_c9wx_a_public_jwk_is_no_secret(doors: Doors) -> None:
    assert no_secret(doors, JWK, b"\n" + JWK, json.dumps(KEYS["RS256"].jwk, indent=2).encode())


def test_cve_2026_102272_a_byte_order_mark_hides_no_public_key(doors: Doors) -> None:
    wide = [JWK.decode().encode(name) for name in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32")]
    assert no_secret(doors, *wide, *(PEM.decode().encode(name) for name in ("utf-8-sig", "utf-16")))


def test_cve_2026_102273_a_container_hides_no_public_key(doors: Doors) -> None:
    inside = JWK.decode()
    assert no_secret(doors, b"[%b]" % JWK, b'{"keys": [%b]}' % JWK, json.dumps(inside).encode(), b'{"a": %b}' % JWK)


def test_cve_2019_20933_and_cve_2026_49852_and_cve_2026_44351_a_short_secret_is_refused_at_start_up(
    door_to: DoorTo,
) -> None:
    for short in (b"", b"x", b"x" * 31):
        with pytest.raises(ConfigurationError, match="too short"):
            Secret(short)
    doors = door_to(keys=Secret(b"x" * 32))
    assert doors.bearer(hmac_token(b"x" * 32)).status == 200
    assert refuses(doors, hmac_token(b"x" * 31), hmac_token(b""), hmac_token(b"\0" * 32), mint())


@pytest.mark.parametrize("k", ["", "AA", "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg"])
def test_cve_2026_102266_and_cve_2026_114616_no_secret_is_taken_out_of_a_key_set(door_to: DoorTo, k: str) -> None:
    doors = door_to(keys={"keys": [{"kty": "oct", "k": k, "alg": "HS256", "kid": "oct"}, *JWKS["keys"]]})
    assert doors.bearer(mint()).status == 200
    secrets = (b"", b"\0", b"x" * 32)
    assert refuses(doors, *(hmac_token(secret, kid=kid) for secret in secrets for kid in ("oct", "key-RS256")))


def test_cve_2026_48522_and_ghsa_993g_76c3_p5m4_keys_come_over_https_only(door_to: DoorTo, tmp_path: Path) -> None:
    planted = tmp_path / "jwks.json"
    planted.write_text(json.dumps({"keys": [ATTACKER["RS256"].jwk]}), encoding="utf-8")
    for uri in (planted.as_uri(), "ftp://127.0.0.1/jwks", "data:application/json,{}", f"//{planted}", "jwks"):
        with pytest.raises(ConfigurationError):
            JwksUri(uri, trust_mock=True)
        document = {"jwks_uri": uri}
        with answering(lambda _: (200, document)) as server:  # noqa: B023 - asked within the loop
            document["issuer"] = server.address
            keys = Discovery(server.address, trust_mock=True)
            doors = door_to(issuer=server.address, keys=keys, trust_mock=True)
            assert doors.bearer(mint(key=ATTACKER["RS256"].private, iss=server.address)).status == 503
    with pytest.raises(ConfigurationError, match="https"):
        JwksUri("http://id.example/jwks")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_cve_2026_102267_a_redirect_leads_to_no_keys(door_to: DoorTo, status: int) -> None:
    with (
        answering(lambda _: (200, {"keys": [ATTACKER["RS256"].jwk]})) as evil,
        answering(lambda _: (status, {"keys": [ATTACKER["RS256"].jwk]})) as server,
    ):
        server.headers["Location"] = f"{evil.address}/jwks"
        doors = door_to(keys=JwksUri(f"{server.address}/jwks", trust_mock=True), trust_mock=True)
        assert doors.bearer(mint(key=ATTACKER["RS256"].private)).status == 503
        assert evil.asked == []


def test_ghsa_fhv5_28vv_h8m8_and_cve_2026_48524_and_cve_2026_101917_unknown_kids_cause_one_look(
    door_to: DoorTo,
) -> None:
    reply: list[Any] = [200, JWKS]
    with answering(lambda _: (reply[0], reply[1])) as server:
        doors = door_to(keys=JwksUri(f"{server.address}/jwks", trust_mock=True), trust_mock=True, remember=0)
        assert doors.bearer(mint()).status == 200
        for number in range(50):
            assert refuses(doors, mint(header={"kid": f"unknown-{number}"}))
        assert doors.bearer(mint()).status == 200
        assert len(server.asked) == 2


def test_cve_2026_48524_an_outage_drops_no_key(door_to: DoorTo) -> None:
    reply: list[Any] = [200, JWKS]
    with answering(lambda _: (reply[0], reply[1])) as server:
        doors = door_to(keys=JwksUri(f"{server.address}/jwks", trust_mock=True), trust_mock=True, remember=0)
        assert doors.bearer(mint()).status == 200
        reply[:] = [500, b"<html>"]
        for number in range(50):
            assert doors.bearer(mint(header={"kid": f"unknown-{number}"})).status == 503
        assert doors.bearer(mint()).status == 200
        assert len(server.asked) == 2


@pytest.mark.parametrize(
    "odd",
    [
        {"kty": "RSA", "n": "", "e": "AQAB"},
        {"kty": "RSA", "n": "AQ", "e": ""},
        {"kty": "RSA", "n": 7, "e": None},
        {"kty": "RSA", "n": "!", "e": "AQAB"},
        {"kty": "EC", "n": KEYS["RS256"].jwk["n"], "e": "AQAB"},
        {"kty": "RSA", "n": KEYS["RS256"].jwk["n"], "e": "AA"},
        {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"},
        {"kty": "OKP", "crv": "Ed448x", "x": "AAAA"},
        {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA"},
        "no key at all",
    ],
)
def test_cve_2026_102274_one_malformed_key_spoils_no_other(door_to: DoorTo, odd: Any) -> None:
    named = {**odd, "kid": "key-RS256", "alg": odd.get("alg", "RS256")} if isinstance(odd, dict) else odd
    for keys in ([odd, *JWKS["keys"]], [*JWKS["keys"], named], [named, odd, *JWKS["keys"]]):
        doors = door_to(keys={"keys": keys})
        assert [doors.bearer(mint(alg)).status for alg in KEYS] == [200, 200, 200]


def test_cve_2026_89313_a_name_that_is_in_no_key_set_finds_no_key(door_to: DoorTo) -> None:
    doors = door_to()
    assert refuses(doors, *(mint(alg, header={"kid": kid}) for alg in KEYS for kid in ("unknown", "", "KEY-RS256")))


def test_cve_2026_31837_where_no_keys_can_be_had_there_are_none(door_to: DoorTo) -> None:
    with answering(lambda _: (500, b"")) as server:
        doors = door_to(keys=JwksUri(f"{server.address}/jwks", trust_mock=True), trust_mock=True)
        forged = [mint(key=each.private, alg=alg) for alg, each in ATTACKER.items()]
        answers = {doors.bearer(token) for token in (mint(), *forged, hmac_token(b""), hmac_token(b"\0" * 32))}
        assert {answer.status for answer in answers} == {401, 503}
        assert {doors.bearer(token).status for token in (mint(), *forged)} == {503}


def test_cve_2026_31837_a_private_key_that_was_published_verifies_nothing(door_to: DoorTo) -> None:
    known = json.loads(jwt.get_algorithm_by_name("RS256").to_jwk(ATTACKER["RS256"].private))
    for keys, status in (({"keys": [{**known, "kid": "known"}]}, 503), ({"keys": [known, *JWKS["keys"]]}, 401)):
        with answering(lambda _: (200, keys)) as server:  # noqa: B023 - asked within the loop
            doors = door_to(keys=JwksUri(f"{server.address}/jwks", trust_mock=True), trust_mock=True)
            assert doors.bearer(mint(key=ATTACKER["RS256"].private, header={"kid": "known"})).status == status


def test_cve_2026_22748_the_issuer_that_leads_to_keys_is_compared_as_well(door_to: DoorTo) -> None:
    found: dict[str, Any] = {}
    with answering(lambda asked: (200, JWKS if asked.path == "/jwks" else found)) as server:
        found.update(issuer=server.address, jwks_uri=f"{server.address}/jwks")
        doors = door_to(issuer=server.address, keys=None, trust_mock=True)
        assert doors.bearer(mint(iss=server.address)).status == 200
        others = (f"{server.address}/", server.address.upper(), "https://evil.example", ..., None, "")
        assert refuses(doors, *(mint(iss=other) for other in others))


def test_cve_2025_59936_and_cve_2026_50202_the_keys_of_one_issuer_never_serve_another() -> None:
    other = "https://id.example/other"
    keys = {ISSUER: KEYS["ES256"], other: ATTACKER["ES256"]}
    shop = Realms(
        *(
            Realm(
                f"realm-{number}",
                issuer=issuer,
                audience=AUDIENCE,
                keys={"keys": [{**keys[issuer].jwk, "kid": "same"}]},
            )
            for number, issuer in enumerate(keys)
        )
    )
    for number, issuer in enumerate(keys):
        gate = wsgi.RealmGate(wsgi_app, realm=shop[f"realm-{number}"], clock=lambda: NOW)
        doors = Doors(asgi=asgi.RealmGate(asgi_app, realm=shop[f"realm-{number}"], clock=lambda: NOW), wsgi=gate)
        for named, signer in ((named, signer) for named in keys for signer in keys):
            token = mint("ES256", key=keys[signer].private, header={"kid": "same"}, iss=named)
            assert doors.bearer(token).status == (200 if named == signer == issuer else 401)


@pytest.mark.parametrize("alike", [slice(20), slice(-16, None), slice(-43, None)])
def test_cve_2026_35030_and_ghsa_rp9m_7r4c_75qg_a_token_is_remembered_whole(doors: Doors, alike: slice) -> None:
    good = mint()
    assert doors.bearer(good).status == 200
    start, stop, _ = alike.indices(len(good))
    forged = "".join(letter if start <= place < stop else "A" for place, letter in enumerate(good))
    assert forged[alike] == good[alike]
    assert doors.bearer(forged).status == 401
    assert doors.bearer(good).status == 200


def test_a_remembered_token_of_one_realm_is_not_remembered_in_another(
    shop: Realms, doors_to: Callable[..., Doors]
) -> None:
    storefront, backoffice = (doors_to(shop[name]) for name in shop)
    assert storefront.bearer(mint()).status == 200
    assert backoffice.bearer(mint()).status == 401
