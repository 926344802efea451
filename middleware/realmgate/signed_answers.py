"""Answers about a token that the issuer has signed, so that nobody on the way can have written them. RFC 9701."""

from typing import Any, Final

from .claims import audience_of, number
from .errors import TokenRejected
from .flow import Fetched, FetchFailed, Flow
from .introspection import SIGNED, Introspection, check_active, check_status
from .jose.compact import NotCompactJws, UnverifiedJws, parse
from .jose.strict_json import NotStrictJson, parse_object
from .keys.keyring import Keyring
from .realm import Realm
from .verify import check_signature

# RFC 9701 §5; RFC 7515 §4.1.9 lets "application/" be left out.
TYPES: Final = frozenset({"token-introspection+jwt", SIGNED})
# Seconds after which an answer is one of another question.
FRESH_FOR: Final = 60.0


def read_signed(fetched: Fetched, realm: Realm, keyring: Keyring, now: float, tick: float) -> Flow[dict[str, Any]]:
    """What a signed answer says, or `FetchFailed`: whatever is wrong with it says nothing about the token.

    `now` is seconds since the epoch, `tick` seconds of a monotonic clock, both from before the question was asked. An
    answer that is encrypted is not read.
    """
    jws, claims = _take_apart(fetched)
    if realm.introspection is None or (jws.header.typ or "").lower() not in TYPES:
        raise FetchFailed("the signed answer is of another type")
    if jws.header.alg not in realm.algorithms:
        raise FetchFailed("the answer is signed with an algorithm that is not allowed")
    _check_target(claims, realm, realm.introspection)
    _check_time(claims, realm, asked_at=now, heard_at=now + fetched.at - tick)
    try:
        yield from check_signature(jws, keyring, tick)
    except TokenRejected:
        raise FetchFailed("the answer is not signed with a key of the issuer") from None
    said = claims.get("token_introspection")
    if not isinstance(said, dict):
        raise FetchFailed("the signed answer says nothing about a token")
    return check_active(said)


def _take_apart(fetched: Fetched) -> tuple[UnverifiedJws, dict[str, Any]]:
    check_status(fetched)
    media_type = fetched.header("content-type").partition(";")[0].strip().lower()
    if media_type != SIGNED:
        raise FetchFailed("the answer is not signed, though signed=True asks for it")
    try:
        jws = parse(fetched.body.decode("ascii").strip())
        return jws, parse_object(jws.payload)
    except (UnicodeDecodeError, NotCompactJws, NotStrictJson):
        raise FetchFailed("the answer is not a signed JWT") from None


def _check_target(claims: dict[str, Any], realm: Realm, introspection: Introspection) -> None:
    """Said by this issuer, and to us. RFC 9701 §5 and §8.1."""
    if claims.get("iss") != realm.issuer:
        raise FetchFailed("the signed answer is of another issuer")
    try:
        named = audience_of(claims)
    except TokenRejected:
        raise FetchFailed("the signed answer does not say to whom it is") from None
    if introspection.answers_to not in named:
        raise FetchFailed("the signed answer is for somebody else; say who we are with audience=")


def _check_time(claims: dict[str, Any], realm: Realm, *, asked_at: float, heard_at: float) -> None:
    """Said just now; a server that was slow says it after it was asked. RFC 9701 §5."""
    try:
        issued = number(claims.get("iat"), "iat")
    except TokenRejected:
        raise FetchFailed("the signed answer does not say when it was given") from None
    if not asked_at - FRESH_FOR <= issued <= heard_at + realm.future_leeway:
        raise FetchFailed("the signed answer is of another time, or a clock is wrong")
