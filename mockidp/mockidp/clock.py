"""The one clock of an instance: what the provider issues, remembers and refuses, it does by this time."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta


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

    def freeze(self, at: float | None = None) -> None:
        """Stand still, now or at the given time."""
        with self._lock:
            self._frozen_at = self._now() if at is None else float(at)

    def set(self, now: float) -> None:
        """Make it this time; a running clock runs on from there, a frozen one stays there."""
        with self._lock:
            self._move(float(now))

    def advance(
        self,
        *,
        seconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
        days: float = 0,
    ) -> None:
        """Jump ahead (or, with a negative length, back)."""
        step = timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days).total_seconds()
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
