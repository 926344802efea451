import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from mockidp.faults.header_lies import HEADER_LIES
from mockidp.faults.row import Foreign, TokenFault, stranger
from mockidp.signing.keys import RealmKeys
from mockidp.signing.token_draft import Draft, seal

LIES = {fault.name: fault for fault in HEADER_LIES}


def is_signed_by(token: str, public: dict[str, Any]) -> bool:
    key = jwt.PyJWK({**public, "alg": "ES256"})
    signed, _, signature = token.rpartition(".")
    return key.Algorithm.verify(signed.encode(), key.key, jwt.utils.base64url_decode(signature))


@pytest.mark.parametrize("fault", HEADER_LIES, ids=lambda fault: fault.name)
def test_either_the_header_or_the_signature_is_not_what_it_should_be(
    draft: Draft, foreign: Foreign, fault: TokenFault
) -> None:
    token = fault.lie(draft, foreign)
    same_header = token.split(".")[0] == seal(draft).split(".")[0]
    assert not (same_header and is_signed_by(token, draft.key.public()))


@pytest.mark.parametrize("name", ["unknown-kid", "same-kid-other-key", "embedded-jwk", "embedded-jwk-same-kid"])
def test_a_strangers_key_signs(draft: Draft, foreign: Foreign, name: str) -> None:
    token = LIES[name].lie(draft, foreign)
    assert is_signed_by(token, stranger("ES256").public())
    assert (jwt.get_unverified_header(token)["kid"] == draft.key.kid) == ("same-kid" in name)


def test_an_embedded_key_is_the_one_that_signed(draft: Draft, foreign: Foreign) -> None:
    token = LIES["embedded-jwk"].lie(draft, foreign)
    assert is_signed_by(token, jwt.get_unverified_header(token)["jwk"])


@pytest.mark.parametrize("name", ["other-realm", "other-realm-key"])
def test_the_other_realm_signs(draft: Draft, foreign: Foreign, read: Callable[[str], Any], name: str) -> None:
    token = LIES[name].lie(draft, foreign)
    assert is_signed_by(token, foreign.keys.current.public())
    assert (read(token)["iss"] == foreign.issuer) == (name == "other-realm")


def test_where_realms_share_their_keys_the_other_ones_key_is_a_strangers(draft: Draft, foreign: Foreign) -> None:
    shared = RealmKeys("ES256")
    same = Draft(header=draft.header, claims=draft.claims, key=shared.current)
    lie = LIES["other-realm-key"].lie(same, Foreign(issuer=foreign.issuer, audience=foreign.audience, keys=shared))
    assert is_signed_by(lie, stranger("ES256").public())


def test_the_public_key_is_the_secret(draft: Draft, foreign: Foreign) -> None:
    signed, _, signature = LIES["hs256-with-public-key"].lie(draft, foreign).rpartition(".")
    made = hmac.digest(draft.key.public_pem(), signed.encode(), hashlib.sha256)
    assert jwt.utils.base64url_decode(signature) == made


@pytest.mark.parametrize("name", [name for name in LIES if name.startswith("alg-none")])
def test_none_is_spelt_as_it_says_and_signs_nothing(draft: Draft, foreign: Foreign, name: str) -> None:
    token = LIES[name].lie(draft, foreign)
    assert jwt.get_unverified_header(token)["alg"].lower() == "none"
    assert token.endswith(".") == (name != "alg-none-with-signature")


def test_what_was_tampered_with_says_something_else(draft: Draft, foreign: Foreign, read: Callable[[str], Any]) -> None:
    token = LIES["tampered"].lie(draft, foreign)
    assert read(token)["sub"] != draft.claims["sub"]
    assert not is_signed_by(token, draft.key.public())


@pytest.mark.parametrize("fault", HEADER_LIES, ids=lambda fault: fault.name)
def test_every_lie_can_be_told_with_every_kind_of_key(
    foreign: Foreign, draft_of_any_kind: Draft, fault: TokenFault
) -> None:
    assert fault.lie(draft_of_any_kind, foreign) != seal(draft_of_any_kind)
