"""The whole story of a token that only its issuer can read, on one screen. RFC 7662."""

from typing import Any

from .errors import ScopeInsufficient, TokenRejected
from .expected import Expected, accept
from .flow import Flow
from .introspection import ask
from .keys.keyring import Keyring
from .principal import Principal
from .realm import Realm
from .reasons import Reason
from .signed_answers import read_signed
from .verify import check_not_denied


def verify_opaque(token: str, expected: Expected, keyring: Keyring, now: float, tick: float) -> Flow[Principal]:
    """Turn what the issuer says of a token into a `Principal`, or raise `TokenRejected` or `KeysUnavailable`.

    That a token is active says nothing about whom it is meant for, so all that a JWT's claims must say, the answer must
    say as well. RFC 7662 §4. `now` is seconds since the epoch, `tick` seconds of a monotonic clock.
    """
    realm = expected.realm
    answer = yield from _ask(token, realm, keyring, now, tick)
    expected.of_answer.profile.check_target(answer, expected)
    principal = accept(answer, expected, expected.of_answer, now)
    yield from check_not_denied(principal, realm)
    return principal


def check_no_less(found: Principal, before: Principal) -> None:
    """Raise `ScopeInsufficient` where a token was good for more `before`: that may be what its bearer was let in for.

    By the realm, by a handler, or by the app behind. What the token has gained since is no matter.
    """
    if not found.scopes >= before.scopes:
        raise ScopeInsufficient(Reason.SCOPE_INSUFFICIENT, hint="the issuer has taken a scope back")
    if not found.roles >= before.roles:
        raise ScopeInsufficient(Reason.ROLE_MISSING, hint="the issuer has taken a role back")


def _ask(token: str, realm: Realm, keyring: Keyring, now: float, tick: float) -> Flow[dict[str, Any]]:
    introspection = realm.introspection
    if introspection is None:
        raise TokenRejected(Reason.MALFORMED)
    if not introspection.signed:
        return (yield from ask(introspection, token))
    return (yield from ask(introspection, token, lambda fetched: read_signed(fetched, realm, keyring, now, tick)))
