"""Which of the next answers and tokens will lie: what a test asked for and what has not happened yet."""

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias, Unpack

from ..errors import CannotLie
from ..signing.token_draft import Draft, Seal, seal
from .catalogue import CATALOGUE, choose
from .order import Order, order, token_of
from .row import Fault, Foreign, TokenFault, TokenKind, Whom

# A fault of tokens that the request under way asked for itself, which therefore nobody else's tokens meet.
ASKED_FOR: Final[ContextVar[TokenFault | None]] = ContextVar("mockidp_asked_for", default=None)

# The names of the faults that the request under way has met, where somebody wants to know.
CARRIED_OUT: Final[ContextVar[list[str] | None]] = ContextVar("mockidp_carried_out", default=None)

MARK: Final = "!"
logger: Final = logging.getLogger("mockidp")

Absent: TypeAlias = Callable[[Order], str | None]  # says whom an order is for and who is not there


def nobody(_: Order) -> str | None:
    """Nobody is missing."""
    return None


class Faults:
    """The faults of one provider. Safe to share between threads.

    `realm`, `client`, `user` (by username or subject), `endpoint` and `token` (`access_token` or `id_token`) say whom a
    fault is for; of several that fit, the oldest comes first.
    """

    def __init__(self, foreign: Mapping[str, Foreign], *, lying_tokens: bool = True) -> None:
        """Plan nothing yet. There are no lies about tokens that are not JWTs of RFC 9068: then, no `lying_tokens`."""
        self._foreign = foreign
        self._lying_tokens = lying_tokens
        self._absent: Absent = nobody
        self._lock = threading.Lock()
        self._planned: tuple[Order, ...] = ()
        self._orders: tuple[Order, ...] = ()
        self._clearings = 0

    @property
    def catalogue(self) -> Mapping[str, Fault]:
        """Every fault by its name, with a sentence about it and what a careful verifier says."""
        return CATALOGUE

    @property
    def pending(self) -> tuple[Order, ...]:
        """What is still to come."""
        return tuple(replace(due, warning=self._absent(due)) for due in self._orders)

    def next(self, fault: str, *, times: int = 1, **whom: Unpack[Whom]) -> None:
        """Have the next matching answer or token lie, or the next few of them."""
        self._add(order(fault, times, whom))

    def always(self, fault: str, **whom: Unpack[Whom]) -> None:
        """Have every matching answer or token lie, until `clear`."""
        self._add(order(fault, None, whom))

    def clear(self) -> None:
        """Go back to the truth."""
        with self._lock:
            self._orders = ()
            self._clearings += 1

    def become(self, foreign: Mapping[str, Foreign], planned: tuple[Order, ...], absent: Absent = nobody) -> None:
        """Go by another configuration; what a test asked for is still to come."""
        with self._lock:
            self._foreign = {**self._foreign, **foreign}  # a request under way may still be at a realm that is gone
            self._absent = absent
            changed = planned != self._planned
            if changed:
                self._orders = (*planned, *(one for one in self._orders if not one.planned))
            self._planned = planned
        for due in planned if changed else ():
            self._warn(due)

    def reset(self) -> None:
        """Go back to what the configuration plans, each as often as it says."""
        with self._lock:
            self._orders = self._planned
            self._clearings += 1

    def sealed(
        self, token: TokenKind, *, realm: str, client: str, users: Collection[str] = (), asked: str = ""
    ) -> Seal:
        """How the token that is being issued is to be sealed; `asked` is the fault that its approval asks for."""
        own = ASKED_FOR.get() or (_token_fault(asked) if asked else None)
        if own is not None:
            return self._seal(own, realm) if token_of(own) == token else seal
        due = self._take(lambda one: one.lies_about(token, realm=realm, client=client, users=users))
        return self._seal(_token_fault(due.fault), realm) if due else seal

    def lie(self, fault: str, realm: str) -> Seal:
        """How an access token of this realm is to be sealed so that it lies like this."""
        self._expect_lying_tokens()
        chosen = _token_fault(fault)
        token_of(chosen, "access_token")
        return self._seal(chosen, realm)

    def interfering(self, endpoint: str, *, realm: str | None, client: str | None) -> Order | None:
        """What is to go wrong with this request."""
        return self._take(lambda one: one.interferes_at(endpoint, realm=realm, client=client))

    def postpone(self, due: Order) -> None:
        """Have this happen to a later request, since this one was not what it is about; not if all was cleared since.

        One that always happens is still there.
        """
        with self._lock:
            if due.times is not None and due.clearings == self._clearings:
                self._orders = (replace(due, times=1), *self._orders)

    def _add(self, due: Order) -> None:
        if due.realm is not None and due.realm not in self._foreign:
            raise ValueError(f"there is no realm {due.realm!r}; there are {', '.join(self._foreign)}")
        if due.token is not None:
            self._expect_lying_tokens()
        with self._lock:
            self._orders += (due,)
        self._warn(due)

    def _warn(self, due: Order) -> None:
        if warning := self._absent(due):
            logger.warning("fault %s: %s", due.fault, warning)

    def _expect_lying_tokens(self) -> None:
        if not self._lying_tokens:
            raise ValueError("there are faults of tokens in the standard dialect only")

    def _take(self, fits: Callable[[Order], bool]) -> Order | None:
        """The first order that fits, which is then done once more."""
        if not self._orders:
            return None
        with self._lock:
            at = next((at for at, one in enumerate(self._orders) if fits(one)), None)
            if at is None:
                return None
            due = self._orders[at]
            self._orders = (*self._orders[:at], *due.once_less(), *self._orders[at + 1 :])
            return replace(due, clearings=self._clearings)

    def _seal(self, fault: TokenFault, realm: str) -> Seal:
        note_carried_out(fault.name)
        return partial(_told, fault=fault, foreign=self._foreign[realm])


def note_carried_out(fault: str) -> None:
    """The request under way has met this fault."""
    noted = CARRIED_OUT.get()
    if noted is not None:
        noted.append(fault)


def note_put_off(fault: str) -> None:
    """The request under way has not met it after all."""
    noted = CARRIED_OUT.get()
    if noted is not None and fault in noted:
        noted.remove(fault)


def hinted(login_hint: str) -> tuple[str, str]:
    """The user that a `login_hint` names, and the fault of tokens behind a `!`, where there is one of that name."""
    user, mark, fault = login_hint.rpartition(MARK)
    return (user, fault) if mark and isinstance(CATALOGUE.get(fault), TokenFault) else (login_hint, "")


def _token_fault(name: str) -> TokenFault:
    fault = choose(name).fault
    if not isinstance(fault, TokenFault):
        raise ValueError(f"{name} is a fault of an endpoint, not of tokens")  # noqa: TRY004  # it is about the name
    return fault


def _told(draft: Draft, *, fault: TokenFault, foreign: Foreign) -> str:
    try:
        return fault.lie(draft, foreign)
    except (TypeError, AttributeError, ArithmeticError, LookupError) as error:
        raise CannotLie(f"{fault.name} needs claims of the usual kinds to lie about: leave out one of both") from error
