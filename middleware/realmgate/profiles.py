"""The kinds of tokens: a table of checks for each, and where it keeps subject, client and scopes."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias

from . import claim_readings as read
from .claims import (
    Claims,
    audience_of,
    check_binding,
    check_lifetime,
    check_required,
    check_times,
    text,
)
from .errors import TokenRejected
from .hints import hint_of_audience, hint_of_issuer
from .realm import Realm
from .reasons import Reason

Check: TypeAlias = Callable[[Claims, Realm, float], None]
Reading: TypeAlias = Callable[[Claims], Any]
Words: TypeAlias = Callable[[Claims], frozenset[str]]


class Target(Protocol):
    """What is said of whom a token must be meant for."""

    @property
    def issuer(self) -> str | None:
        """The one issuer, where there is one."""
        ...

    @property
    def audiences(self) -> frozenset[str]:
        """Of which a token must name one."""
        ...

    @property
    def foreign_audiences(self) -> frozenset[str]:
        """Of which a token must name none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of token.

    `types` are the values of the header ``typ`` in lower case, None for a header without. `check_target` says whether a
    token is meant for a realm at all, and is asked before any key is fetched on its behalf.
    """

    types: frozenset[str | None]
    check_target: Callable[[Claims, Target], None]
    checks: tuple[Check, ...]
    client_id: Reading
    subject: Reading
    scopes: Words


def _target_by_issuer(claims: Claims, target: Target) -> None:
    if claims.get("iss") != target.issuer:
        raise TokenRejected(Reason.WRONG_ISSUER, hint=hint_of_issuer(claims, target.issuer))
    _target_by_audience(claims, target)


def _target_by_answer(claims: Claims, target: Target) -> None:
    """Servers leave ``iss`` out of their answers, so a realm may do without; what it asks for must be there."""
    if target.issuer is not None and claims.get("iss") != target.issuer:
        raise TokenRejected(Reason.WRONG_ISSUER, hint=hint_of_issuer(claims, target.issuer))
    _target_by_audience(claims, target)


def _target_by_audience(claims: Claims, target: Target) -> None:
    only = claims.get("aud")
    # What nearly every token names: one audience, which is ours and nobody else's.
    if type(only) is str and only in target.audiences and only not in target.foreign_audiences:
        return
    if "aud" not in claims and not target.audiences:
        return
    named = audience_of(claims)
    if target.audiences and target.audiences.isdisjoint(named):
        raise TokenRejected(Reason.WRONG_AUDIENCE, hint=hint_of_audience(named, target.audiences))
    if not target.foreign_audiences.isdisjoint(named):
        raise TokenRejected(Reason.SIBLING_AUDIENCE)


def _needs(*names: str) -> Check:
    """A check that claims are there at all."""

    def check(claims: Claims, _realm: Realm, _now: float) -> None:
        for name in names:
            if name not in claims:
                raise TokenRejected(Reason.MISSING_CLAIM, hint=name)

    return check


def _check_contents(claims: Claims, _realm: Realm, _now: float) -> None:
    """RFC 9068 §2.2 requires these; a scope, where there is one, is text (§2.2.3)."""
    if "iat" not in claims:
        raise TokenRejected(Reason.MISSING_CLAIM, hint="iat")
    text(claims.get("sub"), "sub")
    text(claims.get("client_id"), "client_id")
    text(claims.get("jti"), "jti")
    if not isinstance(claims.get("scope", ""), str):
        raise TokenRejected(Reason.MALFORMED_CLAIM, hint="scope")


def _check_no_id_token(claims: Claims, _realm: Realm, _now: float) -> None:
    """An ID token speaks to the client and opens nothing; nor does a logout token, nor one to refresh others with."""
    if not ID_TOKEN_MARKS.isdisjoint(claims):
        raise TokenRejected(Reason.IDENTITY_ONLY)
    for name, bad in KIND_OF_JWT.items():
        kind = claims.get(name)
        if isinstance(kind, str) and kind.lower() in bad:
            raise TokenRejected(Reason.IDENTITY_ONLY if kind.lower().startswith("id") else Reason.OTHER_KIND)


def _check_is_access_token(claims: Claims, _realm: Realm, _now: float) -> None:
    """Refresh tokens are active, too: what an answer says of the kind of the token must say the right thing."""
    for name, good in KIND_OF_ANSWER.items():
        kind = claims.get(name)
        if kind is not None and (not isinstance(kind, str) or kind.lower() not in good):
            raise TokenRejected(Reason.OTHER_KIND)
        # Bound, but the answer does not say to which key: nobody could prove it (RFC 9449 §6.2).
        if kind is not None and kind.lower() == "dpop" and "cnf" not in claims:
            raise TokenRejected(Reason.BINDING_NOT_CHECKABLE)


def _check_jti(claims: Claims, realm: Realm, _now: float) -> None:
    """A deny-list needs something to look for."""
    if "jti" in claims or realm.deny_list is not None:
        text(claims.get("jti"), "jti")


def _check_single_audience(claims: Claims, _realm: Realm, _now: float) -> None:
    if not isinstance(claims["aud"], str):
        raise TokenRejected(Reason.MALFORMED_CLAIM, hint="aud")


# OpenID Connect Core §2 and §3.3.2.11, Back-Channel Logout §2.4.
ID_TOKEN_MARKS: Final = frozenset({"nonce", "at_hash", "c_hash", "s_hash", "events"})

# Cognito says the kind in token_use, Keycloak in typ.
KIND_OF_JWT: Final = MappingProxyType(
    {
        "token_use": frozenset({"id", "id_token", "refresh", "refresh_token"}),
        "typ": frozenset({"id", "refresh", "offline", "logout"}),
    }
)

# RFC 7662 §2.2 has token_type, Keycloak repeats it as typ, Ory Hydra calls the kind token_use.
KIND_OF_ANSWER: Final = MappingProxyType(
    {
        "token_type": frozenset({"bearer", "dpop"}),
        "token_use": frozenset({"access", "access_token"}),
        "typ": frozenset({"bearer", "dpop", "jwt", "at+jwt", "application/at+jwt"}),
    }
)

TIMES: Final = (check_times, check_lifetime)

RFC9068: Final = Profile(
    types=frozenset({"at+jwt", "application/at+jwt"}),
    check_target=_target_by_issuer,
    checks=(_check_contents, *TIMES, check_required, check_binding),
    client_id=read.client_id,
    subject=read.subject_as_it_is,
    scopes=read.scope,
)

JWT: Final = Profile(
    types=frozenset({None, "jwt"}),
    check_target=_target_by_issuer,
    checks=(*TIMES, _check_no_id_token, _check_jti, check_required, check_binding),
    client_id=read.some_client_id,
    subject=read.subject,
    scopes=read.scope_or_scp,
)

OROCOMMERCE: Final = Profile(
    types=frozenset({"jwt"}),
    check_target=_target_by_audience,
    checks=(_needs("iat", "nbf", "jti"), *TIMES, _check_single_audience, _check_jti, check_required, check_binding),
    client_id=read.audience_as_client,
    subject=read.subject_or_nobody,
    scopes=read.scopes,
)

# Not a kind that a realm is configured to: whatever only its issuer can read, as the issuer describes it.
OPAQUE: Final = Profile(
    types=frozenset(),
    check_target=_target_by_answer,
    checks=(*TIMES, _check_is_access_token, _check_jti, check_required, check_binding),
    client_id=read.some_client_id,
    subject=read.subject_if_any,
    scopes=read.scope_or_scp,
)

PROFILES: Final = MappingProxyType({"rfc9068": RFC9068, "jwt": JWT, "orocommerce": OROCOMMERCE})
