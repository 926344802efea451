"""The whole story of a token, on one screen."""

from typing import Any

from .credentials import check_b64token
from .errors import KeysUnavailable, TokenRejected
from .expected import Expected, accept
from .flow import Denied, EffectFailed, Flow
from .jose.compact import NotCompactJws, UnverifiedHeader, UnverifiedJws, parse
from .jose.keys import VerifyingKey
from .jose.strict_json import NotStrictJson, parse_object
from .keys.keyring import Keyring
from .principal import Principal
from .profiles import ID_TOKEN_MARKS, PROFILES
from .realm import Realm
from .reasons import Reason


def verify(token: str, expected: Expected, keyring: Keyring, now: float, tick: float) -> Principal | Flow[Principal]:
    """Turn a token into a `Principal`, or raise `TokenRejected`, `RequestMalformed` or `KeysUnavailable`.

    Where the key is at hand and nobody need be asked, that is done at once; else by a flow to drive. `now` is seconds
    since the epoch, `tick` seconds of a monotonic clock. A token that is not meant for this realm never causes a
    download.
    """
    rules = expected.of_jwt
    jws, claims = take_apart(token)
    check_header(jws.header, claims, expected)
    rules.profile.check_target(claims, expected)
    keys = keyring.at_hand(jws.header.kid, jws.header.alg, tick)
    for key in keys:
        if key.verifies(jws):
            break
    else:
        return _search(jws, claims, expected, keyring, now=now, tick=tick, tried=keys)
    principal = accept(claims, expected, rules, now)
    return principal if expected.realm.deny_list is None else _unless_denied(principal, expected.realm)


def take_apart(token: str) -> tuple[UnverifiedJws, dict[str, Any]]:
    """The parts of a token and its claims, none of them believed yet; raises `RequestMalformed` for no token at all."""
    try:
        jws = parse(token)
        return jws, parse_object(jws.payload)
    except (NotCompactJws, NotStrictJson):
        # What was taken apart is made of base64url and dots, so it is a b64token; of anything else we do not know yet.
        check_b64token(token)
        raise TokenRejected(Reason.MALFORMED) from None


def check_header(header: UnverifiedHeader, claims: dict[str, Any], expected: Expected) -> None:
    """An allowed algorithm, and a token that says it is of the wanted kind. RFC 8725 §3.1 and §3.11, RFC 9068 §4."""
    if header.alg not in expected.algorithms:
        raise TokenRejected(Reason.ALGORITHM_NOT_ALLOWED)
    if header.typ not in expected.of_jwt.profile.types:
        raise TokenRejected(Reason.WRONG_TYPE, hint=_hint_of_type(header.typ, claims))


def _hint_of_type(typ: str | None, claims: dict[str, Any]) -> str:
    """For the log: which profile takes tokens of a type, unless this one is none that any of them takes."""
    if not ID_TOKEN_MARKS.isdisjoint(claims):
        return "it looks like an ID token; have the client send its access token"
    others = [name for name, profile in PROFILES.items() if typ in profile.types]
    return f"profile={others[0]!r} takes it" if others else ""


def _search(
    jws: UnverifiedJws,
    claims: dict[str, Any],
    expected: Expected,
    keyring: Keyring,
    *,
    now: float,
    tick: float,
    tried: tuple[VerifyingKey, ...],
) -> Flow[Principal]:
    """Go on where no key at hand made the signature."""
    yield from check_signature(jws, keyring, tick, tried)
    principal = accept(claims, expected, expected.of_jwt, now)
    return (yield from _unless_denied(principal, expected.realm))


def check_signature(
    jws: UnverifiedJws, keyring: Keyring, tick: float, tried: tuple[VerifyingKey, ...] = ()
) -> Flow[None]:
    """Try the keys the header names, unless they were tried; if none fits, those that a fresh look brings."""
    kid, alg = jws.header.kid, jws.header.alg
    keys = tried
    if not tried:
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


def _unless_denied(principal: Principal, realm: Realm) -> Flow[Principal]:
    yield from check_not_denied(principal, realm)
    return principal


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
