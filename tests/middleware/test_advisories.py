"""What became an advisory elsewhere, and what this gate does in the same place: each through both doors."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from answering import answering
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, KEYS, NOW, Answer, Doors, asgi_app, mint, wsgi_app
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from forged import ATTACKER, CLAIMS, PEM, PUBLIC, b64, by_hand, hmac_token, of_texts, segment, sign
from proofs import ES256, bound_doors

from realmgate import ConfigurationError, Discovery, DPoP, JwksUri, Realm, Realms, Secret, asgi, wsgi
from realmgate.flow import Effect, Fetch, Fetched, FetchFailed, run
from realmgate.jose.compact import MAX_TOKEN

DoorTo = Callable[..., Doors]

CHALLENGE = (
    'Bearer realm="storefront", error="invalid_token", error_description="The access token is not valid in this realm"'
)


def refuses(doors: Doors, *tokens: str) -> bool:
    """Whether each token gets the one answer that every bad token gets."""
    answers = [doors.bearer(token) for token in tokens]
    return all((answer.status, answer.header("www-authenticate")) == (401, CHALLENGE) for answer in answers)


DER = PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

# The JOSE layer


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


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(PEM, id="CVE-2016-10555 PEM"),
        pytest.param(
            PUBLIC.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH), id="CVE-2022-29217 and CVE-2024-33663 SSH"
        ),
        pytest.param(DER, id="CVE-2024-37568 DER"),
        pytest.param(PUBLIC.public_bytes(Encoding.PEM, PublicFormat.PKCS1), id="CVE-2023-48223 the older PEM"),
        pytest.param(b"  \n" + PEM, id="CVE-2026-34950 PEM after blanks"),
        pytest.param(json.dumps(KEYS["RS256"].jwk).encode(), id="GHSA-xgmm-8j9v-c9wx and CVE-2026-48526 JWK"),
        pytest.param(PEM.replace(b"\n", b"\r\n"), id="CVE-2026-102268 PEM with other line ends"),
        pytest.param(PEM.replace(b"-----BEGIN", b"----- BEGIN"), id="CVE-2026-102268 PEM with a blank in its armour"),
        pytest.param(b"".join(PEM.splitlines()[1:-1]), id="CVE-2026-102268 PEM without its armour"),
        pytest.param(DER + b"\n", id="CVE-2026-102272 DER and a line end"),
        pytest.param(json.dumps(JWKS).encode(), id="CVE-2026-102273 JWKS"),
        pytest.param(json.dumps([KEYS["RS256"].jwk]).encode(), id="CVE-2026-102273 a list of JWKs"),
        pytest.param(b"\xef\xbb\xbf" + json.dumps(KEYS["RS256"].jwk).encode(), id="CVE-2026-102273 JWK after a mark"),
        pytest.param(b"", id="CVE-2026-49852 and CVE-2026-44351 nothing"),
    ],
)
def test_cve_2016_10555_and_its_kin_a_public_key_is_no_secret(doors: Doors, secret: bytes) -> None:
    assert refuses(doors, hmac_token(secret), hmac_token(secret, kid="key-RS256"))
    with pytest.raises(ConfigurationError):
        Secret(secret)


def test_cve_2019_20933_and_cve_2026_49852_a_short_secret_is_refused_at_start_up(door_to: DoorTo) -> None:
    for short in (b"", b"x", b"x" * 31):
        with pytest.raises(ConfigurationError, match="too short"):
            Secret(short)
    doors = door_to(keys=Secret(b"x" * 32))
    assert doors.bearer(hmac_token(b"x" * 32)).status == 200
    assert refuses(doors, hmac_token(b"x" * 31), hmac_token(b""), hmac_token(b"\0" * 32), mint())


@pytest.mark.parametrize("k", ["", "AAAA", "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U"])
def test_cve_2026_102266_a_secret_that_was_published_is_no_key(door_to: DoorTo, k: str) -> None:
    published = {"kty": "oct", "k": k, "kid": "secret", "alg": "HS256"}
    doors = door_to(keys={"keys": [published, *JWKS["keys"]]})
    secret = urlsafe_b64decode(k + "=" * (-len(k) % 4))
    assert refuses(doors, hmac_token(secret, kid="secret"), hmac_token(secret))
    assert doors.bearer(mint()).status == 200


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


def test_ghsa_jq35_7prp_9v3f_and_cve_2026_48523_an_algorithm_must_be_the_key_s_the_realm_s_and_the_token_s(
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


def test_ghsa_w7vc_732c_9m39_and_cve_2026_48525_and_ghsa_wphv_vfrh_23q5_an_unencoded_or_detached_payload_is_refused(
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
def test_cve_2025_30144_an_issuer_is_one_text(doors: Doors, issuer: Any) -> None:
    assert refuses(doors, mint(iss=issuer))


def test_cve_2025_61920_and_cve_2025_30204_a_token_is_measured_before_it_is_taken_apart(doors: Doors) -> None:
    too_long = "A" * (MAX_TOKEN + 1)
    assert refuses(
        doors, too_long, f"{too_long}.e30.AAAA", f"e30.{too_long}.AAAA", f"e30.e30.{too_long}", "." * MAX_TOKEN
    )


def test_cve_2025_65015_no_answer_says_how_large_a_token_was(doors: Doors) -> None:
    assert doors.bearer("A" * (MAX_TOKEN + 1)) == doors.bearer("A" * 50_000) == doors.bearer("x")


@pytest.mark.parametrize(
    ("alg", "more"),
    [
        pytest.param("dir", {"zip": "DEF"}, id="CVE-2024-33664 and CVE-2024-21319 and CVE-2025-62706 a bomb"),
        pytest.param("PBES2-HS512+A256KW", {"p2c": 2**31, "p2s": "AAAA"}, id="a count that never ends"),
        pytest.param("RSA1_5", {}, id="CVE-2026-28490 an oracle"),
    ],
)
def test_cve_2024_33664_and_its_kin_an_encrypted_token_is_never_decrypted(
    doors: Doors, alg: str, more: dict[str, Any]
) -> None:
    assert refuses(doors, f"{segment({'alg': alg, 'enc': 'A256GCM', **more})}.AAAA.AAAA.AAAA.AAAA")


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


def test_cve_2026_102269_a_signature_has_one_spelling(door_to: DoorTo) -> None:
    revoked: set[str] = set()
    doors, good = door_to(deny_list=revoked.__contains__), mint()
    head, payload, signature = good.split(".")
    others = [f"{signature}{more}" for more in ("=", "==", "!", "A", "%3D")]
    # 256 bytes leave four bits of the last letter unused.
    others += [signature[:-1] + chr(ord(signature[-1]) + 1), f"{signature[:20]}\t{signature[20:]}"]
    assert doors.bearer(good).status == 200
    for other in others:
        assert doors.bearer(f"{head}.{payload}.{other}").status in (400, 401)
    revoked.add("token-1")
    assert refuses(doors, good)


@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_ghsa_8wjv_2p76_3863_a_header_that_lies_deep_is_a_bad_token(doors: Doors, bracket: str) -> None:
    for depth in (33, 1_000):
        deep = bracket * depth + "0" + {"[": "]"}.get(bracket, "}") * depth
        header = f'{{"alg":"RS256","typ":"at+jwt","kid":"key-RS256","x":{deep}}}'
        assert refuses(doors, of_texts(header, json.dumps(CLAIMS)))


# Keys and what is remembered


@pytest.mark.parametrize(
    "uri", ["file:///etc/passwd", "ftp://127.0.0.1/jwks", "data:application/json,{}", "http://id.example/jwks"]
)
def test_ghsa_993g_76c3_p5m4_and_cve_2026_48522_keys_come_over_https_only(uri: str) -> None:
    with pytest.raises(ConfigurationError):
        JwksUri(uri)

    def world(effect: Effect) -> Fetched:
        assert isinstance(effect, Fetch)
        assert effect.url.startswith("https://")
        return Fetched(status=200, headers=(), body=json.dumps({"issuer": ISSUER, "jwks_uri": uri}).encode(), at=0.0)

    with pytest.raises(FetchFailed):
        run(Discovery(ISSUER).load(0), world)


def test_cve_2026_102267_no_redirect_leads_to_other_keys(door_to: DoorTo) -> None:
    with (
        answering(lambda _: (200, {"keys": [ATTACKER["RS256"].jwk]})) as evil,
        answering(lambda _: (302, {"keys": [ATTACKER["RS256"].jwk]})) as moved,
    ):
        moved.headers = {"Location": f"{evil.address}/jwks"}
        doors = door_to(keys=JwksUri(f"{moved.address}/jwks", trust_mock=True), trust_mock=True)
        assert doors.bearer(mint(key=ATTACKER["RS256"].private)).status == 503
        assert evil.asked == []


@pytest.mark.parametrize(
    "odd", [{"n": "!"}, {"n": ""}, {"n": 5}, {"n": "AQAB"}, {"e": "AA"}, {"e": None}, {"kty": "EC"}], ids=str
)
def test_cve_2026_102274_one_malformed_key_spoils_no_other(door_to: DoorTo, odd: dict[str, Any]) -> None:
    malformed = {**ATTACKER["RS256"].jwk, **odd}
    doors = door_to(keys={"keys": [malformed, *JWKS["keys"], malformed]})
    assert [doors.bearer(mint(alg)).status for alg in KEYS] == [200] * len(KEYS)
    assert refuses(doors, mint(key=ATTACKER["RS256"].private))


def test_cve_2026_31837_without_keys_there_are_none_and_a_private_key_that_was_published_is_none(
    door_to: DoorTo,
) -> None:
    published = json.loads(jwt.get_algorithm_by_name("RS256").to_jwk(ATTACKER["RS256"].private))
    reply: list[Any] = [500, b""]
    with answering(lambda _: (reply[0], reply[1])) as server:
        for _ in range(2):
            doors = door_to(keys=JwksUri(f"{server.address}/jwks", trust_mock=True), trust_mock=True)
            assert doors.bearer(mint(key=ATTACKER["RS256"].private)).status == 503
            reply[:] = [200, {"keys": [{**published, "kid": "key-RS256"}]}]


def test_ghsa_fhv5_28vv_h8m8_and_cve_2026_48524_unknown_kids_cause_one_look_and_an_outage_drops_no_key(
    door_to: DoorTo,
) -> None:
    reply: list[Any] = [200, JWKS]
    with answering(lambda _: (reply[0], reply[1])) as server:
        doors = door_to(keys=JwksUri(f"{server.address}/jwks", trust_mock=True), trust_mock=True, remember=0)
        assert doors.bearer(mint()).status == 200
        reply[:] = [500, b"<html>"]
        for number in range(50):
            assert doors.bearer(mint(header={"kid": f"unknown-{number}"})).status == 503
        assert doors.bearer(mint()).status == 200
        assert len(server.asked) == 2


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


# Paths, hosts and headers


@pytest.fixture
def mapped(shop: Realms) -> Doors:
    """Two realms by prefix; elsewhere everybody is nobody."""
    table = {"/api": shop["storefront"], "/admin/api": shop["backoffice"]}
    return Doors(
        asgi=asgi.RealmMap(asgi_app, table, elsewhere="open", clock=lambda: NOW),
        wsgi=wsgi.RealmMap(wsgi_app, table, elsewhere="open", clock=lambda: NOW),
    )


def kept_out(doors: Doors, *paths: str, mount: str = "") -> bool:
    """Whether neither nobody nor a customer gets into the back-office under any of these paths."""
    answers = [doors.ask(*sent, path=path, mount=mount) for path in paths for sent in ([], [f"Bearer {mint()}"])]
    return all(answer.status in (400, 401) for answer in answers)


@pytest.mark.parametrize(
    "host", ["localhost/health?x=", "shop.example/health#", "shop.example\\@evil.example", "", "[::1", "/"]
)
def test_cve_2026_48710_and_ghsa_86qp_5c8j_p5mr_a_host_header_moves_nothing(mapped: Doors, host: str) -> None:
    for name in ("host", "x-forwarded-host", "x-original-host"):
        assert mapped.ask(path="/admin/api/users", headers=[(name, host)]).status == 401


@pytest.mark.parametrize("mount", ["/api", "/admin", "/admin/api", "/adm"])
def test_ghsa_94f4_hr76_p5j6_a_mount_is_cut_off_whole_segments_only(mapped: Doors, mount: str) -> None:
    assert kept_out(mapped, "/admin/api/users", mount=mount)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/static/../admin/api", id="CVE-2019-9901 dots"),
        pytest.param("/admin%2fapi", id="CVE-2021-29492 an escaped slash"),
        pytest.param("/admin%5capi", id="CVE-2021-29492 an escaped backslash"),
        pytest.param("/admin/api#/../../static", id="CVE-2021-32779 a hash"),
        pytest.param("/static#/../../admin/api", id="CVE-2026-41059 a hash before it"),
        pytest.param("//admin/api", id="CVE-2021-31920 two slashes"),
        pytest.param("/admin//api", id="CVE-2021-31920 two slashes inside"),
        pytest.param("/static?/../../admin/api", id="CVE-2025-54576 a query that was escaped"),
        pytest.param("/admin/api?/static", id="CVE-2025-54576 a query behind it"),
        pytest.param("/static/%2e%2e/admin/api", id="CVE-2026-48020 escaped dots"),
        pytest.param("/static/..%2fadmin%2fapi", id="GHSA-vrch-868g-9jx5 an escaped slash after dots"),
        pytest.param("/static/..%5cadmin%5capi", id="GHSA-gm3x-23wp-hc2c an escaped backslash after dots"),
        pytest.param("/admin\x00/api", id="GHSA-gm3x-23wp-hc2c NUL"),
        pytest.param("/admin%00/api", id="GHSA-gm3x-23wp-hc2c an escaped NUL"),
        pytest.param("/admin;/api", id="GHSA-gm3x-23wp-hc2c a semicolon"),
        pytest.param("/static/..;/admin/api", id="GHSA-gm3x-23wp-hc2c a semicolon after dots"),
        pytest.param("/admin%3b/api", id="GHSA-gm3x-23wp-hc2c an escaped semicolon"),
        pytest.param("/admin/api%3f", id="GHSA-gm3x-23wp-hc2c an escaped question mark"),
        pytest.param("/admin/api%23", id="GHSA-gm3x-23wp-hc2c an escaped hash"),
        pytest.param("/ADMIN/API", id="CVE-2026-27587 capitals"),
        pytest.param("/admin/Api/users", id="CVE-2026-27588 a capital"),
        pytest.param("/%61dmin/api", id="an escaped letter, escaped again"),
    ],
)
def test_cve_2019_9901_and_its_kin_no_spelling_of_a_path_gets_around_its_realm(mapped: Doors, path: str) -> None:
    assert kept_out(mapped, path, f"{path}/users")


@pytest.mark.parametrize(
    "token", ["x", "a.b.c", mint(iss="https://unknown.example"), mint(exp=1), mint()[:-4] + "AAAA"]
)
def test_cve_2021_21378_where_a_token_may_be_missing_a_bad_one_is_still_bad(door_to: DoorTo, token: str) -> None:
    doors = door_to(anonymous=True)
    assert refuses(doors, token)
    assert doors.ask().json["is_authenticated"] is False


def test_cve_2025_64527_and_cve_2024_45809_several_tokens_are_refused_also_while_keys_are_far_away(
    door_to: DoorTo,
) -> None:
    with answering(lambda _: (200, JWKS)) as server:
        doors = door_to(keys=JwksUri(f"{server.address}/jwks", trust_mock=True), trust_mock=True)
        for sent in (
            [f"Bearer {mint()}", f"Bearer {mint()}"],
            [f"Bearer {mint()}", "Bearer x"],
            [f"Bearer {mint()},x"],
        ):
            assert doors.ask(*sent).status == 400
        assert server.asked == []
        assert doors.bearer(mint()).status == 200


FORWARDED = [
    *("x-forwarded-uri", "x-original-uri", "x-original-url", "x-rewrite-url", "x-forwarded-prefix", "x-script-name"),
    *("x_forwarded_uri", "x-forwarded-path", "x-envoy-original-path", "x-accel-redirect", "script-name", "path-info"),
]


@pytest.mark.parametrize("name", FORWARDED)
def test_cve_2026_40575_no_forwarded_header_moves_a_request(mapped: Doors, name: str) -> None:
    for value in ("/", "/static", "/api/x"):
        assert mapped.ask(path="/admin/api/users", headers=[(name, value)]).status == 401
        assert mapped.ask(f"Bearer {mint()}", path="/admin/api/users", headers=[(name, value)]).status == 401


@pytest.mark.parametrize("agent", ["GoogleHC/1.0", "kube-probe/1.30", "ELB-HealthChecker/2.0"])
def test_cve_2026_34457_no_user_agent_opens_a_door(doors: Doors, agent: str) -> None:
    assert doors.ask(headers=[("user-agent", agent)]) == doors.ask()


@pytest.mark.parametrize(
    "name", ["x_forwarded_user", "x-forwarded-user", "remote-user", "remote_user", "x-remote-user"]
)
def test_cve_2026_67309_no_header_says_who_is_there(doors: Doors, name: str) -> None:
    assert doors.ask(headers=[(name, "admin")]).status == 401
    assert doors.bearer(mint(), headers=[(name, "admin")]).json["subject"] == "customer@example.com"


@pytest.mark.parametrize("host", ["shop.example/api?x=", "shop.example/api#", "shop.example/api", "evil.example"])
def test_a_proof_for_one_place_is_none_for_another_whatever_host_is_named(host: str) -> None:
    token = ES256.bound_token()
    moved = [("host", host), ("x-forwarded-host", host)]
    doors = bound_doors(dpop=DPoP())
    answer = doors.ask(f"DPoP {token}", path="/api/orders", headers=[("dpop", ES256.proof(token)), *moved])
    assert answer.status == 401
    assert 'error="invalid_dpop_proof"' in str(answer.headers)
    assert doors.ask(f"DPoP {token}", path="/api", headers=[("dpop", ES256.proof(token)), *moved]).status == 200


def test_cve_2026_27124_a_token_for_somebody_else_is_not_taken_although_the_issuer_is_right(doors: Doors) -> None:
    assert refuses(doors, mint(aud="https://another-api.example"), mint(aud=ADMIN_AUDIENCE), mint(aud="storefront-web"))


def test_every_answer_to_a_bad_token_is_the_same(doors: Doors) -> None:
    bad = [mint(exp=1), mint(aud="x"), by_hand({"alg": "none"}), hmac_token(PEM), "x", "A" * 50_000, mint(cnf={})]
    answers: set[Answer] = {doors.bearer(token) for token in bad}
    assert len(answers) == 1
