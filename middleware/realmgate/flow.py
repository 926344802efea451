"""The bridge between a core that does no I/O and the world that does.

A *flow* is a generator. It yields an effect when it needs something from outside, receives the answer, and returns its
result. `run` and `run_async` are the only two places where the difference between WSGI and ASGI exists. An effect that
fails is thrown *into* the flow as `EffectFailed`, so that the core decides what a failure means.
"""

from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Wanted: the bytes behind a URL; answered by `Fetched`. Equal GETs may share one download.

    `timeout` bounds the whole exchange in seconds, `limit` the answer in bytes. `attempt` sets a later look at the same
    URL apart from an earlier one.
    """

    url: str
    method: str = "GET"
    # What is sent may hold tokens and secrets, which must not get into a log.
    body: bytes | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    timeout: float = 5.0
    limit: int = 512 * 1024
    attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The answer to a `Fetch`: header names in lower case; `at` in seconds of a monotonic clock."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: float

    def header(self, name: str) -> str:
        """The first header of a lower-case name, or nothing."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """Wanted: note an identifier until a time (seconds since the epoch); answered by True if it was new.

    `holder` is whose it is, so that nobody takes the room of others.
    """

    jti: str
    until: float
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Wanted: has the token with this identifier been revoked? Answered by a bool."""

    jti: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Wanted: the issuer's keys looked at anew, beside the requests. What came of it, the keyring knows.

    Answered when the look is over, or `patience` seconds after it began, whichever comes first; the look goes on.
    Nobody looks where `attempt` is over already, and equal attempts share one look.
    """

    attempt: int
    patience: float


Effect: TypeAlias = Fetch | Look | Remember | Denied
Flow: TypeAlias = Generator[Effect, Any, Result]


class EffectFailed(Exception):
    """Thrown into a flow when the world could not answer; `reason` is a constant of ours."""

    def __init__(self, reason: str) -> None:
        """Take the reason, as the operator will read it."""
        super().__init__(reason)
        self.reason = reason


class FetchFailed(EffectFailed):
    """A download that came to nothing, `at` some second of a monotonic clock where that is known."""

    def __init__(self, reason: str, *, at: float | None = None) -> None:
        """Take the reason, and when it was over."""
        super().__init__(reason)
        self.at = at


def run(flow: Flow[Result], answer: Callable[[Effect], Any]) -> Result:
    """Drive a flow with blocking answers."""
    try:
        effect = next(flow)
        while True:
            try:
                reply = answer(effect)
            except EffectFailed as failure:
                effect = flow.throw(failure)
            else:
                effect = flow.send(reply)
    except StopIteration as done:
        result: Result = done.value
        return result


async def run_async(flow: Flow[Result], answer: Callable[[Effect], Awaitable[Any]]) -> Result:
    """Drive a flow with awaited answers."""
    try:
        effect = next(flow)
        while True:
            try:
                reply = await answer(effect)
            except EffectFailed as failure:
                effect = flow.throw(failure)
            else:
                effect = flow.send(reply)
    except StopIteration as done:
        result: Result = done.value
        return result
