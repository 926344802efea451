"""Operations on the clock."""

from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta, Struct

from ..clock import MOMENT, moment
from ..errors import ConfigError
from .operation import Operation

if TYPE_CHECKING:
    from ..provider import Provider

UNITS: Final = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
LATEST: Final = 253_402_300_799  # the end of the year 9999, beyond which Python has no dates

Seconds = Annotated[float, Meta(ge=0, le=LATEST)]
Time = Annotated[Seconds | str, Meta(description=f"The point in time: {MOMENT}.")]
Length = Annotated[float, Meta(ge=-LATEST, le=LATEST)]


class ClockState(Struct, frozen=True, kw_only=True):
    """What the provider takes the time to be, in seconds since 1970, and whether it stands still."""

    now: float
    frozen: bool


class Freeze(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The time to stand still at; without one, now."""

    at: Annotated[Seconds | str | None, Meta(description=f"Where to stand (default: now): {MOMENT}.")] = None


class SetTo(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The time that it is to be."""

    now: Time


class Advance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far to jump; negative is back."""

    seconds: Annotated[Length | None, Meta(description="That many seconds, and what the others say on top.")] = None
    minutes: Annotated[Length | None, Meta(description="That many minutes.")] = None
    hours: Annotated[Length | None, Meta(description="That many hours.")] = None
    days: Annotated[Length | None, Meta(description="That many days.")] = None


def clock_state(provider: "Provider") -> ClockState:
    """What its clock says."""
    return ClockState(now=provider.clock(), frozen=provider.clock.frozen)


def _read(provider: "Provider", _: object) -> ClockState:
    return clock_state(provider)


def _freeze(provider: "Provider", asked: Freeze) -> ClockState:
    provider.clock.freeze(None if asked.at is None else _time(asked.at, "at"))
    return clock_state(provider)


def _set(provider: "Provider", asked: SetTo) -> ClockState:
    provider.clock.set(_time(asked.now, "now"))
    return clock_state(provider)


def _advance(provider: "Provider", asked: Advance) -> ClockState:
    lengths = {name: getattr(asked, name) for name in asked.__struct_fields__}
    step = sum(times * (lengths[name] or 0) for name, times in UNITS.items())
    if not 0 <= provider.clock() + step <= LATEST:
        raise ConfigError("expected a jump to a time between the years 1970 and 9999")
    provider.clock.advance(**lengths)
    return clock_state(provider)


def _time(written: float | str, place: str) -> float:
    try:
        at = moment(written)
    except ValueError as wrong:
        raise ConfigError(str(wrong), place=place) from None
    if not 0 <= at <= LATEST:
        raise ConfigError("expected a time between the years 1970 and 9999", place=place)
    return at


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
