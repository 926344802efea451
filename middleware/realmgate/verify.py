"""The whole story of a token, on one screen."""

from collections.abc import Mapping
from typing import Any

from .claims import Expected, check_claims, check_target
from .errors import KeysUnavailable, TokenRejected
from .flow import Denied, EffectFailed, Flow
from .jose.compact import NotCompactJws, UnverifiedHeader, UnverifiedJws, parse
from .jose.keys import VerifyingKey
from .jose.strict_json import NotStrictJson, parse_object
from .keyring import Keyring
from .principal import Principal, freeze
from .realm import Realm

# RFC 9068 §4 takes the short and the long form; media types ignore case (RFC 7515 §4.1.9).
ACCESS_TOKEN_TYPES = frozenset({"at+jwt", "application/at+jwt"})


def verify(token: str, expected: Expected, keyring: Keyring, now: float, tick: float) -> Flow[Principal]:
    """Turn a token into a `Principal`, or raise `TokenRejected` or `KeysUnavailable`.

    `now` is seconds since the epoch, `tick` seconds of a monotonic clock. A token that is not meant for this realm
    never causes a download.
    """
    jws, claims = take_apart(token)
    check_header(jws.header, expected.realm)
    check_target(claims, expected)
    yield from check_signature(jws, keyring, tick)
    check_claims(claims, expected, now)
    yield from check_not_denied(claims["jti"], expected.realm)
    return Principal(
        subject=claims["sub"],
        realm=expected.realm.name,
        client_id=claims["client_id"],
        scopes=frozenset(claims.get("scope", "").split()),
        claims=freeze(claims),
        expires_at=float(claims["exp"]),
    )


def take_apart(token: str) -> tuple[UnverifiedJws, Mapping[str, Any]]:
    """The parts of a token and its claims, none of them believed yet."""
    try:
        jws = parse(token)
        return jws, parse_object(jws.payload)
    except (NotCompactJws, NotStrictJson):
        raise TokenRejected("malformed token") from None


def check_header(header: UnverifiedHeader, realm: Realm) -> None:
    """RFC 8725 §3.1 and §3.11: an allowed algorithm, and a token that says it is an access token."""
    if header.alg not in realm.algorithms:
        raise TokenRejected("algorithm not allowed")
    if header.typ is None or header.typ.lower() not in ACCESS_TOKEN_TYPES:
        raise TokenRejected("wrong type of token")


def check_signature(jws: UnverifiedJws, keyring: Keyring, tick: float) -> Flow[None]:
    """Try the keys the header names; if none fits, those that a fresh look brings."""
    kid, alg = jws.header.kid, jws.header.alg
    keys = yield from keyring.find(kid, alg, tick)
    if _any_verifies(keys, jws):
        return
    others = yield from keyring.find_again(kid, alg, tick, keys)
    if not _any_verifies(others, jws):
        raise TokenRejected("wrong signature" if keys or others else "unknown key")


def _any_verifies(keys: tuple[VerifyingKey, ...], jws: UnverifiedJws) -> bool:
    return any(key.verifies(jws) for key in keys)


def check_not_denied(jti: str, realm: Realm) -> Flow[None]:
    """Ask the deny-list, if there is one. No answer is no yes."""
    if realm.deny_list is None:
        return
    try:
        denied = yield Denied(jti=jti)
    except EffectFailed:
        raise KeysUnavailable("deny-list unavailable") from None
    if denied:
        raise TokenRejected("revoked")
