"""Which of several realms before one app a request belongs to, as its token says that nobody has believed yet.

What is read here only chooses among gates that each verify everything; a lie leads to a gate that refuses it.
"""

from collections.abc import Sequence
from itertools import combinations

from .claims import Claims
from .credentials import credentials_of
from .dpop_options import BEARER, DPOP
from .errors import ConfigurationError, Refused, TokenRejected
from .gate import Gate
from .guarded import GuardedRealm
from .incoming import Incoming
from .profiles import PROFILES
from .realm import Realm
from .verify import take_apart

SCHEMES = frozenset({BEARER, DPOP})


class Choice:
    """The gates of several realms; the first one answers whoever shows nothing that could be read."""

    def __init__(self, gates: Sequence[Gate], *, where: str) -> None:
        """Raise `ConfigurationError` for realms that a token cannot be told apart by before it is verified.

        `where` is the argument that lists them, as it begins every error.
        """
        self._gates = tuple(gates)
        for gate in self._gates:
            gate.beside = self._gates
        for one, other in combinations(self._gates, 2):
            _check_pair(one, other, where)
        asking = [gate for gate in self._gates if gate.realm.introspection is not None]
        if len(asking) > 1:
            raise ConfigurationError(
                f"{where}: only one of several realms can have introspection, or nobody knows whom to ask"
            )
        self._otherwise = asking[0] if asking else self._gates[0]

    @property
    def guarded(self) -> GuardedRealm:
        """The realm that stands for all of them: the first one."""
        return self._gates[0].guarded

    def gate_for(self, incoming: Incoming) -> Gate:
        """The gate that is to decide on a request."""
        shown = incoming.shown()
        for gate in self._gates:
            if gate.remembered(shown) is not None:
                return gate
        try:
            _, token = credentials_of(incoming.header("authorization"), SCHEMES)
        except Refused:
            return self._gates[0]
        try:
            _, claims = take_apart(token)
        except TokenRejected:
            return self._otherwise
        return next((gate for gate in self._gates if _is_meant_for(claims, gate)), self._otherwise)


def _is_meant_for(claims: Claims, gate: Gate) -> bool:
    try:
        PROFILES[gate.realm.profile].check_target(claims, gate.guarded.expected)
    except TokenRejected:
        return False
    return True


def _check_pair(one: Gate, other: Gate, where: str) -> None:
    if one.guarded.owner is not other.guarded.owner or one.guarded is other.guarded:
        raise ConfigurationError(f"{where}: several realms must be out of one Realms(…), each once")
    if "orocommerce" in (one.realm.profile, other.realm.profile):
        raise ConfigurationError(f"{where}: a realm of the profile 'orocommerce' stands alone")
    if not _differ(one.realm, other.realm):
        raise ConfigurationError(
            f"{where}: {one.realm.name!r} and {other.realm.name!r} have the same issuer and audience, so "
            "nobody can tell which of them a token is for; give each a gate of its own"
        )


def _differ(one: Realm, other: Realm) -> bool:
    # Two realms without any audience have the same one.
    apart = one.audiences != other.audiences and not one.audiences & other.audiences
    return one.issuer != other.issuer or apart
