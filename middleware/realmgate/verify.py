"""The whole story of a token, on one screen."""

from typing import Any

from .errors import KeysUnavailable, TokenRejected
from .flow import Denied, EffectFailed, Flow
from .jose.compact import NotCompactJws, UnverifiedHeader, UnverifiedJws, parse
from .jose.keys import VerifyingKey
from .jose.strict_json import NotStrictJson, parse_object
from .keys.keyring import Keyring
from .principal import Principal
from .profiles import PROFILES, Expected, principal_of
from .realm import Realm
from .reasons import Reason


def verify(token: str, expected: Expected, keyring: Keyring, now: float, tick: float) -> Flow[Principal]:
    """Turn a token into a `Principal`, or raise `TokenRejected` or `KeysUnavailable`.

    `now` is seconds since the epoch, `tick` seconds of a monotonic clock. A token that is not meant for this realm
    never causes a download.
    """
    realm, profile = expected.realm, PROFILES[expected.realm.profile]
    jws, claims = take_apart(token)
    check_header(jws.header, realm)
    profile.check_target(claims, expected)
    yield from check_signature(jws, keyring, tick)
    for check in profile.checks:
        check(claims, realm, now)
    principal = principal_of(claims, realm, profile)
    yield from check_not_denied(principal, realm)
    return principal


def take_apart(token: str) -> tuple[UnverifiedJws, dict[str, Any]]:
    """The parts of a token and its claims, none of them believed yet."""
    try:
        jws = parse(token)
        return jws, parse_object(jws.payload)
    except (NotCompactJws, NotStrictJson):
        raise TokenRejected(Reason.MALFORMED) from None


def check_header(header: UnverifiedHeader, realm: Realm) -> None:
    """An allowed algorithm, and a token that says it is of the wanted kind. RFC 8725 §3.1 and §3.11, RFC 9068 §4."""
    if header.alg not in realm.algorithms:
        raise TokenRejected(Reason.ALGORITHM_NOT_ALLOWED)
    # Media types ignore case (RFC 7515 §4.1.9).
    typ = None if header.typ is None else header.typ.lower()
    if typ not in PROFILES[realm.profile].types:
        others = [name for name, profile in PROFILES.items() if typ in profile.types]
        raise TokenRejected(Reason.WRONG_TYPE, hint=f"profile={others[0]!r} takes it" if others else "")


def check_signature(jws: UnverifiedJws, keyring: Keyring, tick: float) -> Flow[None]:
    """Try the keys the header names; if none fits, those that a fresh look brings."""
    kid, alg = jws.header.kid, jws.header.alg
    keys = yield from keyring.find(kid, alg, tick)
    if _any_verifies(keys, jws):
        return
    others = yield from keyring.find_again(kid, alg, tick, keys)
    if not _any_verifies(others, jws):
        raise TokenRejected(Reason.WRONG_SIGNATURE if keys or others else Reason.UNKNOWN_KEY)


def _any_verifies(keys: tuple[VerifyingKey, ...], jws: UnverifiedJws) -> bool:
    for key in keys:  # noqa: SIM110 - there is nearly always one, for which a generator is much ado
        if key.verifies(jws):
            return True
    return False


def check_not_denied(principal: Principal, realm: Realm) -> Flow[None]:
    """Ask the deny-list, if there is one. No answer is no yes."""
    if realm.deny_list is None:
        return
    try:
        denied = yield Denied(jti=principal.claims["jti"])
    except EffectFailed:
        raise KeysUnavailable(Reason.DENY_LIST_UNAVAILABLE) from None
    if denied:
        raise TokenRejected(Reason.REVOKED)
