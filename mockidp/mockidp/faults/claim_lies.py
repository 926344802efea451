"""Tokens, well signed, whose claims say what they must not (RFC 7519 §4.1, RFC 9068 §2.2, §4)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from ..signing.token_draft import Draft, assemble, encode, seal
from .row import ACCESS_TOKEN, Foreign, Lie, TokenFault

YEAR: Final = 365 * 86400


def saying(**claims: Any) -> Lie:
    """With these claims instead."""
    return lambda draft, _: seal(with_claims(draft, claims))


def without(*names: str) -> Lie:
    """With these claims left out."""
    return lambda draft, _: seal(
        replace(draft, claims={name: value for name, value in draft.claims.items() if name not in names})
    )


def told(make: Callable[[Draft, Foreign], Mapping[str, Any]]) -> Lie:
    """With claims that depend on the true ones or on the other realm."""
    return lambda draft, foreign: seal(with_claims(draft, make(draft, foreign)))


def written(name: str, value: bytes) -> Lie:
    """With the JSON of one claim as given, whether or not it is any."""

    def lie(draft: Draft, _foreign: Foreign) -> str:
        others = {other: was for other, was in draft.claims.items() if other != name}
        payload = b'%s,"%s":%s}' % (encode(others)[:-1], name.encode(), value)
        return assemble(encode(draft.header), payload, draft.key.sign)

    return lie


def with_claims(draft: Draft, claims: Mapping[str, Any]) -> Draft:
    """The same draft with these claims on top."""
    return replace(draft, claims={**draft.claims, **claims})


def audiences(draft: Draft) -> list[str]:
    """Whom the token is meant for: one, several or nobody."""
    audience = draft.claims["aud"]
    return list(audience) if isinstance(audience, list) else [audience]


def _long_ago(draft: Draft, _: Foreign) -> Mapping[str, Any]:
    began = draft.claims["iat"]
    return {"iat": began - 7200, "exp": began - 3600, **({"nbf": began - 7200} if "nbf" in draft.claims else {})}


CLAIM_LIES: Final = (
    TokenFault("expired", "It ended an hour ago.", told(_long_ago)),
    TokenFault("expired-now", "It ends in the second in which it begins.", told(lambda d, _: {"exp": d.claims["iat"]})),
    TokenFault(
        "not-yet-valid",
        "Its `nbf` lies an hour ahead.",
        told(lambda d, _: {"nbf": d.claims["iat"] + 3600, "exp": d.claims["iat"] + 7200}),
    ),
    TokenFault(
        "issued-in-future",
        "Its `iat` lies an hour ahead.",
        told(lambda d, _: {"iat": d.claims["iat"] + 3600, "exp": d.claims["iat"] + 7200}),
    ),
    TokenFault("missing-exp", "It never ends: there is no `exp`.", without("exp")),
    TokenFault(
        "exp-as-string",
        "Its `exp` is a string of digits, no number.",
        told(lambda d, _: {"exp": str(int(d.claims["exp"]))}),
    ),
    TokenFault("exp-as-null", "Its `exp` is null.", saying(exp=None)),
    TokenFault("exp-as-boolean", "Its `exp` is true.", saying(exp=True)),
    TokenFault("exp-as-array", "Its `exp` is an array.", told(lambda d, _: {"exp": [d.claims["exp"]]})),
    TokenFault(
        "exp-as-float-infinity", "Its `exp` is 1e999, which many parsers take for infinity.", written("exp", b"1e999")
    ),
    TokenFault("exp-as-infinity", "Its `exp` is Infinity, which is not JSON.", written("exp", b"Infinity")),
    TokenFault("exp-as-nan", "Its `exp` is NaN, which is not JSON and never too old.", written("exp", b"NaN")),
    TokenFault("exp-as-huge-integer", "Its `exp` is an integer of 400 digits.", written("exp", b"9" * 400)),
    TokenFault(
        "nbf-as-string", "Its `nbf` is a string of digits.", told(lambda d, _: {"nbf": str(int(d.claims["iat"]))})
    ),
    TokenFault(
        "iat-as-string", "Its `iat` is a string of digits.", told(lambda d, _: {"iat": str(int(d.claims["iat"]))})
    ),
    TokenFault("wrong-issuer", "Its `iss` is somebody else.", saying(iss="https://issuer.invalid")),
    TokenFault(
        "issuer-prefix",
        "Its `iss` begins with the right one and goes on.",
        told(lambda d, _: {"iss": f"{d.claims['iss']}.evil.invalid"}),
    ),
    TokenFault("issuer-slash", "Its `iss` has a slash more.", told(lambda d, _: {"iss": f"{d.claims['iss']}/"})),
    TokenFault("issuer-case", "Its `iss` is in upper case.", told(lambda d, _: {"iss": d.claims["iss"].upper()})),
    TokenFault(
        "issuer-as-array",
        "Its `iss` is an array that holds the right one.",
        told(lambda d, f: {"iss": [d.claims["iss"], f.issuer]}),
    ),
    TokenFault("missing-iss", "It does not say who issued it.", without("iss")),
    TokenFault("empty-iss", "Its `iss` is empty.", saying(iss="")),
    TokenFault("wrong-audience", "It is meant for somebody else.", saying(aud="https://elsewhere.invalid/api")),
    TokenFault(
        "audience-prefix",
        "Its `aud` begins with the right one and goes on.",
        told(lambda d, _: {"aud": f"{next(iter(audiences(d)), '')}/more"}),
    ),
    TokenFault(
        "both-audiences",
        "It is meant for this realm and for the other one.",
        told(lambda d, f: {"aud": [*audiences(d), f.audience]}),
        ACCESS_TOKEN,
    ),
    TokenFault(
        "audience-as-object",
        "Its `aud` is an object with the right one as a name.",
        told(lambda d, _: {"aud": dict.fromkeys(audiences(d), True)}),
    ),
    TokenFault(
        "audience-with-number",
        "Its `aud` is an array that holds the right one and a number.",
        told(lambda d, _: {"aud": [*audiences(d), 1]}),
    ),
    TokenFault("empty-audience", "Its `aud` is an empty array.", saying(aud=[])),
    TokenFault("missing-aud", "It does not say whom it is meant for.", without("aud")),
    TokenFault("missing-sub", "It does not say whom it speaks of.", without("sub")),
    TokenFault("empty-sub", "Its `sub` is empty.", saying(sub="")),
    TokenFault("sub-as-number", "Its `sub` is a number.", saying(sub=42)),
    TokenFault(
        "sub-with-line-break", "Its `sub` holds a line break.", told(lambda d, _: {"sub": f"{d.claims['sub']}\n"})
    ),
    TokenFault(
        "missing-client-id", "It does not say which client got it (RFC 9068 §2.2).", without("client_id"), ACCESS_TOKEN
    ),
    TokenFault("missing-jti", "It has no `jti` (RFC 9068 §2.2).", without("jti"), ACCESS_TOKEN),
    TokenFault("missing-iat", "It does not say when it was issued.", without("iat")),
    TokenFault("scope-as-number", "Its `scope` is a number.", saying(scope=1), ACCESS_TOKEN),
    TokenFault(
        "bound-to-dpop",
        "It is bound to a key (`cnf.jkt`) and comes without a proof (RFC 9449 §7.1).",
        saying(cnf={"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
        ACCESS_TOKEN,
    ),
    TokenFault(
        "bound-to-certificate",
        "It is bound to a certificate (`cnf.x5t#S256`) that nobody showed (RFC 8705 §3).",
        saying(cnf={"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}),
        ACCESS_TOKEN,
    ),
    TokenFault(
        "bound-to-unknown",
        "It is bound by a method that nobody knows (RFC 7800 §3.1).",
        saying(cnf={"x-unheard-of": "1"}),
        ACCESS_TOKEN,
    ),
)
