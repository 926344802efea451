import base64
import json

import pytest

from mockidp.faults.row import Foreign, TokenFault
from mockidp.faults.shape_lies import OVERSIZE, SHAPE_LIES
from mockidp.signing.token_draft import Draft, seal

LIES = {fault.name: fault for fault in SHAPE_LIES}


def bytes_of(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize("fault", SHAPE_LIES, ids=lambda fault: fault.name)
def test_every_lie_differs_from_the_truth_with_every_kind_of_key(
    foreign: Foreign, draft_of_any_kind: Draft, fault: TokenFault
) -> None:
    lie = fault.lie(draft_of_any_kind, foreign)
    assert lie.isascii()
    assert lie != seal(draft_of_any_kind)


@pytest.mark.parametrize(
    ("name", "dots"), [("two-parts", 1), ("four-parts", 3), ("five-parts", 4), ("many-dots", 10_002)]
)
def test_parts_are_as_many_as_it_says(draft: Draft, foreign: Foreign, name: str, dots: int) -> None:
    assert LIES[name].lie(draft, foreign).count(".") == dots


def test_another_spelling_is_of_the_same_signature(draft: Draft, foreign: Foreign) -> None:
    signed, _, signature = LIES["non-canonical-base64"].lie(draft, foreign).rpartition(".")
    assert draft.key.verifies(signed.encode(), bytes_of(signature))


@pytest.mark.parametrize(("name", "part", "member"), [("duplicate-claims", 1, "sub"), ("duplicate-header", 0, "alg")])
def test_duplicates_come_twice_with_different_values(
    draft: Draft, foreign: Foreign, name: str, part: int, member: str
) -> None:
    said = json.loads(bytes_of(LIES[name].lie(draft, foreign).split(".")[part]), object_pairs_hook=list)
    values = [value for name_, value in said if name_ == member]
    assert len(values) == len(set(values)) == 2


def test_without_encoding_the_claims_themselves_are_signed(draft: Draft, foreign: Foreign) -> None:
    header, payload, signature = LIES["b64-false"].lie(draft, foreign).split(".")
    assert draft.key.verifies(header.encode() + b"." + bytes_of(payload), bytes_of(signature))
    assert json.loads(bytes_of(header))["b64"] is False


def test_oversized_is_larger_than_any_header_that_servers_take(draft: Draft, foreign: Foreign) -> None:
    assert len(LIES["oversized"].lie(draft, foreign)) > OVERSIZE


def test_an_id_token_speaks_to_the_client(draft: Draft, foreign: Foreign) -> None:
    token = LIES["id-token-as-access-token"].lie(draft, foreign)
    claims = json.loads(bytes_of(token.split(".")[1]))
    assert claims["aud"] == draft.claims["client_id"]
    assert {"nonce", "at_hash"} <= claims.keys()
