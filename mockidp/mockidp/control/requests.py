"""Operations on what clients really sent."""

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from ..captured.captured_request import Captured
from ..captured.request_inbox import NoSuchRequest
from .operation import NothingYet, Operation, Wait
from .plain import plain

if TYPE_CHECKING:
    from ..provider import Provider

Pair = tuple[str, str]


class CapturedRequest(Struct, frozen=True, kw_only=True):
    """What came, in the order in which it came; `shown` is all of it for people to read, without its secrets.

    `body` is Base64, and `cut` where more than 64 KiB came; `at` is the real time, in seconds since 1970.
    """

    method: str
    path: str
    query: tuple[Pair, ...]
    headers: tuple[Pair, ...]
    form: tuple[Pair, ...]
    json: Any
    body: bytes
    cut: bool
    client_id: str | None
    at: float
    shown: str


class Waiting(Struct, frozen=True, kw_only=True):
    """The requests that nobody has taken yet, the oldest first."""

    waiting: tuple[CapturedRequest, ...]


class Take(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to wait for one."""

    timeout: Wait = 5


class WaitFor(Take, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the request has to be like, and how long to wait for one; the path is compared decoded."""

    path: str | None = None
    method: str | None = None
    client: str | None = None
    form: dict[str, str] = {}
    header: dict[str, str] = {}


def _described(request: Captured) -> CapturedRequest:
    return CapturedRequest(
        method=request.method,
        path=request.path,
        query=_told(request.query),
        headers=_told(request.headers),
        form=_told(request.form),
        json=plain(request.json),
        body=request.body,
        cut=request.cut,
        client_id=plain(request.client_id),
        at=request.at,
        shown=str(request),
    )


def _told(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
    """The same, with secrets as the texts that they are: who controls the provider may know them."""
    return tuple((name, str(value)) for name, value in pairs)


def _read(provider: "Provider", _: object) -> Waiting:
    return Waiting(waiting=tuple(_described(request) for request in provider.requests))


def _take(provider: "Provider", asked: Take) -> CapturedRequest:
    try:
        return _described(provider.requests.take(timeout=0))
    except NoSuchRequest as none:
        raise NothingYet(none.after(asked.timeout)) from none


def _wait_for(provider: "Provider", asked: WaitFor) -> CapturedRequest:
    try:
        found = provider.requests.wait_for(
            path=asked.path,
            method=asked.method,
            client=asked.client,
            form=asked.form,
            header=asked.header,
            timeout=0,
        )
        return _described(found)
    except NoSuchRequest as none:
        raise NothingYet(none.after(asked.timeout)) from none


def _clear(provider: "Provider", _: object) -> Waiting:
    provider.requests.clear()
    return _read(provider, None)


OPERATIONS: Final = (
    Operation(
        name="requests", says="What clients sent and nobody has taken yet.", gives=Waiting, act=_read, reads=True
    ),
    Operation(
        name="requests.take",
        says="The oldest request, which nobody gets again.",
        takes=Take,
        gives=CapturedRequest,
        act=_take,
        waits=lambda asked: float(asked.timeout),
    ),
    Operation(
        name="requests.wait_for",
        says="The oldest request like this, which nobody gets again.",
        takes=WaitFor,
        gives=CapturedRequest,
        act=_wait_for,
        waits=lambda asked: float(asked.timeout),
    ),
    Operation(name="requests.clear", says="Forget what came.", gives=Waiting, act=_clear),
)
