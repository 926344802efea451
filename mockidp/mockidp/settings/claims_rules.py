"""Rules that add claims to tokens: for whom (`when`), what (`set`), and in which of them. Checked when built."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from .claim_templates import PARAMETER, expect_value, filled
from .expectations import expect, expect_unique

ClaimsIn = Literal["access_token", "id_token", "userinfo"]
Pattern = str | tuple[str, ...]

EVERYWHERE: Final[tuple[ClaimsIn, ...]] = ("access_token", "id_token", "userinfo")

_LIE: Final = "for a token that lies there are faults"
DECIDED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "iss": f"the realm's `issuer` decides it, and {_LIE}, such as wrong-issuer",
        "exp": f"`lifetimes` decide it, and {_LIE}, such as expired",
        "iat": f"the clock decides it, and {_LIE}",
        "nbf": f"token(not_before=…) decides it, and {_LIE}, such as not-yet-valid",
        "jti": "each token has its own, by which it is taken back",
        "client_id": "it is the client that asks",
        "nonce": "the client's request decides it",
        "at_hash": "the access token decides it",
        "c_hash": "the code decides it",
        "cnf": "the proof of possession decides it",
    }
)


class When(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom a rule is for: everything that is named must fit, and what is not named always does.

    Each is a text, with `*` for any characters, or several of which one must fit. `user` is a username or a subject,
    `scope` any of the scopes that were granted, `parameters` are those of the token request, and of the authorization
    request before it. What comes from `MockIdp.token` and at userinfo has no `grant_type` and no `parameters`.
    """

    client: Pattern | None = None
    user: Pattern | None = None
    grant_type: Pattern | None = None
    scope: Pattern | None = None
    parameters: dict[str, Pattern] = msgspec.field(default_factory=dict)


class ClaimsRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Claims for the tokens that fit; of rules that set the same claim, the last one does, and after `last` none do.

    Texts may have places to fill in: `{client_id}`, `{parameter:resource}`, `{now+30m}` and their like.
    """

    set: dict[str, Any]
    when: When = When()
    tokens: tuple[ClaimsIn, ...] = EVERYWHERE
    last: bool = False

    def __post_init__(self) -> None:
        expect(bool(self.tokens), "tokens", f"some of {', '.join(EVERYWHERE)}")
        expect_unique("tokens", self.tokens)
        expect_claims("set", self.set)
        if "aud" in self.set:
            only = self.tokens == ("access_token",)
            expect(only, "set.aud", 'tokens = ["access_token"], since an ID token is for its client (OIDC Core §2)')
            expect(_are_texts(self.set["aud"]), "set.aud", "a text or an array of texts that is not empty")
        if "sub" in self.set:
            whole = set(self.tokens) == set(EVERYWHERE)
            expect(whole, "set.sub", "all tokens, since they must name the same (OIDC Core §5.3.2)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A token, or an answer at userinfo, that is being made; `username` is empty where it is about no user."""

    token: ClaimsIn
    realm: str
    issuer: str
    client_id: str
    subject: str
    username: str
    scope: str
    grant_type: str
    parameters: Mapping[str, str] = field(repr=False)
    now: float

    @property
    def words(self) -> dict[str, str]:
        """What templates are filled with."""
        own = {
            name: getattr(self, name)
            for name in ("client_id", "grant_type", "issuer", "realm", "scope", "subject", "username")
        }
        return {**own, **{PARAMETER + name: value for name, value in self.parameters.items()}}


def expect_claims(place: str, claims: Mapping[str, Any]) -> None:
    """Refuse claims that something else decides, and values that are no JSON or cannot be filled in."""
    for name, value in claims.items():
        expect(name not in DECIDED, f"{place}.{name}", f"no such claim here: {DECIDED.get(name)}")
        expect_value(f"{place}.{name}", value)
    for name in ("sub", "scope"):
        expect(isinstance(claims.get(name, ""), str), f"{place}.{name}", "a text")


def claims_for(rules: Iterable[ClaimsRule], about: Occasion) -> dict[str, Any]:
    """What the rules add on this occasion."""
    claims: dict[str, Any] = {}
    for rule in rules:
        if about.token in rule.tokens and _fits(rule.when, about):
            claims |= filled_claims(rule.set, about)
            if rule.last:
                break
    return claims


def filled_claims(claims: Mapping[str, Any], about: Occasion) -> dict[str, Any]:
    """The claims with their places filled, without those that need what is not there; nor is a token for nobody."""
    made = dict(filled(dict(claims), about.words, about.now))
    if made.get("aud") == []:
        del made["aud"]
    return made


def _fits(when: When, about: Occasion) -> bool:
    asked = (
        (when.client, (about.client_id,)),
        (when.user, (about.username, about.subject)),
        (when.grant_type, (about.grant_type,)),
        (when.scope, about.scope.split()),
        *((pattern, _given(about.parameters, name)) for name, pattern in when.parameters.items()),
    )
    return all(pattern is None or _matches(pattern, values) for pattern, values in asked)


def _given(parameters: Mapping[str, str], name: str) -> Collection[str]:
    return (parameters[name],) if name in parameters else ()


def _matches(pattern: Pattern, values: Collection[str]) -> bool:
    patterns = (pattern,) if isinstance(pattern, str) else pattern
    return any(_like(one, value) for one in patterns for value in values if value)


def _like(pattern: str, value: str) -> bool:
    """Does it fit, with `*` for any characters? Takes time by length only, whatever a client sends."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == value
    *between, end = rest
    if not value.startswith(first) or not value.endswith(end) or len(value) < len(first) + len(end):
        return False
    at, stop = len(first), len(value) - len(end)
    for part in between:
        at = value.find(part, at, stop)
        if at == -1:
            return False
        at += len(part)
    return True


def _are_texts(value: object) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)
    )
