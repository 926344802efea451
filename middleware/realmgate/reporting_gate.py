"""A gate that reports what it decides; where nobody listens, the plain gate stands and this costs nothing."""

import time
from collections.abc import Callable

from .challenge import Refusal
from .credentials import credentials_of
from .decision import Decision, OnDecision, Outcome, check_callback, outcome_of, tell
from .errors import Refused
from .flow import Flow
from .gate import Gate
from .guarded import GuardedRealm
from .incoming import Incoming
from .jose.compact import NotCompactJws, parse
from .orocommerce import OroGate
from .principal import Principal
from .reasons import Reason


def gate_of(
    guarded: GuardedRealm, *, clock: Callable[[], float], remember: int, on_decision: OnDecision | None
) -> Gate:
    """The gate of a realm, watched if somebody wants to be told."""
    oro = isinstance(guarded, GuardedRealm) and guarded.expected.realm.oro_version is not None
    if on_decision is None:
        return (OroGate if oro else Gate)(guarded, clock=clock, remember=remember)
    watched = WatchedOroGate if oro else WatchedGate
    return watched(guarded, clock=clock, remember=remember, on_decision=on_decision)


class WatchedGate(Gate):
    """Decides as every gate does, and tells `on_decision` each time."""

    is_plain = False

    def __init__(
        self, guarded: GuardedRealm, *, clock: Callable[[], float], remember: int, on_decision: OnDecision
    ) -> None:
        """Raise `ConfigurationError` for a callback that could not be called."""
        check_callback(on_decision)
        super().__init__(guarded, clock=clock, remember=remember)
        self._on_decision = on_decision

    def admit(self, incoming: Incoming) -> Principal | Flow[Principal]:
        """Decide, and tell; where something has to be asked first, tell when it was answered."""
        sight = Sight(self, incoming)
        try:
            found = super().admit(incoming)
        except Refused as error:
            self._tell(sight.refused(error))
            raise
        if isinstance(found, Principal):
            self._tell(sight.admitted(found))
            return found
        return self._watch(found, sight)

    def _watch(self, flow: Flow[Principal], sight: "Sight") -> Flow[Principal]:
        try:
            principal = yield from flow
        except Refused as error:
            self._tell(sight.refused(error))
            raise
        self._tell(sight.admitted(principal))
        return principal

    def forbid(self, error: Refused, incoming: Incoming) -> Refusal:
        """A second decision, on somebody who was let in by a first one."""
        self._tell(Sight(self, incoming).refused(error))
        return super().forbid(error, incoming)

    def _tell(self, decision: Decision) -> None:
        tell(self._on_decision, decision)

    def recalled(self, incoming: Incoming) -> Principal | None:
        """Who is remembered under exactly these credentials."""
        found = self.remembered(self.look_at(incoming).shown())
        return None if found is None else found.principal

    def known_kid(self, incoming: Incoming) -> str | None:
        """The key the token names, if there is one of that name; whatever else the token says stays in the token."""
        try:
            _, token = credentials_of(incoming.header("authorization"), self._schemes)
            kid = parse(token).header.kid
        except (Refused, NotCompactJws):
            return None
        return next((key.kid for key in self._keyring.keys if key.kid == kid), None)


class WatchedOroGate(WatchedGate, OroGate):
    """The same with the manners of OroCommerce."""


class Sight:
    """One request as it looked when it came."""

    def __init__(self, gate: WatchedGate, incoming: Incoming) -> None:
        """Start the clock."""
        self._started = time.perf_counter()
        self._gate = gate
        self._incoming = incoming
        self._recalled = gate.recalled(incoming)

    def admitted(self, principal: Principal) -> Decision:
        """The decision to let somebody in, or nobody in particular."""
        outcome = Outcome.ADMITTED if principal.is_authenticated else Outcome.ANONYMOUS
        return self._decision(outcome, remembered=principal is self._recalled)

    def refused(self, error: Refused) -> Decision:
        """The decision to let nobody in."""
        return self._decision(outcome_of(error), reason=error.reason)

    def _decision(self, outcome: Outcome, *, reason: Reason | None = None, remembered: bool = False) -> Decision:
        realm = self._gate.realm
        return Decision(
            realm=realm.name,
            outcome=outcome,
            reason=reason,
            issuer=realm.issuer,
            kid=self._gate.known_kid(self._incoming),
            remembered=remembered,
            duration=time.perf_counter() - self._started,
        )
