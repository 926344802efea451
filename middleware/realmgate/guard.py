"""How gates stand around an app, whichever the door: one realm for all of it, or a table of path prefixes."""

import inspect
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, cast

from .choice import Choice
from .decision import Decision, OnDecision, Outcome, tell
from .errors import ConfigurationError
from .gate import Gate
from .guarded import GuardedRealm
from .own_mounts import own_mounts
from .paths import AmbiguousPath, PrefixTable
from .reasons import Reason
from .reporting_gate import gate_of

# By how many arguments its apps take: what a door is for, and where the gates of the other one are.
DOORS: Final = MappingProxyType({3: ("ASGI", "realmgate.wsgi"), 2: ("WSGI", "realmgate")})


class Guard:
    """What an audit recognises: a wrapper that lets nobody through to `app` but with a token of the path's realm."""

    app: Any
    takes: ClassVar[int]

    @staticmethod
    def check_realm(guarded: GuardedRealm) -> None:
        """Raise `ConfigurationError` for a realm that the door can do nothing with."""

    def guards(self, path: str) -> GuardedRealm | None:
        """The realm that a path behind this wrapper belongs to; None where it is open."""
        raise NotImplementedError

    def reaches(self, path: str) -> bool:
        """Whether a request for the path can get to `app` at all."""
        del path
        return True

    @property
    def routes(self) -> list[Any]:
        """The routes of the app behind, so that ``url_for`` finds them."""
        return list(getattr(self.app, "routes", []))


def check_app(app: Any, takes: int) -> None:
    """Refuse an app of the other door, as far as its signature tells. Raises `ConfigurationError`."""
    (protocol, elsewhere), other = DOORS[takes], 5 - takes
    if _can_be_called_with(app, other) and not _can_be_called_with(app, takes):
        raise ConfigurationError(
            f"this gate is for {protocol}, and the app takes {other} arguments, as {DOORS[other][0]} apps do: "
            f"import the gate from {elsewhere}"
        )


def _can_be_called_with(app: Any, arguments: int) -> bool:
    try:
        inspect.signature(app).bind(*range(arguments))
    except (TypeError, ValueError):
        return False
    return True


def check_clock(clock: Any) -> None:
    """Refuse what tells no time in seconds, before the first request finds out."""
    told = clock() if callable(clock) else None
    if not isinstance(told, int | float):
        raise ConfigurationError("clock=…: must be a function that returns seconds since the epoch, like time.time")


class SingleRealm(Guard):
    """The whole app belongs to one realm, or takes the tokens of several."""

    def __init__(
        self,
        app: Any,
        *,
        realm: GuardedRealm | Sequence[GuardedRealm],
        clock: Callable[[], float] = time.time,
        remember: int = 10_000,
        on_decision: OnDecision | None = None,
    ) -> None:
        """Raise `TypeError` for a realm that is not out of a `Realms`, `ConfigurationError` for several that clash."""
        check_app(app, self.takes)
        check_clock(clock)
        self.app = app
        self.guarded = _each(realm)
        gates = [gate_of(each, clock=clock, remember=remember, on_decision=on_decision) for each in self.guarded]
        place = _place(gates, where="RealmGate(realm=…)")
        self.gate: Gate = gates[0]
        self.choice = place if isinstance(place, Choice) else None
        for each in self.guarded:
            self.check_realm(each)

    def guards(self, path: str) -> GuardedRealm:
        """Every path; of several realms the first one stands for all."""
        del path
        return self.gate.guarded


def _each(realm: Any) -> tuple[GuardedRealm, ...]:
    """One realm or several; whatever is neither is for the gate to refuse."""
    several = tuple(realm) if isinstance(realm, tuple | list) else ()
    return several or (cast(GuardedRealm, realm),)


class PrefixedRealms(Guard):
    """The app's paths belong to realms by prefix; `elsewhere` says what happens to all others."""

    def __init__(
        self,
        app: Any,
        table: Mapping[str, GuardedRealm | Sequence[GuardedRealm]],
        *,
        elsewhere: Literal["open", "refuse"],
        clock: Callable[[], float] = time.time,
        remember: int = 10_000,
        on_decision: OnDecision | None = None,
    ) -> None:
        """Raise `ConfigurationError` for a prefix or an `elsewhere` that cannot be right."""
        check_app(app, self.takes)
        check_clock(clock)
        if elsewhere not in ("open", "refuse"):
            raise ConfigurationError(f'RealmMap(…, elsewhere={elsewhere!r}): must be "open" or "refuse"')
        _check_table(table)
        self.app = app
        self.elsewhere = elsewhere
        self.own_mounts = own_mounts(app)
        self._on_decision = on_decision
        # Two prefixes of the same realms are one place.
        whose = {prefix: _each(realm) for prefix, realm in table.items()}
        places = {
            tuple(map(id, realms)): _place(
                [gate_of(each, clock=clock, remember=remember, on_decision=on_decision) for each in realms],
                where=f"RealmMap(app, {{{prefix!r}: …}})",
            )
            for prefix, realms in whose.items()
        }
        self.guarded = tuple(chain.from_iterable(whose.values()))
        for each in self.guarded:
            self.check_realm(each)
        self._table = PrefixTable({prefix: places[tuple(map(id, realms))] for prefix, realms in whose.items()})

    def place_of(self, readings: Iterable[str]) -> Gate | Choice | None:
        """What stands before a path, in all its readings; raises `AmbiguousPath`."""
        try:
            place = self._table.find(readings)
        except AmbiguousPath:
            self._turned_away(Reason.AMBIGUOUS_PATH)
            raise
        if place is None and self.elsewhere == "refuse":
            self._turned_away(Reason.ELSEWHERE)
        return place

    def _turned_away(self, reason: Reason) -> None:
        if self._on_decision is not None:
            tell(self._on_decision, Decision(realm="", outcome=Outcome.REFUSED, reason=reason))

    def guards(self, path: str) -> GuardedRealm | None:
        """The realm of the prefix, or none; of several realms the first one stands for all."""
        place = self._table.place(path)
        return None if place is None else place.guarded

    def reaches(self, path: str) -> bool:
        """Anything under a prefix, and elsewhere if that is open."""
        return self.elsewhere == "open" or self.guards(path) is not None


def _place(gates: Sequence[Gate], *, where: str) -> Gate | Choice:
    """What decides before one app: its gate, or a choice among several."""
    return gates[0] if len(gates) == 1 else Choice(gates, where=where)


def _check_table(table: Any) -> None:
    """Realms that were proven apart, and nothing else; what is no realm is for the gate to refuse."""
    if not isinstance(table, Mapping):
        raise TypeError(
            f"RealmMap(app, …): the table maps prefixes to realms, like {{'/api': shop['storefront']}}, "
            f"not a {type(table).__name__}"
        )
    realms = chain.from_iterable(map(_each, table.values()))
    owners = {id(realm.owner) for realm in realms if isinstance(realm, GuardedRealm)}
    if len(owners) > 1:
        raise ConfigurationError(
            "RealmMap(app, {…}): all realms must be out of one Realms(…), or nobody has proven them apart"
        )
