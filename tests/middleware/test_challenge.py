"""What a realm says to those it refuses, to the byte. RFC 6750 §3, RFC 9449 §7, RFC 9470 §3, RFC 9728 §5.1."""

import json

import pytest

from realmgate.challenge import PROBLEM, Protection, challenges, refuse, wants_json_api
from realmgate.errors import (
    KeysUnavailable,
    NonceWanted,
    ProofRejected,
    Refused,
    RequestMalformed,
    ScopeInsufficient,
    StepUpWanted,
    TokenMissing,
    TokenRejected,
)
from realmgate.reasons import Reason

BEARER = Protection(realm="storefront")
DPOP = Protection(realm="storefront", schemes=("DPoP",), dpop_algorithms="ES256 EdDSA")
BOTH = Protection(realm="storefront", schemes=("Bearer", "DPoP"), dpop_algorithms="ES256")
FOUND = Protection(realm="storefront", resource_metadata="https://shop.example/m")

REJECTED = TokenRejected(Reason.EXPIRED)
REJECTED_SAYS = 'error="invalid_token", error_description="The access token is not valid in this realm"'


@pytest.mark.parametrize(
    ("protection", "scheme", "expected"),
    [
        (BEARER, "Bearer", [f'Bearer realm="storefront", {REJECTED_SAYS}']),
        (BEARER, "", [f'Bearer realm="storefront", {REJECTED_SAYS}']),
        (DPOP, "DPoP", [f'DPoP realm="storefront", {REJECTED_SAYS}, algs="ES256 EdDSA"']),
        (BOTH, "bearer", [f'Bearer realm="storefront", {REJECTED_SAYS}', 'DPoP realm="storefront", algs="ES256"']),
        (BOTH, "dpop", ['Bearer realm="storefront"', f'DPoP realm="storefront", {REJECTED_SAYS}, algs="ES256"']),
        (BOTH, "Basic", [f'Bearer realm="storefront", {REJECTED_SAYS}', 'DPoP realm="storefront", algs="ES256"']),
        (FOUND, "Bearer", [f'Bearer realm="storefront", {REJECTED_SAYS}, resource_metadata="https://shop.example/m"']),
    ],
)
def test_the_error_is_told_once_under_the_scheme_that_was_tried(
    protection: Protection, scheme: str, expected: list[str]
) -> None:
    assert list(challenges(REJECTED, protection, scheme)) == expected


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (TokenMissing(Reason.NO_CREDENTIALS), 401, 'Bearer realm="storefront"'),
        (
            RequestMalformed(Reason.UNREADABLE),
            400,
            (
                'Bearer realm="storefront", error="invalid_request", '
                'error_description="The request must carry exactly one well-formed access token"'
            ),
        ),
        (
            ScopeInsufficient(Reason.SCOPE_INSUFFICIENT, scope="orders:read orders:write"),
            403,
            (
                'Bearer realm="storefront", error="insufficient_scope", '
                'error_description="The access token does not allow this", scope="orders:read orders:write"'
            ),
        ),
        (
            ScopeInsufficient(Reason.ROLE_MISSING),
            403,
            (
                'Bearer realm="storefront", error="insufficient_scope", '
                'error_description="The access token does not allow this"'
            ),
        ),
        (
            StepUpWanted(Reason.LOGIN_TOO_WEAK, acr=("a", "b"), max_age=0),
            401,
            (
                'Bearer realm="storefront", error="insufficient_user_authentication", '
                'error_description="A stronger or more recent login is needed", acr_values="a b", max_age="0"'
            ),
        ),
        (
            ProofRejected(Reason.PROOF_REPLAYED),
            401,
            (
                'Bearer realm="storefront", error="invalid_dpop_proof", '
                'error_description="The DPoP proof does not prove that this request is yours"'
            ),
        ),
    ],
)
def test_each_error_has_its_own_words(error: Refused, status: int, says: str) -> None:
    refusal = refuse(error, BEARER, scheme="Bearer", method="GET", accept="")
    assert refusal.status == status
    assert dict(refusal.headers)["www-authenticate"] == says


def test_a_nonce_travels_beside_the_challenge() -> None:
    refusal = refuse(NonceWanted(Reason.NONCE_WANTED, nonce="n"), DPOP, scheme="DPoP", method="GET", accept="")
    headers = dict(refusal.headers)
    assert headers["dpop-nonce"] == "n"
    assert headers["www-authenticate"].startswith('DPoP realm="storefront", error="use_dpop_nonce"')


@pytest.mark.parametrize(("seconds", "header"), [(0.0, "1"), (0.2, "1"), (1.0, "1"), (1.1, "2"), (30.0, "30")])
def test_an_outage_says_when_to_come_again_and_asks_for_nothing(seconds: float, header: str) -> None:
    error = KeysUnavailable(Reason.KEYS_UNAVAILABLE, retry_after=seconds)
    headers = dict(refuse(error, BOTH, method="GET", accept="").headers)
    assert headers["retry-after"] == header
    assert "www-authenticate" not in headers


def test_the_body_is_a_problem_or_json_api() -> None:
    problem = refuse(REJECTED, BEARER, method="GET", accept="*/*")
    assert dict(problem.headers)["content-type"] == PROBLEM
    assert json.loads(problem.body) == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "The access token is not valid in this realm",
    }
    api = refuse(REJECTED, BEARER, method="GET", accept="application/vnd.api+json")
    assert json.loads(api.body)["errors"][0]["status"] == "401"
    assert refuse(REJECTED, BEARER, method="HEAD", accept="*/*") == type(problem)(
        status=problem.status, headers=problem.headers, body=b""
    )


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("application/vnd.api+json", True),
        ("Application/VND.API+JSON", True),
        ("text/html, application/vnd.api+json;q=0.5", True),
        ("application/vnd.api+json;q=0", False),
        ("application/vnd.api+json; q=0.000", False),
        ("application/json", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_json_api_is_given_to_who_asks_for_it(accept: str, wanted: bool) -> None:
    assert wants_json_api(accept) is wanted


def test_a_framework_that_takes_each_name_once_loses_no_challenge() -> None:
    refusal = refuse(REJECTED, BOTH, scheme="DPoP", method="GET", accept="")
    bearer, dpop = [value for name, value in refusal.headers if name == "www-authenticate"]
    assert refusal.by_name == {**dict(refusal.headers), "www-authenticate": f"{bearer}, {dpop}"}
    assert refusal.without_body == {"cache-control": "no-store", "www-authenticate": f"{bearer}, {dpop}"}
