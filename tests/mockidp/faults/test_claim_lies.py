from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jwt
import pytest

from mockidp.faults.claim_lies import CLAIM_LIES
from mockidp.faults.row import Foreign, TokenFault
from mockidp.signing.token_draft import Draft, seal

LIES = {fault.name: fault for fault in CLAIM_LIES}


@pytest.mark.parametrize("fault", CLAIM_LIES, ids=lambda fault: fault.name)
def test_only_the_claims_lie_the_signature_is_good(draft: Draft, foreign: Foreign, fault: TokenFault) -> None:
    token = fault.lie(draft, foreign)
    payload = jwt.api_jws.decode(token, jwt.PyJWK(draft.key.public()), algorithms=["ES256"])
    assert payload
    assert jwt.get_unverified_header(token) == draft.header
    assert token.split(".")[1] != seal(draft).split(".")[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("expired", {"iat": -7200, "exp": -3600}),
        ("expired-now", {"exp": 0}),
        ("not-yet-valid", {"nbf": 3600, "exp": 7200}),
        ("issued-in-future", {"iat": 3600, "exp": 7200}),
    ],
)
def test_times_are_as_wrong_as_they_say(
    draft: Draft, foreign: Foreign, read: Callable[[str], Any], name: str, said: dict[str, int]
) -> None:
    claims = read(LIES[name].lie(draft, foreign))
    assert {claim: claims[claim] - draft.claims["iat"] for claim in said} == said


@pytest.mark.parametrize("name", [name for name in LIES if name.startswith("missing-")])
def test_what_is_missing_is_missing_and_nothing_else(
    draft: Draft, foreign: Foreign, read: Callable[[str], Any], name: str
) -> None:
    missing = draft.claims.keys() - read(LIES[name].lie(draft, foreign)).keys()
    assert missing == {name.removeprefix("missing-").replace("-", "_")}


@pytest.mark.parametrize("name", [name for name in LIES if name.startswith(("exp-as-", "nbf-as-", "iat-as-"))])
def test_dates_are_none_in_one_place_only(
    draft: Draft, foreign: Foreign, read: Callable[[str], Any], name: str
) -> None:
    claims = read(LIES[name].lie(draft, foreign))
    lied = {claim for claim, value in claims.items() if value != draft.claims.get(claim)}
    assert lied == {name[:3]}


def test_both_audiences_are_this_realms_and_the_other_ones(
    draft: Draft, foreign: Foreign, read: Callable[[str], Any]
) -> None:
    assert read(LIES["both-audiences"].lie(draft, foreign))["aud"] == [draft.claims["aud"], foreign.audience]


def test_an_issuer_prefix_begins_like_the_right_one(draft: Draft, foreign: Foreign, read: Callable[[str], Any]) -> None:
    assert read(LIES["issuer-prefix"].lie(draft, foreign))["iss"].startswith(draft.claims["iss"])


def test_a_token_that_was_expired_anyway_keeps_its_not_before_in_the_past(
    draft: Draft, foreign: Foreign, read: Callable[[str], Any]
) -> None:
    early = Draft(header=draft.header, claims={**draft.claims, "nbf": draft.claims["iat"]}, key=draft.key)
    claims = read(LIES["expired"].lie(early, foreign))
    assert claims["nbf"] < claims["exp"] < draft.claims["iat"]


@pytest.mark.parametrize("fault", CLAIM_LIES, ids=lambda fault: fault.name)
def test_a_token_for_nobody_can_lie_as_well(draft: Draft, foreign: Foreign, fault: TokenFault) -> None:
    for_nobody = replace(draft, claims={**draft.claims, "aud": []})
    assert fault.lie(for_nobody, foreign).count(".") == 2
