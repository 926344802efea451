"""Operations on faults: which of the next answers and tokens will lie."""

from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta, Struct

from ..faults.row import Endpoint, EndpointFault, Fault, TokenKind, Whom
from .operation import Operation

if TYPE_CHECKING:
    from ..faults.order import Order
    from ..provider import Provider

Times = Annotated[int, Meta(ge=1, le=1_000_000)]


class Pending(Struct, frozen=True, kw_only=True):
    """A fault that is still to come, and whom it is for; `times` null is until it is cleared.

    `warning` says which client or user of these is not there at this moment; null where all are.
    """

    fault: str
    times: int | None
    realm: str | None
    client: str | None
    user: str | None
    endpoint: Endpoint | None
    token: TokenKind | None
    warning: str | None


class PendingFaults(Struct, frozen=True, kw_only=True):
    """All that is still to come, the oldest first."""

    pending: tuple[Pending, ...]


class KnownFault(Struct, frozen=True, kw_only=True):
    """A row of the catalogue: of tokens, or of an endpoint (null is any), with the number that it takes by default."""

    name: str
    kind: str
    lies: str
    verdict: str
    tokens: tuple[TokenKind, ...] = ()
    endpoint: Endpoint | None = None
    usual: float | None = None
    at_least: float = 0
    at_most: float = 0


class Catalogue(Struct, frozen=True, kw_only=True):
    """Every fault there is."""

    faults: tuple[KnownFault, ...]


class Always(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault by its name in the catalogue, and whom it is for; what is left out is everybody."""

    fault: str
    realm: str | None = None
    client: str | None = None
    user: str | None = None
    endpoint: Endpoint | None = None
    token: TokenKind | None = None


class Next(Always, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault by its name in the catalogue, whom it is for, and how often."""

    times: Times = 1


def pending_faults(provider: "Provider") -> PendingFaults:
    """What is still to come."""
    return PendingFaults(pending=tuple(_pending(order) for order in provider.faults.pending))


def _pending(order: "Order") -> Pending:
    return Pending(**{name: getattr(order, name) for name in Pending.__struct_fields__})


def _read(provider: "Provider", _: object) -> PendingFaults:
    return pending_faults(provider)


def _catalogue(provider: "Provider", _: object) -> Catalogue:
    return Catalogue(faults=tuple(_known(fault) for fault in provider.faults.catalogue.values()))


def _known(fault: Fault) -> KnownFault:
    if isinstance(fault, EndpointFault):
        return KnownFault(
            name=fault.name,
            kind="endpoint",
            lies=fault.lies,
            verdict=fault.verdict,
            endpoint=fault.endpoint,
            usual=fault.usual,
            at_least=fault.at_least,
            at_most=fault.at_most,
        )
    return KnownFault(name=fault.name, kind="token", lies=fault.lies, verdict=fault.verdict, tokens=fault.tokens)


def _next(provider: "Provider", asked: Next) -> PendingFaults:
    provider.faults.next(asked.fault, times=asked.times, **_whom(asked))
    return pending_faults(provider)


def _always(provider: "Provider", asked: Always) -> PendingFaults:
    provider.faults.always(asked.fault, **_whom(asked))
    return pending_faults(provider)


def _whom(asked: Always) -> Whom:
    return Whom(realm=asked.realm, client=asked.client, user=asked.user, endpoint=asked.endpoint, token=asked.token)


def _clear(provider: "Provider", _: object) -> PendingFaults:
    provider.faults.clear()
    return pending_faults(provider)


OPERATIONS: Final = (
    Operation(name="faults", says="What is still to go wrong.", gives=PendingFaults, act=_read, reads=True),
    Operation(name="faults.catalogue", says="Every fault there is.", gives=Catalogue, act=_catalogue, reads=True),
    Operation(
        name="faults.next",
        says="Have the next matching answer or token lie.",
        takes=Next,
        gives=PendingFaults,
        act=_next,
        positional=("fault",),
    ),
    Operation(
        name="faults.always",
        says="Have every matching answer or token lie.",
        takes=Always,
        gives=PendingFaults,
        act=_always,
        positional=("fault",),
    ),
    Operation(name="faults.clear", says="Go back to the truth.", gives=PendingFaults, act=_clear),
)
