"""Tokens that are not quite tokens: how they are encoded and put together (RFC 7515 §2, §7.1)."""

from collections.abc import Callable
from typing import Final

from ..signing.token_draft import Draft, assemble, base64url, encode, seal
from .header_lies import with_header
from .row import ACCESS_TOKEN, Foreign, Lie, TokenFault

ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
OVERSIZE: Final = 256 * 1024
DEPTH: Final = 4000


def respelt(make: Callable[[str], str]) -> Lie:
    """A good token, written otherwise."""
    return lambda draft, _: make(seal(draft))


def claiming(make: Callable[[bytes], bytes]) -> Lie:
    """Well signed, over other bytes than the JSON of the claims."""
    return lambda draft, _: assemble(encode(draft.header), make(encode(draft.claims)), draft.key.sign)


def heading(make: Callable[[bytes], bytes]) -> Lie:
    """Well signed, with other bytes than the JSON of the header."""
    return lambda draft, _: assemble(make(encode(draft.header)), encode(draft.claims), draft.key.sign)


def twice(member: bytes) -> Callable[[bytes], bytes]:
    """The same object with one member once more; parsers keep the first, the last, or say no."""
    return lambda written: b"{%s,%s" % (member, written[1:])


def _not_canonical(draft: Draft, _foreign: Foreign) -> str:
    """The signature's last character with unused bits set; a signature without any gets the padding instead."""
    header, payload, signature = seal(draft).split(".")
    if len(signature) % 4 == 0:
        return f"{header}.{payload}.{signature}=="
    respelled = signature[:-1] + ALPHABET[ALPHABET.index(signature[-1]) ^ 1]
    return f"{header}.{payload}.{respelled}"


def _unencoded(draft: Draft, _foreign: Foreign) -> str:
    """RFC 7797 §3: the signature is over the claims as they are, so that the encoded ones were never signed."""
    header = base64url(encode(with_header(draft, {"b64": False, "crit": ["b64"]}).header))
    payload = encode(draft.claims)
    signature = draft.key.sign(header + b"." + payload)
    return b".".join((header, base64url(payload), base64url(signature))).decode("ascii")


def _oversized(draft: Draft, _foreign: Foreign) -> str:
    return assemble(encode(draft.header), encode({**draft.claims, "padding": "x" * OVERSIZE}), draft.key.sign)


SHAPE_LIES: Final = (
    TokenFault("truncated", "Its last ten characters are missing.", respelt(lambda token: token[:-10])),
    TokenFault("two-parts", "Its signature is missing, with the dot.", respelt(lambda token: token.rpartition(".")[0])),
    TokenFault("four-parts", "It has a part more.", respelt(lambda token: f"{token}.e30")),
    TokenFault("five-parts", "It looks encrypted (RFC 7516 §7.1).", respelt(lambda token: f"{token}.e30.e30")),
    TokenFault("many-dots", "It has ten thousand dots.", respelt(lambda token: token + "." * 10_000)),
    TokenFault("not-a-token", "It is some text.", lambda *_: "not-a-token"),
    TokenFault("non-canonical-base64", "Its signature is spelt otherwise: unused bits are set.", _not_canonical),
    TokenFault("padded-base64", "Its signature ends with `=`.", respelt(lambda token: token + "=")),
    TokenFault(
        "standard-base64",
        "Its signature begins with characters of the other alphabet.",
        respelt(lambda token: ".+/".join(token.rsplit(".", 1))),
    ),
    TokenFault(
        "b64-false",
        "It is signed as if its claims were not encoded, and says so in `b64` and `crit` (RFC 7797).",
        _unencoded,
    ),
    TokenFault("duplicate-claims", "Its `sub` is there twice.", claiming(twice(b'"sub":"somebody-else"'))),
    TokenFault("duplicate-header", "Its `alg` is there twice.", heading(twice(b'"alg":"none"'))),
    TokenFault("claims-not-json", "Its claims are no JSON.", claiming(lambda _: b"no JSON")),
    TokenFault("claims-cut-off", "The JSON of its claims ends too early.", claiming(lambda made: made[:-1])),
    TokenFault("claims-with-more-behind", "Behind its claims are more.", claiming(lambda made: made + made)),
    TokenFault("claims-as-array", "Its claims are in an array.", claiming(lambda made: b"[" + made + b"]")),
    TokenFault("claims-not-utf-8", "Its claims are not UTF-8.", claiming(twice(b'"name":"\xff\xfe"'))),
    TokenFault(
        "claims-with-bom", "Before its claims stands a byte order mark.", claiming(lambda m: b"\xef\xbb\xbf" + m)
    ),
    TokenFault("no-claims", "It has no claims at all: its middle part is empty.", claiming(lambda _: b"")),
    TokenFault("header-not-json", "Its header is no JSON.", heading(lambda _: b"no JSON")),
    TokenFault("header-as-array", "Its header is in an array.", heading(lambda made: b"[" + made + b"]")),
    TokenFault("oversized", "It is a third of a megabyte long.", _oversized),
    TokenFault(
        "deeply-nested",
        "One of its claims is an array in an array, 4,000 deep.",
        claiming(twice(b'"deep":' + b"[" * DEPTH + b"]" * DEPTH)),
    ),
    TokenFault(
        "id-token-as-access-token",
        "It is an ID token: made for a client, to be shown to nobody.",
        lambda draft, _: seal(
            with_header(
                Draft(
                    header=draft.header,
                    claims={
                        **{name: draft.claims[name] for name in ("iss", "sub", "iat", "exp")},
                        "aud": draft.claims.get("client_id", draft.claims["aud"]),
                        "nonce": "n-0S6_WzA2Mj",
                        "at_hash": "77QmUPtjPfzWtF2AnpK9RQ",
                    },
                    key=draft.key,
                ),
                {"typ": "JWT"},
            )
        ),
        ACCESS_TOKEN,
    ),
)
