"""Tokens, well signed, whose claims are of the wrong kind or nearly the right text (RFC 7519 §4.1, RFC 9068 §2.2)."""

from typing import Final

from ..signing.token_draft import Draft, assemble, encode
from .claim_lies import audiences, saying, told, written
from .row import ACCESS_TOKEN, Foreign, TokenFault

HALF_A_CHARACTER: Final = rb'"\ud800"'  # JSON can write it and UTF-8 cannot
TWICE_IN_ESCAPES: Final = rb',"\u0073ub":"somebody-else"}'
TWICE_INSIDE: Final = b'{"sub":"somebody","sub":"somebody-else"}'


def _duplicate_in_escapes(draft: Draft, _foreign: Foreign) -> str:
    payload = encode(draft.claims)[:-1] + TWICE_IN_ESCAPES
    return assemble(encode(draft.header), payload, draft.key.sign)


TYPE_LIES: Final = (
    TokenFault("exp-negative", "Its `exp` lies before 1970.", saying(exp=-1)),
    TokenFault("exp-as-object", "Its `exp` is an object.", told(lambda d, _: {"exp": {"at": d.claims["exp"]}})),
    TokenFault("nbf-as-null", "Its `nbf` is null.", saying(nbf=None)),
    TokenFault("nbf-as-boolean", "Its `nbf` is true.", saying(nbf=True)),
    TokenFault("nbf-as-float-infinity", "Its `nbf` is 1e999.", written("nbf", b"1e999")),
    TokenFault("iat-as-null", "Its `iat` is null.", saying(iat=None)),
    TokenFault(
        "issuer-suffix",
        "Its `iss` ends with the right one.",
        told(lambda d, _: {"iss": f"https://evil.invalid/?{d.claims['iss']}"}),
    ),
    TokenFault("issuer-space", "Its `iss` has a space behind it.", told(lambda d, _: {"iss": f"{d.claims['iss']} "})),
    TokenFault(
        "issuer-percent",
        "The last letter of its `iss` is percent-encoded.",
        told(lambda d, _: {"iss": f"{d.claims['iss'][:-1]}%{ord(d.claims['iss'][-1]):02x}"}),
    ),
    TokenFault(
        "issuer-as-object",
        "Its `iss` is an object with the right one as a name.",
        told(lambda d, _: {"iss": {d.claims["iss"]: True}}),
    ),
    TokenFault(
        "audience-case",
        "Its `aud` is in upper case.",
        told(lambda d, _: {"aud": [one.upper() for one in audiences(d)]}),
    ),
    TokenFault(
        "audience-slash", "Its `aud` has a slash more.", told(lambda d, _: {"aud": [f"{one}/" for one in audiences(d)]})
    ),
    TokenFault("audience-in-arrays", "Its `aud` is an array in an array.", told(lambda d, _: {"aud": [audiences(d)]})),
    TokenFault("audience-as-null", "Its `aud` is null.", saying(aud=None)),
    TokenFault("sub-as-null", "Its `sub` is null.", saying(sub=None)),
    TokenFault("sub-as-array", "Its `sub` is an array.", told(lambda d, _: {"sub": [d.claims["sub"]]})),
    TokenFault("sub-with-nul", "Its `sub` ends with a NUL.", told(lambda d, _: {"sub": f"{d.claims['sub']}\0"})),
    TokenFault("sub-with-half-a-character", "Its `sub` is a lone surrogate.", written("sub", HALF_A_CHARACTER)),
    TokenFault("client-id-as-number", "Its `client_id` is a number.", saying(client_id=1), ACCESS_TOKEN),
    TokenFault(
        "client-id-as-array",
        "Its `client_id` is an array.",
        told(lambda d, _: {"client_id": [d.claims["client_id"]]}),
        ACCESS_TOKEN,
    ),
    TokenFault("empty-client-id", "Its `client_id` is empty.", saying(client_id=""), ACCESS_TOKEN),
    TokenFault("jti-as-number", "Its `jti` is a number.", saying(jti=1), ACCESS_TOKEN),
    TokenFault("empty-jti", "Its `jti` is empty.", saying(jti=""), ACCESS_TOKEN),
    TokenFault(
        "scope-as-array", "Its `scope` is an array (RFC 8693 §4.2).", saying(scope=["orders:read"]), ACCESS_TOKEN
    ),
    TokenFault(
        "bound-to-nothing", "It is bound, and does not say to what: `cnf` is empty.", saying(cnf={}), ACCESS_TOKEN
    ),
    TokenFault("bound-as-string", "It is bound, and `cnf` is no object.", saying(cnf="jkt"), ACCESS_TOKEN),
    TokenFault("duplicate-in-escapes", "Its `sub` is there twice, once written with an escape.", _duplicate_in_escapes),
    TokenFault("duplicate-inside", "A claim is an object that says one thing twice.", written("act", TWICE_INSIDE)),
    TokenFault("claims-with-nan", "One of its claims is NaN, which is not JSON.", written("note", b"NaN")),
    TokenFault("claims-with-comment", "Between its claims stands a comment.", written("note", b"1/* so to say */")),
    TokenFault("claims-with-comma", "Behind its last claim stands a comma.", written("note", b"1,")),
)
