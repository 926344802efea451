"""All of the provider's state at once, for a page that shows it live, and forgetting it."""

from typing import TYPE_CHECKING, Annotated, Any, Final

from msgspec import Meta, Struct

from ..captured.journal import AnsweredRequest
from .clock import ClockState, clock_state
from .faults import Pending, pending_faults
from .keys import PublishedKey, keys_state
from .operation import NothingYet, Operation, Wait
from .plain import plain
from .tokens import ShownToken, shown_token

if TYPE_CHECKING:
    from ..provider import Provider


class Look(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number of the last state that was seen, and how long to wait for a newer one."""

    since: Annotated[int, Meta(ge=0, le=2**53)] = 0
    wait: Wait = 0


class ShownRequest(Struct, frozen=True, kw_only=True):
    """A request that was answered, without its secrets; a `status` of 0 is that there was no answer."""

    number: int
    method: str
    path: str
    client_id: str | None
    status: int
    milliseconds: float
    at: float
    shown: str


class NumberedToken(ShownToken, frozen=True, kw_only=True):
    """A token that was issued."""

    number: int


class State(Struct, frozen=True, kw_only=True):
    """What there is now; `requests` and `tokens` hold what happened after `since`, up to the last 200.

    `number` is the `since` of the next question. All entries up to the number `forgotten` have been forgotten.
    """

    number: int
    forgotten: int
    clock: ClockState
    faults: tuple[Pending, ...]
    keys: dict[str, tuple[PublishedKey, ...]]
    requests: tuple[ShownRequest, ...]
    tokens: tuple[NumberedToken, ...]


class Done(Struct, frozen=True, kw_only=True):
    """It is done."""

    done: bool = True


def state(provider: "Provider", since: int = 0) -> State:
    """The state, with what happened after this number."""
    chapter = provider.journal.since(since)
    return State(
        number=chapter.number,
        forgotten=chapter.forgotten,
        clock=clock_state(provider),
        faults=pending_faults(provider).pending,
        keys=keys_state(provider).realms,
        requests=tuple(_shown(number, answered) for number, answered in chapter.answered),
        tokens=tuple(_numbered(number, shown_token(token)) for number, token in chapter.issued),
    )


def _shown(number: int, answered: AnsweredRequest) -> ShownRequest:
    request = answered.request
    return ShownRequest(
        number=number,
        method=request.method,
        path=request.path,
        client_id=plain(request.client_id),
        status=answered.status,
        milliseconds=round(answered.seconds * 1000, 2),
        at=request.at,
        shown=str(request),
    )


def _numbered(number: int, token: ShownToken) -> NumberedToken:
    fields: dict[str, Any] = {name: getattr(token, name) for name in token.__struct_fields__}
    return NumberedToken(number=number, **fields)


def _look(provider: "Provider", asked: Look) -> State:
    """Newer is what has another number than was seen, or was changed in this process past the journal."""
    if provider.journal.number_of(_changeable(provider)) == asked.since:
        raise NothingYet("nothing happened", instead=state(provider, asked.since))
    return state(provider, asked.since)


def _changeable(provider: "Provider") -> object:
    """What tests in this process change without a word to the journal."""
    return (
        provider.clock.settings,
        provider.faults.pending,
        tuple(tuple(keys.phases.items()) for keys in provider.keys.values()),
    )


def _reset(provider: "Provider", _: object) -> Done:
    provider.reset()
    return Done()


OPERATIONS: Final = (
    Operation(
        name="state",
        says="Everything at once, as soon as it is newer than what was seen.",
        takes=Look,
        gives=State,
        act=_look,
        reads=True,
        waits=lambda asked: float(asked.wait),
    ),
    Operation(name="reset", says="Forget everything but what is configured.", gives=Done, act=_reset),
)
