import base64
import hashlib
import hmac
from collections.abc import Callable

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_ssh_public_key

from mockidp.faults.key_lies import KEY_LIES, LONG
from mockidp.faults.row import Foreign, TokenFault, stranger
from mockidp.signing.token_draft import Draft, encode, seal

LIES = {fault.name: fault for fault in KEY_LIES}
SECRETS: dict[str, Callable[[Draft], bytes]] = {
    "hs256-with-stripped-key": lambda draft: draft.key.public_pem().rstrip(b"\n"),
    "hs256-with-key-set": lambda draft: encode({"keys": [draft.key.public()]}),
    "hs256-with-kid": lambda draft: draft.key.kid.encode(),
    "hs256-with-guessed-secret": lambda _: b"secret",
    "kid-as-query": lambda _: b"mockidp",
}


def is_made_with(secret: bytes, token: str) -> bool:
    signed, _, signature = token.rpartition(".")
    made = hmac.digest(secret, signed.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode() == signature


@pytest.mark.parametrize("fault", KEY_LIES, ids=lambda fault: fault.name)
def test_every_lie_differs_from_the_truth_with_every_kind_of_key(
    foreign: Foreign, draft_of_any_kind: Draft, fault: TokenFault
) -> None:
    lie = fault.lie(draft_of_any_kind, foreign)
    assert lie.isascii()
    assert lie.split(".")[:2] != seal(draft_of_any_kind).split(".")[:2]


@pytest.mark.parametrize("name", SECRETS)
def test_what_is_no_secret_is_the_secret(draft: Draft, foreign: Foreign, name: str) -> None:
    token = LIES[name].lie(draft, foreign)
    assert is_made_with(SECRETS[name](draft), token)
    assert jwt.get_unverified_header(token)["alg"] == "HS256"


@pytest.mark.parametrize(
    ("name", "load"),
    [("hs256-with-public-der", load_der_public_key), ("hs256-with-ssh-key", load_ssh_public_key)],
)
def test_the_secret_is_the_public_key_in_another_form(
    draft: Draft, foreign: Foreign, name: str, load: Callable[[bytes], object]
) -> None:
    secrets = [public_of(draft, name)]
    assert is_made_with(secrets[0], LIES[name].lie(draft, foreign))
    assert load(secrets[0]) == jwt.PyJWK(draft.key.public()).key


def public_of(draft: Draft, name: str) -> bytes:
    key = jwt.PyJWK(draft.key.public()).key
    if name == "hs256-with-ssh-key":
        numbers = key.public_numbers()
        point = b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
        fields = (b"ecdsa-sha2-nistp256", b"nistp256", point)
        wire = b"".join(len(field).to_bytes(4) + field for field in fields)
        return b"ecdsa-sha2-nistp256 " + base64.b64encode(wire)
    pem = draft.key.public_pem().split(b"\n")
    return base64.b64decode(b"".join(pem[1:-2]))


def test_the_certificate_is_of_the_key_that_signed(draft_of_any_kind: Draft, foreign: Foreign) -> None:
    token = LIES["x5c-header"].lie(draft_of_any_kind, foreign)
    (brought,) = jwt.get_unverified_header(token)["x5c"]
    certificate = x509.load_der_x509_certificate(base64.b64decode(brought))
    certificate.verify_directly_issued_by(certificate)
    assert certificate.public_key() == jwt.PyJWK(stranger(draft_of_any_kind.key.algorithm).public()).key
    assert jwt.api_jws.decode(token, jwt.PyJWK(stranger(draft_of_any_kind.key.algorithm).public()))


@pytest.mark.parametrize("name", ["oversized-kid", "oversized-header"])
def test_what_is_too_long_is_in_the_header(draft: Draft, foreign: Foreign, name: str) -> None:
    assert len(LIES[name].lie(draft, foreign).split(".")[0]) > LONG


def test_a_nested_token_is_good_by_itself(draft: Draft, foreign: Foreign) -> None:
    key = jwt.PyJWK(draft.key.public())
    inner = jwt.api_jws.decode(LIES["nested-token"].lie(draft, foreign), key, algorithms=["ES256"])
    assert jwt.api_jws.decode(inner.decode(), key, algorithms=["ES256"]) == encode(draft.claims)
