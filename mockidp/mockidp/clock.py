"""The one clock of an instance: what the provider issues, remembers and refuses, it does by this time."""

import math
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

Moment: TypeAlias = float | str | datetime
MOMENT: Final = "seconds since the epoch, or a date and time with its offset, such as 2030-01-01T12:00:00Z"


class Clock:
    """Seconds since the epoch, as a callable; it can stand still, jump and go on. Safe to share between threads."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._offset = 0.0
        self._frozen_at: float | None = None

    def __call__(self) -> float:
        """The time now, in seconds."""
        with self._lock:
            return self._now()

    @property
    def frozen(self) -> bool:
        """Does it stand still?"""
        return self._frozen_at is not None

    @property
    def settings(self) -> tuple[float, float | None]:
        """How far ahead of real time it is, and where it stands still, in seconds."""
        with self._lock:
            return self._offset, self._frozen_at

    def freeze(self, at: Moment | None = None) -> None:
        """Stand still, now or at the given time, in any of the ways of `moment`."""
        stands = None if at is None else moment(at)
        with self._lock:
            self._frozen_at = self._now() if stands is None else stands

    def set(self, now: Moment) -> None:
        """Make it this time, in any of the ways of `moment`; a running clock runs on from there, a frozen one stays."""
        to = moment(now)
        with self._lock:
            self._move(to)

    def advance(
        self,
        *,
        seconds: float | None = None,
        minutes: float | None = None,
        hours: float | None = None,
        days: float | None = None,
    ) -> None:
        """Jump ahead (or, with a negative length, back); ValueError where nothing says how far."""
        if seconds is minutes is hours is days is None:
            raise ValueError("say how far, for example 10 minutes (--minutes 10)")
        step = timedelta(seconds=seconds or 0, minutes=minutes or 0, hours=hours or 0, days=days or 0).total_seconds()
        with self._lock:
            self._move(self._now() + step)

    def resume(self) -> None:
        """Run on from where a frozen clock stands."""
        with self._lock:
            now = self._now()
            self._frozen_at = None
            self._offset = now - self._source()

    def reset(self) -> None:
        """Forget every freeze and jump: real time again."""
        with self._lock:
            self._frozen_at = None
            self._offset = 0.0

    def _now(self) -> float:
        return self._source() + self._offset if self._frozen_at is None else self._frozen_at

    def _move(self, now: float) -> None:
        if self._frozen_at is None:
            self._offset = now - self._source()
        else:
            self._frozen_at = now


def moment(value: object) -> float:
    """A point in time in seconds since the epoch, from such a number, a `datetime` or ISO 8601 with its offset.

    A text may also be that number, as on a command line. ValueError for what may be misunderstood.
    """
    try:
        at = _read(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError(f"expected {MOMENT}") from None
    if isinstance(at, int | float) and not isinstance(at, bool) and math.isfinite(at):
        return float(at)
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise ValueError(f"expected {MOMENT}")
    return at.timestamp()


def _read(written: str) -> float | datetime:
    try:
        return float(written)
    except ValueError:
        return datetime.fromisoformat(written)
