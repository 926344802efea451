"""Nothing of a token, a proof or a secret gets into a log or an answer, at whatever level one listens."""

import base64
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from answering import Asked, answering
from both_doors import AUDIENCE, ISSUER, JWKS, NOW, Answer, Doors, ask_wsgi, mint
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from proofs import ES256, bound_doors

from realmgate import DPoP, Introspection, JwksUri

DoorTo = Callable[..., Doors]

MARKS = {
    "sub": "subject-marked-4711",
    "client_id": "client-marked-4711",
    "jti": "jti-marked-4711",
    "scope": "scope-marked-4711",
    "name": "name-marked-4711",
    "more": {"deep": ["deep-marked-4711"]},
}


@pytest.fixture(autouse=True)
def listening(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Listen to everything that anybody here says."""
    with caplog.at_level(logging.DEBUG):
        yield


def said(caplog: pytest.LogCaptureFixture) -> str:
    """All that was logged, in every form in which a handler might write it."""
    formatter = logging.Formatter("%(name)s %(message)s %(args)s")
    return "\n".join(f"{formatter.format(record)} {record.__dict__}" for record in caplog.records)


def pieces(token: str) -> list[str]:
    """What must not be seen: every long part of a token, as it is and as it reads when decoded."""
    parts = [part for part in token.split(".") if len(part) > 12]
    return [part[start : start + 24] for part in parts for start in range(0, len(part) - 12, 24)]


def check(said: str, answer: Answer | None, *secrets: str) -> None:
    shown = said if answer is None else f"{said}\n{answer.headers}\n{answer.body!r}"
    for secret in secrets:
        assert secret not in shown
    assert "marked-4711" not in shown


def with_marks(**differs: Any) -> str:
    return mint(**{**MARKS, **differs})


DOORS = bound_doors(remember=0)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    claim=st.sampled_from(
        ["iss", "aud", "sub", "client_id", "exp", "iat", "nbf", "jti", "scope", "cnf", "none of them"]
    ),
    value=st.sampled_from(
        ["marked-4711", 4711, None, ["marked-4711"], {"marked-4711": 1}, True, "marked-4711\r\nX: y", ...]
    ),
    cut=st.integers(0, 40),
)
def test_no_change_to_a_token_makes_anybody_talk(
    caplog: pytest.LogCaptureFixture, claim: str, value: Any, cut: int
) -> None:
    caplog.clear()
    token = with_marks(**{claim: value})
    token = token[: len(token) - cut]
    for sent in (f"Bearer {token}", f"Bearer {token} {token}", f"Basic {token}", token):
        answer = DOORS.ask(sent)
        check(said(caplog), answer if answer.status != 200 else None, *pieces(token))


@pytest.mark.parametrize(
    "header",
    [{"kid": "kid-marked-4711"}, {"typ": "typ-marked-4711"}, {"jku": "https://marked-4711"}],
)
def test_no_header_of_a_token_makes_anybody_talk(caplog: pytest.LogCaptureFixture, header: dict[str, Any]) -> None:
    token = with_marks(header=header)
    answer = DOORS.bearer(token)
    check(said(caplog), answer if answer.status != 200 else None, *pieces(token))


def test_fetching_keys_makes_nobody_talk_about_the_token(door_to: DoorTo, caplog: pytest.LogCaptureFixture) -> None:
    replies: list[tuple[int, Any]] = [(500, b"marked-4711"), (200, b"marked-4711"), (200, JWKS), (200, JWKS)]
    with answering(lambda _: replies.pop(0)) as server:
        doors = door_to(keys=JwksUri(f"{server.address}/jwks", trust_mock=True, cooldown=0), trust_mock=True)
        token = with_marks(header={"kid": "kid-marked-4711"})
        for _ in range(2):
            doors.asgi.gate._keyring.refresh_at = 0.0
            answer = doors.bearer(token)
            assert answer.status in (401, 503)
            check(said(caplog), answer, *pieces(token))


def test_asking_about_a_token_makes_nobody_talk_about_it(door_to: DoorTo, caplog: pytest.LogCaptureFixture) -> None:
    told: dict[str, Any] = {**MARKS, "active": True, "iss": ISSUER, "aud": AUDIENCE, "exp": NOW + 60}

    def answer(_: Asked) -> tuple[int, Any]:
        return 200, told

    with answering(answer) as server:
        asks = Introspection(
            f"{server.address}/introspect", client_id="api", client_secret="secret-marked-4711", cache_for=0
        )
        doors = door_to(keys=None, introspection=asks, trust_mock=True)
        token = "opaque-marked-4711-0123456789"
        assert doors.bearer(token).status == 200
        told["active"] = False
        refused = doors.bearer(token)
        assert refused.status == 401
        assert server.asked
    basic = base64.b64encode(b"api:secret-marked-4711").decode()
    check(said(caplog), refused, token, "secret-marked-4711", basic)


@pytest.mark.parametrize("proof", [{}, {"jti": "marked-4711"}, {"nonce": "marked-4711"}, {"htu": "marked-4711"}])
def test_a_proof_makes_nobody_talk_about_it(caplog: pytest.LogCaptureFixture, proof: dict[str, Any]) -> None:
    doors = bound_doors(dpop=DPoP(nonce=True))
    token = ES256.bound_token(**MARKS)
    shown = ES256.proof(token, **proof)
    for headers in ([("dpop", shown)], [("dpop", shown), ("dpop", shown)], [("dpop", shown[:-40])]):
        answer = ask_wsgi(doors.wsgi, [("authorization", f"DPoP {token}"), *headers], path="/api")
        assert answer.status == 401
        check(said(caplog), answer, *pieces(token), *pieces(shown))


def test_a_deny_list_that_fails_makes_nobody_talk(door_to: DoorTo, caplog: pytest.LogCaptureFixture) -> None:
    def deny_list(jti: str) -> bool:
        raise RuntimeError(f"no connection while asking for {jti}")

    token = with_marks()
    answer = door_to(deny_list=deny_list).bearer(token)
    assert answer.status == 503
    check(said(caplog), answer, *pieces(token))


def test_a_reading_of_one_s_own_that_fails_makes_nobody_talk(door_to: DoorTo, caplog: pytest.LogCaptureFixture) -> None:
    def scopes(claims: Any) -> list[str]:
        raise KeyError(claims["name"])

    token = with_marks()
    answer = door_to(scopes=scopes).bearer(token)
    assert answer.status == 401
    check(said(caplog), answer, *pieces(token))


def test_what_a_gate_holds_does_not_show_when_it_is_printed(door_to: DoorTo) -> None:
    doors = door_to()
    token = with_marks()
    assert doors.bearer(token).status == 200
    gate = doors.asgi.gate
    shown = repr([gate, vars(gate), gate.guarded, doors.asgi, vars(doors.asgi)])
    check(shown, None, *pieces(token), json.dumps(JWKS)[20:40])
