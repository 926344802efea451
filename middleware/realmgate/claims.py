"""What the claims of an access token must say to be good in a realm. RFC 9068 §4, RFC 7519 §4.1."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .errors import TokenRejected
from .realm import Realm


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A realm together with the audiences that belong to its siblings, so not to it."""

    realm: Realm
    foreign_audiences: frozenset[str] = frozenset()


Claims = Mapping[str, Any]


def check_target(claims: Claims, expected: Expected) -> None:
    """Whether the token is meant for this realm at all; asked before any key is fetched on its behalf."""
    if claims.get("iss") != expected.realm.issuer:
        raise TokenRejected("wrong issuer")
    audience = _audience(claims)
    if not audience.intersection(expected.realm.audiences):
        raise TokenRejected("wrong audience")
    if audience & expected.foreign_audiences:
        raise TokenRejected("audience of a sibling realm")


def check_claims(claims: Claims, expected: Expected, now: float) -> None:
    """Every other check, one by one; `now` in seconds since the epoch."""
    for check in CHECKS:
        check(claims, expected.realm, now)


def _audience(claims: Claims) -> set[str]:
    value = claims.get("aud")
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values or not all(isinstance(one, str) for one in values):
        raise TokenRejected("malformed claim")
    return set(values)


def number(value: Any) -> float:
    """A NumericDate, by JSON type and never by coercion: booleans and strings are none. RFC 7519 §2."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TokenRejected("malformed claim")
    try:
        seconds = float(value)
    except OverflowError:
        raise TokenRejected("malformed claim") from None
    if not math.isfinite(seconds):
        raise TokenRejected("malformed claim")
    return seconds


def _check_expiry(claims: Claims, realm: Realm, now: float) -> None:
    """RFC 7519 §4.1.4: on or after the expiration time the token must not be accepted."""
    if "exp" not in claims:
        raise TokenRejected("missing claim")
    if now >= number(claims["exp"]) + realm.leeway:
        raise TokenRejected("expired")


def _check_issued(claims: Claims, realm: Realm, now: float) -> None:
    if "iat" not in claims:
        raise TokenRejected("missing claim")
    if number(claims["iat"]) > now + realm.future_leeway:
        raise TokenRejected("not yet valid")


def _check_not_before(claims: Claims, realm: Realm, now: float) -> None:
    """RFC 7519 §4.1.5."""
    if "nbf" in claims and number(claims["nbf"]) > now + realm.future_leeway:
        raise TokenRejected("not yet valid")


def _check_lifetime(claims: Claims, realm: Realm, _now: float) -> None:
    if realm.max_lifetime is not None and number(claims["exp"]) - number(claims["iat"]) > realm.max_lifetime:
        raise TokenRejected("lives too long")


def _check_identifiers(claims: Claims, _realm: Realm, _now: float) -> None:
    """RFC 9068 §2.2 requires these three; a subject with control characters would reach access logs."""
    for name in ("sub", "client_id", "jti"):
        value = claims.get(name)
        if not isinstance(value, str) or not value:
            raise TokenRejected("missing claim" if value is None else "malformed claim")
        if not value.isprintable():
            raise TokenRejected("malformed claim")


def _check_scope(claims: Claims, _realm: Realm, _now: float) -> None:
    if not isinstance(claims.get("scope", ""), str):
        raise TokenRejected("malformed claim")


def _check_client(claims: Claims, realm: Realm, _now: float) -> None:
    if realm.clients is not None and claims["client_id"] not in realm.clients:
        raise TokenRejected("wrong client")


def _check_required(claims: Claims, realm: Realm, _now: float) -> None:
    for name, wanted in realm.require.items():
        value = claims.get(name)
        if type(value) is not type(wanted) or value != wanted:
            raise TokenRejected("required claim differs")


def _check_unbound(claims: Claims, _realm: Realm, _now: float) -> None:
    """A token bound to a key is no bearer token; a confirmation we cannot check fails closed. RFC 7800 §3.1."""
    if "cnf" in claims:
        raise TokenRejected("bound token presented as bearer")


CHECKS: Final = (
    _check_expiry,
    _check_issued,
    _check_not_before,
    _check_lifetime,
    _check_identifiers,
    _check_scope,
    _check_client,
    _check_required,
    _check_unbound,
)
