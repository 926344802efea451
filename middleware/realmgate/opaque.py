"""The whole story of a token that only its issuer can read, on one screen. RFC 7662."""

from .flow import Flow
from .introspection import Introspection, ask
from .principal import Principal
from .profiles import OPAQUE, Expected, principal_of
from .verify import check_not_denied


def verify_opaque(token: str, expected: Expected, introspection: Introspection, now: float) -> Flow[Principal]:
    """Turn what the issuer says of a token into a `Principal`, or raise `TokenRejected` or `KeysUnavailable`.

    That a token is active says nothing about whom it is meant for, so all that a JWT's claims must say, the answer must
    say as well. RFC 7662 §4. `now` is seconds since the epoch.
    """
    realm = expected.realm
    answer = yield from ask(introspection, token)
    OPAQUE.check_target(answer, expected)
    for check in OPAQUE.checks:
        check(answer, realm, now)
    principal = principal_of(answer, realm, OPAQUE)
    yield from check_not_denied(principal, realm)
    return principal
