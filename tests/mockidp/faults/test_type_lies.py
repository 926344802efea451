import base64
import json

import jwt
import pytest

from mockidp.faults.row import Foreign, TokenFault
from mockidp.faults.type_lies import TYPE_LIES
from mockidp.signing.token_draft import Draft, seal

LIES = {fault.name: fault for fault in TYPE_LIES}
NOT_JSON = {"claims-with-nan", "claims-with-comment", "claims-with-comma"}


def payload_of(token: str) -> bytes:
    part = token.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize("fault", TYPE_LIES, ids=lambda fault: fault.name)
def test_only_the_claims_lie_the_signature_is_good(draft: Draft, foreign: Foreign, fault: TokenFault) -> None:
    token = fault.lie(draft, foreign)
    assert jwt.api_jws.decode(token, jwt.PyJWK(draft.key.public()), algorithms=["ES256"]) == payload_of(token)
    assert jwt.get_unverified_header(token) == draft.header
    assert token.split(".")[1] != seal(draft).split(".")[1]


@pytest.mark.parametrize("name", sorted(LIES.keys() - NOT_JSON - {"duplicate-in-escapes"}))
def test_exactly_one_claim_is_another(draft: Draft, foreign: Foreign, name: str) -> None:
    claims = json.loads(payload_of(LIES[name].lie(draft, foreign)))
    assert len([claim for claim, value in claims.items() if draft.claims.get(claim, ...) != value]) == 1
    assert draft.claims.keys() <= claims.keys()


@pytest.mark.parametrize("name", sorted(NOT_JSON))
def test_what_is_no_json_is_none(draft: Draft, foreign: Foreign, name: str) -> None:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    with pytest.raises(ValueError, match=r"NaN|Expecting|double quotes"):
        json.loads(payload_of(LIES[name].lie(draft, foreign)), parse_constant=refuse)


@pytest.mark.parametrize(
    ("name", "said"),
    [("duplicate-in-escapes", ["somebody", "somebody-else"]), ("duplicate-inside", ["somebody", "somebody-else"])],
)
def test_a_subject_is_there_twice(draft: Draft, foreign: Foreign, name: str, said: list[str]) -> None:
    seen: list[list[tuple[str, object]]] = []
    json.loads(payload_of(LIES[name].lie(draft, foreign)), object_pairs_hook=seen.append)
    assert said in [[value for claim, value in pairs if claim == "sub"] for pairs in seen]


def test_several_audiences_lie_alike(draft: Draft, foreign: Foreign) -> None:
    several = Draft(header=draft.header, claims={**draft.claims, "aud": ["a", "b"]}, key=draft.key)
    said = [json.loads(payload_of(LIES[f"audience-{how}"].lie(several, foreign)))["aud"] for how in ("case", "slash")]
    assert said == [["A", "B"], ["a/", "b/"]]
