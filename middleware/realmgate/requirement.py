"""What a single handler asks of the principal, beyond its being one. RFC 6750 §3.1, RFC 9470."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from .challenge import Refusal
from .errors import NoGate, Refused, ScopeInsufficient, TokenMissing
from .gate import GATE_KEY, PRINCIPAL_KEY, Gate
from .incoming import Incoming
from .principal import Principal
from .realm_checks import SCOPE
from .reasons import Reason
from .step_up import StepUp, check_step_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Scopes and roles, each as choices of which one is enough, and how strong and recent a login must be."""

    scopes: tuple[tuple[str, ...], ...]
    roles: tuple[tuple[str, ...], ...]
    step_up: StepUp

    @classmethod
    def of(
        cls,
        scopes: str | list[str] = "",
        roles: str | list[str] = "",
        acr: str | Sequence[str] | None = None,
        max_age: int | None = None,
    ) -> Self:
        """Take what `requires` takes; raises `TypeError`, which names the argument."""
        choices = _choices("scopes", scopes)
        if not all(SCOPE.fullmatch(one) for choice in choices for one in choice):
            raise TypeError("scopes= takes names that a token can hold: ASCII, without quotes and backslashes")
        return cls(scopes=choices, roles=_choices("roles", roles), step_up=StepUp.of(acr, max_age))

    def check(self, principal: Principal, now: float) -> None:
        """Raise `Refused` unless the principal may; `now` is in seconds since the epoch."""
        held = _choice_held(self.scopes, principal.scopes)
        scope = " ".join(self.scopes[0] if held is None else held)
        if not principal.is_authenticated:
            raise TokenMissing(Reason.NOBODY, scope=scope)
        if held is None:
            raise ScopeInsufficient(Reason.SCOPE_INSUFFICIENT, scope=scope)
        if _choice_held(self.roles, principal.roles) is None:
            raise ScopeInsufficient(Reason.ROLE_MISSING)
        check_step_up(principal.claims, self.step_up, now, scope)


def principal_in(request: Mapping[str, Any]) -> Principal:
    """Who a gate let through, of a scope or an environ; raises `NoGate` where none stands."""
    principal = request.get(PRINCIPAL_KEY)
    if not isinstance(principal, Principal):
        raise NoGate("no gate stands before this handler; wrap the app in a RealmGate")
    return principal


def gate_in(request: Mapping[str, Any]) -> Gate:
    """The gate that let the principal through; raises `NoGate` outside all realms."""
    principal_in(request)
    gate = request.get(GATE_KEY)
    if not isinstance(gate, Gate):
        raise NoGate("this handler lies in no realm; only a gate can ask for a token")
    return gate


def refusal_in(request: Mapping[str, Any], incoming: Incoming, demand: Demand) -> Refusal | None:
    """The answer to a principal who may not do this; None for one who may."""
    principal, gate = principal_in(request), gate_in(request)
    try:
        demand.check(principal, gate.clock())
    except Refused as error:
        return gate.forbid(error, incoming)
    return None


def _choices(argument: str, wanted: str | list[str]) -> tuple[tuple[str, ...], ...]:
    given = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(given, list | tuple) or not given or not all(isinstance(one, str) for one in given):
        raise TypeError(f"{argument}= takes a string, or a list of strings of which one is enough")
    choices = tuple(tuple(one.split()) for one in given)
    if given is wanted and not all(choices):
        raise TypeError(f"{argument}= takes no empty string in a list, which would be enough for everybody")
    return choices


def _choice_held(choices: tuple[tuple[str, ...], ...], held: frozenset[str]) -> tuple[str, ...] | None:
    return next((choice for choice in choices if held.issuperset(choice)), None)
