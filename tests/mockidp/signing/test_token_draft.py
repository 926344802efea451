import jwt

from mockidp.signing.signing_key import SigningKey
from mockidp.signing.token_draft import Draft, assemble, base64url, seal


def test_a_sealed_draft_is_a_token_that_another_library_verifies() -> None:
    key = SigningKey("ES256")
    draft = Draft(header={"typ": "at+jwt", "alg": "ES256", "kid": key.kid}, claims={"sub": "somebody"}, key=key)
    public = jwt.PyJWK(key.public())
    assert jwt.decode(seal(draft), public, algorithms=["ES256"]) == {"sub": "somebody"}
    assert jwt.get_unverified_header(seal(draft)) == draft.header


def test_a_token_may_hold_what_is_no_json() -> None:
    assert assemble(b"header", b"\xff", lambda signed: signed[-1:]) == "aGVhZGVy._w.dw"


def test_base64url_has_no_padding_and_its_own_alphabet() -> None:
    assert base64url(b"\xfb\xff") == b"-_8"


def test_no_key_shows_in_a_representation() -> None:
    assert "key" not in repr(Draft(header={}, claims={}, key=SigningKey("ES256")))
