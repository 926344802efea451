"""Tokens that lead a verifier to another key: a public one as a secret, a name that means more, one that they bring.

The first that needs what writes keys and certificates loads it: the catalogue is read whenever a provider starts.
"""

import base64
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from ..settings.realm import Algorithm
from ..signing.token_draft import Draft, assemble, encode, seal
from .header_lies import ELSEWHERE, by_stranger, headed, hmac_with
from .row import ACCESS_TOKEN, Lie, TokenFault, stranger

LONG: Final = 16 * 1024
SECRET: Final = b"mockidp"
QUERY: Final = "none' UNION SELECT 'mockidp' -- "
BEGAN: Final = datetime(2026, 1, 1, tzinfo=UTC)
LASTS: Final = timedelta(days=36500)


def public_der(draft: Draft) -> bytes:
    """The public key as DER."""
    from cryptography.hazmat.primitives import serialization as written  # noqa: PLC0415  # see the file's docstring

    key = written.load_pem_public_key(draft.key.public_pem())
    return key.public_bytes(written.Encoding.DER, written.PublicFormat.SubjectPublicKeyInfo)


def public_ssh(draft: Draft) -> bytes:
    """The public key as OpenSSH writes it."""
    from cryptography.hazmat.primitives import serialization as written  # noqa: PLC0415  # as above

    key = written.load_pem_public_key(draft.key.public_pem())
    return key.public_bytes(written.Encoding.OpenSSH, written.PublicFormat.OpenSSH)


def heading_with(**members: Any) -> Lie:
    """With these members of the header, null included."""
    return lambda draft, _: assemble(encode({**draft.header, **members}), encode(draft.claims), draft.key.sign)


@lru_cache
def certificate(algorithm: Algorithm) -> str:
    """The stranger's own word that this is their key, as `x5c` has it (RFC 7515 §4.1.6)."""
    from cryptography import x509  # noqa: PLC0415  # as above
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415
    from joserfc import jwk  # noqa: PLC0415

    key: Any = jwk.import_key(stranger(algorithm).private()).private_key
    name = x509.Name.from_rfc4514_string("CN=issuer.invalid")
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, BEGAN, BEGAN + LASTS)
    signed = made.sign(key, None if algorithm == "EdDSA" else hashes.SHA256())
    return base64.b64encode(signed.public_bytes(Encoding.DER)).decode()


KEY_LIES: Final = (
    TokenFault(
        "hs256-with-stripped-key",
        "It is signed with HMAC and the public key's PEM, without the line break behind it.",
        hmac_with(lambda draft: draft.key.public_pem().strip()),
    ),
    TokenFault(
        "hs256-with-public-der",
        "It is signed with HMAC and the public key's DER as the secret.",
        hmac_with(public_der),
    ),
    TokenFault(
        "hs256-with-ssh-key",
        "It is signed with HMAC and the public key as OpenSSH writes it (CVE-2022-29217).",
        hmac_with(public_ssh),
    ),
    TokenFault(
        "hs256-with-key-set",
        "It is signed with HMAC and the key set as the secret.",
        hmac_with(lambda draft: encode({"keys": [draft.key.public()]})),
    ),
    TokenFault(
        "hs256-with-kid",
        "It is signed with HMAC and the key's name as the secret.",
        hmac_with(lambda d: d.key.kid.encode()),
    ),
    TokenFault(
        "hs256-with-guessed-secret", "It is signed with HMAC and the secret `secret`.", hmac_with(lambda _: b"secret")
    ),
    TokenFault(
        "kid-as-query",
        "Its `kid` is a piece of SQL that selects the secret it is signed with.",
        hmac_with(lambda _: SECRET, kid=QUERY),
    ),
    TokenFault("kid-as-url", "Its `kid` is the address of a key set.", by_stranger(lambda *_: {"kid": ELSEWHERE})),
    TokenFault("kid-as-command", "Its `kid` is a command.", by_stranger(lambda *_: {"kid": "|true"})),
    TokenFault(
        "kid-as-array", "Its `kid` is in an array.", lambda draft, _: heading_with(kid=[draft.key.kid])(draft, _)
    ),
    TokenFault(
        "empty-kid", "It is signed by another key, and its `kid` is empty.", by_stranger(lambda *_: {"kid": ""})
    ),
    TokenFault("oversized-kid", "Its `kid` is 16 kilobytes long.", by_stranger(lambda *_: {"kid": "x" * LONG})),
    TokenFault(
        "missing-kid-other-key",
        "It is signed by another key, and does not say by which.",
        by_stranger(lambda *_: {"kid": None}),
    ),
    TokenFault(
        "x5c-header",
        "Its header brings a certificate of the key that it is signed with.",
        by_stranger(lambda draft, kid: {"x5c": [certificate(draft.key.algorithm)], "kid": kid}),
    ),
    TokenFault(
        "crit-of-registered", "Its `crit` names `alg`, which is not allowed (RFC 7515 §4.1.11).", headed(crit=["alg"])
    ),
    TokenFault("crit-of-absent", "Its `crit` names a member that is not there.", headed(crit=["exp"])),
    TokenFault("crit-as-string", "Its `crit` is no array.", headed(crit="exp")),
    TokenFault("crit-as-null", "Its `crit` is null.", heading_with(crit=None)),
    TokenFault("b64-false-alone", "Its `b64` is false, and `crit` does not say so (RFC 7797 §6).", headed(b64=False)),
    TokenFault("alg-as-null", "Its `alg` is null.", heading_with(alg=None)),
    TokenFault(
        "alg-as-array", "Its `alg` is in an array.", lambda draft, _: heading_with(alg=[draft.key.algorithm])(draft, _)
    ),
    TokenFault("alg-of-encryption", "Its `alg` is one of encryption (RFC 7518 §4.1).", headed(alg="RSA-OAEP")),
    TokenFault("oversized-header", "Its header is 16 kilobytes long.", headed(padding="x" * LONG)),
    TokenFault("dpop-typ", "It has the `typ` of a DPoP proof.", headed(typ="dpop+jwt"), ACCESS_TOKEN),
    TokenFault("typ-goes-on", "Its `typ` begins with `at+jwt` and goes on.", headed(typ="at+jwt+more"), ACCESS_TOKEN),
    TokenFault(
        "nested-token",
        "Its claims are another token (RFC 7519 §5.2).",
        lambda draft, _: assemble(encode({**draft.header, "cty": "JWT"}), seal(draft).encode(), draft.key.sign),
    ),
    TokenFault("only-dots", "It is two dots.", lambda *_: ".."),
    TokenFault("no-header", "Its first part is empty.", lambda draft, _: f".{seal(draft).partition('.')[2]}"),
    TokenFault(
        "duplicate-alg-in-escapes",
        "Its `alg` is there twice, once written with an escape.",
        lambda draft, _: assemble(
            encode(draft.header)[:-1] + rb',"\u0061lg":"none"}', encode(draft.claims), draft.key.sign
        ),
    ),
)
