"""Tokens that are bound to a key: stolen, replayed, moved elsewhere, and shown by who may. RFC 9449."""

import asyncio
import base64
import json
import logging
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from both_doors import AUDIENCE, ISSUER, JWKS, KEYS, NOW, Answer, Doors, ask_asgi, ask_wsgi, mint
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from proofs import ES256, OTHER, PROOF_KEYS, ProofKey, bound_doors

from realmgate import DPoP, Realm, Realms
from realmgate.errors import ProofRejected
from realmgate.flow import run
from realmgate.gate import Gate
from realmgate.possession.dpop import check_proof, digest

ALGS = "ES256 ES384 ES512 PS256 RS256 EdDSA Ed25519"
BEARER = 'Bearer realm="storefront"'
DPOP = f'DPoP realm="storefront", algs="{ALGS}"'
BAD_TOKEN = (
    'DPoP realm="storefront", error="invalid_token", '
    f'error_description="The access token is not valid in this realm", algs="{ALGS}"'
)
BAD_PROOF = (
    'DPoP realm="storefront", error="invalid_dpop_proof", '
    f'error_description="The DPoP proof does not prove that this request is yours", algs="{ALGS}"'
)
BAD_BEARER = f'{BEARER}, error="invalid_token", error_description="The access token is not valid in this realm"'

GUARDED = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, dpop=DPoP()))["storefront"]

Refusal = Callable[..., tuple[str, str]]


@pytest.fixture
def doors() -> Doors:
    return bound_doors(dpop=DPoP())


def show(doors: Doors, token: str, *proofs: str, **how: Any) -> Answer:
    how = {"mount": "/api", "path": "", **how}
    return doors.ask(f"DPoP {token}", headers=[("dpop", proof) for proof in proofs], **how)


def challenges(answer: Answer) -> list[str]:
    return [value for name, value in answer.headers if name == "www-authenticate"]


@pytest.fixture
def refusal(caplog: pytest.LogCaptureFixture) -> Refusal:
    """What the caller is told under the scheme tried, and what the operator is told."""

    def refusal(doors: Doors, token: str, *proofs: str, **how: Any) -> tuple[str, str]:
        caplog.clear()
        with caplog.at_level(logging.INFO, "realmgate"):
            answer = show(doors, token, *proofs, **how)
        assert answer.status == 401
        (reason,) = {record.getMessage() for record in caplog.records if record.name == "realmgate"}
        return challenges(answer)[-1], reason.removeprefix("refused at realm storefront: ")

    return refusal


def test_a_stolen_token_is_of_no_use_as_a_bearer_token(doors: Doors) -> None:
    token = ES256.bound_token()
    assert show(doors, token, ES256.proof(token)).status == 200
    for _ in range(2):
        answer = doors.ask(f"Bearer {token}", mount="/api", path="", headers=[("dpop", ES256.proof(token))])
        assert answer.status == 401
        assert challenges(answer) == [BAD_BEARER, DPOP]


def test_a_stolen_token_is_of_no_use_with_a_proof_by_another_key(doors: Doors, refusal: Refusal) -> None:
    token = ES256.bound_token()
    assert refusal(doors, token, OTHER.proof(token)) == (BAD_TOKEN, "DPoP proof by another key")


def test_naming_the_right_key_does_not_help_whoever_lacks_it(doors: Doors, refusal: Refusal) -> None:
    token = ES256.bound_token()
    forged = ES256.proof(token, key=OTHER.private)
    assert refusal(doors, token, forged) == (BAD_PROOF, "wrong signature of a DPoP proof")


def test_a_token_without_a_proof_is_refused_also_when_it_is_remembered(doors: Doors, refusal: Refusal) -> None:
    token = ES256.bound_token()
    assert refusal(doors, token) == (BAD_PROOF, "no DPoP proof")
    assert show(doors, token, ES256.proof(token)).status == 200
    assert refusal(doors, token) == (BAD_PROOF, "no DPoP proof")


def test_a_proof_works_once(doors: Doors, refusal: Refusal) -> None:
    token = ES256.bound_token()
    proof = ES256.proof(token)
    assert show(doors, token, proof).status == 200
    assert refusal(doors, token, proof) == (BAD_PROOF, "replayed DPoP proof")


def test_a_replay_is_found_by_all_gates_of_a_realm() -> None:
    guarded = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, dpop=DPoP()))["storefront"]
    first, second = Gate(guarded, clock=lambda: NOW), Gate(guarded, clock=lambda: NOW)
    token = ES256.bound_token()
    proof = ES256.proof(token)

    def knock(gate: Gate) -> Any:
        return run(gate.admit(Knock(token, proof)), gate.answers.give)  # type: ignore[arg-type]

    assert knock(first).subject == "customer@example.com"
    with pytest.raises(ProofRejected, match="replayed"):
        knock(second)


class Knock:
    """A request without a server."""

    method = "GET"
    path = "/api"

    def __init__(self, token: str, proof: str) -> None:
        self.headers = {"authorization": [f"DPoP {token}"], "dpop": [proof]}

    def header(self, name: str) -> list[str]:
        return self.headers.get(name, [])

    def shown(self) -> list[str]:
        return self.header("authorization")

    def has_alias(self, name: str) -> bool:
        return False


def test_two_clients_may_name_their_proofs_alike(doors: Doors) -> None:
    for key in (ES256, OTHER):
        token = key.bound_token()
        assert show(doors, token, key.proof(token, jti="1")).status == 200


@pytest.mark.parametrize("second", ["same", "other"])
def test_two_proofs_are_one_too_many(doors: Doors, refusal: Refusal, second: str) -> None:
    token = ES256.bound_token()
    proof = ES256.proof(token)
    other = proof if second == "same" else ES256.proof(token)
    assert refusal(doors, token, proof, other) == (BAD_PROOF, "more than one DPoP proof")
    assert refusal(doors, token, f"{proof}, {other}") == (BAD_PROOF, "more than one DPoP proof")


@pytest.mark.parametrize(
    ("differs", "reason"),
    [
        pytest.param({"htm": "POST"}, "request", id="another method"),
        pytest.param({"htm": "get"}, "request", id="the method in lower case"),
        pytest.param({"htm": ...}, "request", id="no method"),
        pytest.param({"htm": ["GET"]}, "request", id="a list of methods"),
        pytest.param({"htu": "https://shop.example/api/orders"}, "request", id="below"),
        pytest.param({"htu": "https://shop.example/"}, "request", id="above"),
        pytest.param({"htu": "https://shop.example/API"}, "request", id="the path in upper case"),
        pytest.param({"htu": "https://shop.example/api/"}, "request", id="a slash more"),
        pytest.param({"htu": "http://shop.example/api"}, "request", id="another scheme"),
        pytest.param({"htu": "https://shop.example:8443/api"}, "request", id="another port"),
        pytest.param({"htu": "https://shop.example.evil.example/api"}, "request", id="another host"),
        pytest.param({"htu": "https://shop.example@evil.example/api"}, "request", id="a user that looks like a host"),
        pytest.param({"htu": "https://evil.example/https://shop.example/api"}, "request", id="the address as a path"),
        pytest.param({"htu": "https://evil.example?https://shop.example/api"}, "request", id="the address in a query"),
        pytest.param({"htu": "https://evil.example\\@shop.example/api"}, "request", id="a backslash"),
        pytest.param({"htu": " https://shop.example/api"}, "request", id="a space before"),
        pytest.param({"htu": "https://shop.example/a\tpi"}, "request", id="a tab that urlsplit drops"),
        pytest.param({"htu": "https://shop.example/%61%70%69%FF"}, "request", id="bytes that are no text"),
        pytest.param({"htu": "https://[::1/api"}, "request", id="half an address"),
        pytest.param({"htu": "https://shop.example:99999/api"}, "request", id="no port at all"),
        pytest.param({"htu": "//shop.example/api"}, "request", id="no scheme"),
        pytest.param({"htu": "/api"}, "request", id="a path alone"),
        pytest.param({"htu": ""}, "request", id="nothing"),
        pytest.param({"htu": ...}, "request", id="no address"),
        pytest.param({"htu": ["https://shop.example/api"]}, "request", id="a list of addresses"),
    ],
)
def test_a_proof_for_another_request_proves_nothing(
    doors: Doors, refusal: Refusal, differs: dict[str, Any], reason: str
) -> None:
    token = ES256.bound_token()
    assert refusal(doors, token, ES256.proof(token, **differs)) == (BAD_PROOF, f"DPoP proof for another {reason}")


@pytest.mark.parametrize(
    "htu",
    [
        "HTTPS://SHOP.EXAMPLE/api",
        "https://shop.example:443/api",
        "https://shop.example/api?page=2",
        "https://shop.example/api#part",
        "https://shop.example/api?a=b#c",
        "https://shop.example/%61pi",
        "https://shop.example/x/../api",
        "https://shop.example/./api",
    ],
)
def test_an_address_has_several_good_spellings(doors: Doors, htu: str) -> None:
    token = ES256.bound_token()
    assert show(doors, token, ES256.proof(token, htu=htu)).status == 200


@pytest.mark.parametrize(
    ("mount", "path", "htu"),
    [
        ("", "/api", "/api"),
        ("/api", "/orders", "/api/orders"),
        ("/api/v1", "/orders/1", "/api/v1/orders/1"),
        ("/api", "/Größe 1", "/api/Gr%C3%B6%C3%9Fe%201"),
        ("/api", "/Größe 1", "/api/Gr%c3%b6%c3%9fe%201"),
        ("", "/", "/"),
        ("", "/", ""),
        ("/api", "/a%2Fb", "/api/a%252Fb"),
        ("/api", "/api", "/api/api"),
    ],
)
def test_the_path_counts_as_the_client_sees_it(doors: Doors, mount: str, path: str, htu: str) -> None:
    token = ES256.bound_token()
    proof = ES256.proof(token, htu=f"https://shop.example{htu}")
    assert show(doors, token, proof, mount=mount, path=path).status == 200


@pytest.mark.parametrize(
    "stolen", ["https://evil.example/api", "http://shop.example/api", "https://shop.example/stolen"]
)
@pytest.mark.parametrize("host", ["evil.example", "shop.example/stolen?", "shop.example/api?x=", "shop.example#"])
def test_auth0_node_1_9_1_a_host_header_does_not_move_a_proof_to_another_address(
    doors: Doors, refusal: Refusal, stolen: str, host: str
) -> None:
    """There, a host with a query in it let a proof for one address be used at another."""
    lies = [
        ("host", host),
        ("x-forwarded-host", host),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-prefix", "/stolen"),
        ("x-original-url", "/stolen"),
        ("forwarded", f"host={host};proto=http"),
    ]
    token = ES256.bound_token()
    sent = [("dpop", ES256.proof(token, htu=stolen)), *lies]
    assert doors.ask(f"DPoP {token}", mount="/api", path="", headers=sent).status == 401
    sent = [("dpop", ES256.proof(token)), *lies]
    assert doors.ask(f"DPoP {token}", mount="/api", path="", headers=sent).status == 200


@pytest.mark.parametrize("ath", [..., "", digest(b"another token"), 1, None])
def test_a_proof_for_another_token_proves_nothing(doors: Doors, refusal: Refusal, ath: Any) -> None:
    token = ES256.bound_token()
    assert refusal(doors, token, ES256.proof(token, ath=ath)) == (BAD_PROOF, "DPoP proof for another token")


def test_a_proof_made_for_another_token_of_the_same_key_proves_nothing(doors: Doors, refusal: Refusal) -> None:
    weak, strong = ES256.bound_token(scope="orders:read"), ES256.bound_token(scope="orders:write")
    assert refusal(doors, strong, ES256.proof(weak)) == (BAD_PROOF, "DPoP proof for another token")


@pytest.mark.parametrize("age", [60, 61, 3600, -60.5, -61, -3600])
def test_a_proof_of_another_time_proves_nothing(doors: Doors, refusal: Refusal, age: int) -> None:
    token = ES256.bound_token()
    proof = ES256.proof(token, iat=NOW - age)
    assert refusal(doors, token, proof) == (BAD_PROOF, "DPoP proof of another time")


@pytest.mark.parametrize("age", [0, 59.9, -5, -60])
def test_a_proof_is_good_for_a_while(doors: Doors, age: float) -> None:
    token = ES256.bound_token()
    assert show(doors, token, ES256.proof(token, iat=NOW - age)).status == 200


@pytest.mark.parametrize(("age", "status"), [(48.5, 401), (47.5, 200)])
def test_a_proof_is_still_good_when_its_token_has_been_verified_or_no_shared_memory_would_keep_it(
    age: float, status: int
) -> None:
    now, asked = [NOW], []

    def keys() -> Any:
        """An issuer that takes twelve seconds to tell."""
        now[0] += 12
        return JWKS

    def replays(key: str, until: int) -> bool:
        asked.append(key)
        assert until > now[0]
        return True

    doors = bound_doors(clock=lambda: now[0], keys=keys, dpop=DPoP(replays=replays))
    token = ES256.bound_token()
    headers = [("authorization", f"DPoP {token}"), ("dpop", ES256.proof(token, iat=NOW - age))]
    assert asyncio.run(ask_asgi(doors.asgi, headers, path="/api")).status == status
    now[0] = NOW
    assert ask_wsgi(doors.wsgi, headers, path="/api").status == status
    assert len(asked) == (2 if status == 200 else 0)


def test_the_window_can_be_set() -> None:
    doors = bound_doors(dpop=DPoP(window=5))
    token = ES256.bound_token()
    assert show(doors, token, ES256.proof(token, iat=int(NOW) - 4)).status == 200
    assert show(doors, token, ES256.proof(token, iat=int(NOW) - 5)).status == 401


@pytest.mark.parametrize(
    "differs",
    [
        pytest.param({"header": {"typ": "JWT"}}, id="an ordinary JWT"),
        pytest.param({"header": {"typ": "at+jwt"}}, id="an access token"),
        pytest.param({"header": {"typ": None}}, id="no type"),
        pytest.param({"header": {"jwk": ...}}, id="no key"),
        pytest.param({"header": {"jwk": ..., "kid": "key-RS256"}}, id="a key that the issuer knows"),
        pytest.param({"header": {"jwk": [ES256.jwk]}}, id="a list of keys"),
        pytest.param({"header": {"jwk": {}}}, id="an empty key"),
        pytest.param({"header": {"jwk": {"kty": "oct", "k": "AAAA"}}}, id="a shared secret"),
        pytest.param({"header": {"jwk": {"kty": "oct"}}}, id="a shared secret without the secret"),
        pytest.param({"header": {"jwk": ES256.private_jwk}}, id="a private key"),
        pytest.param({"header": {"jwk": {**ES256.jwk, "d": ""}}}, id="an empty private member"),
        pytest.param({"header": {"jwk": {**ES256.jwk, "x": 1}}}, id="a coordinate that is a number"),
        pytest.param({"header": {"jwk": {**ES256.jwk, "x": 'x","kty":"RSA'}}}, id="a coordinate that is more JSON"),
        pytest.param({"header": {"crit": ["exp"]}}, id="something critical"),
        pytest.param({"jti": ...}, id="no name"),
        pytest.param({"jti": ""}, id="an empty name"),
        pytest.param({"jti": 7}, id="a number for a name"),
        pytest.param({"iat": ...}, id="no time"),
        pytest.param({"iat": str(int(NOW))}, id="a time in a string"),
        pytest.param({"iat": True}, id="no time but the truth"),
        pytest.param({"iat": 1e400}, id="no end of time"),
    ],
)
def test_a_malformed_proof_proves_nothing(doors: Doors, refusal: Refusal, differs: dict[str, Any]) -> None:
    token = ES256.bound_token()
    assert refusal(doors, token, ES256.proof(token, **differs)) == (BAD_PROOF, "malformed DPoP proof")


@pytest.mark.parametrize("proof", ["", "x", "a.b.c", "..", "e30.e30.e30", "é", "a" * 20_000, "a.b.c.d.e"])
def test_no_text_in_place_of_a_proof_does_harm(doors: Doors, refusal: Refusal, proof: str) -> None:
    assert refusal(doors, ES256.bound_token(), proof) == (BAD_PROOF, "malformed DPoP proof")


def test_a_proof_with_a_claim_twice_proves_nothing(doors: Doors, refusal: Refusal) -> None:
    token = ES256.bound_token()
    claims = jwt.api_jws.decode(ES256.proof(token), options={"verify_signature": False})
    doubled = claims[:-1] + b', "htm": "GET"}'
    headers = {"typ": "dpop+jwt", "jwk": ES256.jwk}
    proof = jwt.api_jws.encode(doubled, ES256.private, algorithm="ES256", headers=headers)
    assert refusal(doors, token, proof) == (BAD_PROOF, "malformed DPoP proof")


def test_an_unsigned_proof_proves_nothing(doors: Doors, refusal: Refusal) -> None:
    token = ES256.bound_token()
    header, payload, signature = ES256.proof(token).split(".")
    none = base64.urlsafe_b64encode(json.dumps({"typ": "dpop+jwt", "alg": "none", "jwk": ES256.jwk}).encode())
    none_header = none.rstrip(b"=").decode()
    assert refusal(doors, token, f"{none_header}.{payload}.") == (BAD_PROOF, "malformed DPoP proof")
    assert refusal(doors, token, f"{none_header}.{payload}.{signature}") == (BAD_PROOF, "malformed DPoP proof")
    assert refusal(doors, token, f"{header}.{payload}.") == (BAD_PROOF, "malformed DPoP proof")


def test_a_public_key_is_no_shared_secret(doors: Doors, refusal: Refusal) -> None:
    token = ES256.bound_token()
    claims = jwt.api_jws.decode(ES256.proof(token), options={"verify_signature": False})
    secret = ES256.jwk["x"].encode()
    proof = jwt.api_jws.encode(claims, secret, algorithm="HS256", headers={"typ": "dpop+jwt", "jwk": ES256.jwk})
    assert refusal(doors, token, proof) == (BAD_PROOF, "malformed DPoP proof")


def test_an_access_token_is_no_proof(doors: Doors, refusal: Refusal) -> None:
    token = ES256.bound_token()
    assert refusal(doors, token, token) == (BAD_PROOF, "malformed DPoP proof")


@pytest.mark.parametrize("alg", PROOF_KEYS)
def test_every_algorithm_offered_is_taken(doors: Doors, alg: str) -> None:
    key = PROOF_KEYS[alg]
    token = key.bound_token()
    assert alg in ALGS.split()
    assert show(doors, token, key.proof(token)).status == 200


def test_the_algorithms_can_be_narrowed(refusal: Refusal) -> None:
    doors = bound_doors(dpop=DPoP(algorithms=("EdDSA",)))
    token = ES256.bound_token()
    told, reason = refusal(doors, token, ES256.proof(token))
    assert 'algs="EdDSA"' in told
    assert reason == "malformed DPoP proof"
    key = PROOF_KEYS["EdDSA"]
    assert show(doors, key.bound_token(), key.proof(key.bound_token())).status == 200


def test_a_weak_key_is_no_key(doors: Doors, refusal: Refusal) -> None:
    weak = ProofKey("RS256", rsa.generate_private_key(65537, 1024))  # noqa: S505 - the point of the test
    with warnings.catch_warnings(action="ignore"):
        token = weak.bound_token()
        proof = weak.proof(token)
    assert refusal(doors, token, proof) == (BAD_PROOF, "malformed DPoP proof")


def test_an_unbound_token_cannot_be_shown_with_a_proof(doors: Doors, refusal: Refusal) -> None:
    token = mint()
    assert refusal(doors, token, ES256.proof(token)) == (BAD_TOKEN, "a token that is not bound to a key")
    assert doors.bearer(token).status == 200
    assert refusal(doors, token, ES256.proof(token)) == (BAD_TOKEN, "a token that is not bound to a key")


def test_a_bearer_token_stays_one_where_proofs_are_optional(doors: Doors) -> None:
    assert doors.bearer(mint()).status == 200
    assert doors.bearer(mint(), headers=[("dpop", "junk")]).status == 200


def test_where_proofs_are_required_there_is_no_bearer_token() -> None:
    doors = bound_doors(dpop=DPoP(required=True))
    token = ES256.bound_token()
    for refused in (doors.bearer(mint()), doors.bearer(token), doors.ask()):
        assert refused.status == 401
        assert challenges(refused) == [DPOP]
    assert show(doors, mint(), ES256.proof(mint())).status == 401
    assert show(doors, token, ES256.proof(token)).status == 200


def test_a_realm_without_the_option_knows_no_proofs() -> None:
    doors = bound_doors()
    token = ES256.bound_token()
    answer = show(doors, token, ES256.proof(token))
    assert answer.status == 401
    assert challenges(answer) == [BEARER]
    assert challenges(doors.bearer(token)) == [BAD_BEARER]


@pytest.mark.parametrize(
    ("cnf", "reason"),
    [
        pytest.param({"x5t#S256": "x"}, "bound in a way that is not checked here", id="a certificate"),
        pytest.param({"jkt": ES256.jkt, "x5t#S256": "x"}, "bound in a way that is not checked here", id="both"),
        pytest.param({"jkt": ES256.jkt, "jwk": {}}, "bound in a way that is not checked here", id="another key too"),
        pytest.param({"jkt": ES256.jkt, "jku": "x"}, "bound in a way that is not checked here", id="keys elsewhere"),
        pytest.param({"jkt": ES256.jkt, "kid": "x"}, "bound in a way that is not checked here", id="a named key too"),
        pytest.param({"unheard-of": "x"}, "bound in a way that is not checked here", id="something new"),
        pytest.param({}, "bound in a way that is not checked here", id="nothing"),
        pytest.param(None, "malformed claim; cnf", id="null"),
        pytest.param([{"jkt": ES256.jkt}], "malformed claim; cnf", id="a list"),
        pytest.param(ES256.jkt, "malformed claim; cnf", id="a string"),
        pytest.param({"jkt": [ES256.jkt]}, "malformed claim; cnf", id="a list of keys"),
        pytest.param({"jkt": ""}, "malformed claim; cnf", id="an empty key"),
        pytest.param({"jkt": None}, "missing claim; cnf", id="no key"),
    ],
)
@pytest.mark.parametrize("scheme", ["Bearer", "DPoP"])
def test_a_binding_that_cannot_be_checked_fails_closed(
    doors: Doors, caplog: pytest.LogCaptureFixture, cnf: Any, reason: str, scheme: str
) -> None:
    token = mint(cnf=cnf)
    with caplog.at_level(logging.INFO, "realmgate"):
        sent = [("dpop", ES256.proof(token))]
        assert doors.ask(f"{scheme} {token}", mount="/api", path="", headers=sent).status == 401
    assert {record.getMessage() for record in caplog.records} == {f"refused at realm storefront: {reason}"}


def test_what_keycloak_adds_to_a_binding_does_not_break_it(doors: Doors) -> None:
    token = mint(cnf={"jkt": ES256.jkt, "kc-jkt-type": "thumbprint"})
    assert show(doors, token, ES256.proof(token)).status == 200


def test_a_missing_scope_is_told_under_the_scheme_that_was_used(doors: Doors) -> None:
    bad = show(doors, mint(cnf={"jkt": ES256.jkt}, exp=int(NOW) - 1))
    assert challenges(bad) == [BEARER, BAD_TOKEN]
    assert challenges(doors.ask("DPoP a", "DPoP b"))[0] == BEARER


def test_two_sets_of_credentials_are_refused_as_ever(doors: Doors) -> None:
    token = ES256.bound_token()
    answer = doors.ask(f"DPoP {token}", f"Bearer {token}", headers=[("dpop", ES256.proof(token))])
    assert answer.status == 400
    assert len(challenges(answer)) == 2


@given(st.text(st.characters(max_codepoint=255), max_size=80))
def test_no_header_makes_the_gate_fail(text: str) -> None:
    token = ES256.bound_token()
    header, payload, signature = ES256.proof(token).split(".")
    for proof in (text, f"{text}.{payload}.{signature}", f"{header}.{text}.{signature}", f"{header}.{payload}.{text}"):
        with pytest.raises(ProofRejected):
            run(Gate(GUARDED, clock=lambda: NOW).admit(Knock(token, proof)), lambda _: True)  # type: ignore[arg-type]


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists))
def test_no_member_of_a_proof_makes_the_gate_fail(value: Any) -> None:
    token = ES256.bound_token()
    for claim in ("htm", "htu", "ath", "iat"):
        with pytest.raises(ProofRejected):
            run(
                Gate(GUARDED, clock=lambda: NOW).admit(Knock(token, ES256.proof(token, **{claim: value}))),  # type: ignore[arg-type]
                lambda _: True,
            )


def test_of_many_threads_with_one_proof_one_gets_in() -> None:
    gate = Gate(GUARDED, clock=lambda: NOW)
    token = ES256.bound_token()
    for _ in range(10):
        proof, start = ES256.proof(token), threading.Barrier(16)

        def race(proof: str, start: threading.Barrier) -> bool:
            start.wait()
            try:
                run(gate.admit(Knock(token, proof)), gate.answers.give)  # type: ignore[arg-type]
            except ProofRejected:
                return False
            return True

        with ThreadPoolExecutor(16) as pool:
            won = [pool.submit(race, proof, start) for _ in range(16)]
        assert sum(one.result() for one in won) == 1


# RFC 9449 §7.1: the figures of the protected resource request.
RFC_TOKEN = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
RFC_JKT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
RFC_PROOF = (
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0Rsc"
    "EJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In1"
    "9.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0"
    "ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2"
    "oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
)
RFC_TIME = 1562262618.0


def check_rfc_proof(*, token: str = RFC_TOKEN, path: str = "/protectedresource", now: float = RFC_TIME) -> None:
    realm = Realm("rfc", issuer="https://as.example", audience="https://resource.example.org", dpop=DPoP())
    knock = Knock(token, RFC_PROOF)
    knock.path = path
    run(check_proof(knock, token=token, jkt=RFC_JKT, realm=realm, nonces=None, now=now), lambda _: True)


def test_the_proof_that_rfc_9449_shows_is_good() -> None:
    check_rfc_proof()


@pytest.mark.parametrize(
    "differs", [{"token": "another"}, {"path": "/"}, {"now": RFC_TIME + 60}, {"now": RFC_TIME - 61}]
)
def test_the_proof_that_rfc_9449_shows_is_good_for_nothing_else(differs: Any) -> None:
    with pytest.raises(ProofRejected):
        check_rfc_proof(**differs)


def test_keys_of_the_issuer_prove_nothing(doors: Doors) -> None:
    """The issuer's key may sign tokens; it holds no client's key."""
    token = ES256.bound_token()
    assert show(doors, token, ES256.proof(token, key=KEYS["ES256"].private)).status == 401
