"""Operations on the clock."""

from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta, Struct

from ..errors import ConfigError
from .operation import Operation

if TYPE_CHECKING:
    from ..provider import Provider

LATEST: Final = 253_402_300_799  # the end of the year 9999, beyond which Python has no dates

Time = Annotated[float, Meta(ge=0, le=LATEST, description="Seconds since 1970.")]
Length = Annotated[float, Meta(ge=-LATEST, le=LATEST)]


class ClockState(Struct, frozen=True, kw_only=True):
    """What the provider takes the time to be, in seconds since 1970, and whether it stands still."""

    now: float
    frozen: bool


class Freeze(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The time to stand still at; without one, now."""

    at: Time | None = None


class SetTo(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The time that it is to be."""

    now: Time


class Advance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far to jump; negative is back."""

    seconds: Length = 0
    minutes: Length = 0
    hours: Length = 0
    days: Length = 0


def clock_state(provider: "Provider") -> ClockState:
    """What its clock says."""
    return ClockState(now=provider.clock(), frozen=provider.clock.frozen)


def _read(provider: "Provider", _: object) -> ClockState:
    return clock_state(provider)


def _freeze(provider: "Provider", asked: Freeze) -> ClockState:
    provider.clock.freeze(asked.at)
    return clock_state(provider)


def _set(provider: "Provider", asked: SetTo) -> ClockState:
    provider.clock.set(asked.now)
    return clock_state(provider)


def _advance(provider: "Provider", asked: Advance) -> ClockState:
    step = asked.seconds + 60 * asked.minutes + 3600 * asked.hours + 86400 * asked.days
    if not 0 <= provider.clock() + step <= LATEST:
        raise ConfigError("expected a jump to a time between the years 1970 and 9999")
    provider.clock.advance(seconds=step)
    return clock_state(provider)


def _resume(provider: "Provider", _: object) -> ClockState:
    provider.clock.resume()
    return clock_state(provider)


def _reset(provider: "Provider", _: object) -> ClockState:
    provider.clock.reset()
    return clock_state(provider)


OPERATIONS: Final = (
    Operation(
        name="clock", says="What time it is, and whether it stands still.", gives=ClockState, act=_read, reads=True
    ),
    Operation(
        name="clock.freeze", says="Stand still.", takes=Freeze, gives=ClockState, act=_freeze, positional=("at",)
    ),
    Operation(
        name="clock.set", says="Make it this time.", takes=SetTo, gives=ClockState, act=_set, positional=("now",)
    ),
    Operation(name="clock.advance", says="Jump ahead, or back.", takes=Advance, gives=ClockState, act=_advance),
    Operation(name="clock.resume", says="Run on from where it stands.", gives=ClockState, act=_resume),
    Operation(name="clock.reset", says="Real time again.", gives=ClockState, act=_reset),
)
