"""Tokens whose header, key or signature is not what it should be (RFC 8725 §2 and §3, RFC 7515 §4.1)."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from ..signing.token_draft import Draft, assemble, base64url, encode, seal
from .row import ACCESS_TOKEN, Foreign, Lie, TokenFault, stranger

ELSEWHERE: Final = "https://attacker.invalid/jwks.json"
OTHER_ALGORITHM: Final = {"RS256": "RS512", "ES256": "ES384", "EdDSA": "ES256"}


def headed(**members: Any) -> Lie:
    """With these members of the header instead; None leaves one out."""
    return lambda draft, _: seal(with_header(draft, members))


def with_header(draft: Draft, members: Mapping[str, Any]) -> Draft:
    """The same draft with another header; None leaves a member out."""
    header = {**draft.header, **members}
    return replace(draft, header={name: value for name, value in header.items() if value is not None})


def by_stranger(make: Callable[[Draft, str], Mapping[str, Any]]) -> Lie:
    """Signed by a key that nobody published, with a header that may speak of it."""

    def lie(draft: Draft, _foreign: Foreign) -> str:
        key = stranger(draft.key.algorithm)
        return seal(replace(with_header(draft, make(draft, key.kid)), key=key))

    return lie


def unsigned(alg: str, *, keep_signature: bool = False) -> Lie:
    """With this algorithm in the header, for a verifier that lets the token choose."""

    def lie(draft: Draft, _foreign: Foreign) -> str:
        lying = with_header(draft, {"alg": alg})
        signature = draft.key.sign if keep_signature else lambda _: b""
        return assemble(encode(lying.header), encode(lying.claims), signature)

    return lie


def hmac_with(secret_of: Callable[[Draft], bytes], **members: Any) -> Lie:
    """Signed with HMAC, and a secret that everybody knows."""

    def lie(draft: Draft, _foreign: Foreign) -> str:
        secret = secret_of(draft)
        lying = with_header(draft, {"alg": "HS256", **members})
        return assemble(encode(lying.header), encode(lying.claims), lambda data: _hs256(secret, data))

    return lie


def signature_of(make: Callable[[bytes], bytes]) -> Lie:
    """With what becomes of the true signature."""
    return lambda draft, _: assemble(
        encode(draft.header), encode(draft.claims), lambda data: make(draft.key.sign(data))
    )


def other_realms(draft: Draft, foreign: Foreign) -> str:
    """What the other realm would have issued, down to its key."""
    key = foreign.keys.current
    claims = {**draft.claims, "iss": foreign.issuer, "aud": foreign.audience}
    return seal(replace(draft, header={**draft.header, "alg": key.algorithm, "kid": key.kid}, claims=claims, key=key))


def other_realms_key(draft: Draft, foreign: Foreign) -> str:
    """The realm's claims under the other realm's signature."""
    key = foreign.keys.current
    if key is draft.key:  # the realms share their keys, so take one that is nobody's
        key = stranger(draft.key.algorithm)
    return seal(replace(draft, header={**draft.header, "alg": key.algorithm, "kid": key.kid}, key=key))


def tampered(draft: Draft, _foreign: Foreign) -> str:
    """A true signature over other claims."""
    header, _, signature = seal(draft).split(".")
    payload = base64url(encode({**draft.claims, "sub": f"{draft.claims['sub']}, or somebody else"}))
    return f"{header}.{payload.decode()}.{signature}"


def _public_jwk(draft: Draft) -> dict[str, Any]:
    return stranger(draft.key.algorithm).public()


def _hs256(secret: bytes, data: bytes) -> bytes:
    return hmac.digest(secret, data, hashlib.sha256)


HEADER_LIES: Final = (
    TokenFault(
        "wrong-signature",
        "Its signature is of the right length and over nothing.",
        signature_of(lambda made: bytes(byte ^ 0x55 for byte in made)),
    ),
    TokenFault("empty-signature", "Its signature is empty.", signature_of(lambda _: b"")),
    TokenFault(
        "zero-signature",
        "Its signature is all zeros, as in CVE-2022-21449.",
        signature_of(lambda made: bytes(len(made))),
    ),
    TokenFault("short-signature", "The last byte of its signature is missing.", signature_of(lambda made: made[:-1])),
    TokenFault("long-signature", "Its signature has a byte more.", signature_of(lambda made: made + b"\0")),
    TokenFault("tampered", "Its claims were changed after it was signed.", tampered),
    TokenFault(
        "unknown-kid",
        "It is signed by a key that nobody published, and says so.",
        by_stranger(lambda _, kid: {"kid": kid}),
    ),
    TokenFault("same-kid-other-key", "It is signed by another key under the right `kid`.", by_stranger(lambda *_: {})),
    TokenFault("other-realm", "It is a token of the other realm.", other_realms),
    TokenFault("other-realm-key", "It is signed by the other realm's key.", other_realms_key),
    TokenFault("alg-none", "It is not signed, and says so: `alg` is `none`.", unsigned("none")),
    TokenFault("alg-none-capital", "It is not signed: `alg` is `None`.", unsigned("None")),
    TokenFault("alg-none-upper-case", "It is not signed: `alg` is `NONE`.", unsigned("NONE")),
    TokenFault("alg-none-mixed-case", "It is not signed: `alg` is `nOnE`.", unsigned("nOnE")),
    TokenFault(
        "alg-none-with-signature",
        "Its `alg` is `none`, and a signature is there.",
        unsigned("none", keep_signature=True),
    ),
    TokenFault("missing-alg", "Its header names no `alg`.", headed(alg=None)),
    TokenFault("empty-alg", "Its `alg` is empty.", headed(alg="")),
    TokenFault("alg-as-number", "Its `alg` is a number.", headed(alg=256)),
    TokenFault(
        "wrong-alg",
        "Its `alg` is not the one that its key is for.",
        lambda draft, _: seal(with_header(draft, {"alg": OTHER_ALGORITHM[draft.key.algorithm]})),
    ),
    TokenFault(
        "alg-lower-case",
        "Its `alg` is in lower case.",
        lambda draft, _: seal(with_header(draft, {"alg": draft.key.algorithm.lower()})),
    ),
    TokenFault(
        "hs256-with-public-key",
        "It is signed with HMAC and the public key's PEM as the secret.",
        hmac_with(lambda draft: draft.key.public_pem()),
    ),
    TokenFault(
        "hs256-with-public-jwk",
        "It is signed with HMAC and the public key's JWK as the secret.",
        hmac_with(lambda draft: encode(draft.key.public())),
    ),
    TokenFault(
        "hs256-with-empty-key", "It is signed with HMAC and an empty secret.", hmac_with(lambda _: b"", kid=None)
    ),
    TokenFault(
        "kid-as-path",
        "Its `kid` is the path of an empty file, and it is signed with HMAC and nothing.",
        hmac_with(lambda _: b"", kid="../../../../../../dev/null"),
    ),
    TokenFault("kid-as-number", "Its `kid` is a number.", headed(kid=1)),
    TokenFault(
        "embedded-jwk",
        "Its header brings the key that it is signed with (CVE-2018-0114).",
        by_stranger(lambda draft, kid: {"jwk": _public_jwk(draft), "kid": kid}),
    ),
    TokenFault(
        "embedded-jwk-same-kid",
        "Its header brings a key, under the right `kid`.",
        by_stranger(lambda draft, _: {"jwk": _public_jwk(draft)}),
    ),
    TokenFault(
        "jku-header",
        "Its header says where its key is to be fetched from.",
        by_stranger(lambda _, kid: {"jku": ELSEWHERE, "kid": kid}),
    ),
    TokenFault(
        "x5u-header",
        "Its header says where its certificate is to be fetched from.",
        by_stranger(lambda _, kid: {"x5u": ELSEWHERE, "kid": kid}),
    ),
    TokenFault(
        "unknown-crit",
        "Its header names an extension that must be understood and is unknown (RFC 7515 §4.1.11).",
        headed(crit=["http://mockidp.invalid/unheard-of"], **{"http://mockidp.invalid/unheard-of": True}),
    ),
    TokenFault("empty-crit", "Its `crit` is empty, which is not allowed.", headed(crit=[])),
    TokenFault(
        "wrong-typ", "It is another kind of JWT: `typ` is `logout+jwt`.", headed(typ="logout+jwt"), ACCESS_TOKEN
    ),
    TokenFault("plain-typ", "Its `typ` is `JWT`, not `at+jwt` (RFC 9068 §2.1).", headed(typ="JWT"), ACCESS_TOKEN),
    TokenFault("missing-typ", "It has no `typ` (RFC 9068 §2.1).", headed(typ=None), ACCESS_TOKEN),
    TokenFault("typ-as-array", "Its `typ` is an array.", headed(typ=["at+jwt"])),
)
