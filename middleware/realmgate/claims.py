"""What single claims must say, whoever issued the token: one function each. RFC 7519 §4.1."""

import sys
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any, Final, TypeAlias

from .errors import ScopeInsufficient, TokenRejected
from .realm import Realm
from .reasons import Reason

Claims: TypeAlias = Mapping[str, Any]

# What JSON's numbers become; `bool` is an `int` to isinstance only.
NUMBERS: Final = frozenset({int, float})
FARTHEST: Final = int(sys.float_info.max)

# https://www.iana.org/assignments/jwt: the members of ``cnf`` that each name a key.
CONFIRMATIONS: Final = frozenset({"jwk", "jwe", "kid", "jku", "x5t#S256", "osc", "jkt"})


def audience_of(claims: Claims) -> Sequence[str]:
    """The values of ``aud``, which may be one string or an array of them. RFC 7519 §4.1.3."""
    value = claims.get("aud")
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise TokenRejected(Reason.MALFORMED_CLAIM if "aud" in claims else Reason.MISSING_CLAIM, hint="aud")
    return value


def number(value: Any, name: str) -> float:
    """A NumericDate, by JSON type and never by coercion: booleans and strings are none. RFC 7519 §2.

    `name` is the claim's, for the log.
    """
    # NaN lies between no two numbers, and Python compares an integer that no float holds by its real size.
    if type(value) in NUMBERS and -FARTHEST <= value <= FARTHEST:
        seconds: float = value
        return seconds
    raise TokenRejected(Reason.MALFORMED_CLAIM, hint=name)


def text(value: Any, name: str) -> str:
    """A string that says something and holds no control characters, which would reach access logs."""
    if not isinstance(value, str) or not value:
        raise TokenRejected(Reason.MISSING_CLAIM if value is None else Reason.MALFORMED_CLAIM, hint=name)
    if not value.isprintable():
        raise TokenRejected(Reason.MALFORMED_CLAIM, hint=name)
    return value


def words(value: Any, name: str) -> frozenset[str]:
    """Scopes, as one string with spaces or as an array of strings; nothing at all is no scope. RFC 6749 §3.3."""
    if isinstance(value, str):
        return words_of(value)
    if value is None:
        return frozenset()
    if isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(one, str) for one in value):
        return frozenset(value)
    raise TokenRejected(Reason.MALFORMED_CLAIM, hint=name)


# An issuer's tokens share a handful of scopes, so they are taken apart but once.
@lru_cache(maxsize=256)
def words_of(text: str) -> frozenset[str]:
    """The words of one text."""
    # Only the space separates; a no-break space in the name of a scope must not make it two.
    return frozenset(filter(None, text.split(" ")))


def check_times(claims: Claims, realm: Realm, now: float) -> None:
    """RFC 7519 §4.1.4 to §4.1.6: not over yet, and begun and issued already, as far as the token says so."""
    if "exp" not in claims:
        raise TokenRejected(Reason.MISSING_CLAIM, hint="exp")
    # On or after the expiration time the token must not be accepted.
    if now >= number(claims["exp"], "exp") + realm.leeway:
        raise TokenRejected(Reason.EXPIRED)
    latest = now + realm.future_leeway
    if "iat" in claims and number(claims["iat"], "iat") > latest:
        raise TokenRejected(Reason.NOT_YET_VALID)
    if "nbf" in claims and number(claims["nbf"], "nbf") > latest:
        raise TokenRejected(Reason.NOT_YET_VALID)


def check_lifetime(claims: Claims, realm: Realm, _now: float) -> None:
    """A token that lives too long, or does not say how long, where the realm bounds it."""
    if realm.max_lifetime is None:
        return
    if "iat" not in claims:
        raise TokenRejected(Reason.MISSING_CLAIM, hint="iat")
    if number(claims["exp"], "exp") - number(claims["iat"], "iat") > realm.max_lifetime:
        raise TokenRejected(Reason.LIVES_TOO_LONG)


def check_required(claims: Claims, realm: Realm, _now: float) -> None:
    """The claims that the realm wants to have exactly one scalar value."""
    for name, wanted in realm.require.items():
        value = claims.get(name)
        if type(value) is not type(wanted) or value != wanted:
            raise TokenRejected(Reason.REQUIRED_CLAIM_DIFFERS, hint=name)


def check_required_scopes(held: AbstractSet[str], realm: Realm) -> None:
    """The scopes that every token must hold. Asked last: only a good token is said to lack one. RFC 6750 §3.1."""
    if realm.required_scopes and not held >= set(realm.required_scopes):
        raise ScopeInsufficient(Reason.SCOPE_INSUFFICIENT, scope=" ".join(realm.required_scopes))


def check_binding(claims: Claims, realm: Realm, _now: float) -> None:
    """Whether the realm can check every key that the token is bound to. RFC 7800 §3.1.

    Members that name no key (Keycloak adds some) are passed over, as the specification wants it; one that does and is
    not checked here fails closed, and so does a binding without any that is.
    """
    if "cnf" not in claims:
        return
    if not realm.bindings:
        raise TokenRejected(Reason.BOUND)
    confirmation = claims["cnf"]
    if not isinstance(confirmation, dict):
        raise TokenRejected(Reason.MALFORMED_CLAIM, hint="cnf")
    bound_to = CONFIRMATIONS & confirmation.keys()
    if not bound_to or not bound_to <= realm.bindings:
        raise TokenRejected(Reason.BINDING_NOT_CHECKABLE)
    for method in bound_to:
        text(confirmation[method], "cnf")
