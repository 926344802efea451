"""Whether a login was strong and recent enough for what is asked. RFC 9470."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from .claims import number
from .errors import StepUpWanted
from .realm_checks import SCOPE
from .reasons import Reason

ACR_TAKES: Final = "acr= takes a class, or a list of classes of which one is enough, without spaces or quotes"


@dataclass(frozen=True, slots=True)
class StepUp:
    """What a handler asks of the login: one of the classes `acr`, at most `max_age` seconds ago."""

    acr: tuple[str, ...] = ()
    max_age: int | None = None

    @classmethod
    def of(cls, acr: str | Sequence[str] | None, max_age: int | None) -> Self:
        """Take what `requires` takes; raises `TypeError`."""
        given = (acr,) if isinstance(acr, str) else acr
        # One of no classes is none at all: whoever reads them from somewhere would ask for nothing, and not know it.
        if given is not None and (not isinstance(given, Sequence) or not given):
            raise TypeError(ACR_TAKES)
        return cls(tuple(given or ()), max_age)

    def __post_init__(self) -> None:
        """Raise `TypeError` for what cannot be asked."""
        # A space separates values, and a quoted-string would have to escape the rest.
        if not all(isinstance(one, str) and SCOPE.fullmatch(one) for one in self.acr):
            raise TypeError(ACR_TAKES)
        age = self.max_age
        if age is not None and (not isinstance(age, int) or isinstance(age, bool) or age < 0):
            raise TypeError("max_age= takes whole seconds, zero or more")


def check_step_up(claims: Mapping[str, Any], wanted: StepUp, now: float, scope: str = "") -> None:
    """Raise `StepUpWanted` unless the claims ``acr`` and ``auth_time`` say so. RFC 9470 §4, RFC 9068 §2.2.1.

    `scope` is what the token of the better login must hold, too.
    """
    if wanted.acr and claims.get("acr") not in wanted.acr:
        raise StepUpWanted(Reason.LOGIN_TOO_WEAK, acr=wanted.acr, max_age=wanted.max_age, scope=scope)
    if wanted.max_age is None:
        return
    if "auth_time" not in claims or now - number(claims["auth_time"], "auth_time") > wanted.max_age:
        raise StepUpWanted(Reason.LOGIN_TOO_OLD, acr=wanted.acr, max_age=wanted.max_age, scope=scope)
